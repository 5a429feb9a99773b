import { EVERY_ACTION, type GateInput, type Rule, type Verdict } from '../gate-input.ts'

const isPositive = (value: number) => Number.isSafeInteger(value) && value > 0

/** Quantities and prices must be whole, positive and inside the venue's filters. */
export const numbers: Rule = {
  number: 17,
  reasonCodes: ['INVALID_QTY', 'INVALID_PRICE', 'FILTER_VIOLATION'],
  judges: EVERY_ACTION,
  atSend: false,
  judge(input) {
    if (input.action === 'CANCEL') return undefined
    const { qty, limit, stop, trail } = input
    if (!isPositive(qty)) return { decision: 'BLOCK', reasonCode: 'INVALID_QTY', inputs: { qty: String(qty) } }
    if (limit !== undefined && !isPositive(limit)) return badPrice('limit', limit)
    if (stop !== undefined && !isPositive(stop)) return badPrice('stop', stop)
    if (trail !== undefined && !isPositive(trail)) return badPrice('trail', trail)
    return filterViolation(input)
  },
}

function badPrice(field: string, price: number): Verdict {
  return { decision: 'BLOCK', reasonCode: 'INVALID_PRICE', inputs: { field, price: String(price) } }
}

/** A reducing order may be smaller than the venue's least order: what is left of a position must be closable. */
function filterViolation({ instrument, qty, orderNotionalQuote, action }: GateInput): Verdict | undefined {
  const { minQty, maxQty, minNotional } = instrument.filters
  if (qty > maxQty) return { decision: 'BLOCK', reasonCode: 'FILTER_VIOLATION', inputs: { qty, max_qty: maxQty } }
  if (action === 'REDUCE') return undefined
  if (qty < minQty) return { decision: 'BLOCK', reasonCode: 'FILTER_VIOLATION', inputs: { qty, min_qty: minQty } }
  const least = Number(minNotional) / 1e18
  if (least > 0 && orderNotionalQuote < least) {
    return {
      decision: 'BLOCK',
      reasonCode: 'FILTER_VIOLATION',
      inputs: { notional: orderNotionalQuote, min_notional: least },
    }
  }
  return undefined
}
