import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** What was changed behind our back is no ground to trade on. */
export const auditChain: Rule = {
  number: 5,
  reasonCodes: ['J_POLICY_HALT_AUDIT_CHAIN_BROKEN'],
  judges: ORDER_ACTIONS,
  atSend: true,
  judge(input, { guards }) {
    const isBad = guards?.audit !== undefined && !input.guardsAreFine && input.guard('audit') === 'BAD'
    if (!isBad && !input.hasReason('AUDIT_BROKEN')) return undefined
    return { decision: 'HALT', reasonCode: 'J_POLICY_HALT_AUDIT_CHAIN_BROKEN', inputs: { audit: 'broken' } }
  },
}
