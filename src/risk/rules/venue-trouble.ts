import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

const RETRY_US = 30_000_000

/** New risk waits for a venue that is down, fails, or asks to be left alone. */
export const venueTrouble: Rule = {
  number: 13,
  reasonCodes: ['LIVE_DEGRADED'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge(input) {
    if (!input.hasReason('VENUE_DEGRADED') && !input.hasReason('VENUE_DOWN')) return undefined
    return {
      decision: 'THROTTLE',
      reasonCode: 'LIVE_DEGRADED',
      inputs: { venue: input.instrument.venueId },
      retryAfterUs: RETRY_US,
    }
  },
}
