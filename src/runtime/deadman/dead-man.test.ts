import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DeadMan, type DeadManWatch } from './dead-man.ts'

const BOT: DeadManWatch = { name: 'bot:grid', timeoutMs: 90_000, action: 'CLOSE_ONLY' }
const OTHER: DeadManWatch = { name: 'bot:trend', timeoutMs: 90_000, action: 'CLOSE_ONLY' }

const kinds = (deadMan: DeadMan, nowMs: number) => deadMan.look(nowMs).map(({ watch, kind }) => `${watch.name} ${kind}`)

test('UGF-A-008: silence as long as the timeout trips that watch alone, once', () => {
  const deadMan = new DeadMan()
  deadMan.watch([BOT, OTHER], 0)
  deadMan.beat('bot:trend', 60_000)
  expect(kinds(deadMan, 89_999)).toEqual([])
  expect(kinds(deadMan, 90_000)).toEqual(['bot:grid tripped'])
  expect(kinds(deadMan, 100_000)).toEqual([])
  expect(deadMan.states(100_000)).toMatchObject([
    { name: 'bot:grid', isTripped: true, silentMs: 100_000, trips: 1 },
    { name: 'bot:trend', isTripped: false, silentMs: 40_000, trips: 0 },
  ])
})

test('UGF-A-008: one beat does not bring it back, two in a row do', () => {
  const deadMan = new DeadMan()
  deadMan.watch([BOT], 0)
  deadMan.look(90_000)
  deadMan.beat(BOT.name, 91_000)
  expect(kinds(deadMan, 91_001)).toEqual([])
  deadMan.beat(BOT.name, 92_000)
  expect(kinds(deadMan, 92_001)).toEqual(['bot:grid recovered'])
})

test('two beats with a timeout of silence between them are not in a row', () => {
  const deadMan = new DeadMan()
  deadMan.watch([BOT], 0)
  deadMan.look(90_000)
  deadMan.beat(BOT.name, 91_000)
  deadMan.beat(BOT.name, 91_000 + BOT.timeoutMs)
  expect(kinds(deadMan, 91_001 + BOT.timeoutMs)).toEqual([])
})

test('UGF-A-008: whoever slept through the timeout has been silent, even when it beats on waking', () => {
  const deadMan = new DeadMan()
  deadMan.watch([BOT], 0)
  expect(kinds(deadMan, 3_600_000)).toEqual(['bot:grid tripped'])
})

test('a watch that is listed again keeps its silence, and one that is not is let go', () => {
  const deadMan = new DeadMan()
  deadMan.watch([BOT], 0)
  deadMan.watch([{ ...BOT, action: 'HALT' }, OTHER], 80_000)
  expect(deadMan.look(90_000)).toMatchObject([{ watch: { name: 'bot:grid', action: 'HALT' } }])
  deadMan.watch([OTHER], 95_000)
  expect(deadMan.states(95_000).map(({ name }) => name)).toEqual(['bot:trend'])
})

test('whatever is heard when, a watch trips and recovers in turns, never twice the same way', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 120_000 }), isBeat: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const deadMan = new DeadMan()
      deadMan.watch([BOT], 0)
      let nowMs = 0
      let last = 'recovered'
      let beatMs = 0
      for (const { afterMs, isBeat } of steps) {
        nowMs += afterMs
        if (isBeat) {
          deadMan.beat(BOT.name, nowMs)
          beatMs = nowMs
        }
        for (const { kind } of deadMan.look(nowMs)) {
          expect(kind).not.toBe(last)
          if (kind === 'tripped') expect(nowMs - beatMs).toBeGreaterThanOrEqual(BOT.timeoutMs)
          last = kind
        }
        if (nowMs - beatMs >= BOT.timeoutMs) expect(deadMan.states(nowMs)[0]?.isTripped).toBe(true)
      }
    }),
  )
})
