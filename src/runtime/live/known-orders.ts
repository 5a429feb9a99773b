import type { Instrument } from '../../domain/instrument.ts'
import { isTerminal, type OrderState } from '../../orders/order.ts'
import type { EngineState, OrderRecord } from '../../projection/engine-state.ts'
import type { KnownOrder } from '../../venues/live/order-line.ts'

/** Our orders as the books have them, in a venue's terms; those of other instruments are left out. */
export function knownOrders(
  { working, ended }: Pick<EngineState, 'working' | 'ended'>,
  instruments: readonly Instrument[],
): readonly KnownOrder[] {
  const byId = new Map(instruments.map((instrument) => [instrument.id, instrument]))
  const known = (order: OrderRecord): readonly KnownOrder[] => {
    const instrument = byId.get(order.instrumentId)
    if (instrument === undefined) return []
    const { id, side, type, qty, limit, stop, filled, venueOrderId, tradeIds, createdTs, state } = order
    const isEnded = isTerminal(state as OrderState)
    const terms = { orderId: id, instrument, side, type, qty, limit, stop, filled, venueOrderId, tradeIds }
    return [{ ...terms, sentTs: createdTs, isEnded }]
  }
  return [...ended, ...working].flatMap(known)
}
