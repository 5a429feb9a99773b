import { z } from 'zod'
import { id, reasonCode, sha256, text, time } from './fields.ts'

const dangerous = { challenge_id: id, operation: id, scope: id, tier: z.enum(['T0', 'T1', 'T2']), actor: id } as const

/** Access: who was refused, which dangerous operation was asked for and confirmed, and what may happen from then on. */
export const access = {
  'access.denied': z.strictObject({ command_id: id, operation: id, actor: id, reason_code: reasonCode, detail: text }),
  /** Nothing was done yet. The token is nowhere. */
  'dangerous_op.challenge_issued': z.strictObject({
    ...dangerous,
    reason: text,
    expires_ts: time,
    intent_sha256: sha256,
    /** Of the flags that it was allowed with. */
    flags_sha256: sha256,
  }),
  /** It is carried out after this, and never twice. */
  'dangerous_op.confirmed': z.strictObject({ ...dangerous, command_id: id, reason: text }),
  'dangerous_op.rejected': z.strictObject({
    command_id: id,
    operation: id,
    actor: id,
    reason_code: reasonCode,
    detail: text,
  }),
  'flag.changed': z.strictObject({ flag: id, from: id, to: id, actor: id, reason: text, flags_sha256: sha256 }),
} as const
