import type { Effect } from '../domain/instruction.ts'
import type { VenueReport } from '../domain/report.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { BarColumns, MarketColumns } from '../market/columns.ts'
import { type Feed, FeedCursor } from '../market/feed.ts'
import type { LatencyModel } from '../venues/simulated/latency.ts'
import type { SimulatedVenue } from '../venues/simulated/simulated-venue.ts'
import type { ReportSink } from '../venues/simulated/workbench.ts'
import { DelayLine } from './delay-line.ts'

/** Looks on while a simulation runs. */
export interface SimulationWatch {
  /** Called after every bar, and about once a second of market time on other data. Must be cheap. */
  sample(ts: number): void
  /** Called between chunks, and waited for, so that a host can let its signals in. Returning true stops the run. */
  progress(rows: number, ts: number): boolean | Promise<boolean>
}

/** Ties in time: books before quotes before prints before closing bars, and the next bar opens after all of them. */
const CLASS: Readonly<Record<MarketColumns['kind'], number>> = { book: 0, quotes: 1, trades: 2, bars: 3 }
const OPEN_CLASS = 4

const SAMPLE_EVERY_US = 1_000_000

/**
 * Plays market data to a kernel and a simulated venue in one total order of time: (time, class, feed, row). The venue sees
 * each row at venue time; the kernel sees it when it could have been received. Orders and reports travel as the latency
 * model says. With no latency anywhere every reaction is complete before time moves on.
 */
export class Simulation implements ReportSink {
  readonly #latency: LatencyModel
  readonly #watch: SimulationWatch
  readonly #reports: VenueReport[] = []
  readonly #inbound = new DelayLine<VenueReport>()
  readonly #outbound = new DelayLine<Effect>()
  #kernel: Kernel | undefined
  #venue: SimulatedVenue | undefined
  #isSettling = false
  #cursors: FeedCursor[] = []
  /** Whether a bar feed's head row has been opened. */
  #opened: boolean[] = []
  #keys = new Float64Array(0)
  #ranks = new Uint8Array(0)
  #hearsOpens = false
  #sampledTs = Number.NEGATIVE_INFINITY

  constructor(latency: LatencyModel, watch: SimulationWatch) {
    this.#latency = latency
    this.#watch = watch
  }

  /** Connects the two ends. The venue reports to this simulation, so it cannot be there before it. */
  connect(kernel: Kernel, venue: SimulatedVenue): void {
    this.#kernel = kernel
    this.#venue = venue
    this.#hearsOpens = kernel.hearsOpens
  }

  // ---- venue's side of the wall ------------------------------------------------------------------------------------------

