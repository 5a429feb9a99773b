import type { FillColumns } from './fill-columns.ts'

/** Fills to draw on the price. */
export interface TradeMarks {
  /** Place of the instrument in the run's list. */
  readonly instrument: Int32Array
  readonly ts: Float64Array
  /** In ticks. */
  readonly price: Float64Array
  /** 1 buy, −1 sell. */
  readonly side: Int8Array
  /** Fills of the run: more than there are marks when marks were thinned. */
  readonly fills: number
}

/** More marks than this hide the price they are drawn on. */
const MOST_MARKS = 5000

/** Every fill, or evenly spaced ones (first and last kept) when there are more than `most`. */
export function tradeMarks(fills: FillColumns, most: number = MOST_MARKS): TradeMarks {
  const length = Math.min(fills.length, most)
  const step = length > 1 ? (fills.length - 1) / (length - 1) : 0
  const marks: TradeMarks = {
    instrument: new Int32Array(length),
    ts: new Float64Array(length),
    price: new Float64Array(length),
    side: new Int8Array(length),
    fills: fills.length,
  }
  for (let mark = 0; mark < length; mark++) {
    const at = Math.round(mark * step)
    marks.instrument[mark] = fills.instrument[at] ?? 0
    marks.ts[mark] = fills.ts[at] ?? 0
    marks.price[mark] = fills.price[at] ?? 0
    marks.side[mark] = fills.side[at] ?? 0
  }
  return marks
}
