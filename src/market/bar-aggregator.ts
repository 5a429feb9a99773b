import { assert } from '../domain/brand.ts'
import { ProductSum } from './bar-aggregator-sum.ts'
import type { BarColumns, TradeColumns } from './columns.ts'

/** A row for a bar that was already given out: the bar would have been wrong. */
export class LateRowError extends Error {
  override readonly name = 'LateRowError'
  readonly code = 'market.late-row'
  readonly hint = 'sort the source by time, or give the bars more time to close before flushing them'

  readonly foundTs: number
  readonly closedTs: number

  constructor(foundTs: number, closedTs: number) {
    super(`bars are closed up to ${closedTs} µs, found a row of ${foundTs} µs`)
    this.foundTs = foundTs
    this.closedTs = closedTs
  }
}

/** A closed bar, in ticks and lots. The aggregator reuses one: copy what outlives the call. */
export interface AggregatedBar {
  /** Start of `[openTs, closeTs)`, a multiple of the step since the epoch. */
  readonly openTs: number
  /** When the bar is known. */
  readonly closeTs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** Rows in it: trades, or source bars. */
  readonly count: number
  /** Volume whose taker bought; NaN when made of bars, which do not say. */
  readonly buyVolume: number
  /** Σ price × size in ticks × lots, the nearest double: over `volume` it is the VWAP. NaN when made of bars. */
  readonly value: number
  /** Whether its whole span was seen: false for the first of a source that began within it, and around gaps. */
  readonly isComplete: boolean
}

export type BarSink = (bar: AggregatedBar) => void

export interface AggregatorTerms {
  /** Length of a bar in whole microseconds. */
  readonly stepUs: number
  readonly source: 'trades' | 'bars'
  /**
   * What becomes of a bucket without rows. `skip`: nothing. `carry`: a bar of no volume at the last close, from the
   * first row on; complete when made of trades (nothing traded), incomplete when made of bars (bars are missing).
   */
  readonly empty: 'skip' | 'carry'
}

/**
 * Bars from trades or from smaller bars, row by row, without allocating. Buckets are aligned to the UTC epoch; a trade
 * exactly on a boundary belongs to the later one. A bar reaches the sink once, when it is complete, never before:
 * on the first row of a later bucket, on the source bar that closes with it, or on {@link flushUntil}.
 */
export class BarAggregator {
  private readonly sink: BarSink
  private readonly stepUs: number
  private readonly isFromBars: boolean
  private readonly carries: boolean
  private readonly bar: { -readonly [K in keyof AggregatedBar]: AggregatedBar[K] }
  private readonly products = new ProductSum()
  private isOpen = false
  /** Time from which the source of trades is known to have no hole. */
  private knownTs = Number.POSITIVE_INFINITY
  /** No row before it can be taken any more; a bucket boundary once it is finite. */
  private closedTs = Number.NEGATIVE_INFINITY
  /** Close of the last source bar, and the span of those in the open bucket. */
  private sourceTs = Number.NEGATIVE_INFINITY
  private coveredUs = 0

  constructor({ stepUs, source, empty }: AggregatorTerms, sink: BarSink) {
    assert(Number.isSafeInteger(stepUs) && stepUs > 0, `a bar lasts whole microseconds, was ${stepUs}`)
    this.sink = sink
    this.stepUs = stepUs
    this.isFromBars = source === 'bars'
    this.carries = empty === 'carry'
    const none = Number.NaN
    this.bar = {
      openTs: none,
      closeTs: none,
      open: none,
      high: none,
      low: none,
      close: none,
      volume: none,
      count: 0,
      buyVolume: none,
      value: none,
      isComplete: false,
    }
  }

  /**
   * Says that the source of trades is whole from `ts` on: at the start of a recording, or after a reconnect. Bars that
   * began before it are incomplete; without a word, all are. Source bars speak for themselves by covering their span.
   */
  knownFrom(ts: number): void {
    this.knownTs = ts
  }

