import { describe, expect, test } from 'vitest'
import { closeWalk, twinDifferences } from './bar-stream.ts'
import { Wma } from './wma.ts'

function weightedMean(window: readonly number[]): number {
  const weighted = window.reduce((sum, x, at) => sum + x * (at + 1), 0)
  return weighted / window.reduce((sum, _, at) => sum + at + 1, 0)
}

describe.each([1, 2, 20, 250])('a WMA of %d', (period) => {
  test.each([
    { kind: 'ticks', isEqual: Object.is },
    { kind: 'doubles', isEqual: undefined },
  ] as const)('is the weighted mean of its window over 100,000 $kind', ({ kind, isEqual }) => {
    const wma = new Wma(period)
    const indicate = (x: number) => {
      wma.update(x)
      return wma.value
    }
    expect(twinDifferences(closeWalk(period, 100_000, kind), period, indicate, weightedMean, isEqual)).toEqual([])
  })
})
