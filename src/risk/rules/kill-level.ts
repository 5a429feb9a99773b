import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** CLOSE_ONLY refuses what may open; FLATTEN lets only the flatten routine trade. Cancelling always passes. */
export const killLevel: Rule = {
  number: 7,
  reasonCodes: ['KILL_FLATTEN', 'KILL_CLOSE_ONLY'],
  judges: ORDER_ACTIONS,
  atSend: true,
  judge({ killLevel: level, action, origin }) {
    if (level === 'FLATTEN' && !(origin === 'flatten' && action === 'REDUCE')) {
      return { decision: 'FLATTEN', reasonCode: 'KILL_FLATTEN', inputs: { kill_level: level, origin } }
    }
    if (level === 'CLOSE_ONLY' && action !== 'REDUCE') {
      return { decision: 'CLOSE_ONLY', reasonCode: 'KILL_CLOSE_ONLY', inputs: { kill_level: level, action } }
    }
    return undefined
  },
}
