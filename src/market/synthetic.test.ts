import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { instrumentWith } from '../../fixtures/datasets/instruments.ts'
import { timeUs, US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../domain/time.ts'
import type { BarColumns } from './columns.ts'
import { type SyntheticBarsOptions, syntheticBars } from './synthetic.ts'

const BASE: SyntheticBarsOptions = {
  seed: 1,
  instrument: instrumentWith('0.01', '0.001'),
  startTs: timeUs(Date.parse('2024-01-01T00:00:00Z') * 1000),
  stepUs: US_PER_MINUTE,
  count: 200_000,
}

function returns(options: SyntheticBarsOptions): number[] {
  const found: number[] = []
  let before: number | undefined
  for (const chunk of syntheticBars(options)) {
    for (const close of chunk.close.subarray(0, chunk.length)) {
      if (before !== undefined) found.push(close / before - 1)
      before = close
    }
  }
  return found
}

const FIRST_CLOSES = [29960, 29967, 29983, 29974, 29992]
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('equal options give equal bars; another seed gives others', () => {
  const digest = (options: SyntheticBarsOptions) =>
    [...syntheticBars(options)].map((chunk) => [
      chunk.length,
      ...chunk.close.subarray(0, 50),
      ...chunk.volume.slice(-50),
    ])
  expect(digest(BASE)).toEqual(digest(BASE))
  expect(digest(BASE)).not.toEqual(digest({ ...BASE, seed: 2 }))
})

test('the first bars of seed 1 are these on every machine', () => {
  const [chunk] = [...syntheticBars({ ...BASE, count: 5 })]
  expect(chunk?.close).toEqual(new Float64Array(FIRST_CLOSES))
})

test('reused arrays hold what fresh ones would', () => {
  const closes = (reuse: boolean) => {
    const found: number[] = []
    for (const chunk of syntheticBars({ ...BASE, count: 70_000, gapChance: 0.001, reuse })) {
      for (let i = 0; i < chunk.length; i++) found.push(chunk.openTs[i] ?? 0, chunk.close[i] ?? 0, chunk.volume[i] ?? 0)
    }
    return found
  }
  expect(closes(true)).toEqual(closes(false))
})

test('chunks hold 65 536 rows and the last one the rest', () => {
  expect([...syntheticBars(BASE)].map((chunk) => chunk.length)).toEqual([65_536, 65_536, 65_536, 3392])
  expect([...syntheticBars({ ...BASE, count: 0 })]).toEqual([])
})

test('every bar is possible: whole positive ticks, high and low around the body, times on the grid, volume not negative', () => {
  const options = fc.record({
    seed: fc.maxSafeNat(),
    count: fc.integer({ min: 1, max: 1000 }),
    startPrice: fc.constantFrom(0.01, 1, 300, 1e9),
    volatility: fc.double({ min: 1e-6, max: 0.03, noNaN: true }),
    drift: fc.double({ min: -0.01, max: 0.01, noNaN: true }),
    gapChance: fc.constantFrom(0, 0.01, 1),
    stepUs: fc.constantFrom(1, 1_000_000, US_PER_MINUTE, US_PER_DAY),
  })
  fc.assert(
    fc.property(options, (picked) => {
      let ts = 0
      for (const chunk of syntheticBars({ ...BASE, ...picked })) {
        for (let i = 0; i < chunk.length; i++) {
          const at = (column: keyof BarColumns) => Number((chunk[column] as Float64Array)[i])
          for (const column of ['open', 'high', 'low', 'close', 'volume', 'openTs'] as const) {
            expect(Number.isSafeInteger(at(column))).toBe(true)
          }
          expect(at('low')).toBeGreaterThanOrEqual(1)
          expect(at('low')).toBeLessThanOrEqual(Math.min(at('open'), at('close')))
          expect(at('high')).toBeGreaterThanOrEqual(Math.max(at('open'), at('close')))
          expect(at('volume')).toBeGreaterThanOrEqual(0)
          expect(at('closeTs') - at('openTs')).toBe(picked.stepUs)
          expect(at('openTs')).toBeGreaterThanOrEqual(ts)
          expect((at('openTs') - BASE.startTs) % picked.stepUs).toBe(0)
          ts = at('closeTs')
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('a bar opens where the last one closed', () => {
  let before: number | undefined
  for (const chunk of syntheticBars({ ...BASE, count: 140_000 })) {
    for (let i = 0; i < chunk.length; i++) {
      if (before !== undefined) expect(chunk.open[i]).toBe(before)
      before = chunk.close[i]
    }
  }
})

test('returns have the volatility asked for, fat tails, and volatility that comes in clusters', () => {
  const found = returns(BASE)
  const squares = found.map((value) => value * value)
  const variance = mean(squares)
  expect(Math.sqrt(variance)).toBeGreaterThan(0.0007)
  expect(Math.sqrt(variance)).toBeLessThan(0.0009)
  const fourth = mean(squares.map((value) => value * value))
  expect(fourth / variance / variance).toBeGreaterThan(6)
  const neighbours = mean(squares.slice(1).map((value, i) => value * (squares[i] ?? 0)))
  expect((neighbours - variance * variance) / (fourth - variance * variance)).toBeGreaterThan(0.05)
})

test('drift carries the price, and without it a long run stays near its start', () => {
  expect(mean(returns({ ...BASE, drift: 2e-5 }))).toBeCloseTo(2e-5, 5)
  let [low, high] = [Infinity, 0]
  for (const chunk of syntheticBars({ ...BASE, count: 2_000_000, reuse: true })) {
    for (const close of chunk.close.subarray(0, chunk.length)) {
      low = Math.min(low, close)
      high = Math.max(high, close)
    }
  }
  expect(low).toBeGreaterThan(30_000 / 20)
  expect(high).toBeLessThan(30_000 * 20)
})

test('volume has the mean asked for and is larger at the ends of the day than in its middle', () => {
  let [total, rows, edges, middle] = [0, 0, 0, 0]
  for (const chunk of syntheticBars(BASE)) {
    for (let i = 0; i < chunk.length; i++) {
      const hour = ((chunk.openTs[i] ?? 0) % US_PER_DAY) / US_PER_HOUR
      const volume = chunk.volume[i] ?? 0
      total += volume
      rows++
      if (hour < 2 || hour >= 22) edges += volume
      if (hour >= 10 && hour < 14) middle += volume
    }
  }
  expect(total / rows).toBeGreaterThan(900)
  expect(total / rows).toBeLessThan(1100)
  expect(edges).toBeGreaterThan(1.5 * middle)
})

test('outages leave holes only when asked for', () => {
  const span = (gapChance: number) => {
    const chunks = [...syntheticBars({ ...BASE, count: 1000, gapChance })]
    return ((chunks.at(-1)?.openTs[999] ?? 0) - BASE.startTs) / US_PER_MINUTE
  }
  expect(span(0)).toBe(999)
  expect(span(0.02)).toBeGreaterThan(1200)
})

test.each([
  [{ stepUs: 0 }, 'step'],
  [{ count: -1 }, 'count'],
  [{ startPrice: 0 }, 'start price'],
  [{ volatility: 0 }, 'volatility'],
  [{ drift: 1 }, 'drift'],
  [{ gapChance: 2 }, 'chance'],
  [{ stepUs: 1e12, count: 10_000 }, 'safe integer of microseconds'],
])('%j is refused', (wrong, words) => {
  expect(() => [...syntheticBars({ ...BASE, ...wrong })]).toThrow(words)
})
