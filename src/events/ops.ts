import { z } from 'zod'
import { id, reasonCode, text, time } from './fields.ts'

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
  'ops.health': z.strictObject({ component: id, status: z.enum(['OK', 'BAD', 'UNKNOWN']), detail: text }),
} as const