  /** Adds rows `[from, to)`. @throws LateRowError */
  addTrades({ venueTs, price, qty, taker }: TradeColumns, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      this.addTrade(venueTs[row] ?? 0, price[row] ?? 0, qty[row] ?? 0, taker[row] ?? 0)
    }
  }

  /**
   * Adds one print. Within its bucket a print may be older than the one before it.
   *
   * @param taker 1 bought, −1 sold, 0 not told
   * @throws LateRowError
   */
  addTrade(ts: number, price: number, qty: number, taker: number): void {
    const { bar } = this
    if (!this.isOpen || ts < bar.openTs || ts >= bar.closeTs) this.openBucket(ts, price)
    if (price > bar.high) bar.high = price
    if (price < bar.low) bar.low = price
    bar.close = price
    bar.volume += qty
    bar.buyVolume += qty * +(taker > 0)
    bar.count++
    this.products.add(price, qty)
  }

  /** Adds rows `[from, to)`. @throws LateRowError */
  addBars({ openTs, closeTs, open, high, low, close, volume }: BarColumns, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      this.startBar(openTs[row] ?? 0, closeTs[row] ?? 0, open[row] ?? 0)
      this.endBar(high[row] ?? 0, low[row] ?? 0, close[row] ?? 0, volume[row] ?? 0)
    }
  }

  /** Gives out every bar that ended at or before `ts`. Rows of those buckets are late from now on. */
  flushUntil(ts: number): void {
    assert(Number.isSafeInteger(ts), `a time is whole microseconds, was ${ts}`)
    if (this.isOpen && this.bar.closeTs <= ts) this.closeBucket()
    if (!this.isOpen) this.skipTo(this.bucketOf(ts))
  }

  private bucketOf(ts: number): number {
    const rest = ts % this.stepUs
    return rest < 0 ? ts - rest - this.stepUs : ts - rest
  }

  private openBucket(ts: number, price: number): void {
    if (ts < this.closedTs) throw new LateRowError(ts, this.closedTs)
    if (this.isOpen) this.closeBucket()
    const openTs = this.bucketOf(ts)
    this.skipTo(openTs)
    this.startBucket(openTs, price)
    this.isOpen = true
  }

  /** Passes over buckets without rows, up to the one that begins at `openTs`. */
  private skipTo(openTs: number): void {
    const { bar } = this
    if (this.carries && !Number.isNaN(bar.close)) {
      while (this.closedTs < openTs) {
        this.startBucket(this.closedTs, bar.close)
        this.closeBucket()
      }
    }
    if (openTs > this.closedTs) this.closedTs = openTs
  }

  private startBucket(openTs: number, price: number): void {
    const { bar } = this
    bar.openTs = openTs
    bar.closeTs = openTs + this.stepUs
    bar.open = price
    bar.high = price
    bar.low = price
    bar.close = price
    bar.volume = 0
    bar.count = 0
    bar.buyVolume = this.isFromBars ? Number.NaN : 0
    this.products.reset()
    this.coveredUs = 0
  }

  private closeBucket(): void {
    const { bar } = this
    this.isOpen = false
    this.closedTs = bar.closeTs
    if (this.isFromBars) {
      bar.isComplete = this.coveredUs === this.stepUs
    } else {
      if (bar.volume > Number.MAX_SAFE_INTEGER) assert(false, `volume of a bar is below 2^53 lots, was ${bar.volume}`)
      bar.value = this.products.value
      bar.isComplete = bar.openTs >= this.knownTs
    }
    this.sink(bar)
  }

  private startBar(openTs: number, closeTs: number, open: number): void {
    const { bar } = this
    if (openTs < this.sourceTs) throw new LateRowError(openTs, this.sourceTs)
    if (!this.isOpen || openTs >= bar.closeTs) this.openBucket(openTs, open)
    if (!(closeTs > openTs && closeTs <= bar.closeTs)) {
      assert(false, `a source bar lies within [${bar.openTs}, ${bar.closeTs}), was [${openTs}, ${closeTs})`)
    }
    this.sourceTs = closeTs
    this.coveredUs += closeTs - openTs
  }

  private endBar(high: number, low: number, close: number, volume: number): void {
    const { bar } = this
    if (high > bar.high) bar.high = high
    if (low < bar.low) bar.low = low
    bar.close = close
    bar.volume += volume
    bar.count++
    if (this.sourceTs === bar.closeTs) this.closeBucket()
  }
}
