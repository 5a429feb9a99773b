import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** No new risk on books that differ from the venue's, or that nobody could compare, or not lately. */
export const reconcilePending: Rule = {
  number: 16,
  reasonCodes: ['RECONCILE_PENDING'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge(input, { guards }) {
    const differs = input.hasReason('RECONCILE_MISMATCH')
    const state = guards?.reconcile === undefined || input.guardsAreFine ? 'OK' : input.guard('reconcile')
    if (!differs && state === 'OK' && !input.hasReason('RECONCILE_UNKNOWN')) return undefined
    return {
      decision: 'CLOSE_ONLY',
      reasonCode: 'RECONCILE_PENDING',
      inputs: { reconcile: differs ? 'MISMATCH' : state === 'OK' ? 'UNKNOWN' : state },
    }
  },
}
