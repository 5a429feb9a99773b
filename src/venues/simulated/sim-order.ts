import type { OrderId, VenueOrderId } from '../../domain/ids.ts'
import type { OrderType, Side, TimeInForce } from '../../domain/order.ts'
import { joinQueue, type QueuePlace } from './queue.ts'

/** An order as the simulated venue holds it. Ticks and lots as plain numbers: this is the venue's side of the wall. */
export interface SimOrder {
  readonly orderId: OrderId
  readonly venueOrderId: VenueOrderId
  readonly instrumentAt: number
  readonly side: Side
  /** +1 buy, −1 sell. */
  readonly sign: 1 | -1
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  qty: number
  filled: number
  limit: number | undefined
  stop: number | undefined
  readonly trail: number | undefined
  /** When it reached the venue. */
  readonly arrivalTs: number
  /** A stop that was reached: from then on it is what it becomes. */
  isTriggered: boolean
  /** It could trade at once when it came, so it takes. */
  takesOnArrival: boolean
  isAcknowledged: boolean
  isDone: boolean
  /** Reached the venue while a bar was under way: of that bar it may see nothing more, or only its worst. */
  arrivedInBar: boolean
  /** Marks that this phase of the bar has dealt with it. */
  phase: number
  /** Where it stands in the line at its price, while it rests in a book. */
  place: QueuePlace | undefined
  /** The price that the place is at. */
  placePrice: number
  /** When it joined that line, µs. */
  joinedTs: number
}

export function openQty(order: SimOrder): number {
  return order.qty - order.filled
}

/** A resting order in plain JSON: what is not there is undefined. */
export type SavedOrder = Omit<SimOrder, 'placePrice'> & { readonly placePrice?: number }

export function saveOrder({ placePrice, ...order }: SimOrder): SavedOrder {
  const place = order.place && { ...order.place }
  return Number.isNaN(placePrice) ? { ...order, place } : { ...order, place, placePrice }
}

export function restoreOrder(saved: SavedOrder): SimOrder {
  const { limit, stop, trail, place, placePrice = Number.NaN } = saved
  const order: SimOrder = { ...saved, limit, stop, trail, place: undefined, placePrice }
  if (place !== undefined) {
    order.place = joinQueue(place)
    order.place.ahead = place.ahead
  }
  return order
}
