import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** An order that promised to reduce may not enlarge or flip: it is clipped to the position, or refused when none is left. */
export const reduceOnly: Rule = {
  number: 20,
  reasonCodes: ['REDUCE_ONLY_VIOLATION'],
  judges: ORDER_ACTIONS,
  atSend: true,
  judge({ reduceOnly: promised, botPosition, side, qty }) {
    if (!promised) return undefined
    const reducible = side === 'sell' ? Math.max(0, botPosition) : Math.max(0, -botPosition)
    if (qty <= reducible) return undefined
    const inputs = { qty, position: botPosition }
    // Nothing to reduce, or not known how much (NaN).
    if (!(reducible > 0)) return { decision: 'BLOCK', reasonCode: 'REDUCE_ONLY_VIOLATION', inputs }
    return { decision: 'REDUCE_ONLY', reasonCode: 'REDUCE_ONLY_VIOLATION', inputs, clippedQty: reducible }
  },
}
