import { assert } from '../../domain/brand.ts'

/** What goes first (UGF-0-011): cancels and flattening, what reduces, what opens or amends, questions. */
export const LANES = [
  { name: 'cancel', cap: 1_000 },
  { name: 'reduce', cap: 200 },
  { name: 'open', cap: 100 },
  { name: 'question', cap: 500 },
] as const
export type Lane = 0 | 1 | 2 | 3

export interface LaneStatus {
  readonly name: string
  readonly depth: number
  readonly cap: number
  /** Since the start. */
  readonly refused: number
  readonly coalesced: number
}

export interface RateTerms {
  /** Requests that the venue takes per second, and at once when it was left alone for a second. */
  readonly perSecond: number
  /** Share of it that only lane 0 may use, 0…1. */
  readonly reserved: number
}

/** Requests that may leave: refilled evenly, never more than a second's worth. Time is told to it, in ms. */
export class RateBudget {
  readonly #terms: RateTerms
  #tokens: number
  #filledMs: number

  constructor(nowMs: number, terms: RateTerms) {
    this.#terms = terms
    this.#tokens = terms.perSecond
    this.#filledMs = nowMs
  }

  /** How long until a request of a lane may leave, ms; 0 is now. */
  waitMs(lane: Lane, nowMs: number): number {
    const { perSecond, reserved } = this.#terms
    this.#tokens = Math.min(perSecond, this.#tokens + ((nowMs - this.#filledMs) * perSecond) / 1_000)
    this.#filledMs = nowMs
    const needed = lane === 0 ? 1 : 1 + reserved * perSecond
    return this.#tokens >= needed ? 0 : Math.ceil(((needed - this.#tokens) * 1_000) / perSecond)
  }

  take(lane: Lane, nowMs: number): boolean {
    if (this.waitMs(lane, nowMs) > 0) return false
    this.#tokens--
    return true
  }
}

interface Waiting<T> {
  readonly item: T
  readonly key: string
  readonly sinceMs: number
}

/**
 * What waits to leave for a venue, by urgency. A lane that is full refuses, but lane 0: it takes whatever comes, and while it is
 * over its cap the others are refused instead. Keys are unique within a lane; one that waits already is not queued twice.
 */
export class Lanes<T> {
  /** A map keeps the order in which things came, and finds what is withdrawn. */
  readonly #lanes = LANES.map(() => new Map<string, Waiting<T>>())
  readonly #refused = LANES.map(() => 0)
  readonly #coalesced = LANES.map(() => 0)

  /** Queues an item, or says why not: the same is asked already, or there is no room. */
  offer(lane: Lane, key: string, item: T, nowMs: number): 'QUEUED' | 'QUEUE_FULL' | { readonly sameAs: T } {
    const queue = this.#queue(lane)
    const same = queue.get(key)
    if (same !== undefined) {
      this.#count(this.#coalesced, lane)
      return { sameAs: same.item }
    }
    const isFull = queue.size >= LANES[lane].cap || this.#queue(0).size >= LANES[0].cap
    if (lane > 0 && isFull) {
      this.#count(this.#refused, lane)
      return 'QUEUE_FULL'
    }
    queue.set(key, { item, key, sinceMs: nowMs })
    return 'QUEUED'
  }

  /** The most urgent item that may leave now; it is gone from its lane. */
  take(
    mayLeave: (lane: Lane) => boolean,
  ): { readonly lane: Lane; readonly item: T; readonly sinceMs: number } | undefined {
    for (const lane of [0, 1, 2, 3] as const) {
      const queue = this.#queue(lane)
      const [first] = queue.values()
      if (first === undefined || !mayLeave(lane)) continue
      queue.delete(first.key)
      return { lane, item: first.item, sinceMs: first.sinceMs }
    }
    return undefined
  }

  /** Takes back what has not left; undefined when it has, or never waited. */
  withdraw(lane: Lane, key: string): T | undefined {
    const queue = this.#queue(lane)
    const found = queue.get(key)
    queue.delete(key)
    return found?.item
  }

  /** Takes everything out of a lane, oldest first. */
  drain(lane: Lane): readonly T[] {
    const queue = this.#queue(lane)
    const items = [...queue.values()].map(({ item }) => item)
    queue.clear()
    return items
  }

  depth(lane: Lane): number {
    return this.#queue(lane).size
  }

  get isEmpty(): boolean {
    return this.#lanes.every((queue) => queue.size === 0)
  }

  status(): readonly LaneStatus[] {
    return LANES.map(({ name, cap }, lane) => ({
      name,
      cap,
      depth: this.#lanes[lane]?.size ?? 0,
      refused: this.#refused[lane] ?? 0,
      coalesced: this.#coalesced[lane] ?? 0,
    }))
  }

  /** Counts something that was refused without being queued. */
  refuse(lane: Lane): void {
    this.#count(this.#refused, lane)
  }

  #count(counts: number[], lane: Lane): void {
    counts[lane] = (counts[lane] ?? 0) + 1
  }

  #queue(lane: Lane): Map<string, Waiting<T>> {
    const queue = this.#lanes[lane]
    assert(queue !== undefined, `a lane is 0 to 3, was ${lane}`)
    return queue
  }
}
