import type { Order, OrderState } from '../orders/order.ts'
import type { Portfolio } from '../portfolio/portfolio.ts'
import { told } from './evidence.ts'
import type { Facts } from './judgement.ts'
import type { Scribe } from './scribe.ts'

export interface EndingRooms {
  readonly facts: Facts
  readonly scribe: Scribe
}

/** How an order ended. `cause` is the event that led to it where none of its own did; venue time is now unless told. */
export interface OrderEnd {
  readonly cause: number
  readonly reasonCode: string
  readonly venueTs?: number
  readonly detail?: string
}

/** An order reaches an end that is no fill: writes it and moves the order. */
export function writeEnd(
  { facts, scribe }: EndingRooms,
  order: Order,
  to: 'REJECTED' | 'CANCELED' | 'EXPIRED',
  end: OrderEnd,
): void {
  const { cause, reasonCode, venueTs = scribe.now, detail = '' } = end
  const { instrument, botId, trace } = order
  const answer = {
    order_id: order.id,
    instrument_id: instrument.id,
    venue_order_id: order.venueOrderId,
    venue_ts: venueTs,
    reason_code: reasonCode,
  }
  const causeSeq = order.lastSeq > 0 ? order.lastSeq : cause
  const seq =
    to === 'REJECTED'
      ? scribe.write('order.rejected', { ...answer, detail: told(detail) }, botId, trace, causeSeq)
      : scribe.write(to === 'CANCELED' ? 'order.canceled' : 'order.expired', answer, botId, trace, causeSeq)
  facts.orders.move(order, to, { seq, ts: scribe.now })
}

/** What became of an order is not known from here on. */
export function writeUnknown({ facts, scribe }: EndingRooms, order: Order, reasonCode: string, detail: string): void {
  const { instrument, botId, trace } = order
  const seq = scribe.write(
    'order.unknown',
    { order_id: order.id, instrument_id: instrument.id, reason_code: reasonCode, detail: told(detail) },
    botId,
    trace,
    order.lastSeq,
  )
  facts.orders.move(order, 'UNKNOWN', { seq, ts: scribe.now })
}

/** Whether what an order was there to reduce is gone. */
export function isOrphan(portfolio: Portfolio, { reduceOnly, side, botAt, instrumentAt }: Order): boolean {
  const held = portfolio.botQty(botAt, instrumentAt)
  return reduceOnly && (side === 'sell' ? held <= 0 : held >= 0)
}

/** Not handed over yet. */
export function isUnsent(state: OrderState): boolean {
  return state === 'DRAFT' || state === 'VALIDATED' || state === 'ENQUEUED'
}

export function isRequested(state: OrderState): boolean {
  return state === 'CANCEL_REQUESTED' || state === 'AMEND_REQUESTED'
}

export function isWorking(state: OrderState): boolean {
  return state === 'OPEN' || state === 'PARTIAL' || isRequested(state)
}
