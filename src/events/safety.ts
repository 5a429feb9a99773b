import { z } from 'zod'
import { count, id, killLevel, orderState, reasonCode, safetyMode, text, time } from './fields.ts'

const leaseKind = z.enum(['bot', 'venue'])

/** Safety: the mode machine and the kill switch, and why each moved. */
export const safety = {
  'safety.reason_raised': z.strictObject({ reason_code: reasonCode, mode: safetyMode, detail: text }),
  'safety.reason_cleared': z.strictObject({ reason_code: reasonCode }),
  'safety.mode_changed': z.strictObject({ from: safetyMode, to: safetyMode, reason_code: reasonCode }),
  'safety.release_refused': z.strictObject({ from: safetyMode, to: safetyMode, reason_codes: z.array(reasonCode) }),
  'safety.kill_changed': z.strictObject({
    scope: id,
    from: killLevel,
    to: killLevel,
    reason: text,
    actor: id,
    /** When a person has to look at it again; it never ends by itself. */
    review_ts: time.optional(),
  }),
  /** A kill wants an order gone, and it is still there after its time: a person has to see to it. */
  'safety.order_frozen': z.strictObject({ order_id: id, instrument_id: id, state: orderState, waited_us: count }),
  'safety.flatten_progress': z.strictObject({
    scope: id,
    state: z.enum(['WORKING', 'FLAT', 'STUCK', 'WAITING', 'CHECKING', 'INCOMPLETE']),
    detail: text,
  }),
  /** A guarded input became known, bad, unreadable, or too old to be knowledge. */
  'safety.input_changed': z.strictObject({
    input: id,
    state: z.enum(['OK', 'BAD', 'UNKNOWN', 'STALE', 'MISSING']),
    /** Since it was observed; absent when it never was. */
    age_us: count.optional(),
    detail: text,
  }),
  /** Permission to take new risk, of a bot or a venue. */
  'safety.lease_issued': z.strictObject({
    kind: leaseKind,
    id,
    expires_ts: time,
    constraint: z.enum(['NONE', 'CLOSE_ONLY']),
  }),
  'safety.lease_denied': z.strictObject({ kind: leaseKind, id, denials: count, reason_code: reasonCode }),
  /** How many leases were renewed and denied since a time: told once a minute. */
  'safety.leases_renewed': z.strictObject({ since_ts: time, renewed: count, denied: count }),
} as const
