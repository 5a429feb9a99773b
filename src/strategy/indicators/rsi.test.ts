import { describe, expect, test } from 'vitest'
import { closeWalk, twinDifferences } from './bar-stream.ts'
import { CutlerRsi, WilderRsi } from './rsi.ts'

function strength(window: readonly number[]): number {
  let gain = 0
  let loss = 0
  for (const [at, close] of window.entries()) {
    const change = close - (window[at - 1] ?? close)
    if (change > 0) gain += change
    else loss -= change
  }
  return loss === 0 ? 100 : 100 - 100 / (1 + gain / loss)
}

test.each(['ticks', 'doubles'] as const)("Cutler's RSI is that of its window alone, over 100,000 %s", (kind) => {
  const rsi = new CutlerRsi(14)
  const indicate = (close: number) => {
    rsi.update(close)
    return rsi.value
  }
  expect(twinDifferences(closeWalk(3, 100_000, kind), 15, indicate, strength)).toEqual([])
})

describe.each([
  { name: 'Wilder', make: () => new WilderRsi(3) },
  { name: 'Cutler', make: () => new CutlerRsi(3) },
])('the RSI of $name', ({ make }) => {
  test.each([
    { course: 'only rises', closes: [1, 2, 3, 4], expected: 100 },
    { course: 'only falls', closes: [4, 3, 2, 1], expected: 0 },
    { course: 'is flat', closes: [5, 5, 5, 5], expected: 100 },
    { course: 'rises twice as far as it falls', closes: [10, 12, 11, 11], expected: 66.66666666666667 },
  ])('is $expected when the market $course', ({ closes, expected }) => {
    const rsi = make()
    for (const close of closes) rsi.update(close)
    expect(rsi.value).toBeCloseTo(expected, 12)
  })
})
