import { type GateInput, RISK_ACTIONS, type Rule, type Verdict } from '../gate-input.ts'

/** Exposure of instrument, venue and account, resting orders included, and leverage stay under their limits. */
export const exposure: Rule = {
  number: 22,
  reasonCodes: ['LIMIT_GROSS', 'LIMIT_NET', 'LIMIT_SYMBOL', 'LIMIT_VENUE', 'LIMIT_LEVERAGE', 'LIMIT_OPEN_ORDERS'],
  judges: RISK_ACTIONS,
  atSend: false,
  judge(input, limits) {
    // Without a limit its exposure is not even summed: the input computes what is asked of it.
    const { instrumentExposureMax, venueExposureMax, grossExposureMax, netExposureMax, leverageMax } = limits
    const limited = (limit: number) => limit !== Infinity
    return (
      (limited(instrumentExposureMax)
        ? over('LIMIT_SYMBOL', input.instrumentExposure + input.orderValue, instrumentExposureMax, input)
        : undefined) ??
      (limited(venueExposureMax)
        ? over('LIMIT_VENUE', input.venueExposure + input.orderValue, venueExposureMax, input)
        : undefined) ??
      (limited(grossExposureMax)
        ? over('LIMIT_GROSS', input.grossExposure + input.orderValue, grossExposureMax, input)
        : undefined) ??
      (limited(netExposureMax) ? over('LIMIT_NET', netAfter(input), netExposureMax, input) : undefined) ??
      (limited(leverageMax) ? over('LIMIT_LEVERAGE', leverage(input), leverageMax, input) : undefined) ??
      over('LIMIT_OPEN_ORDERS', input.openOrders + 1, limits.openOrdersMax, input)
    )
  },
}

function netAfter({ netExposure, orderValue, side }: GateInput): number {
  return Math.abs(netExposure + (side === 'buy' ? orderValue : -orderValue))
}

function leverage({ grossExposure, orderValue, equity }: GateInput): number {
  return equity > 0 ? (grossExposure + orderValue) / equity : Infinity
}

/** An unknown number is over every finite limit. */
function over(reasonCode: string, after: number, limit: number, { orderValue }: GateInput): Verdict | undefined {
  if (after <= limit) return undefined
  const known = (value: number) => (Number.isFinite(value) ? value : 'unknown')
  return { decision: 'BLOCK', reasonCode, inputs: { after: known(after), limit, order: known(orderValue) } }
}
