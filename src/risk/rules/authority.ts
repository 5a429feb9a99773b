import type { ActionClass } from '../../domain/action.ts'
import { EVERY_ACTION, type Role, type Rule } from '../gate-input.ts'
import { isLive } from '../quiet-hours.ts'

/**
 * Who may ask for an order, and what nobody may ask for: the flatten routine never opens, and the venue's own orders are not
 * wishes of ours. An operator whose role is not told was let in by the host, which suffices until real money moves. Of the
 * other forbidden operations new risk under HALT is rule 4's, and those that are no orders are refused where they are asked.
 */
export const authority: Rule = {
  number: 10,
  reasonCodes: ['J_POLICY_DENY_RBAC', 'J_POLICY_DENY_FORBIDDEN_OP'],
  judges: EVERY_ACTION,
  // Who asked was looked at when the order was accepted; what leaves is the same order.
  atSend: false,
  judge({ action, origin, role, runMode }) {
    const isVenues = origin === 'liquidation' || origin === 'foreign'
    const isForbidden = action !== 'CANCEL' && (isVenues || (origin === 'flatten' && action !== 'REDUCE'))
    if (isForbidden) return { decision: 'BLOCK', reasonCode: 'J_POLICY_DENY_FORBIDDEN_OP', inputs: { origin, action } }
    if (origin !== 'operator') return undefined
    if (mayAsk(role, action, isLive(runMode))) return undefined
    return { decision: 'BLOCK', reasonCode: 'J_POLICY_DENY_RBAC', inputs: { role: role ?? 'unknown', action } }
  },
}

/** Orders by hand (UGF-B-001): of a researcher on paper, of an operator where money is at stake only what lowers risk. */
function mayAsk(role: Role | undefined, action: ActionClass, isMoney: boolean): boolean {
  switch (role) {
    case undefined:
      return action === 'CANCEL' || !isMoney
    case 'viewer':
      return false
    case 'researcher':
      return !isMoney
    case 'operator':
      return !isMoney || action === 'CANCEL' || action === 'REDUCE'
    case 'admin':
    case 'break_glass':
      return true
  }
}
