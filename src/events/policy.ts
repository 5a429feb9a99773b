import { z } from 'zod'
import { actionClass, count, decision, evidence, id, reasonCode, text, time } from './fields.ts'

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
  /** A limit that was set above the settings, or taken back. Values as a person writes them. */
  'policy.changed': z.strictObject({
    limit: id,
    scope: id,
    before: text,
    after: text,
    actor: id,
    reason: text,
    changed_ts: time,
  }),
} as const
