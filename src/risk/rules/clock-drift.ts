import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

const RETRY_US = 30_000_000

/** New risk waits while the wall clock and the monotonic one disagree: ages and expiries of the venue are in doubt. */
export const clockDrift: Rule = {
  number: 15,
  reasonCodes: ['CLOCK_DRIFT'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge(input) {
    if (!input.hasReason('CLOCK_WARN') && !input.hasReason('CLOCK_CRITICAL')) return undefined
    return { decision: 'THROTTLE', reasonCode: 'CLOCK_DRIFT', inputs: { clock: 'in doubt' }, retryAfterUs: RETRY_US }
  },
}
