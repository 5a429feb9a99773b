import type { BarsView, FillRow, InstrumentView } from '../../src/runtime/link/views.ts'
import type { Zone } from '../paint/clock-text.ts'
import { price, qty, short } from '../paint/numbers.ts'
import { figure } from '../paint/row.ts'
import type { ScreenLook, Tone } from '../paint/tone.ts'
import type { Size } from '../panel.ts'
import { emptyChart, marginFor } from './axis.ts'
import { drawDown, emptyRaster, type Raster, rasterRow } from './raster.ts'
import { dotIn, labelledRows, type Range, rangeOf, valueAt } from './scale.ts'
import { timeRow } from './time-row.ts'

export interface Candles {
  readonly bars: BarsView
  readonly instrument: InstrumentView
  readonly zone: Zone
  /** Length of a bar, µs; the shortest distance between two of them unless told. */
  readonly stepUs?: number | undefined
  /** Own fills, marked `b` and `s` in a row under the chart, `x` where both are. */
  readonly fills?: readonly Pick<FillRow, 'ts' | 'side'>[]
  /** Ticks; marked among the labels while the newest bar is in sight. */
  readonly lastPrice?: number | undefined
  readonly volumeRows: number
  /** 0: a cell a bar; 1, 2, …: that many cells more; −1, −2, …: 2, 4, … bars in one. */
  readonly zoom: number
  /** Bars between the newest one and the right edge. */
  readonly pan: number
  /** The data has stopped: all of it is drawn as old, with a mark where it ends. */
  readonly isFrozen?: boolean
}

