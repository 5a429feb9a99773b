import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateWindow } from './rate.ts'

const S = 1_000_000

test('two at once, the third when a second has passed since the first', () => {
  const window = new RateWindow({ burst: 2, perUs: S })
  expect(window.waitUs(10 * S)).toBe(0)
  window.take(10 * S)
  expect(window.waitUs(10 * S + 100_000)).toBe(0)
  window.take(10 * S + 100_000)
  expect(window.waitUs(10 * S + 900_000)).toBe(100_000)
  expect(window.waitUs(11 * S - 1)).toBe(1)
  expect(window.waitUs(11 * S)).toBe(0)
  window.take(11 * S)
  expect(window.waitUs(11 * S)).toBe(100_000)
})

test('infinity is no limit', () => {
  const window = new RateWindow({ burst: Infinity, perUs: S })
  for (let i = 0; i < 1_000; i++) window.take(0)
  expect(window.waitUs(0)).toBe(0)
})

test('a clock that goes back earns nothing', () => {
  const window = new RateWindow({ burst: 1, perUs: S })
  window.take(10 * S)
  expect(window.waitUs(5 * S)).toBe(6 * S)
  expect(window.waitUs(11 * S)).toBe(0)
})

test('more than was allowed can be taken, and is paid for before the next', () => {
  const window = new RateWindow({ burst: 2, perUs: S })
  for (const ts of [0, 0, 0]) window.take(ts)
  expect(window.waitUs(0)).toBe(S)
})

test('whoever waits as told never exceeds the limit in any window, and never waits longer than one', () => {
  const gaps = fc.array(fc.nat(700_000), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), gaps, (burst, pauses) => {
      const window = new RateWindow({ burst, perUs: S })
      const taken: number[] = []
      let now = 0
      for (const pause of pauses) {
        now += pause
        const wait = window.waitUs(now)
        expect(wait).toBeLessThanOrEqual(S)
        if (wait > 0) expect(window.waitUs(now + wait - 1)).toBe(1)
        now += wait
        expect(window.waitUs(now)).toBe(0)
        // Nor does it hold back without need: a microsecond earlier the window was full.
        if (wait > 0) expect(taken.filter((ts) => ts > now - 1 - S).length).toBe(burst)
        window.take(now)
        taken.push(now)
        const recent = taken.filter((ts) => ts > now - S)
        expect(recent.length).toBeLessThanOrEqual(burst)
      }
    }),
  )
})
