import { GUARDS, type GuardName, isUnknown, VITAL_GUARDS } from '../guards.ts'
import { type GateInput, ORDER_ACTIONS, type Rule, type Verdict } from '../gate-input.ts'

/** What an order is made by: without them nothing may be opened, and what is there may be reduced. */
const TERMS: readonly GuardName[] = ['filters', 'keys']

/** Nothing is judged on what nobody knows: an input that was never observed, cannot be read, or is too old to halt on less. */
export const requiredInput: Rule = {
  number: 2,
  reasonCodes: ['J_POLICY_DENY_MISSING_REQUIRED_INPUT', 'J_POLICY_DENY_UNKNOWN_INPUT'],
  judges: ORDER_ACTIONS,
  atSend: true,
  inForce: ({ guards }) => guards !== undefined,
  judge(input, { guards }) {
    if (guards === undefined || input.guardsAreFine) return undefined
    for (const name of VITAL_GUARDS) {
      if (guards[name] === undefined) continue
      const state = input.guard(name)
      if (!isUnknown(name, state)) continue
      const isMissing = state === 'MISSING'
      const reasonCode = isMissing ? 'J_POLICY_DENY_MISSING_REQUIRED_INPUT' : 'J_POLICY_DENY_UNKNOWN_INPUT'
      return { decision: 'HALT', reasonCode, inputs: { input: name, state } }
    }
    return input.action === 'REDUCE' ? undefined : termsUnknown(input, guards)
  },
}

function termsUnknown(input: GateInput, guards: Readonly<Partial<Record<GuardName, number>>>): Verdict | undefined {
  for (const name of TERMS) {
    if (guards[name] === undefined) continue
    const state = input.guard(name)
    if (state === 'OK') continue
    return {
      decision: GUARDS[name].consequence,
      reasonCode: 'J_POLICY_DENY_UNKNOWN_INPUT',
      inputs: { input: name, state },
    }
  }
  return undefined
}
