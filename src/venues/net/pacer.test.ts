import { expect, test } from 'vitest'
import type { VenueClock } from '../connector.ts'
import { Pacer } from './pacer.ts'

/** A clock that moves when it is told. */
function steppedClock() {
  let now = 0
  let timers: { readonly ms: number; readonly act: () => void }[] = []
  const clock: VenueClock = {
    nowUs: () => now * 1_000,
    monotonicMs: () => now,
    after: (ms, act) => {
      const timer = { ms: now + ms, act }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  const step = async (ms: number) => {
    const until = now + ms
    for (;;) {
      const due = timers.filter((timer) => timer.ms <= until).sort((a, b) => a.ms - b.ms)[0]
      if (due === undefined) break
      timers = timers.filter((other) => other !== due)
      now = Math.max(now, due.ms)
      due.act()
      await Promise.resolve()
    }
    now = until
    await Promise.resolve()
  }
  return { clock, step }
}

test('a burst goes at once, the rest as the bucket fills, urgent ones first', async () => {
  const { clock, step } = steppedClock()
  const pacer = new Pacer(clock, { perSecond: 10, burst: 2 })
  const gone: string[] = []
  const go = (name: string, isUrgent = false) => void pacer.take(isUrgent).then(() => gone.push(name))
  for (const name of ['a', 'b', 'c', 'd']) go(name)
  go('cancel', true)
  await step(0)
  expect(gone).toEqual(['a', 'b'])
  await step(105)
  expect(gone).toEqual(['a', 'b', 'cancel'])
  await step(250)
  expect(gone).toEqual(['a', 'b', 'cancel', 'c', 'd'])
})

test('in a second no more go than a burst and what fills in it', async () => {
  const { clock, step } = steppedClock()
  const pacer = new Pacer(clock, { perSecond: 20, burst: 5 })
  let gone = 0
  for (let n = 0; n < 100; n++) void pacer.take().then(() => gone++)
  await step(1_000)
  expect(gone).toBeGreaterThanOrEqual(24)
  expect(gone).toBeLessThanOrEqual(25)
})

test('nobody goes while the venue wants to be left alone, urgent or not', async () => {
  const { clock, step } = steppedClock()
  const pacer = new Pacer(clock, { perSecond: 10, burst: 2 })
  pacer.rest(500)
  let gone = 0
  void pacer.take(true).then(() => gone++)
  await step(499)
  expect(gone).toBe(0)
  await step(200)
  expect(gone).toBe(1)
})
