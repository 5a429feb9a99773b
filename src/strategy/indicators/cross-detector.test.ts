import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CrossDetector, type CrossRule } from './cross-detector.ts'

function answers(rule: CrossRule, differences: readonly number[]): number[] {
  const detector = new CrossDetector(rule)
  return differences.map((difference) => detector.update(100 + difference, 100))
}

describe('a cross', () => {
  test.each([
    { course: 'upwards at once', differences: [-1, 1, 2], strict: [0, 1, 0], lastNonzero: [0, 1, 0] },
    { course: 'downwards at once', differences: [1, -1, -2], strict: [0, -1, 0], lastNonzero: [0, -1, 0] },
    { course: 'upwards over a touch', differences: [-1, 0, 0, 1], strict: [0, 0, 0, 0], lastNonzero: [0, 0, 0, 1] },
    { course: 'that only touches', differences: [-1, 0, -1], strict: [0, 0, 0], lastNonzero: [0, 0, 0] },
    { course: 'away from equality at the start', differences: [0, 1], strict: [0, 0], lastNonzero: [0, 0] },
    { course: 'back and forth', differences: [1, -1, 1, -1], strict: [0, -1, 1, -1], lastNonzero: [0, -1, 1, -1] },
    { course: 'after lines that warm up', differences: [Number.NaN, -1, 1], strict: [0, 0, 1], lastNonzero: [0, 0, 1] },
  ])('$course', ({ differences, strict, lastNonzero }) => {
    expect(answers('strict', differences)).toEqual(strict)
    expect(answers('last-nonzero', differences)).toEqual(lastNonzero)
  })

  test('is what looking back over the whole history finds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: 2 })), (differences) => {
        const lookBack = (rule: CrossRule) =>
          differences.map((now, at) => {
            const past = differences.slice(0, at)
            const before = (rule === 'strict' ? past.at(-1) : past.findLast((it) => it !== 0)) ?? 0
            if (before < 0 && now > 0) return 1
            return before > 0 && now < 0 ? -1 : 0
          })
        expect(answers('strict', differences)).toEqual(lookBack('strict'))
        expect(answers('last-nonzero', differences)).toEqual(lookBack('last-nonzero'))
      }),
    )
  })
})

test('a pair that is not finite answers 0 and leaves the last answer to be read', () => {
  const detector = new CrossDetector('strict')
  detector.update(1, 2)
  detector.update(2, 1)
  expect(detector.update(Number.NaN, 1)).toBe(0)
  expect(detector.value).toBe(1)
})
