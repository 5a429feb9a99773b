import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  conservative,
  fillCrossed,
  isCrossed,
  joinQueue,
  levelChanged,
  probability,
  proportional,
  type QueueModel,
  rejoinQueue,
  tradeAtPrice,
  tradeThrough,
} from './queue.ts'

const MODELS: readonly (readonly [string, QueueModel])[] = [
  ['conservative', conservative],
  ['proportional', proportional],
  ['probability, exponent 0.5', probability(0.5)],
  ['probability, exponent 2', probability(2)],
]

describe('a place in the queue', () => {
  test('trades serve those ahead, then us, then those behind', () => {
    const place = joinQueue({ size: 10, open: 4 })
    expect([tradeAtPrice(place, 6), place.ahead]).toEqual([0, 4])
    expect([tradeAtPrice(place, 4), place.ahead]).toEqual([0, 0])
    expect([tradeAtPrice(place, 3), place.open]).toEqual([3, 1])
    expect([tradeAtPrice(place, 9), place.open]).toEqual([1, 0])
    expect(tradeAtPrice(place, 9)).toBe(0)
  })

  test('one print may serve those ahead and us', () => {
    const place = joinQueue({ size: 10, open: 4 })
    expect([tradeAtPrice(place, 12), place.ahead, place.open]).toEqual([2, 0, 2])
  })

  test('alone at a price we are first', () => {
    expect(tradeAtPrice(joinQueue({ size: 0, open: 5 }), 3)).toBe(3)
  })

  test.each([
    ['conservative', conservative, 60, 60],
    ['conservative', conservative, 20, 20],
    ['proportional', proportional, 80, 48],
    ['proportional', proportional, 50, 30],
    ['probability of exponent 1', probability(1), 50, 30],
    ['probability of exponent 2', probability(2), 87, 51],
    ['any', proportional, 0, 0],
  ])('with 60 ahead and 40 behind, %s: down to %3$s leaves %4$s', (_name, model, size, ahead) => {
    const place = joinQueue({ size: 60, open: 1 })
    levelChanged(place, model, 100)
    levelChanged(place, model, size)
    expect(place.ahead).toBeCloseTo(ahead, 12)
  })

  test('with power 2 the longer part of the line takes more than its share', () => {
    const places = [proportional, probability(2)].map((model) => {
      const place = joinQueue({ size: 75, open: 1 })
      levelChanged(place, model, 100)
      levelChanged(place, model, 90)
      return place.ahead
    })
    expect(places).toEqual([67.5, 66])
  })

  test.each(MODELS)('a trade is not counted again by the depth update it causes: %s', (_name, model) => {
    const place = joinQueue({ size: 50, open: 5 })
    levelChanged(place, model, 80)
    tradeAtPrice(place, 20)
    levelChanged(place, model, 60)
    expect(place.ahead).toBe(30)
    levelChanged(place, model, 60)
    expect(place.ahead).toBe(30)
  })

  test('only what trades do not explain is a cancellation', () => {
    const place = joinQueue({ size: 50, open: 5 })
    levelChanged(place, proportional, 80)
    tradeAtPrice(place, 20) // 30 ahead of 60
    levelChanged(place, proportional, 40) // 20 of 60 cancelled
    expect(place.ahead).toBe(20)
  })

  test.each(MODELS)('what joins the level stands behind us: %s', (_name, model) => {
    const place = joinQueue({ size: 50, open: 5 })
    levelChanged(place, model, 500)
    expect(place.ahead).toBe(50)
  })

  test('a part of a lot that reaches us does not fill', () => {
    const place = joinQueue({ size: 3, open: 5 })
    levelChanged(place, proportional, 4)
    levelChanged(place, proportional, 3) // 2.25 ahead
    expect([tradeAtPrice(place, 3), place.ahead]).toEqual([0, 0])
    expect(tradeAtPrice(place, 1)).toBe(1)
  })

  test('a print beyond our price means that our level was served before it', () => {
    const place = joinQueue({ size: 1_000, open: 5 })
    expect([tradeThrough(place, 2), place.ahead, place.open]).toEqual([2, 0, 3])
  })

  test('an amendment that loses priority goes to the end', () => {
    const place = joinQueue({ size: 10, open: 4 })
    tradeAtPrice(place, 8)
    rejoinQueue(place, { size: 30, open: 7 })
    expect(place).toEqual({ ahead: 30, open: 7, size: 30 })
  })

  test.each([
    ['buy', 100, 101, false],
    ['buy', 100, 100, true],
    ['buy', 100, 99, true],
    ['buy', 100, Number.NaN, false],
    ['sell', 100, 99, false],
    ['sell', 100, 100, true],
    ['sell', 100, 101, true],
    ['sell', 100, Number.NaN, false],
  ] as const)('a %s at %d is crossed by %d: %s', (side, price, otherBest, crossed) => {
    expect(isCrossed(side, price, otherBest)).toBe(crossed)
  })

  test('crossed, all that rests is filled', () => {
    const place = joinQueue({ size: 10, open: 4 })
    tradeAtPrice(place, 11)
    expect([fillCrossed(place), place.open, fillCrossed(place)]).toEqual([3, 0, 0])
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses an exponent of %d', (exponent) => {
    expect(() => probability(exponent)).toThrow(`the exponent of a queue model is above 0, was ${exponent}`)
  })
})

const step = fc.oneof(
  fc.record({ trade: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ size: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 2 ** 45 })) }),
)

describe.each(MODELS)('for any history, by the %s model', (_name, model) => {
  test('the line ahead never grows, is never negative nor longer than the level, and fills are whole and paid for', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.integer({ min: 1, max: 500 }), fc.array(step), (size, open, steps) => {
        const place = joinQueue({ size, open })
        let filled = 0
        for (const next of steps) {
          const { ahead } = place
          if ('trade' in next) {
            const fill = tradeAtPrice(place, next.trade)
            expect(Number.isSafeInteger(fill) && fill >= 0).toBe(true)
            expect(fill).toBeLessThanOrEqual(Math.max(0, next.trade - ahead))
            filled += fill
          } else {
            levelChanged(place, model, next.size)
            expect(place.size).toBe(next.size)
          }
          expect(place.ahead).toBeGreaterThanOrEqual(0)
          expect(place.ahead).toBeLessThanOrEqual(ahead)
          expect(place.ahead).toBeLessThanOrEqual(place.size)
          expect(place.open).toBe(open - filled)
        }
        expect(filled).toBeLessThanOrEqual(open)
      }),
      { numRuns: 500 },
    )
  })

  test('is never ahead of where trades alone, or everybody before us leaving, would have it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.nat({ max: 300 }), fc.nat({ max: 600 }), (ahead, behind, size) => {
        const place = joinQueue({ size: ahead, open: 1 })
        levelChanged(place, model, ahead + behind)
        levelChanged(place, model, size)
        const cancelled = Math.max(0, ahead + behind - size)
        expect(place.ahead).toBeGreaterThanOrEqual(Math.max(0, ahead - cancelled) - 1e-9)
        expect(place.ahead).toBeLessThanOrEqual(Math.min(ahead, size))
      }),
    )
  })
})
