import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld, type EngineWorldOptions } from '../../../fixtures/engine-world.ts'
import { timeLines } from '../../../commands/time/time-lines.ts'
import type { ClockSource } from '../timekeeping/clock-source.ts'

const worlds: EngineWorld[] = []
async function world(options: EngineWorldOptions = {}): Promise<EngineWorld> {
  const made = new EngineWorld(options)
  worlds.push(made)
  await made.boot()
  await made.run(5)
  return made
}
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

const eventsOf = ({ store }: EngineWorld, type: string) =>
  store.db.prepare('SELECT payload FROM events WHERE type = ? ORDER BY position').pluck().all(type) as string[]

describe('UGF-0-021: another clock', () => {
  let offMs = 0
  const source: ClockSource = {
    name: 'fake',
    sample: () => Promise.resolve({ offsetUs: offMs * 1_000, uncertaintyUs: 1_000 }),
  }

  test('600 ms off is CLOCK_WARN, 1600 ms is SAFE_MODE, and each change is an event', async () => {
    offMs = 0
    const made = await world({ clockSources: [source] })
    expect(made.engine.skew.state).toBe('OK')
    expect(made.engine.kernel.safetyMode).toBe('NORMAL')
    const reasons = () => [...made.engine.kernel.facts.mode.reasons.keys()]
    offMs = 600
    await made.run(32, 100)
    expect(reasons()).toContain('CLOCK_WARN')
    expect(made.engine.kernel.safetyMode).toBe('DEGRADED')
    offMs = 1_600
    await made.run(32, 100)
    expect(reasons()).toContain('CLOCK_CRITICAL')
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    made.engine.commit()
    expect(eventsOf(made, 'clock.state_changed')).toHaveLength(3)
    expect(made.store.clockSamples.between(0, Number.MAX_SAFE_INTEGER).length).toBeGreaterThanOrEqual(3)
  })

  test('that does not answer makes the clock unknown, and nothing opens', async () => {
    const mute: ClockSource = { name: 'mute', sample: () => Promise.reject(new Error('no route')) }
    const made = await world({ clockSources: [mute] })
    await made.run(62, 100)
    expect(made.engine.skew.state).toBe('UNKNOWN')
    const place = { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' } as const
    expect((await made.command('ORDER_PLACE', place)).resultCode).toBe('J_POLICY_DENY_UNKNOWN_INPUT')
  })
})

test('UGF-0-021: a message that is missing makes a gap, the book is asked for anew, and nothing opens meanwhile', async () => {
  const made = await world()
  const at = made.exchange.instruments.findIndex(({ id }) => id === 'FX_BTC_JPY')
  const feed = () => made.engine.kernel.facts.market.feed[at]
  const place = () =>
    made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' })
  // Nobody answers the question for a snapshot: the gap stays to be looked at.
  const resync = made.exchange.resync.bind(made.exchange)
  made.exchange.resync = () => undefined
  await made.command('VENUE_FAULT', { fault: 'lose-message', instrument_id: 'FX_BTC_JPY' })
  await made.run(3)
  expect(feed()).toBe('GAP')
  expect((await place()).resultCode).toBe('BOOK_GAP')
  made.exchange.resync = resync
  await made.run(8)
  expect(feed()).toBe('OK')
  expect((await place()).status).toBe('COMPLETED')
  expect(made.engine.feeds.lineOf(at)).toMatchObject({ gaps: 1, missed: 1, isDirty: false })
  made.engine.commit()
  const gap = timeLines(made.store.db, 0).find(({ what }) => what === 'GAP')
  expect(gap).toMatchObject({ of: 'FX_BTC_JPY', detail: expect.stringContaining('is missing') })
  expect(gap?.lastedUs).toBeGreaterThan(1_000_000)
})

test('UGF-0-021: what a wall clock does moves no life of a command: it still ends on time', async () => {
  const made = await world()
  made.clock.wall -= 3_600_000_000
  await made.run(2)
  const before = made.engine.now
  await made.run(10)
  expect(made.engine.now - before).toBeGreaterThan(9_900_000)
  expect(made.engine.now - before).toBeLessThan(10_100_000)
})

test('UGF-0-021: a word on a stretch of time is kept', async () => {
  const made = await world()
  const note = { text: 'exchange maintenance', from_ts: 5, to_ts: 9 }
  expect((await made.command('TIME_NOTE', note)).status).toBe('COMPLETED')
  expect((await made.command('TIME_NOTE', { ...note, to_ts: 4 })).resultCode).toBe('WINDOW_INVALID')
  made.engine.commit()
  expect(timeLines(made.store.db, 0)).toContainEqual(
    expect.objectContaining({ what: 'NOTE', of: 'human:test', detail: 'exchange maintenance', lastedUs: 4 }),
  )
})
