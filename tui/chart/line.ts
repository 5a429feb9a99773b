import { type Look, PLAIN, type Tone } from './look.ts'
import { niceTicks, tickLabels, timeLabel } from './scale.ts'

/** A line to draw. `x` is microseconds UTC, ascending; values that are not finite leave a gap. */
export interface LineSeries {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly tone?: Tone
  /** Fills between the line and zero, or the nearer edge where zero is out of sight. */
  readonly isFilled?: boolean
}

export interface LineChart {
  /** Characters across, labels included. */
  readonly width: number
  /** Rows, the date row included. */
  readonly height: number
  readonly series: readonly LineSeries[]
  /** Writes the y labels; `step` is the distance between neighbours. */
  readonly yLabels?: (ticks: readonly number[], step: number) => readonly string[]
  /** Values that must be in sight: 0 for a drawdown. */
  readonly yInclude?: readonly number[]
}

/** What a cell is made of: eight dots of braille, or one character in ASCII. */
interface Raster {
  readonly columns: number
  readonly rows: number
  readonly dotsAcross: 1 | 2
  readonly dotsDown: 1 | 4
  /** Bits of the dots that are set, a cell each. */
  readonly dots: Uint8Array
  /** Series that drew last in each cell, from 1; 0 is none. */
  readonly owner: Uint8Array
}

/** Bit of each braille dot, by row, then column (Unicode 15, block 2800). */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

/**
 * Draws lines over time as text: y labels at the left, dates below, every row as wide as it needs.
 * Where several samples share a dot column the whole range between them is drawn, so that no spike is lost.
 *
 * @returns `height` rows; fewer dots than labels is not refused, it only looks poor
 */
export function lineChart(chart: LineChart, look: Look = PLAIN): string[] {
  const span = extent(chart.series)
  if (span === undefined) return [look.dim('no data to draw')]
  const { low, high } = widened(span, chart.yInclude ?? [])
  const rows = Math.max(2, chart.height - 1)
  const ticks = niceTicks(low, high, Math.max(1, Math.floor(rows / 2)))
  const step = ticks.length > 1 ? (ticks[1] ?? 0) - (ticks[0] ?? 0) : Math.max(Math.abs(low) / 100, Number.MIN_VALUE)
  const texts = (chart.yLabels ?? tickLabels)(ticks, step)
  const down = rows * (look.glyphs === 'braille' ? 4 : 1) - 1
  const rowOf = (value: number): number =>
    Math.floor((Math.round(((high - value) / (high - low)) * down) * rows) / (down + 1))
  const labels = new Map(ticks.map((tick, at) => [rowOf(tick), texts[at] ?? '']))
  const margin = Math.max(...[...labels.values()].map((text) => text.length))
  const raster = rasterOf(Math.max(4, chart.width - margin - 2), rows, look)
  chart.series.forEach((series, at) => drawSeries(raster, series, at + 1, { ...span, low, high }))
  const axis = look.glyphs === 'braille' ? '\u254e' : '|'
  const lines = Array.from({ length: rows }, (_, row) => {
    const head = look.dim(`${(labels.get(row) ?? '').padStart(margin)} ${axis}`)
    return `${head}${paintRow(raster, row, chart.series, look)}`.trimEnd()
  })
  return [...lines, look.dim(dateRow(span, margin + 2, raster.columns))]
}

interface Span {
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
}

