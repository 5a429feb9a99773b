import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** New risk is only taken on top of a position and a price that are known. */
export const positionKnown: Rule = {
  number: 24,
  reasonCodes: ['POSITION_UNKNOWN', 'PRICE_UNKNOWN'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge({ botPosition, accountPosition, equity }) {
    if (!Number.isFinite(botPosition) || !Number.isFinite(accountPosition)) {
      return { decision: 'CLOSE_ONLY', reasonCode: 'POSITION_UNKNOWN', inputs: {} }
    }
    if (!Number.isFinite(equity)) return { decision: 'CLOSE_ONLY', reasonCode: 'PRICE_UNKNOWN', inputs: {} }
    return undefined
  },
}
