import type { InstrumentId } from '../../domain/ids.ts'
import type { VenueBooks, VenueOrder } from '../venue.ts'

/** How the simulated exchange can be told to misbehave. */
export const VENUE_FAULTS = [
  'lose-fill',
  'repeat-fill',
  'delay-fill',
  'invent-fill',
  'lose-order',
  'invent-order',
  'lose-answer',
  'lose-cancel',
  'lose-message',
  'shift-balance',
  'old-books',
  'fail-answers',
  'rate-limit',
  'slow-answers',
  'refuse-key',
  'offline',
  'online',
  'pause-feed',
  'resume-feed',
] as const
export type VenueFault = (typeof VENUE_FAULTS)[number]

export interface FaultOptions {
  /** The instrument that it is for; any, or all of them, unless told. */
  readonly instrumentId?: InstrumentId | undefined
  /** How long a delay or an outage lasts. */
  readonly seconds?: number | undefined
}

/** Faults that wait for something to spoil, once each. */
export type ArmedKind =
  | 'lose-fill'
  | 'repeat-fill'
  | 'delay-fill'
  | 'invent-fill'
  | 'lose-order'
  | 'lose-answer'
  | 'lose-cancel'
  | 'lose-message'

export interface ArmedFault {
  readonly kind: ArmedKind
  /** Undefined is any instrument. */
  readonly at?: number | undefined
  readonly delayUs: number
}

/** How questions about the account are answered, other than as they should be. */
export type AnswerFault =
  | { readonly kind: 'fail'; readonly untilTs: number }
  | { readonly kind: 'limit'; readonly retryAfterMs: number }
  | { readonly kind: 'slow'; readonly delayUs: number }
  | { readonly kind: 'refuse' }

/** An order in our account that we never placed. It never trades; whoever placed it takes it back. */
export interface ForeignOrder {
  readonly order: VenueOrder
  readonly untilTs: number
}

/** The faults in plain JSON. */
export interface FaultsState {
  readonly armed: readonly ArmedFault[]
  readonly offlineUntilTs: number | null
  readonly pausedUntilTs: readonly (number | null)[]
  readonly foreign: readonly ForeignOrder[]
  readonly invented: number
}

/** Later than any time: until somebody says otherwise. */
export const UNTIL_TOLD = Number.MAX_SAFE_INTEGER

/** What the exchange does wrong now, or will with the next occasion. */
export class VenueFaults {
  #armed: ArmedFault[] = []
  /** The books as they were when it began to answer with old ones. An exchange that restarts answers with its present ones. */
  oldBooks: { readonly books: VenueBooks; readonly untilTs: number } | undefined
  /** Undefined while questions are answered as they should be: so they are by an exchange that restarts. */
  answers: AnswerFault | undefined
  /** Undefined while it can be reached. */
  offlineUntilTs: number | undefined
  /** Per instrument; undefined while its data flows. */
  readonly pausedUntilTs: (number | undefined)[]
  foreign: ForeignOrder[] = []
  #invented = 0

  constructor(instruments: number) {
    this.pausedUntilTs = Array.from({ length: instruments }, () => undefined)
  }

  save(): FaultsState {
    return {
      armed: this.#armed,
      offlineUntilTs: this.offlineUntilTs ?? null,
      pausedUntilTs: this.pausedUntilTs.map((ts) => ts ?? null),
      foreign: this.foreign,
      invented: this.#invented,
    }
  }

  restore({ armed, offlineUntilTs, pausedUntilTs, foreign, invented }: FaultsState): void {
    this.#armed = [...armed]
    this.offlineUntilTs = offlineUntilTs ?? undefined
    pausedUntilTs.forEach((ts, at) => (this.pausedUntilTs[at] = ts ?? undefined))
    this.foreign = foreign.map(({ order, untilTs }) => ({ order: { ...order, orderId: undefined }, untilTs }))
    this.#invented = invented
  }

  arm(fault: ArmedFault): void {
    this.#armed.push(fault)
  }

  /** The first fault of a kind that waits for this instrument; it is used up. */
  take(kind: ArmedKind, at: number): ArmedFault | undefined {
    if (this.#armed.length === 0) return undefined
    const found = this.#armed.findIndex((fault) => fault.kind === kind && (fault.at ?? at) === at)
    return found < 0 ? undefined : this.#armed.splice(found, 1)[0]
  }

  /** A number for something that does not exist. */
  nextInvented(): number {
    return ++this.#invented
  }

  /** When the next of those that last for a while ends; Infinity when none does. */
  get nextTs(): number {
    let next = this.offlineUntilTs ?? Number.POSITIVE_INFINITY
    if (this.oldBooks !== undefined && this.oldBooks.untilTs < next) next = this.oldBooks.untilTs
    if (this.answers?.kind === 'fail' && this.answers.untilTs < next) next = this.answers.untilTs
    for (const ts of this.pausedUntilTs) if (ts !== undefined && ts < next) next = ts
    for (const { untilTs } of this.foreign) if (untilTs < next) next = untilTs
    return next
  }
}
