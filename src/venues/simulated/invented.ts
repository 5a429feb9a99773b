import { type OrderId, tradeId, venueOrderId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, ticks } from '../../domain/money.ts'
import type { FillReport } from '../../domain/report.ts'
import type { VenueOrder } from '../venue.ts'
import { scheduleFees } from './fees.ts'

interface Occasion {
  readonly instrument: Instrument
  /** Price now, ticks. */
  readonly mark: number
  /** A number of its own, for its id. */
  readonly n: number
  readonly ts: number
}

/** The report of a fill that never was: half of what an open order still wants, at its own price. */
export function inventedFill(
  order: VenueOrder & { readonly orderId: OrderId },
  { instrument, mark, n, ts }: Occasion,
): FillReport {
  const { orderId, side, limit, stop } = order
  const price = limit ?? stop ?? ticks(Math.round(mark))
  const qty = lots(Math.max(1, Math.floor((order.qty - order.filled) / 2)))
  const fee = scheduleFees()({ instrument, side, qty, price, liquidity: 'maker' })
  return { kind: 'fill', orderId, tradeId: tradeId(`invented-${n}`), price, qty, liquidity: 'maker', fee, ts }
}

/** An order that somebody else placed in our account, a tenth below the market. */
export function inventedOrder({ instrument, mark, n, ts }: Occasion): VenueOrder {
  return {
    venueOrderId: venueOrderId(`foreign-${n}`),
    orderId: undefined,
    instrumentId: instrument.id,
    side: 'buy',
    type: 'LIMIT',
    qty: lots(10 * instrument.filters.minQty),
    filled: lots(0),
    limit: ticks(Math.round(0.9 * mark)),
    stop: undefined,
    reduceOnly: false,
    state: 'OPEN',
    reasonCode: undefined,
    createdTs: ts,
    updatedTs: ts,
  }
}
