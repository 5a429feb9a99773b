import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** Limits that are not those that the session began with are nobody's limits. */
export const policyBundle: Rule = {
  number: 3,
  reasonCodes: ['POLICY_BUNDLE_INVALID'],
  judges: ORDER_ACTIONS,
  atSend: true,
  inForce: ({ guards }) => guards !== undefined,
  judge(input, { guards }) {
    if (guards?.policy === undefined || input.guardsAreFine || input.guard('policy') !== 'BAD') return undefined
    return { decision: 'HALT', reasonCode: 'POLICY_BUNDLE_INVALID', inputs: { policy: 'BAD' } }
  },
}
