import { z } from 'zod'
import { actionClass, count, decision, evidence, id, reasonCode } from './fields.ts'

/** Policy: what the gate said of an intent, and on what numbers. */
export const policy = {
  'policy.decided': z.strictObject({
    decision_id: id,
    intent_id: id,
    order_id: id,
    /** Judged twice: when the intent is accepted and again when its order is about to leave. */
    stage: z.enum(['accept', 'send']),
    action: actionClass,
    decision,
    reason_codes: z.array(reasonCode).min(1),
    /** What the deciding rule saw and the limit that it met; absent when nothing spoke against the intent. */
    inputs: evidence.optional(),
    clipped_qty: count.optional(),
    retry_after_us: count.optional(),
  }),
} as const
