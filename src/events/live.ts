import { z } from 'zod'
import { id, text, time } from './fields.ts'

/** When real money could be moved, who let it, and what ended that. */
export const live = {
  'live.armed': z.strictObject({ actor: id, reason: text, until_ts: time, stage: z.enum(['canary', 'live']) }),
  'live.disarmed': z.strictObject({ actor: id, reason: text }),
} as const