interface Candle {
  /** Place in time, in cells of the chart's own step. */
  readonly slot: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

/** Who owns a cell: the bodies, then the wicks. */
const UP = 1
const DOWN = 2
const WICKS = 2
/** Body up and down, wick up and down, where there is no braille. */
const PLAIN_MARKS = '#o||'

/**
 * Price bars in exactly `size`: bodies two dots wide, wicks one, four steps a row; a row of `+ - =` so that colour is not needed,
 * a row of own fills, volume, times, and price labels at the right. A minute that has no bar is an empty column. What does not
 * fit goes in this order: volume, fills, times, signs.
 */
export function candles(look: ScreenLook, size: Size, chart: Candles): string[] {
  const { width, height } = size
  const window = visible(chart, Math.max(1, width))
  const first = window?.candles[0]
  if (width < 4 || height < 1 || window === undefined || first === undefined)
    return emptyChart(look, size, 'no bars yet')
  const range = priceRange(window.candles, window.isNewest ? chart.lastPrice : undefined)
  const margin = marginFor([price(range.high, chart.instrument), price(range.low, chart.instrument)], width)
  const view = visible(chart, width - margin - (chart.isFrozen === true ? 1 : 0)) ?? window
  const shown = priceRange(view.candles, view.isNewest ? chart.lastPrice : undefined)
  const rows = rowsFor(height, chart)
  const tone = (owner: number): Tone => (chart.isFrozen === true ? 'stale' : owner === UP ? 'up' : 'down')
  const dress = (owner: number, text: string) => look.paint(tone(((owner - 1) % WICKS) + 1), text)
  const edge = chart.isFrozen === true ? look.paint('stale', look.glyphs.bar) : ''
  const blankEdge = chart.isFrozen === true ? ' ' : ''

  const prices = emptyRaster({ columns: view.columns, rows: rows.price, hasBraille: look.glyphs.hasBraille })
  for (const candle of view.candles) drawCandle(prices, candle, shown, view)
  const labels = priceLabels(look, chart, shown, rows.price, view.isNewest)
  const right = (text = '', dressed: Tone = 'muted') => (margin === 0 ? '' : look.paint(dressed, figure(text, margin)))
  const lines = Array.from({ length: rows.price }, (_, row) => {
    const [text, dressed] = labels.get(row) ?? ['', 'muted']
    return rasterRow(prices, row, dress, PLAIN_MARKS) + edge + right(text, dressed)
  })
  if (rows.signs > 0) lines.push(signRow(look, view, tone) + blankEdge + right())
  if (rows.fills > 0) lines.push(fillRow(look, view, chart.fills ?? []) + blankEdge + right())
  if (rows.volume > 0) {
    const volume = volumeRaster(look, view, rows.volume)
    const most = view.candles.reduce((max, candle) => Math.max(max, candle.volume), 0)
    const label = `vol ${volumeText(most, chart.instrument)}`
    for (let row = 0; row < rows.volume; row++)
      lines.push(
        rasterRow(volume, row, dress, PLAIN_MARKS) + blankEdge + right(row === 0 && label.length < margin ? label : ''),
      )
  }
  if (rows.times > 0) {
    const usPerColumn = view.slotUs / view.cells
    const times = timeRow({ fromTs: view.firstSlot * view.slotUs, usPerColumn, zone: chart.zone }, view.columns)
    lines.push(look.paint('muted', times) + blankEdge + right())
  }
  return lines
}

/** The part of the bars that is in sight, merged where several share a cell. */
interface Window {
  readonly candles: readonly Candle[]
  readonly firstSlot: number
  /** Time that a slot stands for, µs. */
  readonly slotUs: number
  /** Cells that a slot takes. */
  readonly cells: number
  readonly columns: number
  /** The newest bar is in it. */
  readonly isNewest: boolean
}

function visible({ bars, stepUs, zoom, pan }: Candles, columns: number): Window | undefined {
  const merged = zoom < 0 ? 2 ** Math.min(12, -Math.trunc(zoom)) : 1
  const cells = zoom > 0 ? 1 + Math.min(8, Math.trunc(zoom)) : 1
  const slotUs = Math.max(1, stepUs ?? shortestStep(bars.openTs)) * merged
  const count = bars.openTs.length
  const oldest = bars.openTs[0]
  const newest = bars.openTs[count - 1]
  if (oldest === undefined || newest === undefined) return undefined
  const slots = Math.max(1, Math.floor(columns / cells))
  const panned = Math.max(0, Math.round(pan / merged))
  const newestSlot = Math.floor(newest / slotUs)
  const lastSlot = Math.max(Math.floor(oldest / slotUs), newestSlot - panned)
  const firstSlot = lastSlot - slots + 1
  const found: Candle[] = []
  for (let at = count - 1; at >= 0; at--) {
    const slot = Math.floor((bars.openTs[at] ?? 0) / slotUs)
    if (slot < firstSlot) break
    const open = bars.open[at]
    const high = bars.high[at]
    const low = bars.low[at]
    const close = bars.close[at]
    if (slot > lastSlot || !isPrice(open) || !isPrice(high) || !isPrice(low) || !isPrice(close)) continue
    const volume = bars.volume[at] ?? 0
    const later = found.at(-1)
    if (later?.slot === slot) {
      later.open = open
      later.high = Math.max(later.high, high)
      later.low = Math.min(later.low, low)
      later.volume += volume
    } else found.push({ slot, open, high, low, close, volume })
  }
  // Cells that are left over by the width of a bar stay empty at the left.
  return {
    candles: found.reverse(),
    firstSlot,
    slotUs,
    cells,
    columns,
    isNewest: lastSlot === newestSlot,
  }
}

function isPrice(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value)
}

function shortestStep(openTs: readonly number[]): number {
  let step = Number.POSITIVE_INFINITY
  for (let at = 1; at < openTs.length; at++) {
    const gap = (openTs[at] ?? 0) - (openTs[at - 1] ?? 0)
    if (gap > 0 && gap < step) step = gap
  }
  return Number.isFinite(step) ? step : 60_000_000
}

function priceRange(found: readonly Candle[], last: number | undefined): Range {
  const prices = found.flatMap(({ high, low }) => [high, low])
  return rangeOf(last === undefined ? prices : [...prices, last]) ?? { low: 0, high: 0 }
}

/** How the height is shared: at least half of it, and never less than a row, is price. */
function rowsFor(height: number, { volumeRows, fills }: Candles) {
  const signs = height >= 3 ? 1 : 0
  const times = height >= 4 ? 1 : 0
  const marks = fills !== undefined && fills.length > 0 && height >= 6 ? 1 : 0
  const volume = Math.max(0, Math.min(volumeRows, Math.floor(height / 2) - signs - times - marks))
  return { signs, times, fills: marks, volume, price: height - signs - times - marks - volume }
}

