import type { Brand } from './brand.ts'
import type { DecisionId, OrderId } from './ids.ts'
import type { Lots, Ticks } from './money.ts'
import type { OrderType, Side, TimeInForce } from './order.ts'

/** One order as it is handed to a venue. */
export interface PlaceInstruction {
  readonly orderId: OrderId
  readonly decisionId: DecisionId
  /** Position of the instrument in its kernel's list. */
  readonly instrumentAt: number
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly qty: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly trail: Ticks | undefined
}

/** New terms for an order that rests at a venue. */
export interface AmendInstruction {
  readonly orderId: OrderId
  readonly decisionId: DecisionId
  readonly instrumentAt: number
  readonly qty: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly trail: Ticks | undefined
}

/** An order that the gate let through. Only the gate makes one, and a venue takes nothing else: an unjudged order does not compile. */
export type AllowedOrder = Brand<PlaceInstruction, 'AllowedOrder'>
export type AllowedAmend = Brand<AmendInstruction, 'AllowedAmend'>

/** What the kernel asks of its host once the events behind it are durable. */
export type Effect =
  | { readonly kind: 'place'; readonly order: AllowedOrder }
  | { readonly kind: 'amend'; readonly amend: AllowedAmend }
  | { readonly kind: 'cancel'; readonly orderId: OrderId; readonly instrumentAt: number }
