import { EVERY_ACTION, type Rule, type Verdict } from '../gate-input.ts'

/** Orders, amends and cancels at a pace that venues and people can follow. */
export const rates: Rule = {
  number: 26,
  reasonCodes: ['RATE_ORDERS', 'RATE_CANCELS', 'RATE_AMENDS', 'STRATEGY_RATE'],
  judges: EVERY_ACTION,
  atSend: false,
  judge({ action, origin, waitOrdersUs, waitCancelsUs, waitAmendsUs, waitStrategyUs }) {
    if (action === 'CANCEL') return wait('RATE_CANCELS', waitCancelsUs)
    if (origin === 'flatten') return undefined
    if (action === 'AMEND') return wait('RATE_AMENDS', waitAmendsUs)
    if (origin === 'strategy' && waitStrategyUs > 0) return wait('STRATEGY_RATE', waitStrategyUs)
    return wait('RATE_ORDERS', waitOrdersUs)
  },
}

function wait(reasonCode: string, us: number): Verdict | undefined {
  return us > 0 ? { decision: 'THROTTLE', reasonCode, inputs: { wait_us: us }, retryAfterUs: us } : undefined
}
