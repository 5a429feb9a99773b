import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** A bot trades within what it was given. */
export const allocation: Rule = {
  number: 25,
  reasonCodes: ['ALLOCATION_EXCEEDED'],
  judges: RISK_ACTIONS,
  atSend: false,
  judge({ allocation: given, botExposure, orderValue }, { allocationMultipleMax }) {
    if (allocationMultipleMax === Infinity) return undefined
    const limit = given * allocationMultipleMax
    const after = botExposure + orderValue
    if (after <= limit) return undefined
    return {
      decision: 'BLOCK',
      reasonCode: 'ALLOCATION_EXCEEDED',
      inputs: { after: Number.isFinite(after) ? after : 'unknown', limit },
    }
  },
}
