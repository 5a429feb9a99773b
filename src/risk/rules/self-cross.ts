import { ORDER_ACTIONS, type Rule } from '../gate-input.ts'

/** We do not trade with ourselves: an order that would meet a resting one of ours is refused. */
export const selfCross: Rule = {
  number: 27,
  reasonCodes: ['SELF_CROSS'],
  judges: ORDER_ACTIONS,
  atSend: false,
  judge({ side, type, limit, ownOpposite, bid, ask, origin }) {
    if (Number.isNaN(ownOpposite) || origin === 'flatten') return undefined
    if (type === 'STOP' || type === 'TRAILING_STOP' || type === 'STOP_LIMIT') return undefined
    // A market order reaches ours only when nobody stands before it.
    const reach = limit ?? (side === 'buy' ? ask : bid)
    const crosses = side === 'buy' ? reach >= ownOpposite : reach <= ownOpposite
    if (!crosses) return undefined
    return { decision: 'BLOCK', reasonCode: 'SELF_CROSS', inputs: { price: reach, own: ownOpposite } }
  },
}
