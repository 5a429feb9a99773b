import { type Dot, drawLine, emptyRaster, type Raster, rasterRow } from '../charts/raster.ts'
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
  const hasBraille = look.glyphs === 'braille'
  const raster = emptyRaster({ columns: Math.max(4, chart.width - margin - 2), rows, hasBraille })
  const shown = { ...span, low, high }
  chart.series.forEach((series, at) => {
    const zero = series.isFilled === true ? dotY(0, shown, rows * raster.dotsDown - 1) : undefined
    drawLine(raster, dotsOf(raster, series, shown), at + 1, zero)
  })
  const dress = (owner: number, text: string): string => {
    const tone = chart.series[owner - 1]?.tone
    return tone === undefined ? text : look.tone(tone, text)
  }
  const axis = look.glyphs === 'braille' ? '\u254e' : '|'
  const lines = Array.from({ length: rows }, (_, row) => {
    const head = look.dim(`${(labels.get(row) ?? '').padStart(margin)} ${axis}`)
    return `${head}${rasterRow(raster, row, dress)}`.trimEnd()
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

/** The samples of a series as dots of a raster that shows the whole span; undefined where a value is not finite. */
function* dotsOf(raster: Raster, { x, y }: LineSeries, span: Span): Generator<Dot | undefined> {
  const across = raster.columns * raster.dotsAcross - 1
  const down = raster.rows * raster.dotsDown - 1
  for (let at = 0; at < x.length; at++) {
    const value = y[at] ?? Number.NaN
    if (!Number.isFinite(value)) yield undefined
    else
      yield {
        x: span.to > span.from ? Math.round((((x[at] ?? 0) - span.from) / (span.to - span.from)) * across) : 0,
        y: dotY(value, span, down),
      }
  }
}

function dotY(value: number, { low, high }: Span, down: number): number {
  return Math.round(((high - Math.min(high, Math.max(low, value))) / (high - low)) * down)
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
