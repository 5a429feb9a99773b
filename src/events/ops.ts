import { z } from 'zod'
import { count, id, reasonCode, sha256, text, time, whole } from './fields.ts'

/** Ops: the health of the parts. */
export const ops = {
  'ops.bot_state': z.strictObject({
    state: z.enum(['WARMING_UP', 'RUNNING', 'PAUSED', 'QUARANTINED', 'STOPPED', 'IDLE', 'STOPPING', 'ERROR']),
    reason_code: reasonCode,
    detail: text,
  }),
  'ops.strategy_state': z.strictObject({ state_version: id, state: z.string().max(65_536) }),
  'ops.secret_changed': z.strictObject({
    registry_id: id,
    action: z.enum(['added', 'rotated', 'revoked', 'resealed']),
    actor: id,
    changed_ts: time,
    reason: text.optional(),
  }),
  /** What other clocks say of ours became another. */
  'clock.state_changed': z.strictObject({
    from: z.enum(['NONE', 'UNKNOWN', 'OK', 'WARN', 'CRITICAL']),
    to: z.enum(['NONE', 'UNKNOWN', 'OK', 'WARN', 'CRITICAL']),
    offset_us: whole.optional(),
    uncertainty_us: count.optional(),
    detail: text,
  }),
  /** A person's word on a stretch of time. */
  'ops.noted': z.strictObject({ actor: id, text, from_ts: time, to_ts: time }),
  /** Evidence left the house. */
  'ops.export_made': z.strictObject({
    what: id,
    export_sha256: sha256,
    actor: id,
    rows: count,
    from_ts: time.optional(),
    to_ts: time.optional(),
  }),
  /** Recorded inputs or bars were let go; events never are. */
  'ops.pruned': z.strictObject({
    what: z.enum(['inputs', 'bars']),
    actor: id,
    /** Of the oldest that went, and before which all went. */
    from_ts: time.optional(),
    before_ts: time,
    rows: count,
    /** Over what was let go, in its order. */
    rows_sha256: sha256,
    pruned_ts: time,
  }),
  /** Somebody's word that nothing may be let go, or that it may be again. */
  'ops.hold_changed': z.strictObject({ state: z.enum(['HELD', 'LIFTED']), actor: id, reason: text, changed_ts: time }),
  /** A session's chain is broken, and a person took note of it: the next chain goes on from its head. */
  'audit.forked': z.strictObject({
    session: count,
    forked_run_id: id,
    /** First event that is wrong or missing; absent where a whole session is. */
    at_seq: count.optional(),
    head: sha256,
    detail: text,
    incident: id,
    actor: id,
    reason: text,
    bundle_sha256: sha256,
    forked_ts: time,
  }),
  /** A cancel that left while the books could not be written: told late. */
  'ops.emergency_cancel': z.strictObject({ order_id: id, reason_code: reasonCode, detail: text, sent_ts: time }),
  'ops.health': z.strictObject({ component: id, status: z.enum(['OK', 'BAD', 'UNKNOWN']), detail: text }),
} as const
