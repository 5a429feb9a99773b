import { z } from 'zod'
import { id, sha256, text, time } from './fields.ts'

/** The roles stand here in their own words: an event outlives the program that wrote it. */
const role = z.enum(['viewer', 'researcher', 'operator', 'admin', 'cron'])

/** The whole of an operator as it is from then on. Nothing secret: a digest names the verifier that lies beside the journal. */
export const OperatorFact = z.strictObject({
  operator_id: id,
  kind: z.enum(['person', 'service']),
  role,
  os_user: id.optional(),
  verifier_sha256: sha256.optional(),
  /** Absent is every book. */
  books: z.array(id).optional(),
  expires_ts: time.optional(),
  on_duty_until_ts: time.optional(),
  state: z.enum(['ACTIVE', 'REVOKED']),
  /** Who made it so, and why: what an access review reads. */
  actor: id,
  reason: text,
})
export type OperatorFact = z.infer<typeof OperatorFact>

/** Operators: who may act, who said so, and who logged in. */
export const operator = {
  'operator.set': OperatorFact,
  'operator.role_changed': OperatorFact,
  'operator.books_changed': OperatorFact,
  'operator.on_duty': OperatorFact,
  'operator.revoked': OperatorFact,
  /** Failed log-ins are forgotten before their time. */
  'operator.unlocked': z.strictObject({ operator_id: id, actor: id, reason: text }),
  'login.changed': z.strictObject({
    operator_id: id,
    state: z.enum(['OPENED', 'CLOSED', 'FAILED', 'LOCKED']),
    actor: id,
  }),
} as const

/** Facts that each tell the whole of an operator: the last one of an operator is how it is. */
export const OPERATOR_FACT_TYPES = [
  'operator.set',
  'operator.role_changed',
  'operator.books_changed',
  'operator.on_duty',
  'operator.revoked',
] as const
export type OperatorFactType = (typeof OPERATOR_FACT_TYPES)[number]
