import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** After our books were wrong, one bot trades first and everybody a little (UGF-0-010). */
export const canaryCap: Rule = {
  number: 21,
  reasonCodes: ['CANARY_CAP'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge({ recoveryCap, orderValue, qty, instrument, botId }, { orderNotionalMax, orderQtyMax }) {
    if (recoveryCap === undefined) return undefined
    const { share } = recoveryCap
    const isAway = recoveryCap.instrumentId !== undefined && recoveryCap.instrumentId !== instrument.id
    if (isAway || (recoveryCap.botId !== undefined && recoveryCap.botId !== botId)) {
      const { botId: bot = '*', instrumentId = '*' } = recoveryCap
      return {
        decision: 'BLOCK',
        reasonCode: 'CANARY_CAP',
        inputs: { canary_bot: bot, canary_instrument: instrumentId },
      }
    }
    const notionalCap = share * orderNotionalMax
    if (orderValue > notionalCap)
      return { decision: 'BLOCK', reasonCode: 'CANARY_CAP', inputs: { notional: orderValue, limit: notionalCap } }
    const qtyCap = share * (orderQtyMax[instrument.id] ?? orderQtyMax['*'] ?? 0)
    const units = qty * instrument.lot
    if (units <= qtyCap) return undefined
    return { decision: 'BLOCK', reasonCode: 'CANARY_CAP', inputs: { qty: units, limit: qtyCap } }
  },
}
