import { RISK_ACTIONS, type Rule, type Verdict } from '../gate-input.ts'

/** A day, or a fall from the peak, that cost too much takes no new risk: measured at marks, not on closed trades alone. */
export const losses: Rule = {
  number: 23,
  reasonCodes: ['LOSS_DAILY', 'LOSS_DRAWDOWN', 'LOSS_UNKNOWN'],
  judges: RISK_ACTIONS,
  atSend: true,
  inForce: ({ lossDayMax, lossDrawdownMax }) => lossDayMax !== undefined || lossDrawdownMax !== undefined,
  judge(input, { lossDayMax = Infinity, lossDrawdownMax = Infinity }) {
    // What is not limited is not asked for; written so that an unknown loss (NaN) refuses.
    if (lossDayMax !== Infinity && !(input.dayLoss < lossDayMax)) return lost('LOSS_DAILY', input.dayLoss, lossDayMax)
    if (lossDrawdownMax !== Infinity && !(input.drawdown < lossDrawdownMax))
      return lost('LOSS_DRAWDOWN', input.drawdown, lossDrawdownMax)
    return undefined
  },
}

function lost(reasonCode: string, loss: number, limit: number): Verdict {
  if (Number.isNaN(loss)) return { decision: 'CLOSE_ONLY', reasonCode: 'LOSS_UNKNOWN', inputs: { limit } }
  return { decision: 'CLOSE_ONLY', reasonCode, inputs: { loss, limit } }
}
