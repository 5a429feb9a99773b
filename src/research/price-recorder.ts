import type { BarColumns, MarketColumns } from '../market/columns.ts'
import type { PriceCurve } from './price-curve.ts'

const POINTS_MAX = 4096

/**
 * Thins the price of one instrument while its data streams by, for charts: points are joined in pairs whenever they become
 * too many, so memory is bounded and the extremes stay. Fed a chunk at a time, outside the hot loop.
 */
export class PriceRecorder {
  #rowsPerPoint = 1
  #count = 0
  #inPoint = 0
  readonly #ts = new Float64Array(POINTS_MAX)
  readonly #open = new Float64Array(POINTS_MAX)
  readonly #high = new Float64Array(POINTS_MAX)
  readonly #low = new Float64Array(POINTS_MAX)
  readonly #close = new Float64Array(POINTS_MAX)

  add(columns: MarketColumns): void {
    switch (columns.kind) {
      case 'bars':
        for (let row = 0; row < columns.length; ) row = this.#addBars(columns, row)
        return
      case 'trades':
        for (let row = 0; row < columns.length; row++)
          this.#pushOne(columns.recvTs[row] as number, columns.price[row] as number)
        return
      case 'quotes':
        for (let row = 0; row < columns.length; row++) {
          this.#pushOne(
            columns.recvTs[row] as number,
            ((columns.bid[row] as number) + (columns.ask[row] as number)) / 2,
          )
        }
        return
      case 'book': // levels far from the touch are no prices: an instrument with a book is drawn from its trades
        return
    }
  }

  /** Undefined when there was nothing to draw. */
  curve(): PriceCurve | undefined {
    const length = this.#count + (this.#inPoint > 0 ? 1 : 0)
    if (length === 0) return undefined
    return {
      ts: this.#ts.slice(0, length),
      open: this.#open.slice(0, length),
      high: this.#high.slice(0, length),
      low: this.#low.slice(0, length),
      close: this.#close.slice(0, length),
      barsPerPoint: this.#rowsPerPoint,
    }
  }

  /** Joins bars from `from` on into the point under way, up to its end. Returns the row after them. */
  #addBars({ open, high, low, close, closeTs, length }: BarColumns, from: number): number {
    const end = Math.min(length, from + this.#rowsPerPoint - this.#inPoint)
    const last = end - 1
    let highest = high[from] as number
    let lowest = low[from] as number
    for (let row = from + 1; row < end; row++) {
      if ((high[row] as number) > highest) highest = high[row] as number
      if ((low[row] as number) < lowest) lowest = low[row] as number
    }
    // All but the last bar are already counted; pushing their sum as one closes the point where it is full.
    this.#inPoint += last - from
    const isBegun = this.#inPoint > last - from
    if (!isBegun) this.#begin(open[from] as number)
    this.#push(closeTs[last] as number, { high: highest, low: lowest, close: close[last] as number })
    return end
  }

  #pushOne(ts: number, price: number): void {
    if (this.#inPoint === 0) this.#begin(price)
    this.#push(ts, { high: price, low: price, close: price })
  }

  /** Opens a point at a price. */
  #begin(open: number): void {
    const at = this.#count
    this.#open[at] = open
    this.#high[at] = open
    this.#low[at] = open
  }

  #push(ts: number, bar: { readonly high: number; readonly low: number; readonly close: number }): void {
    const at = this.#count
    if (bar.high > (this.#high[at] as number)) this.#high[at] = bar.high
    if (bar.low < (this.#low[at] as number)) this.#low[at] = bar.low
    this.#close[at] = bar.close
    this.#ts[at] = ts
    if (++this.#inPoint < this.#rowsPerPoint) return
    this.#inPoint = 0
    if (++this.#count === POINTS_MAX) this.#halve()
  }

  #halve(): void {
    const half = POINTS_MAX / 2
    for (let to = 0; to < half; to++) {
      const from = to * 2
      this.#ts[to] = this.#ts[from + 1] as number
      this.#open[to] = this.#open[from] as number
      this.#high[to] = Math.max(this.#high[from] as number, this.#high[from + 1] as number)
      this.#low[to] = Math.min(this.#low[from] as number, this.#low[from + 1] as number)
      this.#close[to] = this.#close[from + 1] as number
    }
    this.#count = half
    this.#rowsPerPoint *= 2
  }
}
