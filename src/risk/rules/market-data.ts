import { RISK_ACTIONS, type Rule } from '../gate-input.ts'

/** New risk needs data that is fresh, continuous, sane and deep enough to be believed. */
export const marketData: Rule = {
  number: 15,
  reasonCodes: ['STALE_PRICE', 'BOOK_GAP', 'CROSSED_BOOK', 'THIN_BOOK'],
  judges: RISK_ACTIONS,
  atSend: true,
  judge(input, { priceAgeUsMax, depthMultipleMin }) {
    const { feed, referenceAgeUs, bid, ask, takeableQty, qty } = input
    if (feed === 'GAP') return { decision: 'CLOSE_ONLY', reasonCode: 'BOOK_GAP', inputs: { feed } }
    // Written so that an unknown age or depth (NaN) refuses.
    if (feed !== 'OK' || !(referenceAgeUs <= priceAgeUsMax)) {
      return {
        decision: 'CLOSE_ONLY',
        reasonCode: 'STALE_PRICE',
        inputs: { feed, age_us: Number.isFinite(referenceAgeUs) ? referenceAgeUs : 'unknown', limit_us: priceAgeUsMax },
      }
    }
    if (bid >= ask) return { decision: 'CLOSE_ONLY', reasonCode: 'CROSSED_BOOK', inputs: { bid, ask } }
    if (!(takeableQty >= depthMultipleMin * qty)) {
      return {
        decision: 'THROTTLE',
        reasonCode: 'THIN_BOOK',
        inputs: { depth: Number.isNaN(takeableQty) ? 'unknown' : takeableQty, qty, multiple_min: depthMultipleMin },
        retryAfterUs: 1_000_000,
      }
    }
    return undefined
  },
}
