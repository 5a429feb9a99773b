import type { RunMode } from '../../domain/action.ts'
import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/**
 * A large order of a bot, and every order of one that is new, waits for a person (UGF-G-001). Last of all: nobody is asked about
 * an order that would be refused anyway. What was approved comes back as the person's own order, and is judged like any other.
 */
export const approval: Rule = {
  number: 28,
  reasonCodes: ['APPROVAL_REQUIRED'],
  judges: RISK_ACTIONS,
  atSend: false,
  inForce: ({ approval: terms }) => terms !== undefined && terms.modes.length > 0,
  judge({ origin, runMode, botId, orderValue, now }, { approval: terms }) {
    if (terms === undefined || origin !== 'strategy') return undefined
    if (!(terms.modes as readonly RunMode[]).includes(runMode)) return undefined
    const newUntilTs = terms.newUntilTs[botId] ?? 0
    if (now < newUntilTs)
      return { decision: 'BLOCK', reasonCode: 'APPROVAL_REQUIRED', inputs: { rule: 'NEW_BOT', until_ts: newUntilTs } }
    if (orderValue <= terms.notionalAbove) return undefined
    return {
      decision: 'BLOCK',
      reasonCode: 'APPROVAL_REQUIRED',
      inputs: {
        rule: 'LARGE_ORDER',
        notional: Number.isNaN(orderValue) ? 'unknown' : orderValue,
        limit: terms.notionalAbove,
      },
    }
  },
}
