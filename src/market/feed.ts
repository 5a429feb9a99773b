import { assert } from '../domain/brand.ts'
import type { MarketColumns } from './columns.ts'

/** One stream of market data of one instrument, chunk by chunk, in time order. */
export interface Feed {
  /** Position of the instrument in the run's list. */
  readonly instrumentAt: number
  readonly kind: MarketColumns['kind']
  readonly chunks: AsyncIterable<MarketColumns>
}

/** Thrown when a feed goes back in time: a merge by time would then be no order at all. */
export class FeedOrderError extends Error {
  readonly code = 'feed.order'
  constructor(feed: number, row: number, before: number, after: number) {
    super(`feed ${feed + 1} goes back in time at row ${row}: ${after} µs comes after ${before} µs`)
  }
}

const CHUNKS_AHEAD_MAX = 64

/**
 * A feed being read at two places: where the venue is, and where we are. News takes time to reach us, so the second trails
 * the first by each row's own delay; with no delay they move together.
 */
export class FeedCursor {
  readonly feed: Feed
  readonly at: number
  readonly #iterator: AsyncIterator<MarketColumns>
  /** Chunks from the one we are in to the one the venue is in. */
  readonly #chunks: MarketColumns[] = []
  venue: MarketColumns | undefined
  venueRow = 0
  local: MarketColumns | undefined
  localRow = 0
  #isEnded = false
  #rowsBefore = 0
  #lastTs = Number.NEGATIVE_INFINITY

  constructor(feed: Feed, at: number) {
    this.feed = feed
    this.at = at
    this.#iterator = feed.chunks[Symbol.asyncIterator]()
  }

  /** Rows that the venue has seen. */
  get rows(): number {
    return this.#rowsBefore + this.venueRow
  }

  /** Loads the next chunk once the venue has gone through its own. False at the end of the feed. */
  async refill(): Promise<boolean> {
    while (!this.#isEnded && (this.venue === undefined || this.venueRow >= this.venue.length)) {
      const next = await this.#iterator.next()
      if (next.done === true) {
        this.#isEnded = true
        break
      }
      if (next.value.length === 0) continue
      this.#checkOrder(next.value)
      this.#rowsBefore += this.venue?.length ?? 0
      this.venue = next.value
      this.venueRow = 0
      this.#chunks.push(next.value)
      assert(this.#chunks.length <= CHUNKS_AHEAD_MAX, 'we trail the venue by a bounded number of chunks')
      if (this.local === undefined || this.localRow >= this.local.length) this.#advanceLocal()
    }
    return !(this.#isEnded && (this.venue === undefined || this.venueRow >= this.venue.length))
  }

  /** Moves our place to the next chunk when its own is read to the end. */
  passLocal(): void {
    if (this.local !== undefined && this.localRow >= this.local.length) this.#advanceLocal()
  }

  get needsRefill(): boolean {
    return !this.#isEnded && (this.venue === undefined || this.venueRow >= this.venue.length)
  }

  #advanceLocal(): void {
    if (this.local !== undefined && this.#chunks[0] === this.local) this.#chunks.shift()
    const next = this.#chunks[0]
    if (next === undefined || next === this.local) {
      if (this.local !== undefined) this.localRow = this.local.length
      return
    }
    this.local = next
    this.localRow = 0
  }

  /** A whole chunk at a time and outside the hot loop: times never fall. */
  #checkOrder(chunk: MarketColumns): void {
    const times = chunk.kind === 'bars' ? chunk.closeTs : chunk.venueTs
    let last = this.#lastTs
    for (let row = 0; row < chunk.length; row++) {
      const ts = times[row] as number
      if (ts < last) throw new FeedOrderError(this.at, this.rows + row, last, ts)
      last = ts
    }
    this.#lastTs = last
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}
