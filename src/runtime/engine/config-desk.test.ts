import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { parseConfigFile } from '../config-file.ts'
import { layerConfig, type LoadedConfig } from '../config-layers.ts'
import type { ClockSource } from '../timekeeping/clock-source.ts'
import type { ConfigSource } from './config-desk.ts'

const worlds: EngineWorld[] = []
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

/** A file of settings in memory. */
class Settings implements ConfigSource {
  applied: LoadedConfig
  #text: string

  constructor(text = '') {
    this.#text = text
    this.applied = this.load()
  }

  write(text: string): void {
    this.#text = text
  }

  load(): LoadedConfig {
    return layerConfig({ file: parseConfigFile('config.toml', this.#text), env: {} })
  }

  accept(loaded: LoadedConfig): void {
    this.applied = loaded
  }
}

async function world(terms: ConstructorParameters<typeof EngineWorld>[0] = {}): Promise<[EngineWorld, Settings]> {
  const made = new EngineWorld(terms)
  const settings = new Settings()
  made.settings = settings
  worlds.push(made)
  await made.boot()
  await made.run(5)
  return [made, settings]
}

describe('config apply', () => {
  test('puts limits in force in a new session, and journals what changed', async () => {
    const [made, settings] = await world()
    const before = made.engine.runId
    settings.write('[limits]\norder_notional_max = 1234')
    expect(await made.confirmed('CONFIG_APPLY', {})).toMatchObject({ status: 'COMPLETED' })
    expect(made.engine.kernel.facts.limits.orderNotionalMax).toBe(1_234)
    expect(made.engine.runId).not.toBe(before)
    made.engine.commit()
    const told = made.store.db.prepare("SELECT payload FROM events WHERE type = 'policy.changed'").all()
    expect(told.length).toBeGreaterThan(0)
    expect(settings.applied.config.limits.order_notional_max).toBe(1_234)
  })

  test.each([
    ['what only a start can put in force', '[engine]\nseed = 9', 'CONFIG_NEEDS_RESTART'],
    ['what cannot be', '[limits]\norder_notional_max = -1', 'CONFIG_UNREADABLE'],
    ['what is in force already', '', 'CONFIG_SAME'],
  ])('refuses %s, and changes nothing', async (_, text, code) => {
    const [made, settings] = await world()
    const before = made.engine.policySha256
    settings.write(text)
    expect(await made.command('CONFIG_APPLY', {})).toMatchObject({ resultCode: code })
    expect(made.engine.policySha256).toBe(before)
  })

  test('UGF-0-021: is refused while the clock cannot be trusted', async () => {
    let offMs = 0
    const source: ClockSource = {
      name: 'fake',
      sample: () => Promise.resolve({ offsetUs: offMs * 1_000, uncertaintyUs: 1_000 }),
    }
    const [made, settings] = await world({ clockSources: [source] })
    settings.write('[limits]\norder_notional_max = 1234')
    offMs = 1_600
    await made.run(32, 100)
    expect(await made.command('CONFIG_APPLY', {})).toMatchObject({
      status: 'REJECTED_POLICY',
      resultCode: 'CLOCK_UNTRUSTED',
    })
    expect(made.engine.kernel.facts.limits.orderNotionalMax).not.toBe(1_234)
  })
})

const WARM = `[engine]
warm_up_s = 120
[limits]
venues = ["sim"]
instruments = ["*"]
market_orders = true
order_notional_max = 2000000
order_qty_max = { "*" = 1 }
gross_exposure_max = 10000000
net_exposure_max = 6000000
instrument_exposure_max = 4000000
venue_exposure_max = 10000000
loss_day_max = 200000
loss_drawdown_max = 500000`

test('UGF-0-002: with a warm-up a fresh profile is in SAFE_MODE, opens nothing, and is NORMAL after 120 s', async () => {
  const made = new EngineWorld({ toml: WARM })
  worlds.push(made)
  await made.boot()
  await made.run(5)
  const { kernel } = made.engine
  expect([kernel.safetyMode, [...kernel.facts.mode.reasons.keys()]]).toEqual(['SAFE_MODE', ['WARMUP']])
  const order = { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' } as const
  expect((await made.command('ORDER_PLACE', order)).resultCode).toMatch(/SAFE_MODE|WARMUP|MODE/)
  await made.run(112)
  expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
  await made.run(5)
  expect(made.engine.kernel.safetyMode).toBe('NORMAL')
  expect(await made.command('ORDER_PLACE', order)).toMatchObject({ status: 'COMPLETED', resultCode: 'OK' })
})
