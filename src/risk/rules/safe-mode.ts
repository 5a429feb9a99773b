import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** No new risk in SAFE_MODE and exits by hand only; in DEGRADED new risk waits. */
export const safeMode: Rule = {
  number: 6,
  reasonCodes: ['SAFE_MODE_BLOCKED', 'DEGRADED_THROTTLED'],
  judges: ORDER_ACTIONS,
  atSend: true,
  judge({ safetyMode, action, origin }) {
    if (safetyMode === 'SAFE_MODE') {
      const byHand = origin === 'operator' || origin === 'flatten'
      if (action === 'REDUCE' && byHand) return undefined
      return { decision: 'BLOCK', reasonCode: 'SAFE_MODE_BLOCKED', inputs: { safety_mode: safetyMode, origin } }
    }
    if (safetyMode === 'DEGRADED' && action !== 'REDUCE') {
      return {
        decision: 'THROTTLE',
        reasonCode: 'DEGRADED_THROTTLED',
        inputs: { safety_mode: safetyMode },
        retryAfterUs: 30_000_000,
      }
    }
    return undefined
  },
}
