import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { TEST_LIMITS } from './gate-input.fixture.ts'
import type { Limits } from './limits.ts'
import { policyCases } from './policy-cases.ts'

const failed = (limits: Limits) => policyCases(limits, testInstrument()).filter(({ isMet }) => !isMet)
const { guards: _, leases: __, ...PLAIN } = TEST_LIMITS

describe('the cases that a policy is held against', () => {
  test('hold for the limits of a real account', () => {
    expect(failed(PLAIN)).toEqual([])
    expect(policyCases(PLAIN, testInstrument()).length).toBeGreaterThan(50)
  })

  test.each([
    { orderNotionalMax: 5_000_000 },
    { instrumentExposureMax: Infinity, venueExposureMax: Infinity },
    { lossDayMax: undefined, lossDrawdownMax: 1 },
    { orderQtyMax: { '*': Infinity } },
  ] satisfies Partial<Limits>[])('hold whichever number is the strictest: %j', (more) => {
    expect(failed({ ...PLAIN, ...more })).toEqual([])
  })

  test('fail where a limit cannot do what it says: a price age that nothing meets refuses what is within', () => {
    const found = failed({ ...PLAIN, priceAgeUsMax: 1 })
    expect(found.map(({ name }) => name)).toContain('leverage_max 2: within')
    expect(found.every(({ name }) => !name.startsWith('CANCEL'))).toBe(true)
  })
})
