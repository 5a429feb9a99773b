import { EVERY_ACTION, type Rule } from '../gate-input.ts'

/** Refuses what is too old to mean what it meant, and what was asked before. */
export const intentValid: Rule = {
  number: 1,
  reasonCodes: ['INTENT_INVALID', 'INTENT_EXPIRED', 'IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_REPEATED'],
  judges: EVERY_ACTION,
  atSend: true,
  judge(input, limits) {
    if (input.reasonCode === '') {
      return { decision: 'BLOCK', reasonCode: 'INTENT_INVALID', inputs: { missing: 'reason_code' } }
    }
    const ageUs = input.now - input.createdTs
    if (!(ageUs >= 0 && ageUs <= limits.intentTtlUs)) {
      return {
        decision: 'BLOCK',
        reasonCode: 'INTENT_EXPIRED',
        inputs: { age_us: ageUs, limit_us: limits.intentTtlUs },
      }
    }
    if (input.key === 'new') return undefined
    const reasonCode = input.key === 'conflict' ? 'IDEMPOTENCY_CONFLICT' : 'IDEMPOTENCY_REPEATED'
    return { decision: 'BLOCK', reasonCode, inputs: { key: input.key } }
  },
}
