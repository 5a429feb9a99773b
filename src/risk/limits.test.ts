import { expect, test } from 'vitest'
import { LIVE_LIMITS, Limits, RESEARCH_LIMITS } from './limits.ts'

test('limits are stated whole: a missing, unknown or negative one is refused', () => {
  for (const limits of [LIVE_LIMITS, RESEARCH_LIMITS]) {
    expect(Limits.parse(limits)).toEqual(limits)
    expect(Limits.safeParse({ ...limits, extra: 1 }).success).toBe(false)
    for (const field of Object.keys(limits)) {
      expect(Limits.safeParse({ ...limits, [field]: undefined }).success, `without ${field}`).toBe(false)
      expect(Limits.safeParse({ ...limits, [field]: -1 }).success, `with ${field} of -1`).toBe(false)
      expect(Limits.safeParse({ ...limits, [field]: Number.NaN }).success, `with ${field} of NaN`).toBe(false)
    }
  }
})

test('a live account starts with the figures of the policy and with nothing allowed', () => {
  expect(LIVE_LIMITS).toMatchObject({
    intentTtlUs: 5_000_000,
    venues: [],
    instruments: [],
    orderQtyMax: {},
    priceAgeUsMax: 5_000_000,
    priceDeviationBpsMax: 50,
    depthMultipleMin: 3,
    marketOrders: false,
    orderNotionalMax: 1_000_000,
    grossExposureMax: 2_000_000,
    netExposureMax: 1_000_000,
    instrumentExposureMax: 500_000,
    venueExposureMax: 1_000_000,
    leverageMax: 2,
    openOrdersMax: 50,
    orders: { burst: 2, perUs: 1_000_000 },
    cancels: { burst: 3, perUs: 1_000_000 },
    amends: { burst: 2, perUs: 1_000_000 },
    strategyIntents: { burst: 5, perUs: 1_000_000 },
    reserve: true,
  })
})
