import type { InstrumentId, OrderId, TradeId, VenueOrderId } from './ids.ts'
import type { Lots, Money, Rate, Ticks } from './money.ts'
import type { Liquidity, Side } from './order.ts'

/** What a venue says happened, in the engine's words. `ts` is the venue's time in µs; the kernel adds its own. */
export type VenueReport =
  | { readonly kind: 'accepted'; readonly orderId: OrderId; readonly venueOrderId: VenueOrderId; readonly ts: number }
  | { readonly kind: 'triggered'; readonly orderId: OrderId; readonly ts: number }
  | {
      readonly kind: 'rejected'
      readonly orderId: OrderId
      readonly reasonCode: string
      readonly detail: string
      readonly ts: number
    }
  | FillReport
  | {
      readonly kind: 'canceled' | 'expired'
      readonly orderId: OrderId
      readonly reasonCode: string
      readonly ts: number
    }
  | {
      readonly kind: 'cancel-refused' | 'amend-refused'
      readonly orderId: OrderId
      readonly detail: string
      readonly ts: number
    }
  | {
      readonly kind: 'amended'
      readonly orderId: OrderId
      readonly qty: Lots
      readonly limit: Ticks | undefined
      readonly stop: Ticks | undefined
      readonly trail: Ticks | undefined
      readonly ts: number
    }
  /** The host lost the venue's answer: sent, and its truth is not known. */
  | {
      readonly kind: 'unknown'
      readonly orderId: OrderId
      readonly reasonCode: string
      readonly detail: string
      readonly ts: number
    }
  | FundingReport
  | LiquidationReport

export interface FillReport {
  readonly kind: 'fill'
  readonly orderId: OrderId
  readonly tradeId: TradeId
  readonly price: Ticks
  readonly qty: Lots
  readonly liquidity: Liquidity
  /** In the instrument's settle currency; positive is paid, negative a rebate. */
  readonly fee: Money
  readonly ts: number
}

/** A periodic payment between longs and shorts: positive rate, longs pay. */
export interface FundingReport {
  readonly kind: 'funding'
  readonly instrumentId: InstrumentId
  readonly rate: Rate
  readonly mark: Ticks
  readonly ts: number
}

/** The venue closes a position because margin ran out. */
export interface LiquidationReport {
  readonly kind: 'liquidation'
  readonly instrumentId: InstrumentId
  readonly tradeId: TradeId
  readonly side: Side
  readonly price: Ticks
  readonly qty: Lots
  readonly fee: Money
  readonly ts: number
}
