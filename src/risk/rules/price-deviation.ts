import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** A price far from the market is a typing error until shown otherwise. */
export const priceDeviation: Rule = {
  number: 18,
  reasonCodes: ['PRICE_DEVIATION', 'REFERENCE_PRICE_MISSING'],
  judges: RISK_ACTIONS,
  atSend: false,
  judge({ reference, limit, stop }, { priceDeviationBpsMax }) {
    if (!(reference > 0)) return { decision: 'CLOSE_ONLY', reasonCode: 'REFERENCE_PRICE_MISSING', inputs: {} }
    const price = limit ?? stop
    if (price === undefined || priceDeviationBpsMax === Infinity) return undefined
    const bps = (Math.abs(price - reference) / reference) * 10_000
    if (bps <= priceDeviationBpsMax) return undefined
    return {
      decision: 'BLOCK',
      reasonCode: 'PRICE_DEVIATION',
      inputs: { price, reference, bps, limit_bps: priceDeviationBpsMax },
    }
  },
}
