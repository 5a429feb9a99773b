import { z } from 'zod'
import {
  count,
  evidence,
  id,
  orderState,
  orderType,
  reasonCode,
  side,
  text,
  time,
  timeInForce,
  whole,
} from './fields.ts'

const ref = { order_id: id, instrument_id: id } as const
const venueAnswer = { ...ref, venue_order_id: id.optional(), venue_ts: time } as const

/** Order: one event for each exit that an order takes in its state machine, and for what arrives out of turn. */
export const order = {
  'order.enqueued': z.strictObject({
    ...ref,
    intent_id: id,
    decision_id: id,
    side,
    qty: count,
    order_type: orderType,
    limit: whole.optional(),
    stop: whole.optional(),
    trail: whole.optional(),
    time_in_force: timeInForce,
    reduce_only: z.boolean(),
    parent_order_id: id.optional(),
    oco_group: id.optional(),
    /** Best opposite price or last mark when it was decided: what slippage is measured from. */
    arrival_price: whole.optional(),
  }),
  'order.blocked': z.strictObject({ ...ref, decision_id: id, reason_code: reasonCode }),
  'order.sent': z.strictObject({ ...ref, decision_id: id }),
  'order.open': z.strictObject(venueAnswer),
  'order.triggered': z.strictObject(venueAnswer),
  'order.cancel_requested': z.strictObject({ ...ref, intent_id: id }),
  'order.cancel_refused': z.strictObject({ ...venueAnswer, detail: text }),
  'order.amend_requested': z.strictObject({
    ...ref,
    intent_id: id,
    qty: count,
    limit: whole.optional(),
    stop: whole.optional(),
    trail: whole.optional(),
  }),
  'order.amended': z.strictObject({
    ...venueAnswer,
    qty: count,
    limit: whole.optional(),
    stop: whole.optional(),
    trail: whole.optional(),
  }),
  'order.amend_refused': z.strictObject({ ...venueAnswer, detail: text }),
  'order.canceled': z.strictObject({ ...venueAnswer, reason_code: reasonCode }),
  'order.expired': z.strictObject({ ...venueAnswer, reason_code: reasonCode }),
  'order.rejected': z.strictObject({ ...venueAnswer, reason_code: reasonCode, detail: text }),
  'order.unknown': z.strictObject({ ...ref, reason_code: reasonCode, detail: text }),
  /** The venue asserts an order of ours that we did not send (a liquidation) or that is not ours at all. */
  'order.adopted': z.strictObject({
    ...venueAnswer,
    origin: z.enum(['liquidation', 'foreign']),
    side,
    qty: count,
    order_type: orderType,
  }),
  /** True news about an order that had already ended. A late fill changes the position, never the state's name. */
  'order.late_event': z.strictObject({ ...ref, state: orderState, report: z.string().max(32), evidence }),
  /** A report that the machine has no exit for: kept, not believed, reconciled. */
  'order.quarantined': z.strictObject({
    order_id: id,
    state: orderState.optional(),
    report: z.string().max(32),
    reason_code: reasonCode,
    evidence,
  }),
} as const
