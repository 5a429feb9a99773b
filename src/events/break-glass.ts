import { z } from 'zod'
import { count, id, text, time } from './fields.ts'

const about = { glass_id: id } as const

/** Break-glass: elevation for minutes, who asked for it, what was done with it, and who looked back at it. */
export const breakGlass = {
  'break_glass.requested': z.strictObject({
    ...about,
    scope: id,
    ops: z.array(id).min(1),
    ttl_s: count,
    actor: id,
    reason: text,
    evidence: text,
  }),
  'break_glass.opened': z.strictObject({ ...about, approver: id, until_ts: time }),
  /** A command that the role of its actor would not have allowed. */
  'break_glass.used': z.strictObject({ ...about, command_id: id, operation: id, actor: id }),
  'break_glass.closed': z.strictObject({ ...about, uses: count, detail: text }),
  'break_glass.expired': z.strictObject({ ...about, uses: count, detail: text }),
  'break_glass.reviewed': z.strictObject({ ...about, actor: id, note: text }),
} as const
