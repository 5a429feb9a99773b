import { z } from 'zod'
import { id, text, time } from './fields.ts'

const stage = z.enum(['forward', 'shadow', 'canary', 'live'])

/** When real money could be moved, who let it, and what ended that. */
export const live = {
  'live.armed': z.strictObject({ actor: id, reason: text, until_ts: time, stage: z.enum(['canary', 'live']) }),
  'live.disarmed': z.strictObject({ actor: id, reason: text }),
  /** How near to money the profile may go, with what was found of each condition. */
  'promotion.granted': z.strictObject({ stage, actor: id, reason: text, evidence: z.string().max(400) }),
  'promotion.refused': z.strictObject({ stage, actor: id, reason: text, evidence: z.string().max(400) }),
  'promotion.revoked': z.strictObject({ stage, actor: id, reason: text }),
} as const
