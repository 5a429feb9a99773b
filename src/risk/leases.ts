import { US_PER_SECOND } from '../domain/time.ts'

/** How long a lease lives, and how much earlier it is not relied on any more, µs. */
export interface LeaseTerms {
  readonly lifeUs: number
  readonly marginUs: number
}

/** Defaults of UGF-D-004. */
export const LEASE_TERMS: LeaseTerms = { lifeUs: 20 * US_PER_SECOND, marginUs: 2 * US_PER_SECOND }
/** A bot whose lease was denied this many times in a row is paused. */
export const LEASE_TRIES = 3

export type LeaseKind = 'bot' | 'venue'
/** CLOSE_ONLY: what it is issued to may not take new risk. */
export type LeaseConstraint = 'NONE' | 'CLOSE_ONLY'

export interface Lease {
  readonly kind: LeaseKind
  readonly id: string
  readonly issuedTs: number
  readonly renewedTs: number
  readonly expiresTs: number
  readonly constraint: LeaseConstraint
}

/** What a lease permits now. */
export type LeaseState = 'VALID' | 'CLOSE_ONLY' | 'EXPIRED' | 'MISSING'

/** What became of one look at a lease; undefined where it is not due. */
export type LeaseStep =
  | { readonly kind: 'ISSUED' | 'RENEWED'; readonly lease: Lease }
  | { readonly kind: 'DENIED'; readonly denials: number }

interface Holder {
  lease: Lease | undefined
  triedTs: number
  /** In a row. */
  denials: number
}

/**
 * Short permissions to take new risk, one per bot and one per venue (UGF-D-004). Whoever keeps watch issues and renews them;
 * when the watch stands still they run out by themselves. Time is what the caller says it is.
 */
export class Leases {
  readonly #terms: LeaseTerms
  readonly #holders: Readonly<Record<LeaseKind, Map<string, Holder>>> = { venue: new Map(), bot: new Map() }

  constructor(terms: LeaseTerms) {
    this.#terms = terms
  }

  /** Every lease that was issued, also those that have run out: venues, then bots. */
  get all(): readonly Lease[] {
    const holders = [...this.#holders.venue.values(), ...this.#holders.bot.values()]
    return holders.flatMap(({ lease }) => lease ?? [])
  }

  state(kind: LeaseKind, id: string, now: number): LeaseState {
    const lease = this.#holders[kind].get(id)?.lease
    if (lease === undefined) return 'MISSING'
    if (now >= lease.expiresTs - this.#terms.marginUs) return 'EXPIRED'
    return lease.constraint === 'NONE' ? 'VALID' : 'CLOSE_ONLY'
  }

  /** What a bot may do at a venue: it needs both leases. */
  stateOf(botId: string, venueId: string, now: number): LeaseState {
    const bot = this.state('bot', botId, now)
    return bot === 'VALID' ? this.state('venue', venueId, now) : bot
  }

  /**
   * Looks at one lease and, when it is due, issues, renews or denies it. Due is a quarter of its life after the last look, or
   * at once when it could be had again or should say something else.
   *
   * @param wanted undefined denies: a lease that stands is left to run out
   */
  look(kind: LeaseKind, id: string, wanted: LeaseConstraint | undefined, now: number): LeaseStep | undefined {
    const holder = this.#holders[kind].getOrInsertComputed(id, () => ({
      lease: undefined,
      triedTs: Number.NEGATIVE_INFINITY,
      denials: 0,
    }))
    const isTime = now - holder.triedTs >= this.#terms.lifeUs / 4
    if (wanted === undefined) {
      if (!isTime && holder.denials > 0) return undefined
      holder.triedTs = now
      return { kind: 'DENIED', denials: ++holder.denials }
    }
    const before = this.state(kind, id, now)
    const isHeld = before === 'VALID' || before === 'CLOSE_ONLY'
    const isSame = isHeld && holder.lease?.constraint === wanted && holder.denials === 0
    if (isSame && !isTime) return undefined
    holder.triedTs = now
    holder.denials = 0
    holder.lease = {
      kind,
      id,
      issuedTs: isSame ? (holder.lease?.issuedTs ?? now) : now,
      renewedTs: now,
      expiresTs: now + this.#terms.lifeUs,
      constraint: wanted,
    }
    return { kind: isSame ? 'RENEWED' : 'ISSUED', lease: holder.lease }
  }
}