/** First dot column of a slot. */
function dotColumn(raster: Raster, { firstSlot, cells, columns }: Window, slot: number): number {
  const left = columns % cells
  return (left + (slot - firstSlot) * cells) * raster.dotsAcross
}

function drawCandle(raster: Raster, candle: Candle, range: Range, view: Window): void {
  const dots = raster.rows * raster.dotsDown
  const x = dotColumn(raster, view, candle.slot)
  const body = Math.max(1, view.cells - 1) * raster.dotsAcross
  const owner = candle.close >= candle.open ? UP : DOWN
  const at = (value: number) => dotIn(range, value, dots)
  const wick = x + Math.floor((body - 1) / 2)
  drawDown(raster, wick, at(candle.high), at(candle.low), owner + WICKS)
  for (let column = x; column < x + body; column++) drawDown(raster, column, at(candle.open), at(candle.close), owner)
}

function priceLabels(
  look: ScreenLook,
  { instrument, lastPrice }: Candles,
  range: Range,
  rows: number,
  isNewest: boolean,
): ReadonlyMap<number, readonly [text: string, tone: Tone]> {
  const labels = new Map<number, readonly [string, Tone]>()
  for (const row of labelledRows(rows)) {
    const depth = rows > 1 ? row / (rows - 1) : 0.5
    labels.set(row, [price(Math.round(valueAt(range, depth)), instrument), 'muted'])
  }
  if (lastPrice !== undefined && isNewest)
    labels.set(dotIn(range, lastPrice, rows), [`${look.glyphs.selected}${price(lastPrice, instrument)}`, 'strong'])
  return labels
}

/** `+` rose, `-` fell, `=` neither. */
function signRow(look: ScreenLook, view: Window, tone: (owner: number) => Tone): string {
  const marks = new Map(
    view.candles.map(({ slot, open, close }) => {
      const sign = close > open ? '+' : close < open ? '-' : '='
      return [slot, look.paint(sign === '=' ? 'muted' : tone(sign === '+' ? UP : DOWN), sign)] as const
    }),
  )
  return marked(view, marks)
}

function fillRow(look: ScreenLook, view: Window, fills: readonly Pick<FillRow, 'ts' | 'side'>[]): string {
  const sides = new Map<number, 'b' | 's' | 'x'>()
  for (const { ts, side } of fills) {
    const slot = Math.floor(ts / view.slotUs)
    const here = sides.get(slot)
    const mark = side === 'buy' ? 'b' : 's'
    sides.set(slot, here === undefined || here === mark ? mark : 'x')
  }
  const tones: Readonly<Record<string, Tone>> = { b: 'up', s: 'down', x: 'strong' }
  return marked(view, new Map([...sides].map(([slot, side]) => [slot, look.paint(tones[side] ?? 'plain', side)])))
}

/** One character a slot, at the first cell of each. */
function marked({ columns, cells, firstSlot }: Window, marks: ReadonlyMap<number, string>): string {
  let text = ' '.repeat(columns % cells)
  for (let at = 0; at < Math.floor(columns / cells); at++)
    text += (marks.get(firstSlot + at) ?? ' ') + ' '.repeat(cells - 1)
  return text
}

function volumeRaster(look: ScreenLook, view: Window, rows: number): Raster {
  const raster = emptyRaster({ columns: view.columns, rows, hasBraille: look.glyphs.hasBraille })
  const dots = rows * raster.dotsDown
  const most = view.candles.reduce((max, { volume }) => (volume > max ? volume : max), 0)
  for (const { slot, volume, open, close } of view.candles) {
    if (!(volume > 0)) continue
    const height = Math.max(1, Math.round((volume / most) * dots))
    const x = dotColumn(raster, view, slot)
    for (let column = x; column < x + Math.max(1, view.cells - 1) * raster.dotsAcross; column++)
      drawDown(raster, column, dots - height, dots - 1, close >= open ? UP : DOWN)
  }
  return raster
}

/** Lots as the instrument writes them, shortened when they are many. */
function volumeText(lots: number, instrument: InstrumentView): string {
  const exact = qty(lots, instrument)
  return exact.length <= 7 ? exact : short(lots * Number(instrument.lotSize))
}
