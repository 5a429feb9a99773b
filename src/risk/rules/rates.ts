import { EVERY_ACTION, type Rule, type Verdict } from '../gate-input.ts'

/** When to ask again where the pace itself is unknown. */
const RETRY_UNKNOWN_US = 1_000_000

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
    if (origin === 'strategy' && !(waitStrategyUs <= 0)) return wait('STRATEGY_RATE', waitStrategyUs)
    return wait('RATE_ORDERS', waitOrdersUs)
  },
}

function wait(reasonCode: string, us: number): Verdict | undefined {
  if (us <= 0) return undefined
  const retryAfterUs = Number.isFinite(us) ? us : RETRY_UNKNOWN_US
  return { decision: 'THROTTLE', reasonCode, inputs: { wait_us: retryAfterUs }, retryAfterUs }
}
