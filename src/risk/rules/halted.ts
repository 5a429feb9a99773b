import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** Nothing but cancelling while everything is stopped. */
export const halted: Rule = {
  number: 4,
  reasonCodes: ['J_POLICY_HALT_SAFE_MODE'],
  judges: ORDER_ACTIONS,
  atSend: true,
  judge({ safetyMode, killLevel }) {
    if (safetyMode !== 'HALTED' && killLevel !== 'HALT') return undefined
    return {
      decision: 'HALT',
      reasonCode: 'J_POLICY_HALT_SAFE_MODE',
      inputs: { safety_mode: safetyMode, kill_level: killLevel },
    }
  },
}
