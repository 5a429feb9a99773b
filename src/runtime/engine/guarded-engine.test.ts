import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld, type EngineWorldOptions } from '../../../fixtures/engine-world.ts'
import { sessionList, storedSession } from '../../../storage/recorded-sessions.ts'
import { replaySession } from '../../replay/session-replay.ts'
import { findStrategy } from '../../strategy/catalogue.ts'
import { MANUAL_BOT, manualStrategy } from './manual-strategy.ts'

let made: EngineWorld
afterEach(() => made.end())

async function world(options: EngineWorldOptions = {}): Promise<EngineWorld> {
  made = new EngineWorld(options)
  await made.boot()
  return made
}

const buy = () => made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' })
const strategyOf = (id: string) => (id === MANUAL_BOT ? manualStrategy : findStrategy(id))

describe('an engine', () => {
  test('UGF-0-003: knows every input that its session requires before a bot can act, and stays NORMAL', async () => {
    await world()
    await made.run(120)
    const { kernel } = made.engine
    const { guards } = kernel.facts
    expect(guards.required).toContain('audit')
    expect(guards.required.map((name) => [name, guards.state(name, kernel.now)])).toEqual(
      guards.required.map((name) => [name, 'OK']),
    )
    const halts = made.store.db.prepare('SELECT count(*) FROM events WHERE payload LIKE \'%"HALT"%\'').pluck().get()
    expect([halts, kernel.safetyMode]).toEqual([0, 'NORMAL'])
  })

  test('UGF-D-003: with all its guards, leases and losses is lived again event by event', async () => {
    await world({ seed: 3 })
    await made.run(90)
    await made.command('VENUE_FAULT', { fault: 'offline', seconds: 5 })
    await made.run(20)
    await buy()
    await made.run(70)
    made.engine.requestStop('now')
    const [{ runNo } = { runNo: 0 }] = sessionList(made.store.db, 1)
    const session = storedSession(made.store.db, runNo)
    if (session === undefined) throw new Error('the session was stored')
    const replay = replaySession(session, strategyOf)
    expect(replay).toMatchObject({ verdict: 'VALID' })
    const types = made.store.db.prepare('SELECT DISTINCT type FROM events').pluck().all()
    expect(types).toEqual(
      expect.arrayContaining(['safety.input_changed', 'safety.lease_issued', 'safety.leases_renewed']),
    )
  })

  test('UGF-D-004: whose loop stood still for 21 s opens nothing on leases that ran out, and cancels', async () => {
    await world()
    await made.run(10)
    const { kernel, parts } = made.engine
    const at = parts.instruments.findIndex(({ id }) => id === 'BTC_JPY')
    const instrument = parts.instruments[at]
    if (instrument === undefined) throw new Error('the demo lists BTC_JPY')
    const near = Math.round((kernel.portfolio.marks[at] ?? 0) * 0.997) * instrument.tick
    const resting = await made.command('ORDER_PLACE', {
      instrument_id: 'BTC_JPY',
      side: 'buy',
      type: 'LIMIT',
      qty: '0.001',
      limit: near.toFixed(0),
    })
    expect(resting.status).toBe('COMPLETED')
    const { order_id: orderId } = resting.result as { order_id: string }
    made.clock.pass(21_000)
    expect((await buy()).reasonCodes).toContain('J_POLICY_DENY_LEASE_MISSING')
    made.clock.pass(21_000)
    const cancelled = await made.command('ORDER_CANCEL', { order_id: orderId })
    expect(cancelled.status, cancelled.message).toBe('COMPLETED')
  })

  test('UGF-0-003: whose limits are taken away halts the next intent, and says CONFIG_DRIFT', async () => {
    await world()
    await made.run(10)
    made.drift = { kind: 'policy', detail: 'limits.leverage_max differs' }
    await made.run(1)
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    expect([...made.engine.kernel.facts.mode.reasons.keys()]).toContain('CONFIG_DRIFT')
    const refused = await buy()
    expect(refused.reasonCodes).toContain('POLICY_BUNDLE_INVALID')
  })

  test('UGF-D-003: measures losses after a restart from where it measured them before', async () => {
    await world()
    await made.run(70)
    const before = made.engine.kernel.facts.losses?.marks
    made.crash()
    await made.boot()
    const after = made.engine.kernel.facts.losses?.marks
    expect(after).toMatchObject({ dayTs: before?.dayTs, dayStart: before?.dayStart })
    // Kept once a minute, and every five seconds as a curve: a peak between two points is not remembered.
    expect(after?.peak).toBeGreaterThanOrEqual(before?.dayStart ?? Number.NaN)
    expect(after?.peak).toBeLessThanOrEqual(before?.peak ?? Number.NaN)
  })
})
