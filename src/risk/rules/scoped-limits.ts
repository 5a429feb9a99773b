import { type GateInput, RISK_ACTIONS, type Rule } from '../gate-input.ts'
import type { ScopedLimit } from '../limits.ts'

/** What one part of the account may do, be it a venue, an instrument, a strategy or a bot: stricter than the whole, never looser. */
export const scopedLimits: Rule = {
  number: 22,
  reasonCodes: ['LIMIT_SCOPED'],
  judges: RISK_ACTIONS,
  atSend: false,
  inForce: ({ scoped }) => scoped !== undefined && scoped.length > 0,
  judge(input, { scoped = [] }) {
    for (const limit of scoped) {
      const exposure = exposureWithin(limit.scope, input)
      if (exposure === undefined) continue
      const broken = brokenBy(limit, input, exposure)
      if (broken === undefined) continue
      return { decision: 'BLOCK', reasonCode: 'LIMIT_SCOPED', inputs: { scope: limit.scope, ...broken } }
    }
    return undefined
  },
}

/** What is exposed in a scope that the order belongs to; undefined where it does not. */
function exposureWithin(scope: string, input: GateInput): (() => number) | undefined {
  const at = scope.indexOf(':')
  const name = scope.slice(at + 1)
  switch (scope.slice(0, at)) {
    case 'venue':
      return name === input.instrument.venueId ? () => input.venueExposure : undefined
    case 'instrument':
      return name === input.instrument.id ? () => input.instrumentExposure : undefined
    case 'strategy':
      return name === input.strategyId ? () => input.botExposure : undefined
    case 'bot':
      return name === input.botId ? () => input.botExposure : undefined
    default:
      throw new Error(`no limit can have the scope '${scope}'`)
  }
}

/** The first limit that the order breaks, with what it saw; written so that an unknown number (NaN) breaks it. */
function brokenBy(
  { orderNotionalMax, exposureMax, priceDeviationBpsMax, marketOrders }: ScopedLimit,
  { orderValue, type, limit, stop, reference }: GateInput,
  exposure: () => number,
): Readonly<Record<string, string | number>> | undefined {
  if (orderNotionalMax !== undefined && !(orderValue <= orderNotionalMax))
    return { limit_name: 'order_notional_max', after: known(orderValue), limit: orderNotionalMax }
  if (exposureMax !== undefined) {
    const after = exposure() + orderValue
    if (!(after <= exposureMax)) return { limit_name: 'exposure_max', after: known(after), limit: exposureMax }
  }
  const price = limit ?? stop
  if (priceDeviationBpsMax !== undefined && price !== undefined) {
    const bps = (Math.abs(price - reference) / reference) * 10_000
    if (!(bps <= priceDeviationBpsMax))
      return { limit_name: 'price_deviation_bps_max', after: known(bps), limit: priceDeviationBpsMax }
  }
  if (marketOrders === false && (type === 'MARKET' || type === 'STOP' || type === 'TRAILING_STOP'))
    return { limit_name: 'market_orders', after: type, limit: 'off' }
  return undefined
}

function known(value: number): number | string {
  return Number.isFinite(value) ? value : 'unknown'
}
