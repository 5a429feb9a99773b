import { z } from 'zod'
import { count, evidence, id, orderType, reasonCode, side, text, time, timeInForce, whole } from './fields.ts'

const origin = z.enum(['strategy', 'operator', 'flatten', 'bracket', 'oco'])

/** Intent: a wish to act, not yet allowed. Every order and every cancel starts here, whoever asks. */
export const intent = {
  'intent.created': z.strictObject({
    intent_id: id,
    kind: z.enum(['PLACE', 'CANCEL', 'AMEND']),
    origin,
    instrument_id: id,
    /** The order to create, or the one to cancel or amend. */
    order_id: id,
    side: side.optional(),
    qty: count.optional(),
    order_type: orderType.optional(),
    limit: whole.optional(),
    stop: whole.optional(),
    trail: whole.optional(),
    time_in_force: timeInForce.optional(),
    reduce_only: z.boolean().optional(),
    stop_loss: whole.optional(),
    take_profit: whole.optional(),
    parent_order_id: id.optional(),
    expires_ts: time.optional(),
    idempotency_key: id.optional(),
    reason_code: reasonCode,
    explain: text.optional(),
    evidence: evidence.optional(),
  }),
  /** A wish that is not even well formed enough to be judged. */
  'intent.discarded': z.strictObject({ instrument_id: id, reason_code: reasonCode, detail: text }),
} as const
