import { describe, expect, test } from 'vitest'
import { closeWalk, twinDifferences } from './bar-stream.ts'
import { Bollinger } from './bollinger.ts'
import { RollingDeviation } from './rolling-deviation.ts'
import { ZScore } from './z-score.ts'

/** In two passes, from the first of the window, so that the twin does not lose the digits that it must judge. */
function moments(window: readonly number[], divisor: number): { mean: number; deviation: number } {
  const [first = Number.NaN] = window
  const offset = window.reduce((sum, x) => sum + (x - first), 0) / window.length
  const squares = window.reduce((sum, x) => sum + (x - first - offset) ** 2, 0)
  return { mean: first + offset, deviation: Math.sqrt(squares / divisor) }
}

const isCloseRelatively = (found: number, expected: number) =>
  Object.is(found, expected) || Math.abs(found - expected) <= 1e-9 * Math.abs(expected)

describe.each([
  { period: 2, spread: 'sample', divisor: 1 },
  { period: 20, spread: 'population', divisor: 20 },
  { period: 20, spread: 'sample', divisor: 19 },
  { period: 250, spread: 'population', divisor: 250 },
] as const)('over $period inputs, $spread', ({ period, spread, divisor }) => {
  describe.each(['ticks', 'doubles'] as const)('and 100,000 %s', (kind) => {
    const stream = closeWalk(period, 100_000, kind)

    test('the deviation is that of the window to nine digits even when prices are high and quiet, and 0 when flat', () => {
      const window = new RollingDeviation(period, spread)
      const indicate = (x: number) => {
        window.update(x)
        return window.value
      }
      const twin = (inputs: readonly number[]) => moments(inputs, divisor).deviation
      expect(twinDifferences(stream, period, indicate, twin, isCloseRelatively)).toEqual([])
    })

    test('the mean is that of the window', () => {
      const window = new RollingDeviation(period, spread)
      const indicate = (x: number) => {
        window.update(x)
        return window.mean
      }
      expect(twinDifferences(stream, period, indicate, (inputs) => moments(inputs, divisor).mean)).toEqual([])
    })

    test('the z-score is the distance of the newest from the mean in deviations, and 0 when flat', () => {
      const score = new ZScore(period, spread)
      const indicate = (x: number) => {
        score.update(x)
        return score.value
      }
      const twin = (inputs: readonly number[]) => {
        const { mean, deviation } = moments(inputs, divisor)
        return deviation === 0 ? 0 : ((inputs.at(-1) ?? Number.NaN) - mean) / deviation
      }
      expect(twinDifferences(stream, period, indicate, twin)).toEqual([])
    })
  })
})

test('a sample of one has no deviation, so the period is refused', () => {
  expect(() => new RollingDeviation(1, 'sample')).toThrow('period is a whole number of at least 2, was 1')
})

test.each([0, -2, Number.NaN])('bands of width %d are refused, naming it', (width) => {
  expect(() => new Bollinger(20, width, 'population')).toThrow(`width is a positive number, was ${width}`)
})
