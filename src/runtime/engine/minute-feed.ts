import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_MINUTE } from '../../domain/time.ts'
import { type AggregatedBar, BarAggregator } from '../../market/bar-aggregator.ts'
import { type BarColumns, barColumns, type TradeColumns } from '../../market/columns.ts'

/** Bars kept in memory for charts: a day. */
const KEPT = 1_440

/** Bars of one minute out of the trades that arrive, and the last day of them for charts. */
export class MinuteFeed {
  readonly #aggregators: readonly BarAggregator[]
  readonly #history: readonly {
    bars: BarColumns
    opening: { ts: number; open: number; high: number; low: number; close: number; volume: number } | undefined
  }[]
  readonly #row = barColumns(1)
  /** Bars that closed and were not yet taken. */
  #closed: { at: number; bar: AggregatedBar }[] = []

  constructor(instruments: readonly Instrument[]) {
    this.#row.length = 1
    this.#history = instruments.map(() => ({ bars: barColumns(KEPT * 2), opening: undefined }))
    this.#aggregators = instruments.map(
      (_, at) =>
        new BarAggregator({ stepUs: US_PER_MINUTE, source: 'trades', empty: 'carry' }, (bar) => {
          this.#closed.push({ at, bar: { ...bar } })
        }),
    )
  }

  /** Bars from before: the store's, oldest first. */
  load(at: number, bars: BarColumns): void {
    for (let row = 0; row < bars.length; row++) this.#keep(at, bars, row)
  }

  trade(at: number, { recvTs, price, qty, taker }: TradeColumns, row: number): void {
    const ts = recvTs[row] as number
    const ticks = price[row] as number
    const lots = qty[row] as number
    this.#aggregators[at]?.addTrade(ts, ticks, lots, taker[row] as number)
    const history = this.#history[at]
    if (history === undefined) return
    const openTs = Math.floor(ts / US_PER_MINUTE) * US_PER_MINUTE
    const { opening } = history
    if (opening === undefined || opening.ts !== openTs)
      history.opening = { ts: openTs, open: ticks, high: ticks, low: ticks, close: ticks, volume: lots }
    else {
      opening.high = Math.max(opening.high, ticks)
      opening.low = Math.min(opening.low, ticks)
      opening.close = ticks
      opening.volume += lots
    }
  }

  /** Closes bars that ended at or before `ts` and hands them over, in order of time, then of instruments. */
  close(ts: number, told: (at: number, bars: BarColumns, row: number) => void): void {
    for (const aggregator of this.#aggregators) aggregator.flushUntil(ts)
    if (this.#closed.length === 0) return
    const closed = this.#closed.sort((a, b) => a.bar.closeTs - b.bar.closeTs || a.at - b.at)
    this.#closed = []
    for (const { at, bar } of closed) {
      const row = this.#row
      row.openTs[0] = bar.openTs
      row.closeTs[0] = bar.closeTs
      row.open[0] = bar.open
      row.high[0] = bar.high
      row.low[0] = bar.low
      row.close[0] = bar.close
      row.volume[0] = bar.volume
      const history = this.#history[at]
      if (history?.opening !== undefined && history.opening.ts < bar.closeTs) history.opening = undefined
      this.#keep(at, row, 0)
      told(at, row, 0)
    }
  }

  /** The closed bars of an instrument, oldest first, and the one under way. */
  history(at: number): {
    readonly bars: BarColumns
    readonly opening:
      | {
          readonly ts: number
          readonly open: number
          readonly high: number
          readonly low: number
          readonly close: number
          readonly volume: number
        }
      | undefined
  } {
    return this.#history[at] ?? { bars: barColumns(0), opening: undefined }
  }

  #keep(at: number, from: BarColumns, row: number): void {
    const history = this.#history[at]
    if (history === undefined) return
    const { bars } = history
    // The same bar again, from the store and from the feed: the later one stands.
    if (bars.length > 0 && (from.openTs[row] as number) <= (bars.openTs[bars.length - 1] as number)) return
    if (bars.length === bars.openTs.length) {
      for (const column of columnsOf(bars)) column.copyWithin(0, bars.length - KEPT)
      bars.length = KEPT
    }
    const target = bars.length++
    const sources = columnsOf(from)
    columnsOf(bars).forEach((column, place) => {
      column[target] = sources[place]?.[row] as number
    })
  }
}

function columnsOf({ openTs, closeTs, open, high, low, close, volume }: BarColumns): readonly Float64Array[] {
  return [openTs, closeTs, open, high, low, close, volume]
}
