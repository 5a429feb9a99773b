import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SequenceWatch } from './sequence.ts'

test('UGF-0-021: numbers follow one another; what is missing makes the stream dirty until a snapshot', () => {
  const watch = new SequenceWatch()
  const told = [1, 2, 2, 3, 6, 7, 5].map((number) => watch.take(number, false))
  expect(told).toEqual(['next', 'next', 'late', 'next', 'gap', 'dirty', 'late'])
  expect([watch.gaps, watch.missed, watch.late, watch.isDirty]).toEqual([1, 2, 2, true])
  expect(watch.take(12, true)).toBe('next')
  expect([watch.isDirty, watch.expected, watch.take(13, false)]).toEqual([false, 13, 'next'])
})

test('whatever is lost or repeated, what is taken is a run without holes since the last snapshot', () => {
  const sent = fc.array(fc.record({ isLost: fc.boolean(), isTwice: fc.boolean(), isSnapshot: fc.boolean() }))
  fc.assert(
    fc.property(sent, (messages) => {
      const watch = new SequenceWatch()
      let taken: number[] = []
      messages.forEach(({ isLost, isTwice, isSnapshot }, at) => {
        for (let times = isLost ? 0 : isTwice ? 2 : 1; times > 0; times--) {
          if (watch.take(at, isSnapshot) !== 'next') continue
          taken = isSnapshot ? [at] : [...taken, at]
        }
      })
      for (let at = 1; at < taken.length; at++) expect(taken[at]).toBe((taken[at - 1] ?? 0) + 1)
    }),
  )
})

test('a stream that is broken in a way that no number shows is dirty until its next snapshot', () => {
  const watch = new SequenceWatch()
  watch.take(1, false)
  watch.spoil()
  watch.spoil()
  expect([watch.take(2, false), watch.gaps, watch.isDirty]).toEqual(['dirty', 1, true])
  expect([watch.take(3, true), watch.isDirty]).toEqual(['next', false])
})