  report(report: VenueReport): void {
    if (this.#latency.isInstant) this.#reports.push(report)
    else this.#inbound.send(report, report.ts + this.#latency.responseUs())
  }

  settle(): void {
    if (this.#isSettling || !this.#latency.isInstant) return
    this.#isSettling = true
    const kernel = this.#kernel as Kernel
    for (let at = 0; at < this.#reports.length; at++) {
      const report = this.#reports[at] as VenueReport
      kernel.onReport(report, report.ts)
      this.#perform()
    }
    this.#reports.length = 0
    this.#isSettling = false
  }

  /** Hands over what the kernel asked for. Taken out first: a venue that answers at once brings us here again. */
  #perform(): void {
    const kernel = this.#kernel as Kernel
    if (kernel.outbox.length === 0) return
    for (const effect of kernel.takeOutbox()) {
      if (this.#latency.isInstant) this.#deliver(effect, kernel.now)
      else this.#outbound.send(effect, kernel.now + this.#latency.entryUs())
    }
  }

  /** Performs the outbox, then lets the venue's answers and the reactions to them run out. */
  #react(): void {
    if ((this.#kernel as Kernel).outbox.length > 0) this.#perform()
    if (this.#reports.length > 0) this.settle()
  }

  #deliver(effect: Effect, ts: number): void {
    const venue = this.#venue as SimulatedVenue
    if (effect.kind === 'place') venue.place(effect.order, ts)
    else if (effect.kind === 'amend') venue.amend(effect.amend, ts)
    else venue.cancel(effect.orderId, effect.instrumentAt, ts)
  }

  // ---- the loop --------------------------------------------------------------------------------------------------------

  /** Plays the feeds to their end. Resolves with whether it was stopped before. */
  async play(feeds: readonly Feed[]): Promise<'completed' | 'cancelled'> {
    this.#cursors = feeds.map((feed, at) => new FeedCursor(feed, at))
    this.#opened = feeds.map(() => false)
    this.#keys = new Float64Array(2 * feeds.length)
    this.#ranks = new Uint8Array(2 * feeds.length)
    let isStopped = false
    try {
      for (const cursor of this.#cursors) {
        await cursor.refill()
        this.#refresh(cursor)
      }
      this.#react()
      while (!isStopped) {
        const needy = this.#advance()
        if (needy === undefined) break
        isStopped = await this.#watch.progress(this.#rows, (this.#kernel as Kernel).now)
        await needy.refill()
        this.#refresh(needy)
      }
      if (!isStopped) this.#drain(Number.POSITIVE_INFINITY)
    } finally {
      for (const cursor of this.#cursors) await cursor.close()
    }
    return isStopped ? 'cancelled' : 'completed'
  }

  get #rows(): number {
    let rows = 0
    for (const cursor of this.#cursors) rows += cursor.rows
    return rows
  }

  /** Runs until a feed needs its next chunk (returned) or all are at their end (undefined). */
  #advance(): FeedCursor | undefined {
    const keys = this.#keys
    const ranks = this.#ranks
    for (const cursor of this.#cursors) if (cursor.needsRefill) return cursor
    for (;;) {
      let best = -1
      let bestTs = Number.POSITIVE_INFINITY
      let bestRank = 0
      let nextTs = Number.POSITIVE_INFINITY
      for (let place = 0; place < keys.length; place++) {
        const ts = keys[place] as number
        if (ts < bestTs || (ts === bestTs && (ranks[place] as number) < bestRank)) {
          nextTs = bestTs
          best = place
          bestTs = ts
          bestRank = ranks[place] as number
        } else if (ts < nextTs) nextTs = ts
      }
      if (best < 0) return undefined
      if (this.#nextScheduledTs <= bestTs) this.#drain(bestTs)
      const cursor = this.#cursors[best >> 1] as FeedCursor
      if ((best & 1) === 1) this.#runLocal(cursor, nextTs)
      else if (cursor.feed.kind !== 'bars') this.#runVenue(cursor, nextTs)
      else if (this.#isTogether(cursor)) this.#runBars(cursor, nextTs)
      else this.#runBarTurn(cursor)
      this.#refresh(cursor)
      if (cursor.needsRefill) return cursor
    }
  }

  /** Notes when each end of a feed is due: the venue's at twice its number, ours behind it. Infinity is never. */
  #refresh(cursor: FeedCursor): void {
    const place = 2 * cursor.at
    const opens = cursor.feed.kind === 'bars' && this.#opened[cursor.at] === false
    this.#keys[place] = this.#venueTs(cursor, opens)
    this.#ranks[place] = opens ? OPEN_CLASS : CLASS[cursor.feed.kind]
    this.#keys[place + 1] = this.#localTs(cursor)
    this.#ranks[place + 1] = CLASS[cursor.feed.kind]
  }

  /** Whether our copy of a feed moves together with the venue's. */
  #isTogether({ feed }: FeedCursor): boolean {
    return feed.kind === 'bars' && this.#latency.feedUs === 0
  }

  #venueTs({ venue, venueRow }: FeedCursor, opens: boolean): number {
    if (venue === undefined || venueRow >= venue.length) return Number.POSITIVE_INFINITY
    if (venue.kind !== 'bars') return venue.venueTs[venueRow] as number
    return (opens ? venue.openTs[venueRow] : venue.closeTs[venueRow]) as number
  }

  #localTs(cursor: FeedCursor): number {
    if (this.#isTogether(cursor)) return Number.POSITIVE_INFINITY
    const { local, localRow } = cursor
    if (local === undefined || localRow >= local.length) return Number.POSITIVE_INFINITY
    // We cannot have received what the venue has not said.
    if (local === cursor.venue && localRow >= cursor.venueRow) return Number.POSITIVE_INFINITY
    return ((local.kind === 'bars' ? local.closeTs[localRow] : local.recvTs[localRow]) as number) + this.#latency.feedUs
  }

  #runBars(cursor: FeedCursor, nextTs: number): void {
    const kernel = this.#kernel as Kernel
    const venue = this.#venue as SimulatedVenue
    const bars = cursor.venue as BarColumns
    const at = cursor.feed.instrumentAt
    const { length, openTs, closeTs } = bars
    let row = cursor.venueRow
    let isOpened = this.#opened[cursor.at] as boolean
    let scheduledTs = this.#nextScheduledTs
    // The first turn is ours whatever the ties say; later ones must come strictly before everyone else.
    let isFirst = true
    while (row < length) {
      const limit = Math.min(nextTs, scheduledTs)
      if (!isOpened) {
        if (!isFirst && (openTs[row] as number) >= limit) break
        if (!this.#hearsOpens && (closeTs[row] as number) < limit && venue.isQuiet(at)) {
          // Nobody has anything at stake inside this bar: it is only seen, at its close.
          venue.passBar(at, bars, row)
          kernel.onBar(at, bars, row)
          if (kernel.outbox.length > 0) {
            this.#react()
            scheduledTs = this.#nextScheduledTs
          } else if (kernel.nextTimerTs < scheduledTs) scheduledTs = kernel.nextTimerTs
          this.#watch.sample(closeTs[row] as number)
          isFirst = false
          row++
          continue
        }
        isFirst = false
        this.#openBar(at, bars, row)
        isOpened = true
        scheduledTs = this.#nextScheduledTs
        continue
      }
      if (!isFirst && (closeTs[row] as number) >= limit) break
      isFirst = false
      venue.onBarClose(at, bars, row)
      kernel.onBar(at, bars, row)
      this.#react()
      scheduledTs = this.#nextScheduledTs
      this.#watch.sample(closeTs[row] as number)
      isOpened = false
      row++
    }
    cursor.venueRow = row
    cursor.localRow = row
    this.#opened[cursor.at] = isOpened
    cursor.passLocal()
  }

  /** A bar opens; strategies that listen for it may still act at its open. */
  #openBar(at: number, bars: BarColumns, row: number): void {
    const kernel = this.#kernel as Kernel
    const venue = this.#venue as SimulatedVenue
    venue.onBarOpen(at, bars, row)
    if (this.#hearsOpens) {
      kernel.onBarOpen(at, bars, row)
      if (kernel.outbox.length > 0) {
        this.#react()
        venue.onBarOpened(at, bars, row)
      }
    }
    venue.endOpening(at)
  }

  /** One turn of a bar feed whose bars reach us later than the venue. */
  #runBarTurn(cursor: FeedCursor): void {
    const venue = this.#venue as SimulatedVenue
    const bars = cursor.venue as BarColumns
    const at = cursor.feed.instrumentAt
    const row = cursor.venueRow
    if (this.#opened[cursor.at] === false) {
      venue.onBarOpen(at, bars, row)
      venue.endOpening(at)
      this.#opened[cursor.at] = true
    } else {
      venue.onBarClose(at, bars, row)
      this.#opened[cursor.at] = false
      cursor.venueRow++
    }
    this.#react()
  }

