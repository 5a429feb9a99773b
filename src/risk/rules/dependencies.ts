import { GUARDS } from '../guards.ts'
import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

const WATCHED = ['dependencies', 'metrics'] as const

/** What we lean on fails, or nobody has measured it lately: positions may only become smaller. */
export const dependencies: Rule = {
  number: 14,
  reasonCodes: ['J_POLICY_CANCEL_ONLY_DEGRADED'],
  judges: RISK_ACTIONS,
  atSend: true,
  inForce: ({ guards }) => guards !== undefined,
  judge(input, { guards }) {
    if (guards === undefined || input.guardsAreFine) return undefined
    for (const name of WATCHED) {
      if (guards[name] === undefined) continue
      const state = input.guard(name)
      if (state === 'OK') continue
      return {
        decision: GUARDS[name].consequence,
        reasonCode: 'J_POLICY_CANCEL_ONLY_DEGRADED',
        inputs: { input: name, state },
      }
    }
    return undefined
  },
}
