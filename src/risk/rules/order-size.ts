import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** No single order larger than its caps, and no instrument without one. */
export const orderSize: Rule = {
  number: 21,
  reasonCodes: ['ORDER_NOTIONAL_LIMIT', 'QTY_CAP_UNSET', 'QTY_CAP'],
  judges: RISK_ACTIONS,
  atSend: false,
  judge({ instrument, qty, orderValue }, { orderNotionalMax, orderQtyMax }) {
    if (!(orderValue <= orderNotionalMax)) {
      return {
        decision: 'BLOCK',
        reasonCode: 'ORDER_NOTIONAL_LIMIT',
        inputs: { notional: Number.isNaN(orderValue) ? 'unknown' : orderValue, limit: orderNotionalMax },
      }
    }
    const cap = orderQtyMax[instrument.id] ?? orderQtyMax['*']
    if (cap === undefined) {
      return { decision: 'BLOCK', reasonCode: 'QTY_CAP_UNSET', inputs: { instrument_id: instrument.id } }
    }
    const units = qty * instrument.lot
    if (units > cap) return { decision: 'BLOCK', reasonCode: 'QTY_CAP', inputs: { qty: units, limit: cap } }
    return undefined
  },
}