  /** The venue sees rows of one moment together, and later ones as long as nothing else comes before them. */
  #runVenue(cursor: FeedCursor, nextTs: number): void {
    const venue = this.#venue as SimulatedVenue
    const columns = cursor.venue as MarketColumns & { readonly kind: 'book' | 'trades' | 'quotes' }
    const at = cursor.feed.instrumentAt
    const { venueTs, length } = columns
    let row = cursor.venueRow
    const first = venueTs[row] as number
    let limit = Number.NEGATIVE_INFINITY
    do {
      if (columns.kind === 'book') venue.onBook(at, columns, row)
      else if (columns.kind === 'trades') venue.onTrade(at, columns, row)
      else venue.onQuote(at, columns, row)
      cursor.venueRow = ++row
      if (this.#reports.length > 0) {
        this.#react()
        limit = Number.NEGATIVE_INFINITY
      }
      // Our own copy is due no sooner than before, and what is scheduled changes only when somebody reacts.
      if (limit === Number.NEGATIVE_INFINITY) limit = Math.min(nextTs, this.#localTs(cursor), this.#nextScheduledTs)
    } while (row < length && ((venueTs[row] as number) === first || (venueTs[row] as number) < limit))
  }

  /** Rows reach us: those of one moment together, later ones as long as nothing else comes before them. */
  #runLocal(cursor: FeedCursor, nextTs: number): void {
    const kernel = this.#kernel as Kernel
    const columns = cursor.local as MarketColumns
    const at = cursor.feed.instrumentAt
    const opens = columns.kind === 'bars' && this.#opened[cursor.at] === false
    const end = columns === cursor.venue ? cursor.venueRow : columns.length
    const times = columns.kind === 'bars' ? columns.closeTs : columns.recvTs
    const { feedUs } = this.#latency
    const market = Math.min(nextTs, this.#venueTs(cursor, opens))
    let row = cursor.localRow
    const first = times[row] as number
    let limit = Math.min(market, this.#nextScheduledTs) - feedUs
    do {
      if (columns.kind === 'book') kernel.onBook(at, columns, row)
      else if (columns.kind === 'trades') kernel.onTrade(at, columns, row)
      else if (columns.kind === 'quotes') kernel.onQuote(at, columns, row)
      else kernel.onBar(at, columns, row)
      const ts = times[row] as number
      cursor.localRow = ++row
      if (kernel.outbox.length > 0) {
        this.#react()
        limit = Math.min(market, this.#nextScheduledTs) - feedUs
      } else if (kernel.nextTimerTs - feedUs < limit) limit = kernel.nextTimerTs - feedUs
      if (ts - this.#sampledTs >= SAMPLE_EVERY_US || columns.kind === 'bars') {
        this.#sampledTs = ts
        this.#watch.sample(ts + feedUs)
      }
    } while (row < end && ((times[row] as number) === first || (times[row] as number) < limit))
    cursor.passLocal()
  }

  /** When the next order arrives, report comes in or timer fires. */
  get #nextScheduledTs(): number {
    return Math.min(this.#inbound.nextTs, this.#outbound.nextTs, (this.#kernel as Kernel).nextTimerTs)
  }

  /** Lets everything that is due before or at `ts` happen: arrivals, then reports, then timers strictly before. */
  #drain(ts: number): void {
    const kernel = this.#kernel as Kernel
    for (;;) {
      const { nextTimerTs } = kernel
      const outTs = this.#outbound.nextTs
      const inTs = this.#inbound.nextTs
      const first = Math.min(outTs, inTs, nextTimerTs)
      // At the end of the data timers have no market left to act on: only what is on its way still arrives.
      if (first > ts || first === Number.POSITIVE_INFINITY) return
      if (outTs === first) this.#deliver(this.#outbound.take(), first)
      else if (inTs === first) kernel.onReport(this.#inbound.take(), first)
      else if (ts === Number.POSITIVE_INFINITY) return
      else kernel.onClock(first)
      this.#react()
    }
  }
}
