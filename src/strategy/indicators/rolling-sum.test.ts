import { describe, expect, test } from 'vitest'
import { closeWalk, twinDifferences } from './bar-stream.ts'
import { RollingSum } from './rolling-sum.ts'

const total = (window: readonly number[]) => window.reduce((sum, x) => sum + x, 0)

describe.each([1, 3, 64])('a rolling sum of %d', (period) => {
  test('is exactly the sum of its window, for whole numbers', () => {
    const sum = new RollingSum(period)
    const indicate = (x: number) => {
      sum.update(x)
      return sum.value
    }
    expect(twinDifferences(closeWalk(period, 100_000, 'ticks'), period, indicate, total, Object.is)).toEqual([])
  })
})

test('an outlier takes its rounding errors with it when it leaves the window', () => {
  const sum = new RollingSum(3)
  for (const x of [0.1, 1e17, 0.1, 0.1]) sum.update(x)
  sum.update(0.1)
  expect(sum.value).toBeCloseTo(0.3, 15)
})

test('a window of zeros sums to exactly zero, whatever came before', () => {
  const sum = new RollingSum(3)
  for (const x of [0.1, 0.2, 0.3, 0.7, 0, 0, 0]) sum.update(x)
  expect(sum.value).toBe(0)
})
