import { z } from 'zod'
import { count, id, killLevel, orderState, reasonCode, safetyMode, text } from './fields.ts'

/** Safety: the mode machine and the kill switch, and why each moved. */
export const safety = {
  'safety.reason_raised': z.strictObject({ reason_code: reasonCode, mode: safetyMode, detail: text }),
  'safety.reason_cleared': z.strictObject({ reason_code: reasonCode }),
  'safety.mode_changed': z.strictObject({ from: safetyMode, to: safetyMode, reason_code: reasonCode }),
  'safety.release_refused': z.strictObject({ from: safetyMode, to: safetyMode, reason_codes: z.array(reasonCode) }),
  'safety.kill_changed': z.strictObject({ scope: id, from: killLevel, to: killLevel, reason: text, actor: id }),
  /** A kill wants an order gone, and it is still there after its time: a person has to see to it. */
  'safety.order_frozen': z.strictObject({ order_id: id, instrument_id: id, state: orderState, waited_us: count }),
  'safety.flatten_progress': z.strictObject({
    scope: id,
    state: z.enum(['WORKING', 'FLAT', 'STUCK', 'WAITING', 'CHECKING', 'INCOMPLETE']),
    detail: text,
  }),
} as const
