import { expect, test } from 'vitest'
import { LIVE_LIMITS, Limits, RESEARCH_LIMITS } from './limits.ts'

/** What guards a running account: absent from research, and from the limits of sessions before it was there. */
const FOR_RUNNING = {
  lossDayMax: 1,
  lossDrawdownMax: 1,
  dayOffsetUs: -32_400_000_000,
  guards: { clock: 1, lock: 2 },
  leases: { lifeUs: 20, marginUs: 2 },
  quietHours: { fromUs: 0, toUs: 1 },
}

test('UGF-D-003: what guards a running account may be absent, is not in research, and is never half there', () => {
  for (const [field, value] of Object.entries(FOR_RUNNING)) {
    expect(RESEARCH_LIMITS).not.toHaveProperty(field)
    expect(Limits.safeParse({ ...RESEARCH_LIMITS, [field]: value }).success, field).toBe(true)
  }
  for (const wrong of [
    { guards: { clock: -1 } },
    { guards: { weather: 1 } },
    { leases: { lifeUs: 20 } },
    { leases: { lifeUs: 0, marginUs: 0 } },
    { quietHours: { fromUs: 0 } },
    { quietHours: { fromUs: 0, toUs: 86_400_000_000 } },
  ])
    expect(Limits.safeParse({ ...RESEARCH_LIMITS, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
})

test('limits are stated whole: a missing, unknown or negative one is refused', () => {
  for (const limits of [LIVE_LIMITS, RESEARCH_LIMITS]) {
    expect(Limits.parse(limits)).toEqual(limits)
    expect(Limits.safeParse({ ...limits, extra: 1 }).success).toBe(false)
    for (const field of Object.keys(limits)) {
      const isOptional = field in FOR_RUNNING
      expect(Limits.safeParse({ ...limits, [field]: undefined }).success, `without ${field}`).toBe(isOptional)
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
    lossDayMax: 100_000,
    lossDrawdownMax: 200_000,
  })
})
