import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** What one order may be while a break-glass is open, as a share of its usual cap. */
const SHARE = 0.5

/** Whoever acts beyond their role acts on half the size (UGF-0-019). */
export const breakGlass: Rule = {
  number: 21,
  reasonCodes: ['BREAK_GLASS_CAP'],
  judges: RISK_ACTIONS,
  atSend: false,
  judge({ isGlassBroken, orderValue, qty, instrument }, { orderNotionalMax, orderQtyMax }) {
    if (!isGlassBroken) return undefined
    const notionalCap = SHARE * orderNotionalMax
    if (orderValue > notionalCap)
      return {
        decision: 'BLOCK',
        reasonCode: 'BREAK_GLASS_CAP',
        inputs: { notional: orderValue, limit: notionalCap },
      }
    const qtyCap = SHARE * (orderQtyMax[instrument.id] ?? orderQtyMax['*'] ?? 0)
    const units = qty * instrument.lot
    if (units <= qtyCap) return undefined
    return { decision: 'BLOCK', reasonCode: 'BREAK_GLASS_CAP', inputs: { qty: units, limit: qtyCap } }
  },
}
