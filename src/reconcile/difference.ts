import type { OrderRecord } from '../projection/engine-state.ts'
import type { VenueFill, VenueOrder } from '../venues/venue.ts'

/** What holding one thing of ours against the venue's came to (UGF-D-005). */
export type Category =
  | 'MATCH'
  /** We have it, the venue does not. */
  | 'MISSING_REMOTE'
  /** The venue has it, and no intent of ours. */
  | 'MISSING_LOCAL'
  | 'DIVERGED'
  /** One side is too old to be held against the other. */
  | 'STALE'
  /** Exposure that nothing explains. */
  | 'DANGEROUS'

export const CATEGORIES: readonly Category[] = [
  'MATCH',
  'MISSING_REMOTE',
  'MISSING_LOCAL',
  'DIVERGED',
  'STALE',
  'DANGEROUS',
]

export type Scope = 'all' | 'orders' | 'fills' | 'balances' | 'positions'
export type Kind = 'books' | 'order' | 'fill' | 'balance' | 'position'

export type DifferenceCode =
  | 'VENUE_BOOKS_OLD'
  | 'ORDER_EXTERNAL'
  | 'ORDER_TWICE'
  | 'ORDER_STILL_OPEN'
  | 'ORDER_UNSENT_AT_VENUE'
  | 'ORDER_NOT_AT_VENUE'
  | 'ORDER_ENDED_AT_VENUE'
  | 'ORDER_TERMS_DIFFER'
  | 'ORDER_FILLED_DIFFERS'
  | 'ORDER_ANSWER_LOST'
  | 'ORDER_CANCEL_LOST'
  | 'ORDER_AMEND_LOST'
  | 'FILL_MISSED'
  | 'FILL_UNEXPLAINED'
  | 'FILL_NOT_AT_VENUE'
  | 'FILL_TERMS_DIFFER'
  | 'POSITION_FILLS_MISSED'
  | 'POSITION_DIFFERS'
  | 'POSITION_UNEXPLAINED'
  | 'BALANCE_FILLS_MISSED'
  | 'BALANCE_DIFFERS'
  | 'BALANCE_UNEXPLAINED'

/** One thing on which the two sides do not agree. */
export interface Difference {
  readonly category: Exclude<Category, 'MATCH'>
  readonly kind: Kind
  /** `order:o5`, `fill:x3`, `balance:JPY`, `position:FX_BTC_JPY`; at most 128 characters. */
  readonly subject: string
  readonly reasonCode: DifferenceCode
  /** Both sides as text; undefined where a side has nothing. */
  readonly ours: string | undefined
  readonly venue: string | undefined
  /** One sentence for people. */
  readonly fact: string
  /** The news may still be on its way: no mismatch yet. */
  readonly isPending: boolean
  /** What it is about, for repairs. */
  readonly order?: OrderRecord | undefined
  readonly venueOrder?: VenueOrder | undefined
  readonly fill?: VenueFill | undefined
}

/** What was held against each other, and what did not agree. */
export class Findings {
  readonly differences: Difference[] = []
  #matched = 0

  match(): void {
    this.#matched++
  }

  add(difference: Difference): void {
    this.differences.push({ ...difference, subject: difference.subject.slice(0, 128) })
  }

  get matched(): number {
    return this.#matched
  }
}
