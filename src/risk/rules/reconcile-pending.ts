import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** No new risk on books that differ from the venue's, or that nobody could compare. */
export const reconcilePending: Rule = {
  number: 16,
  reasonCodes: ['RECONCILE_PENDING'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge(input) {
    const differs = input.hasReason('RECONCILE_MISMATCH')
    if (!differs && !input.hasReason('RECONCILE_UNKNOWN')) return undefined
    return {
      decision: 'CLOSE_ONLY',
      reasonCode: 'RECONCILE_PENDING',
      inputs: { reconcile: differs ? 'MISMATCH' : 'UNKNOWN' },
    }
  },
}
