import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** New risk is taken only while somebody keeps watch: without a lease that stands, the bot or its venue is not watched. */
export const lease: Rule = {
  number: 8,
  reasonCodes: ['J_POLICY_DENY_LEASE_MISSING'],
  judges: RISK_ACTIONS,
  atSend: true,
  inForce: ({ leases }) => leases !== undefined,
  judge(input, { leases }) {
    if (leases === undefined) return undefined
    const state = input.lease
    if (state === 'VALID') return undefined
    return {
      decision: 'BLOCK',
      reasonCode: 'J_POLICY_DENY_LEASE_MISSING',
      inputs: { lease: state, life_us: leases.lifeUs, margin_us: leases.marginUs },
    }
  },
}
