import { describe, expect, test } from 'vitest'
import { closeWalk, twinDifferences } from './bar-stream.ts'
import { Sma } from './sma.ts'

const mean = (window: readonly number[]) => window.reduce((sum, x) => sum + x, 0) / window.length

describe.each([1, 2, 20, 250])('an SMA of %d', (period) => {
  test('is exactly the mean of its window, for whole ticks', () => {
    const sma = new Sma(period)
    const indicate = (x: number) => {
      sma.update(x)
      return sma.value
    }
    expect(twinDifferences(closeWalk(period, 100_000, 'ticks'), period, indicate, mean, Object.is)).toEqual([])
  })

  test('does not drift from the mean of its window over 100,000 doubles', () => {
    const sma = new Sma(period)
    const indicate = (x: number) => {
      sma.update(x)
      return sma.value
    }
    expect(twinDifferences(closeWalk(period, 100_000, 'doubles'), period, indicate, mean)).toEqual([])
  })
})

test('the rounding that an outlier leaves behind is gone two laps later', () => {
  const sma = new Sma(4)
  for (const x of [0.1, 1e17, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]) sma.update(x)
  expect(sma.value).toBeCloseTo(0.1, 15)
})
