import { z } from 'zod'
import { id, reasonCode, sha256, text, time } from './fields.ts'

const about = { approval_id: id } as const

/** Approvals: what waited for a person's word, who gave it, and what came of it. */
export const approval = {
  'approval.requested': z.strictObject({
    ...about,
    kind: z.enum(['order', 'operation', 'promotion']),
    subject: id,
    summary: text,
    payload_sha256: sha256,
    rules: z.array(id),
    actor: id,
    expires_ts: time,
  }),
  'approval.voted': z.strictObject({
    ...about,
    actor: id,
    vote: z.enum(['yes', 'no']),
    reason: text,
    votes: z.int().min(1),
    required: z.int().min(1),
    /** The same person said yes before: there is no other. */
    is_solo: z.boolean(),
  }),
  'approval.approved': z.strictObject(about),
  'approval.rejected': z.strictObject({ ...about, detail: text }),
  'approval.expired': z.strictObject(about),
  'approval.invalidated': z.strictObject({ ...about, reason_code: reasonCode, detail: text }),
  'approval.canceled': z.strictObject({ ...about, actor: id, detail: text }),
  'approval.executed': z.strictObject({ ...about, detail: text }),
  'approval.failed': z.strictObject({ ...about, reason_code: reasonCode, detail: text }),
} as const
