import type { InstrumentId, OrderId, TradeId, VenueId, VenueOrderId } from '../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../domain/instruction.ts'
import type { Lots, Money, Ticks } from '../domain/money.ts'
import type { Liquidity, OrderType, Side } from '../domain/order.ts'

/**
 * Orders out; reports come back as inputs of the kernel. Handing over never means accepted: acceptance is a report.
 * A venue takes only what the gate allowed.
 */
export interface Venue {
  place(order: AllowedOrder, ts: number): void
  amend(amend: AllowedAmend, ts: number): void
  cancel(orderId: OrderId, instrumentAt: number, ts: number): void
}

/** An order as a venue tells it when asked. */
export interface VenueOrder {
  readonly venueOrderId: VenueOrderId
  /** The client order id that it came with; undefined for an order that is not ours. */
  readonly orderId: OrderId | undefined
  readonly instrumentId: InstrumentId
  readonly side: Side
  readonly type: OrderType
  readonly qty: Lots
  readonly filled: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly reduceOnly: boolean
  readonly state: 'OPEN' | 'FILLED' | 'CANCELED' | 'EXPIRED' | 'REJECTED'
  /** Why it ended, in the venue's words made a code; undefined while it is open or when it filled. */
  readonly reasonCode: string | undefined
  readonly createdTs: number
  readonly updatedTs: number
}

/** One execution as a venue lists it. */
export interface VenueFill {
  /** Position in the venue's own list: asking for what comes after it misses nothing and repeats nothing. */
  readonly cursor: number
  readonly tradeId: TradeId
  readonly venueOrderId: VenueOrderId | undefined
  readonly orderId: OrderId | undefined
  readonly instrumentId: InstrumentId
  readonly side: Side
  readonly price: Ticks
  readonly qty: Lots
  readonly liquidity: Liquidity
  /** Settle currency; negative is a rebate. */
  readonly fee: Money
  readonly ts: number
}

export interface VenuePosition {
  readonly instrumentId: InstrumentId
  /** Signed. */
  readonly qty: Lots
}

/** A venue's own books at one moment. */
export interface VenueBooks {
  readonly venueId: VenueId
  /** Venue time, µs. */
  readonly ts: number
  readonly openOrders: readonly VenueOrder[]
  readonly balances: readonly { readonly currency: string; readonly amount: Money }[]
  readonly positions: readonly VenuePosition[]
}

/**
 * What a venue can be asked about our account. Every question may fail: a rejected promise is an unknown truth, never an
 * empty answer.
 */
export interface VenueAccountPort {
  readonly venueId: VenueId
  books(): Promise<VenueBooks>
  /** Executions after a cursor, oldest first; 0 for all that the venue keeps. */
  fills(afterCursor: number): Promise<readonly VenueFill[]>
  /** An order by our own id; undefined when the venue has never heard of it. */
  order(orderId: OrderId, instrumentId: InstrumentId): Promise<VenueOrder | undefined>
}

/**
 * What kind of failure a question or an order met (UGF-0-008). TRANSIENT may pass by itself and RATELIMITED when we wait;
 * all others are met again by asking again.
 */
export const FAILURE_KINDS = [
  'TRANSIENT',
  'RATELIMITED',
  'AUTH',
  'INVALIDREQUEST',
  'PROTOCOL',
  'INTEGRITY',
  'RESOURCEEXHAUSTED',
  'SAFETY',
  'UNKNOWN',
] as const
export type FailureKind = (typeof FAILURE_KINDS)[number]

/** What a venue's port rejects with, as far as it can tell. An error that names no kind is UNKNOWN. */
export interface VenueFailure {
  readonly kind: FailureKind
  /** How long the venue wants to be left alone, ms; undefined when it said nothing. */
  readonly retryAfterMs?: number | undefined
}
