import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { US_PER_DAY, US_PER_HOUR } from '../domain/time.ts'
import { EquityRecorder, SAMPLES_KEPT } from './equity.ts'
import { CURVE_POINTS, CurveThinner, drawdownCurve } from './equity-curve.ts'

function recorded(equity: readonly number[], stepUs = US_PER_HOUR): EquityRecorder {
  const recorder = new EquityRecorder()
  equity.forEach((value, at) => recorder.sample(at * stepUs, value, value !== equity[0]))
  return recorder
}

/** The same facts by looking at every pair: slow and obvious. */
function slowDrawdown(equity: readonly number[]) {
  let fraction = 0
  let money = 0
  for (let trough = 0; trough < equity.length; trough++) {
    const peak = Math.max(...equity.slice(0, trough + 1))
    money = Math.max(money, peak - (equity[trough] ?? 0))
    if (peak > 0) fraction = Math.max(fraction, 1 - (equity[trough] ?? 0) / peak)
  }
  return { fraction, money }
}

describe('EquityRecorder', () => {
  test('an empty run has no summary, no days and no curve', () => {
    const recorder = new EquityRecorder()
    expect(recorder.summary()).toBeUndefined()
    expect(recorder.daily().day).toHaveLength(0)
    expect(recorder.curve().ts).toHaveLength(0)
    expect(recorder.everySample()).toHaveLength(0)
  })

  test('one bar is a first, a last and a flat line', () => {
    const recorder = recorded([100])
    expect(recorder.summary()).toMatchObject({ samples: 1, first: 100, last: 100, mean: 100, deepest: undefined })
    expect([...recorder.curve().value]).toEqual([100])
    expect([...recorder.daily().equity]).toEqual([100])
  })

  test('finds the deepest fall, its peak, trough and recovery', () => {
    const summary = recorded([100, 120, 110, 119, 120, 90, 96, 125, 124]).summary()
    expect(summary?.deepest).toEqual({
      fraction: 0.25,
      peak: 120,
      peakTs: 1 * US_PER_HOUR, // the first sample of the peak, though a later one equals it
      trough: 90,
      troughTs: 5 * US_PER_HOUR,
      recoveryTs: 7 * US_PER_HOUR,
    })
    expect(summary?.maxDrawdownMoney).toBe(30)
    expect(summary?.longestUnderWaterSamples).toBe(2)
    expect(summary?.longestUnderWaterUs).toBe(3 * US_PER_HOUR)
    expect(summary?.exposureShare).toBe(8 / 9)
  })

  test('a fall that has not ended counts as under water until the last sample', () => {
    const summary = recorded([100, 90, 95, 94]).summary()
    expect(summary?.deepest?.recoveryTs).toBeUndefined()
    expect(summary?.longestUnderWaterUs).toBe(3 * US_PER_HOUR)
    expect(summary?.longestUnderWaterSamples).toBe(3)
  })

  test('a recovered fall stays recovered while a shallower one is open', () => {
    const summary = recorded([100, 50, 100, 90]).summary()
    expect(summary?.deepest?.recoveryTs).toBe(2 * US_PER_HOUR)
  })

  test('of two equal falls the first one is told', () => {
    expect(recorded([100, 50, 100, 50, 60]).summary()?.deepest?.troughTs).toBe(US_PER_HOUR)
  })

  test('the largest fall in money need not be the largest as a fraction', () => {
    const summary = recorded([10, 5, 100, 80]).summary()
    expect(summary?.deepest?.fraction).toBe(0.5)
    expect(summary?.maxDrawdownMoney).toBe(20)
  })

  test('equity below zero is a drawdown beyond the whole', () => {
    expect(recorded([100, -20]).summary()?.deepest?.fraction).toBe(1.2)
  })

  test('a sample at midnight closes the day that ends there', () => {
    const recorder = new EquityRecorder()
    recorder.sample(10 * US_PER_DAY + US_PER_HOUR, 1, false)
    recorder.sample(11 * US_PER_DAY, 2, false)
    recorder.sample(11 * US_PER_DAY + 1, 3, false)
    recorder.sample(14 * US_PER_DAY, 4, false)
    const { day, equity } = recorder.daily()
    expect([...day]).toEqual([10, 11, 13])
    expect([...equity]).toEqual([2, 3, 4])
  })

  test('grows past its first size in days', () => {
    const recorder = recorded(
      Array.from({ length: 3000 }, (_, at) => 100 + at),
      US_PER_DAY,
    )
    expect(recorder.daily().equity).toHaveLength(3000)
    expect(recorder.daily().equity[2999]).toBe(3099)
    expect(recorder.daily().equity[1499]).toBe(1599)
  })

  test.prop([fc.array(fc.integer({ min: -50, max: 200 }), { minLength: 1, maxLength: 60 })])(
    'agrees with the slow and obvious drawdown on any equity',
    (equity) => {
      const summary = recorded(equity).summary()
      const slow = slowDrawdown(equity)
      expect(summary?.deepest?.fraction ?? 0).toBeCloseTo(slow.fraction, 12)
      expect(summary?.maxDrawdownMoney).toBe(slow.money)
      expect(summary?.lowest).toBe(Math.min(...equity))
      expect(summary?.highest).toBe(Math.max(...equity))
    },
  )

  test.prop([
    fc.array(fc.tuple(fc.integer({ min: -50, max: 200 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 1, max: 20 }),
  ])('asking in the middle of a run changes nothing', (rows, hours) => {
    const asked = new EquityRecorder()
    const left = new EquityRecorder()
    rows.forEach(([equity, isAsked], at) => {
      asked.sample(at * hours * US_PER_HOUR, equity, isAsked)
      left.sample(at * hours * US_PER_HOUR, equity, isAsked)
      if (isAsked) asked.summary()
    })
    expect(asked.summary()).toEqual(left.summary())
    expect(asked.daily()).toEqual(left.daily())
    expect(asked.curve()).toEqual(left.curve())
    expect(asked.everySample()).toEqual(left.everySample())
  })

  test('a million samples keep their extremes and their ends in a bounded curve', () => {
    const recorder = new EquityRecorder()
    const size = 1_000_000
    for (let at = 0; at < size; at++) {
      const spike = at === 123_457 ? -900 : at === 654_321 ? 900 : 0
      recorder.sample(at * 1_000_000, 1000 + Math.sin(at / 5000) * 50 + spike, true)
    }
    const { ts, value } = recorder.curve()
    expect(ts.length).toBeLessThanOrEqual(CURVE_POINTS)
    expect(ts.length).toBeGreaterThan(CURVE_POINTS / 4)
    expect(value[ts.indexOf(123_457_000_000)]).toBeLessThan(160)
    expect(value[ts.indexOf(654_321_000_000)]).toBeGreaterThan(1840)
    expect(ts[0]).toBe(0)
    expect(ts[ts.length - 1]).toBe((size - 1) * 1_000_000)
    expect(ts.every((stamp, at) => at === 0 || stamp > (ts[at - 1] ?? 0))).toBe(true)
    expect(recorder.summary()?.samples).toBe(size)
    expect(recorder.everySample()).toBeUndefined()
    expect(recorder.summary()?.exposureShare).toBe(1)
  })

  test('keeps every sample of a short run', () => {
    const recorder = new EquityRecorder()
    for (let at = 0; at < SAMPLES_KEPT; at++) recorder.sample(at, at, false)
    expect(recorder.everySample()?.[SAMPLES_KEPT - 1]).toBe(SAMPLES_KEPT - 1)
    recorder.sample(SAMPLES_KEPT, 0, false)
    expect(recorder.everySample()).toBeUndefined()
  })
})

describe('CurveThinner', () => {
  test.prop([fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 1000 })])(
    'keeps the highest and lowest of any walk, in time order, in at most the promised points',
    (size, seed) => {
      const thinner = new CurveThinner()
      let state = seed
      let value = 0
      let high = Number.NEGATIVE_INFINITY
      let low = Number.POSITIVE_INFINITY
      for (let at = 0; at < size; at++) {
        state = (state * 48_271) % 2_147_483_647
        value += (state % 201) - 100
        high = Math.max(high, value)
        low = Math.min(low, value)
        thinner.add(Float64Array.of(at), Float64Array.of(value), 1)
      }
      const curve = thinner.curve()
      expect(curve.ts.length).toBeLessThanOrEqual(CURVE_POINTS)
      expect(curve.value.reduce((most, here) => Math.max(most, here))).toBe(high)
      expect(curve.value.reduce((least, here) => Math.min(least, here))).toBe(low)
      expect(curve.value[curve.value.length - 1]).toBe(value)
      expect(curve.ts.every((stamp, at) => at === 0 || stamp > (curve.ts[at - 1] ?? 0))).toBe(true)
      if (size <= 2000) expect(curve.ts).toHaveLength(size)
    },
  )
})

test('the drawdown curve hangs from zero', () => {
  const curve = drawdownCurve({ ts: Float64Array.of(1, 2, 3, 4), value: Float64Array.of(100, 75, 150, 120) })
  expect([...curve.value]).toEqual([0, -0.25, 0, expect.closeTo(-0.2, 12)])
})
