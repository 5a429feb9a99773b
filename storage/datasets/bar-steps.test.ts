import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { BarSteps } from './bar-steps.ts'

function steps(times: readonly number[]): BarSteps {
  const found = new BarSteps()
  for (const ts of times) found.add(ts)
  return found
}

test('the step is the most common distance; of equally common ones the shortest', () => {
  expect(steps([0, 60, 120, 300, 360]).step()).toBe(60)
  expect(steps([0, 120, 180]).step()).toBe(60)
  expect(steps([5]).step()).toBeUndefined()
  expect(steps([]).step()).toBeUndefined()
})

test('gaps are counted, the largest are listed first', () => {
  expect(steps([0, 60, 120, 300, 360, 1000, 1060]).gaps(60)).toEqual({
    count: 2,
    missing: 12,
    largest: [
      { afterTs: 360, untilTs: 1000, missing: 10 },
      { afterTs: 120, untilTs: 300, missing: 2 },
    ],
  })
})

test('months of different lengths are no gaps', () => {
  const months = Array.from({ length: 24 }, (_, month) => Date.UTC(2023, month, 1) * 1000)
  const found = steps(months)
  expect(found.gaps(found.step() ?? 0)).toMatchObject({ count: 0, missing: 0 })
})

test('any bars taken out of a row are what is missing, however many different holes there are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 50 }), (holes) => {
      const times = [0, 1, 2, 3]
      // Runs of whole steps around the holes keep the step the most common distance.
      for (const hole of holes) for (const distance of [hole + 1, 1, 1]) times.push((times.at(-1) ?? 0) + distance)
      const found = steps(times.map((ts) => ts * 60))
      expect(found.step()).toBe(60)
      expect(found.gaps(60)).toMatchObject({ count: holes.length, missing: holes.reduce((sum, hole) => sum + hole, 0) })
    }),
  )
})

test('more different distances than are counted one by one do not lose a gap', () => {
  const times = [0]
  let missing = 0
  for (let hole = 1; hole <= 10_000; hole++) {
    missing += hole
    for (const distance of [hole + 1, 1, 1]) times.push((times.at(-1) ?? 0) + distance)
  }
  const found = steps(times)
  expect(found.step()).toBe(1)
  expect(found.gaps(1)).toMatchObject({ count: 10_000, missing })
  expect(found.gaps(1).largest.map((gap) => gap.missing)).toEqual([10_000, 9_999, 9_998, 9_997, 9_996])
})
