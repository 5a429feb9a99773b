import type { BarColumns } from '../market/columns.ts'

/** Bars of one instrument thinned for a chart, prices in ticks. */
export interface PriceCurve {
  /** Close time of the last bar in each point, microseconds UTC. */
  readonly ts: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  /** Bars in each point, the last one excepted. */
  readonly barsPerPoint: number
}

/** Most points of a price curve: more than a screen has columns. */
const PRICE_POINTS = 2000

/** Joins neighbouring bars, an equal count a point, until they are at most `points`. */
export function priceCurve(bars: BarColumns, points: number = PRICE_POINTS): PriceCurve {
  const barsPerPoint = Math.max(1, Math.ceil(bars.length / points))
  const length = Math.ceil(bars.length / barsPerPoint)
  const curve: PriceCurve = {
    ts: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    barsPerPoint,
  }
  for (let point = 0; point < length; point++) {
    const from = point * barsPerPoint
    const end = Math.min(bars.length, from + barsPerPoint)
    let high = Number.NEGATIVE_INFINITY
    let low = Number.POSITIVE_INFINITY
    for (let bar = from; bar < end; bar++) {
      high = Math.max(high, bars.high[bar] ?? 0)
      low = Math.min(low, bars.low[bar] ?? 0)
    }
    curve.ts[point] = bars.closeTs[end - 1] ?? 0
    curve.open[point] = bars.open[from] ?? 0
    curve.high[point] = high
    curve.low[point] = low
    curve.close[point] = bars.close[end - 1] ?? 0
  }
  return curve
}
