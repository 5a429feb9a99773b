import { describe, expect, test } from 'vitest'
import { closeWalk, isClose } from './bar-stream.ts'
import { Ema } from './ema.ts'
import { WilderMean } from './wilder-mean.ts'

/** The recursive mean written out: NaN before the seed, which is the mean of the first `seeds` inputs. */
function written(stream: readonly number[], seeds: number, alpha: number): number[] {
  let mean = stream.slice(0, seeds).reduce((sum, x) => sum + x, 0) / seeds
  return stream.map((x, at) => {
    if (at >= seeds) mean = alpha * x + (1 - alpha) * mean
    return at + 1 < seeds ? Number.NaN : mean
  })
}

describe.each([1, 2, 14, 200])('over a period of %d and 100,000 inputs', (period) => {
  test.each([
    { name: 'an EMA from its first input', make: () => new Ema(period, 'first'), seeds: 1, alpha: 2 / (period + 1) },
    { name: 'an EMA from a mean', make: () => new Ema(period, 'mean'), seeds: period, alpha: 2 / (period + 1) },
    { name: "Wilder's mean", make: () => new WilderMean(period), seeds: period, alpha: 1 / period },
  ])('$name follows its formula', ({ make, seeds, alpha }) => {
    const stream = closeWalk(period, 100_000, 'doubles')
    const indicator = make()
    const expected = written(stream, seeds, alpha)
    const wrong = stream.filter((x, at) => {
      indicator.update(x)
      return !isClose(indicator.value, expected[at] ?? 0)
    })
    expect(wrong).toEqual([])
  })
})

test('a constant stream stays exactly where it is', () => {
  const ema = new Ema(7, 'first')
  for (let at = 0; at < 1_000; at++) ema.update(0.1)
  expect(ema.value).toBe(0.1)
})
