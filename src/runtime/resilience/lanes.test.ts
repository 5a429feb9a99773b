import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LANES, type Lane, Lanes, RateBudget } from './lanes.ts'

const ALWAYS = () => true

test('UGF-0-011: what is more urgent leaves first, and within a lane what came first', () => {
  const lane = fc.constantFrom<Lane>(0, 1, 2, 3)
  fc.assert(
    fc.property(fc.array(lane, { maxLength: 100 }), (offered) => {
      const lanes = new Lanes<number>()
      offered.forEach((to, at) => lanes.offer(to, String(at), at, at))
      const taken: number[] = []
      for (let next = lanes.take(ALWAYS); next !== undefined; next = lanes.take(ALWAYS)) taken.push(next.item)
      const expected = offered.map((to, at) => ({ to, at })).toSorted((a, b) => a.to - b.to || a.at - b.at)
      expect(taken).toEqual(expected.map(({ at }) => at))
      expect(lanes.isEmpty).toBe(true)
    }),
  )
})

test.each([1, 2, 3] as const)('UGF-0-011: lane %i refuses above its cap and counts what it refused', (lane) => {
  const lanes = new Lanes<number>()
  const { cap } = LANES[lane]
  for (let at = 0; at < cap; at++) expect(lanes.offer(lane, String(at), at, 0)).toBe('QUEUED')
  expect(lanes.offer(lane, 'more', 0, 0)).toBe('QUEUE_FULL')
  expect(lanes.status()[lane]).toMatchObject({ depth: cap, cap, refused: 1 })
})

test('UGF-0-011: lane 0 never drops: above its cap the others are refused instead', () => {
  const lanes = new Lanes<number>()
  for (let at = 0; at < 1_500; at++) expect(lanes.offer(0, String(at), at, 0)).toBe('QUEUED')
  for (const lane of [1, 2, 3] as const) expect(lanes.offer(lane, 'x', 0, 0)).toBe('QUEUE_FULL')
  for (let at = 0; at < 501; at++) lanes.take(ALWAYS)
  for (const lane of [1, 2, 3] as const) expect(lanes.offer(lane, 'x', 0, 0)).toBe('QUEUED')
  expect(lanes.depth(0)).toBe(999)
})

test('UGF-0-011: a question that waits already is not queued twice', () => {
  const lanes = new Lanes<string>()
  lanes.offer(3, 'books', 'first', 0)
  expect(lanes.offer(3, 'books', 'second', 1)).toEqual({ sameAs: 'first' })
  expect(lanes.status()[3]).toMatchObject({ depth: 1, coalesced: 1 })
})

test('what was withdrawn does not leave', () => {
  const lanes = new Lanes<string>()
  lanes.offer(2, 'o1', 'one', 0)
  lanes.offer(2, 'o2', 'two', 0)
  expect(lanes.withdraw(2, 'o1')).toBe('one')
  expect(lanes.withdraw(2, 'o1')).toBeUndefined()
  expect(lanes.take(ALWAYS)?.item).toBe('two')
})

test('UGF-0-011: a tenth second of ten requests is one, and three of ten are kept for lane 0', () => {
  const budget = new RateBudget(0, { perSecond: 10, reserved: 0.3 })
  const leave = (lane: Lane, nowMs: number): number => {
    let left = 0
    while (budget.take(lane, nowMs)) left++
    return left
  }
  expect(leave(2, 0)).toBe(7)
  expect(budget.waitMs(2, 0)).toBe(100)
  expect(leave(0, 0)).toBe(3)
  expect(leave(0, 100)).toBe(1)
  expect(leave(2, 500)).toBe(1)
  expect(leave(1, 10_000)).toBe(7)
})

test('UGF-0-011: whatever the others do, lane 0 finds its share after they took all that they may', () => {
  const taking = fc.array(fc.record({ lane: fc.constantFrom<Lane>(1, 2, 3), afterMs: fc.nat(200) }), { maxLength: 300 })
  fc.assert(
    fc.property(taking, (all) => {
      const budget = new RateBudget(0, { perSecond: 50, reserved: 0.3 })
      let nowMs = 0
      let taken = 0
      for (const { lane, afterMs } of all) {
        nowMs += afterMs
        while (budget.take(lane, nowMs)) taken++
      }
      expect(taken).toBeLessThanOrEqual(35 + (nowMs * 50) / 1_000)
      for (let at = 0; at < 15; at++) expect(budget.take(0, nowMs)).toBe(true)
    }),
  )
})
