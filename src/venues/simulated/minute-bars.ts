import { US_PER_MINUTE } from '../../domain/time.ts'
import { type AggregatedBar, BarAggregator } from '../../market/bar-aggregator.ts'
import type { TradeColumns } from '../../market/columns.ts'

/** Takes a closed bar of one instrument. The bar is used again: copy what outlives the call. */
export type MinuteBarSink = (at: number, bar: AggregatedBar) => void

/** Bars of one minute of every instrument, as the exchange itself would list them. Only whole ones are given out. */
export class MinuteBars {
  readonly #aggregators: readonly BarAggregator[]
  #nextTs: number

  /** @param sinceTs trades are known from here on; the bar under way is left out */
  constructor({ count, sinceTs, sink }: { count: number; sinceTs: number; sink: MinuteBarSink }) {
    this.#aggregators = Array.from({ length: count }, (_, at) => {
      const aggregator = new BarAggregator({ stepUs: US_PER_MINUTE, source: 'trades', empty: 'carry' }, (bar) => {
        if (bar.isComplete) sink(at, bar)
      })
      aggregator.knownFrom(sinceTs)
      return aggregator
    })
    this.#nextTs = nextMinute(sinceTs)
  }

  /** When the bars under way close. */
  get nextTs(): number {
    return this.#nextTs
  }

  add(at: number, { venueTs, price, qty, taker }: TradeColumns, row: number): void {
    this.#aggregators[at]?.addTrade(
      venueTs[row] as number,
      price[row] as number,
      qty[row] as number,
      taker[row] as number,
    )
  }

  /** Closes the bars that ended at or before `ts`. */
  close(ts: number): void {
    for (const aggregator of this.#aggregators) aggregator.flushUntil(ts)
    this.#nextTs = nextMinute(ts)
  }
}

function nextMinute(ts: number): number {
  return (Math.floor(ts / US_PER_MINUTE) + 1) * US_PER_MINUTE
}
