import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'

const worlds: EngineWorld[] = []
async function world(): Promise<EngineWorld> {
  const made = new EngineWorld()
  worlds.push(made)
  await made.boot()
  await made.run(5)
  return made
}
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

const limits = ({ engine }: EngineWorld) => engine.kernel.facts.limits
const place = (made: EngineWorld, qty: string) =>
  made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty })

describe('UGF-D-003: a limit that is set while the engine runs', () => {
  test('is in force at once when it is stricter, and over a restart', async () => {
    const made = await world()
    const set = { limit: 'order_notional_max', value: '1000' }
    const before = made.engine.policySha256
    expect(await made.command('LIMIT_SET', set)).toMatchObject({ status: 'COMPLETED' })
    expect(limits(made).orderNotionalMax).toBe(1_000)
    expect(made.engine.policySha256).not.toBe(before)
    await made.run(5)
    expect(await place(made, '0.01')).toMatchObject({ resultCode: 'ORDER_NOTIONAL_LIMIT' })
    expect(made.engine.kernel.safetyMode).toBe('NORMAL')
    made.crash()
    await made.boot()
    expect(limits(made).orderNotionalMax).toBe(1_000)
    const told = made.store.db.prepare("SELECT payload FROM events WHERE type = 'policy.changed'").all()
    expect(told).toHaveLength(1)
  })

  test('is confirmed when it is relaxed, and goes back to the settings', async () => {
    const made = await world()
    const from = limits(made).orderNotionalMax
    const wish = { limit: 'order_notional_max', value: 'inf' }
    const row = await made.confirmed('LIMIT_SET', wish)
    expect(row.status).toBe('COMPLETED')
    expect(limits(made).orderNotionalMax).toBe(Infinity)
    expect((await made.command('LIMIT_SET', { ...wish, value: 'default' })).status).toBe('COMPLETED')
    expect(limits(made).orderNotionalMax).toBe(from)
  })

  test('of a bot binds that bot alone', async () => {
    const made = await world()
    const set = { limit: 'order_notional_max', scope: 'bot:manual', value: '1000' }
    expect((await made.command('LIMIT_SET', set)).status).toBe('COMPLETED')
    await made.run(5)
    expect(await place(made, '0.01')).toMatchObject({ resultCode: 'LIMIT_SCOPED' })
    expect(limits(made).scoped).toEqual([{ scope: 'bot:manual', orderNotionalMax: 1_000 }])
  })

  test.each([
    [{ limit: 'order_notional_max', value: 'much' }, 'LIMIT_INVALID'],
    [{ limit: 'luck_max', value: 'default' }, 'LIMIT_INVALID'],
    [{ limit: 'exposure_max', scope: 'bot:nobody', value: '5' }, 'SCOPE_UNKNOWN'],
  ])('%j is refused with %s and changes nothing', async (wish, code) => {
    const made = await world()
    const before = made.engine.policySha256
    expect(await made.command('LIMIT_SET', wish)).toMatchObject({ status: 'REJECTED_POLICY', resultCode: code })
    expect(made.engine.policySha256).toBe(before)
  })
})

test('UGF-B-005: no command lies in wait for more than a day, whatever it says of itself', async () => {
  const made = await world()
  const id = '0190f3a0-0000-7000-8000-000000000001'
  made.store.commands.submit({
    id,
    type: 'BOT_PAUSE',
    payload: { bot_id: 'trend' },
    actor: 'human:test',
    origin: 'cli',
    reason: 'long ago',
    confirmation: undefined,
    issuedTs: made.clock.wall - 25 * 3_600_000_000,
    expiresTs: made.clock.wall + 3_600_000_000,
  })
  made.engine.poke()
  await made.run(1)
  expect(made.store.commands.get(id)).toMatchObject({ status: 'REJECTED_EXPIRED' })
})
