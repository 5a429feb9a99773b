import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BREAKER_LIMITS, Breaker, type CallEnd } from './breaker.ts'

/** Calls one after the other, each of which ends as told. */
function calls(breaker: Breaker, ends: readonly CallEnd[], { fromMs = 0, tookMs = 10, everyMs = 100 } = {}): number {
  let nowMs = fromMs
  for (const end of ends) {
    const call = breaker.begin(nowMs)
    if (call !== undefined) breaker.end(call, end, nowMs + tookMs)
    nowMs += Math.max(tookMs, everyMs)
  }
  return nowMs
}

describe('UGF-0-008: a breaker opens', () => {
  test('after three failures in a row, and not after two and an answer', () => {
    const breaker = new Breaker(0)
    calls(breaker, ['FAILED', 'FAILED', 'ANSWERED', 'FAILED', 'FAILED'])
    expect(breaker.stateAt(1_000)).toBe('CLOSED')
    calls(breaker, ['FAILED'], { fromMs: 1_000 })
    expect(breaker.status(1_010)).toMatchObject({
      state: 'OPEN',
      sinceMs: 1_010,
      failures: 3,
      reason: '3 failures in a row',
      nextTryMs: 31_010,
    })
    expect(breaker.begin(1_020)).toBeUndefined()
  })

  test('when more than 5 % of twenty calls or more failed within a minute, and not at 5 %', () => {
    const fine = new Breaker(0)
    calls(fine, [...Array<CallEnd>(19).fill('ANSWERED'), 'FAILED'])
    expect(fine.stateAt(3_000)).toBe('CLOSED')
    const ill = new Breaker(0)
    calls(ill, ['FAILED', ...Array<CallEnd>(18).fill('ANSWERED'), 'FAILED'])
    expect(ill.status(3_000)).toMatchObject({ state: 'OPEN', reason: '2 of 20 calls failed in 60 s' })
  })

  test('and forgets failures that are older than a minute', () => {
    const breaker = new Breaker(0)
    const nowMs = calls(breaker, ['FAILED', ...Array<CallEnd>(18).fill('ANSWERED')])
    calls(breaker, ['FAILED'], { fromMs: nowMs + 60_000 })
    expect(breaker.stateAt(nowMs + 61_000)).toBe('CLOSED')
  })

  test('when the slowest twentieth of twenty calls or more took longer than 1500 ms', () => {
    const fast = new Breaker(0)
    calls(fast, Array<CallEnd>(25).fill('ANSWERED'), { tookMs: 1_500 })
    expect(fast.status(40_000)).toMatchObject({ state: 'CLOSED', p95Ms: 1_500 })
    const slow = new Breaker(0)
    calls(slow, Array<CallEnd>(20).fill('ANSWERED'), { tookMs: 1_501 })
    expect(slow.status(31_000)).toMatchObject({ state: 'OPEN', reason: 'p95 above 1500 ms over 60 s' })
  })
})

describe('UGF-0-008: an open breaker', () => {
  function opened(): Breaker {
    const breaker = new Breaker(0)
    calls(breaker, ['FAILED', 'FAILED', 'FAILED'], { tookMs: 0, everyMs: 0 })
    return breaker
  }

  test('lets one trial through after 30 s and closes after two that were answered', () => {
    const breaker = opened()
    expect(breaker.admits(29_999)).toBe(false)
    const first = breaker.begin(30_000)
    expect(first?.isTrial).toBe(true)
    expect(breaker.begin(30_001)).toBeUndefined()
    if (first !== undefined) breaker.end(first, 'ANSWERED', 30_010)
    expect(breaker.stateAt(30_010)).toBe('HALF_OPEN')
    const second = breaker.begin(30_020)
    if (second !== undefined) breaker.end(second, 'ANSWERED', 30_030)
    expect(breaker.status(30_030)).toMatchObject({ state: 'CLOSED', failures: 0, reason: '', nextTryMs: undefined })
  })

  test('waits twice as long each time that the trial fails, up to 300 s', () => {
    const breaker = opened()
    let nowMs = 0
    for (const seconds of [30, 60, 120, 240, 300, 300]) {
      nowMs += seconds * 1_000
      expect(breaker.admits(nowMs - 1)).toBe(false)
      calls(breaker, ['FAILED'], { fromMs: nowMs, tookMs: 0 })
      expect(breaker.stateAt(nowMs)).toBe('OPEN')
    }
  })

  test('tries another when a trial was abandoned', () => {
    const breaker = opened()
    calls(breaker, ['ABANDONED'], { fromMs: 30_000, tookMs: 0 })
    expect(breaker.stateAt(30_000)).toBe('HALF_OPEN')
    expect(breaker.admits(30_000)).toBe(true)
  })

  test('lets a cancel through, and takes no trial away for it', () => {
    const breaker = opened()
    const early = breaker.force(10)
    breaker.end(early, 'ANSWERED', 20)
    expect(breaker.stateAt(20)).toBe('OPEN')
    const cancel = breaker.force(30_000)
    expect(breaker.begin(30_000)?.isTrial).toBe(true)
    breaker.end(cancel, 'ANSWERED', 30_010)
    expect(breaker.admits(30_010)).toBe(false)
  })
})

const steps = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 0, max: 20_000 }),
    tookMs: fc.integer({ min: 0, max: 3_000 }),
    end: fc.constantFrom<CallEnd>('ANSWERED', 'ANSWERED', 'ANSWERED', 'FAILED', 'ABANDONED'),
  }),
  { maxLength: 200 },
)

test('UGF-0-008: whatever happens, an open breaker lets nothing through before its time, and none stays open for ever', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const breaker = new Breaker(0)
      let nowMs = 0
      for (const { waitMs, tookMs, end } of all) {
        nowMs += waitMs
        const { state, nextTryMs = 0 } = breaker.status(nowMs)
        const call = breaker.begin(nowMs)
        if (state === 'CLOSED') expect(call).toBeDefined()
        if (state === 'OPEN') expect([call, nowMs < nextTryMs]).toEqual([undefined, true])
        nowMs += tookMs
        if (call !== undefined) breaker.end(call, end, nowMs)
      }
      expect(breaker.admits(nowMs + BREAKER_LIMITS.openMsMax)).toBe(true)
    }),
  )
})

test('UGF-0-008: a breaker agrees with one that counts its calls anew each time', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const breaker = new Breaker(0)
      const ended: { ms: number; took: number; isFailed: boolean }[] = []
      let nowMs = 0
      for (const { waitMs, tookMs, end } of all) {
        nowMs += waitMs
        const call = breaker.begin(nowMs)
        nowMs += tookMs
        if (call === undefined) break
        breaker.end(call, end, nowMs)
        if (end !== 'ABANDONED') ended.push({ ms: nowMs, took: tookMs, isFailed: end === 'FAILED' })
        const window = ended.filter(({ ms }) => nowMs - ms <= 60_000)
        const took = window.map((one) => one.took).toSorted((a, b) => a - b)
        const p95 = took[Math.ceil(0.95 * took.length) - 1]
        const isIll =
          (ended.length >= 3 && ended.slice(-3).every(({ isFailed }) => isFailed)) ||
          (window.length >= 20 &&
            (window.filter(({ isFailed }) => isFailed).length > 0.05 * window.length || (p95 ?? 0) > 1_500))
        expect(breaker.status(nowMs)).toMatchObject({ state: isIll ? 'OPEN' : 'CLOSED', p95Ms: p95 })
        if (isIll) break
      }
    }),
  )
})