function extent(series: readonly LineSeries[]): Span | undefined {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { x, y } of series) {
    for (let at = 0; at < x.length; at++) {
      const value = y[at] ?? Number.NaN
      if (!Number.isFinite(value)) continue
      from = Math.min(from, x[at] ?? from)
      to = Math.max(to, x[at] ?? to)
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  return from <= to ? { from, to, low, high } : undefined
}

function widened(span: Span, include: readonly number[]): { low: number; high: number } {
  const low = Math.min(span.low, ...include)
  const high = Math.max(span.high, ...include)
  if (high > low) return { low, high }
  const room = Math.abs(high) / 100 || 1
  return { low: low - room, high: high + room }
}

function rasterOf(columns: number, rows: number, { glyphs }: Look): Raster {
  const size = columns * rows
  const isBraille = glyphs === 'braille'
  return {
    columns,
    rows,
    dotsAcross: isBraille ? 2 : 1,
    dotsDown: isBraille ? 4 : 1,
    dots: new Uint8Array(size),
    owner: new Uint8Array(size),
  }
}

function drawSeries(raster: Raster, { x, y, isFilled = false }: LineSeries, owner: number, span: Span): void {
  const across = raster.columns * raster.dotsAcross - 1
  const down = raster.rows * raster.dotsDown - 1
  const dotX = (ts: number): number =>
    span.to > span.from ? Math.round(((ts - span.from) / (span.to - span.from)) * across) : 0
  const dotY = (value: number): number => Math.round(((span.high - value) / (span.high - span.low)) * down)
  const zero = dotY(Math.min(span.high, Math.max(span.low, 0)))
  let before: { x: number; y: number } | undefined
  for (let at = 0; at < x.length; at++) {
    const value = y[at] ?? Number.NaN
    if (!Number.isFinite(value)) {
      before = undefined
      continue
    }
    const here = { x: dotX(x[at] ?? 0), y: dotY(value) }
    const start = before ?? here
    for (let column = start.x; column <= here.x; column++) {
      const left = along(start, here, column)
      const right = along(start, here, Math.min(here.x, column + 1))
      // A column owns the steep part up to the dot before the next column's, so that a jump is a wall and not a gap.
      const end = start.x === here.x ? here.y : right - Math.sign(right - left)
      drawDown(raster, column, left, isFilled ? zero : end, owner)
      if (isFilled) drawDown(raster, column, end, zero, owner)
    }
    before = here
  }
}

/** Height of a straight line at a dot column. */
function along(start: { x: number; y: number }, end: { x: number; y: number }, column: number): number {
  if (start.x === end.x) return start.y
  return Math.round(start.y + ((end.y - start.y) * (column - start.x)) / (end.x - start.x))
}

function drawDown(raster: Raster, column: number, from: number, to: number, owner: number): void {
  for (let dot = Math.min(from, to); dot <= Math.max(from, to); dot++) {
    const cell = Math.floor(dot / raster.dotsDown) * raster.columns + Math.floor(column / raster.dotsAcross)
    const bit = raster.dotsDown === 1 ? 1 : (BRAILLE_BITS[dot % 4]?.[column % 2] ?? 0)
    raster.dots[cell] = (raster.dots[cell] ?? 0) | bit
    raster.owner[cell] = owner
  }
}

/** One row of cells, neighbours of one series dressed together. */
function paintRow(raster: Raster, row: number, series: readonly LineSeries[], look: Look): string {
  let painted = ''
  let run = ''
  let owner = 0
  const flush = (): void => {
    const tone = series[owner - 1]?.tone
    painted += tone === undefined ? run : look.tone(tone, run)
    run = ''
  }
  for (let column = 0; column < raster.columns; column++) {
    const cell = row * raster.columns + column
    const here = raster.owner[cell] ?? 0
    if (here !== owner) flush()
    owner = here
    run += glyph(raster.dots[cell] ?? 0, owner, look)
  }
  if (owner !== 0) flush()
  return painted
}

/** In ASCII each series has its own character, because colour may be absent. */
function glyph(dots: number, owner: number, { glyphs }: Look): string {
  if (dots === 0) return ' '
  return glyphs === 'braille' ? String.fromCodePoint(0x2800 + dots) : ('*o+x#'[(owner - 1) % 5] ?? '*')
}

/** Dates under the chart: the first at the left edge, the last at the right one, others where there is room. */
function dateRow({ from, to }: Span, margin: number, columns: number): string {
  const first = timeLabel(from, to - from)
  const slots = Math.max(1, Math.floor(columns / (first.length + 8)))
  const gap = columns - first.length
  if (to === from || gap < first.length + 1) return ' '.repeat(margin) + first
  const row = Array.from({ length: columns }, () => ' ')
  for (let slot = 0; slot <= slots; slot++) {
    const start = Math.round((gap * slot) / slots)
    const centre = slot === 0 ? 0 : slot === slots ? 1 : (start + first.length / 2) / columns
    const text = timeLabel(from + (to - from) * centre, to - from)
    for (let at = 0; at < text.length; at++) row[start + at] = text[at] ?? ' '
  }
  return ' '.repeat(margin) + row.join('').trimEnd()
}
