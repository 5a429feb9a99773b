import { z } from 'zod'
import { count, currency, id, liquidity, orderState, quanta, side, time, whole } from './fields.ts'

/** Fill: one execution of part of our order, and the state that it leaves the order in. */
export const fill = {
  'fill.recorded': z.strictObject({
    order_id: id,
    trade_id: id,
    instrument_id: id,
    side,
    price: whole,
    qty: count,
    liquidity,
    fee: quanta,
    fee_currency: currency,
    venue_ts: time,
    order_state: orderState,
    filled_qty: count,
    /** Best opposite price or last mark when the order was decided: what slippage is measured from. */
    arrival_price: whole.optional(),
  }),
  /** A trade id that was counted already. */
  'fill.duplicate': z.strictObject({ order_id: id, trade_id: id, instrument_id: id }),
} as const
