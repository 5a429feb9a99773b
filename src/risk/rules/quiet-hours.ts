import { RISK_ACTIONS, type Rule } from '../gate-input.ts'
import { quietPhase } from '../quiet-hours.ts'

/** No new risk while nobody is awake to look at it, nor in the first minutes after. */
export const quietHours: Rule = {
  number: 11,
  reasonCodes: ['J_POLICY_DENY_QUIET_HOURS'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge({ runMode, now }, limits) {
    const phase = quietPhase(limits.quietHours, runMode, now)
    if (phase === 'OPEN') return undefined
    return {
      decision: phase === 'QUIET' ? 'BLOCK' : 'CLOSE_ONLY',
      reasonCode: 'J_POLICY_DENY_QUIET_HOURS',
      inputs: { phase },
    }
  },
}
