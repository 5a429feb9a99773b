import { z } from 'zod'
import { count, id, reasonCode, sha256, text, time } from './fields.ts'

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
  'ops.export_made': z.strictObject({
    export_sha256: sha256,
    actor: id,
    events: count,
    ranges: z.array(z.strictObject({ session: count, from_seq: count, to_seq: count })),
    made_ts: time,
  }),
  'ops.pruned': z.strictObject({
    what: z.enum(['inputs', 'bars']),
    actor: id,
    before_ts: time,
    rows: count,
    rows_sha256: sha256,
    pruned_ts: time,
  }),
  'ops.emergency_cancel': z.strictObject({ order_id: id, reason_code: reasonCode, detail: text, sent_ts: time }),
  'ops.health': z.strictObject({ component: id, status: z.enum(['OK', 'BAD', 'UNKNOWN']), detail: text }),
} as const
