import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** Market orders are off where the limits say so; flattening is exempt, because it must work. */
export const marketOrder: Rule = {
  number: 19,
  reasonCodes: ['MARKET_ORDER_DISABLED'],
  judges: ORDER_ACTIONS,
  atSend: false,
  judge({ type, origin, action }, { marketOrders }) {
    const takes = type === 'MARKET' || type === 'STOP' || type === 'TRAILING_STOP'
    if (marketOrders || !takes || origin === 'flatten') return undefined
    // A protective stop that reduces is what keeps a loss bounded: it stays allowed.
    if (action === 'REDUCE' && type !== 'MARKET') return undefined
    return { decision: 'BLOCK', reasonCode: 'MARKET_ORDER_DISABLED', inputs: { type } }
  },
}
