import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../domain/random.ts'
import { FAILURE_KINDS } from '../../venues/venue.ts'
import { failureOf, RetryBudget, retryDelayMs } from './retry.ts'

test.each(FAILURE_KINDS.map((kind) => [kind, kind === 'TRANSIENT' ? 2 : kind === 'RATELIMITED' ? 3 : 0] as const))(
  'UGF-0-008: %s is asked again %i times',
  (kind, times) => {
    const random = Random.seeded(1)
    let retries = 0
    while (retryDelayMs({ kind }, retries, random) !== undefined) retries++
    expect(retries).toBe(times)
  },
)

test('UGF-0-008: the wait is anywhere under 500 ms × 2ⁿ', () => {
  const random = Random.seeded(7)
  for (const [retries, ceilingMs] of [500, 1_000, 2_000].entries()) {
    const waits = Array.from(
      { length: 500 },
      () => retryDelayMs({ kind: 'RATELIMITED' }, retries, random) ?? Number.NaN,
    )
    expect(Math.max(...waits)).toBeLessThanOrEqual(ceilingMs)
    expect(Math.max(...waits)).toBeGreaterThan(0.95 * ceilingMs)
    expect(Math.min(...waits)).toBeLessThan(0.05 * ceilingMs)
  }
})

test('UGF-0-008: what the venue asks for is obeyed when it is longer, and given up on when it is too long', () => {
  fc.assert(
    fc.property(fc.nat(2), fc.nat(60_000), fc.integer(), (retries, retryAfterMs, seed) => {
      const waitMs = retryDelayMs({ kind: 'RATELIMITED', retryAfterMs }, retries, Random.seeded(seed))
      if (retryAfterMs > 30_000) expect(waitMs).toBeUndefined()
      else expect(waitMs).toBeGreaterThanOrEqual(retryAfterMs)
    }),
  )
})

test('UGF-0-008: an error that names no kind, or one that nobody knows, is UNKNOWN', () => {
  expect(failureOf(new Error('x'))).toEqual({ kind: 'UNKNOWN' })
  expect(failureOf('x')).toEqual({ kind: 'UNKNOWN' })
  expect(failureOf({ kind: 'ODD' })).toEqual({ kind: 'UNKNOWN' })
  expect(failureOf({ kind: 'RATELIMITED', retryAfterMs: 2_000 })).toEqual({ kind: 'RATELIMITED', retryAfterMs: 2_000 })
})

test('UGF-0-008: three questions given up within a minute spend the budget', () => {
  const budget = new RetryBudget()
  budget.exhausted(0)
  budget.exhausted(30_000)
  budget.exhausted(60_001)
  expect([budget.spent(60_001), budget.isSpent(60_001)]).toEqual([2, false])
  budget.exhausted(80_000)
  expect(budget.isSpent(80_000)).toBe(true)
  expect(budget.isSpent(90_001)).toBe(false)
})
