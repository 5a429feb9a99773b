import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EngineWorld, type EngineWorldOptions } from '../../../fixtures/engine-world.ts'
import { defineStrategy } from '../../strategy/strategy.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import { ordersView } from '../views/orders-view.ts'
import { portfolioView } from '../views/portfolio-view.ts'
import { ribbonView } from '../views/ribbon-view.ts'
import { keyUses } from '../../../storage/queries/idempotency.ts'
import { journalTail } from '../../../storage/queries/journal-tail.ts'
import { raiseKillWord } from './kill-file.ts'

const worlds: EngineWorld[] = []

async function world(options: EngineWorldOptions = {}): Promise<EngineWorld> {
  const made = new EngineWorld(options)
  worlds.push(made)
  await made.boot()
  return made
}

afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

const FIVE = `
  [limits]
  venues = ["sim"]
  instruments = ["*"]
  market_orders = true
  order_qty_max = { "*" = 100 }
  order_notional_max = 2000000
  gross_exposure_max = 10000000
  net_exposure_max = 6000000
  instrument_exposure_max = 4000000
  venue_exposure_max = 10000000
  [[bot]]
  id = "rests"
  strategy = "five"
  instruments = ["ETH_USDT"]
  allocation = 2000000
  start = true`

/** Whether our books are the venue's, asked of the venue. */
async function agrees({ engine, exchange }: EngineWorld): Promise<void> {
  const theirs = await exchange.books()
  const ours = engine.chronicle.state
  for (const { currency, amount } of theirs.balances) {
    const booked = ours.balances.find((row) => row.account === 'asset:sim' && row.currency === currency)
    expect([currency, String(booked?.amount ?? 0n)]).toEqual([currency, String(amount)])
  }
  for (const { instrumentId, qty } of theirs.positions) {
    const held = ours.holdings.filter((row) => row.instrumentId === instrumentId)
    expect([instrumentId, held.reduce((sum, row) => sum + row.qty, 0)]).toEqual([instrumentId, qty])
  }
  const open = ours.working.filter(({ state }) => state === 'OPEN' || state === 'PARTIAL').map(({ id }) => id)
  expect(new Set(theirs.openOrders.map(({ orderId }) => orderId))).toEqual(new Set(open))
}

describe('an engine', () => {
  test('trades with two bots, and its books are the venue’s', async () => {
    const made = await world()
    await made.run(300)
    expect(made.engine.phase).toBe('RUNNING')
    expect(made.engine.chronicle.fillCount).toBeGreaterThan(3)
    expect(made.engine.reconcile.last?.status).toBe('OK')
    expect(made.engine.kernel.safetyMode).toBe('NORMAL')
    await made.command('ENGINE_STOP', { how: 'safe' })
    await agrees(made)
  })

  test('goes on after a crash at any moment with books, orders and bots as they were', async () => {
    const made = await world({ seed: 7, toml: '[engine]\ncrash_restarts_max = 0\n' })
    for (let at = 0; at < 6; at++) {
      await made.run(20 + 7 * at)
      const before = made.store.state()
      made.crash()
      made.clock.pass(1_000 * at)
      await made.boot()
      expect(made.engine.startup.map(({ state }) => state)).toEqual(made.engine.startup.map(() => 'OK'))
      const after = made.store.state()
      expect(after.counters.orders).toBeGreaterThanOrEqual(before.counters.orders)
      expect(after.bots.map(({ id, state }) => [id, state === 'WARMING_UP' ? 'RUNNING' : state])).toEqual(
        before.bots.map(({ id, state }) => [id, state === 'WARMING_UP' ? 'RUNNING' : state]),
      )
      await made.run(3)
      expect(made.engine.reconcile.last?.status).toBe('OK')
      expect(made.engine.kernel.safetyMode).toBe('NORMAL')
    }
    await made.run(2)
    await made.command('ENGINE_STOP', { how: 'safe' })
    await agrees(made)
  })

  test('UGF-B-003: that was cut off three times within ten minutes starts with its bots paused, in SAFE_MODE, and says why', async () => {
    const made = await world()
    for (let crashes = 1; crashes <= 3; crashes++) {
      await made.run(20)
      expect(made.engine.kernel.safetyMode).toBe('NORMAL')
      made.crash()
      await made.boot()
    }
    const { kernel } = made.engine
    expect(kernel.safetyMode).toBe('SAFE_MODE')
    expect(kernel.bots.map(({ state }) => state)).toEqual(['PAUSED', 'PAUSED', 'IDLE', 'PAUSED'])
    expect(made.store.alerts.list(9)).toContainEqual(
      expect.objectContaining({ source: 'CRASH_LOOP', text: expect.stringContaining('cut off 3 times') }),
    )
    const refused = await made.command('BOT_RESUME', { bot_id: 'maker' })
    expect(refused).toMatchObject({ status: 'REJECTED_POLICY', reasonCodes: ['MODE_SAFE_MODE'] })
    const sent = () => [...made.engine.chronicle.orders].filter(({ sentTs }) => sentTs !== undefined).length
    const before = sent()
    await made.run(60)
    expect(sent()).toBe(before)
    expect(kernel.facts.mode.reasons.has('CRASH_LOOP')).toBe(true)
    await made.run(600)
    expect([...kernel.facts.mode.reasons.keys()]).not.toContain('CRASH_LOOP')
    expect(kernel.safetyMode).toBe('SAFE_MODE')
  })

  test('does to each bot what the bot declares when it is started again: resume, hold or flatten; hold where nothing is said', async () => {
    const bot = (id: string, more: string) =>
      `[[bot]]\nid = "${id}"\nstrategy = "simple-mm"\ninstruments = ["ETH_USDT"]\nallocation = 2000000\nstart = true\n${more}\n[bot.params]\nhalfSpread = 3\nsize = 100\nsizeUnit = "lots"\nmaxInventory = 5\n\n`
    const limits = `[limits]\nvenues = ["sim"]\ninstruments = ["*"]\norder_notional_max = 2000000\norder_qty_max = { "*" = 100 }\nmarket_orders = true\ngross_exposure_max = 10000000\nnet_exposure_max = 6000000\ninstrument_exposure_max = 4000000\nvenue_exposure_max = 10000000\nprice_deviation_bps_max = 500\n\n`
    const made = await world({
      toml:
        limits + bot('goes-on', 'on_restart = "resume"') + bot('waits', '') + bot('closes', 'on_restart = "flatten"'),
    })
    const states = () =>
      Object.fromEntries(made.engine.kernel.bots.map(({ config, state }) => [config.id as string, state]))
    await made.command('BOT_REGISTER', {
      bot_id: 'later',
      strategy_id: 'simple-mm',
      instrument_ids: ['ETH_USDT'],
      allocation: '1000000',
      params: {},
      on_restart: 'resume',
    })
    await made.command('BOT_START', { bot_id: 'later' })
    await made.run(20)
    expect(states()).toEqual({
      'goes-on': 'RUNNING',
      waits: 'RUNNING',
      closes: 'RUNNING',
      later: 'RUNNING',
      manual: 'RUNNING',
    })
    made.crash()
    await made.boot()
    expect(states()).toEqual({
      'goes-on': 'RUNNING',
      waits: 'PAUSED',
      closes: 'PAUSED',
      later: 'RUNNING',
      manual: 'RUNNING',
    })
    expect(made.store.alerts.list(9)).toContainEqual(
      expect.objectContaining({ source: 'BOTS_HELD', text: expect.stringContaining('waits hold, closes flatten') }),
    )
    await made.run(30)
    expect(made.engine.chronicle.flatten.get('bot:closes')?.state).toBe('FLAT')
    await made.command('BOT_RESUME', { bot_id: 'waits' })
    expect(states()['waits']).toBe('RUNNING')
  })

  test('its profit adds up, part by part, and goes on over a restart', async () => {
    const made = await world({ seed: 3 })
    await made.run(200)
    const view = () => portfolioView(made.engine)
    const parts = (span: 'today' | 'week' | 'all') => {
      const of = (name: string) => view().pnl.find((row) => row.name === name)?.[span] ?? Number.NaN
      expect(of('realised') + of('unrealised') + of('rates')).toBeCloseTo(of('total'), 6)
      return { realised: of('realised'), fees: of('fees') }
    }
    const before = parts('today')
    expect(before.fees).toBeGreaterThan(0)
    expect(parts('all').realised).toBeCloseTo(before.realised, 6)
    expect(ribbonView(made.engine, { profile: 'demo', pid: 1, alerts: [], pendingCommands: 0 }).realised).toBeCloseTo(
      before.realised,
      6,
    )
    const fills = ordersView(made.engine).counts.fills
    made.crash()
    await made.boot()
    await made.run(3)
    expect(parts('today').fees).toBeGreaterThanOrEqual(before.fees * 0.99)
    expect(ordersView(made.engine).counts.fills).toBeGreaterThanOrEqual(fills - 1)
  })

  test('a safe stop pauses the bots and leaves no order that could open', async () => {
    const made = await world()
    await made.run(60)
    const row = await made.command('ENGINE_STOP', { how: 'safe' })
    expect(row.status).toBe('COMPLETED')
    expect(made.engine.phase).toBe('STOPPED')
    expect((await made.exchange.books()).openOrders).toEqual([])
    expect(made.store.state().bots.map(({ id, state }) => [id, state])).toEqual([
      ['trend', 'PAUSED'],
      ['maker', 'PAUSED'],
      ['grid', 'IDLE'],
      ['manual', 'PAUSED'],
    ])
  })
})

describe('commands', () => {
  test('a bot is started, paused, resumed and stopped; what is not allowed changes nothing', async () => {
    const made = await world()
    await made.run(5)
    const say = async (type: 'BOT_START' | 'BOT_PAUSE' | 'BOT_RESUME' | 'BOT_STOP') => {
      const { status, resultCode } = await made.command(type, { bot_id: 'grid' })
      return [status, resultCode]
    }
    expect(await say('BOT_PAUSE')).toEqual(['REJECTED_POLICY', 'INVALID_TRANSITION'])
    expect(await say('BOT_START')).toEqual(['COMPLETED', 'OK'])
    await made.run(60)
    expect(made.engine.kernel.orders.working.filter(({ botId }) => botId === 'grid').length).toBeGreaterThan(0)
    expect(await say('BOT_PAUSE')).toEqual(['COMPLETED', 'OK'])
    expect(await say('BOT_RESUME')).toEqual(['COMPLETED', 'OK'])
    expect(await say('BOT_STOP')).toEqual(['COMPLETED', 'OK'])
    await made.run(5)
    expect(made.engine.kernel.bots.find(({ config }) => config.id === 'grid')?.state).toBe('IDLE')
    expect((await made.exchange.books()).openOrders.filter(({ instrumentId }) => instrumentId === 'BTC_JPY')).toEqual(
      [],
    )
  })

  test('UGF-B-005: an expired one is refused, one handed in twice has one effect, nonsense is named', async () => {
    const made = await world()
    const submit = (id: string, type: string, payload: unknown, lifeUs: number) =>
      made.store.commands.submit({
        id,
        type,
        payload,
        actor: 'human:test',
        origin: 'cli',
        reason: 'test',
        issuedTs: made.clock.wall,
        expiresTs: made.clock.wall + lifeUs,
      })
    submit('late', 'BOT_START', { bot_id: 'grid' }, 5_000_000)
    made.clock.pass(10_000)
    await made.run(1)
    expect(made.store.commands.get('late')).toMatchObject({ status: 'REJECTED_EXPIRED', resultCode: 'EXPIRED' })
    expect(submit('once', 'BOT_START', { bot_id: 'grid' }, 30_000_000)).toBe(true)
    expect(submit('once', 'BOT_START', { bot_id: 'grid' }, 30_000_000)).toBe(false)
    submit('odd', 'MAKE_COFFEE', {}, 30_000_000)
    submit('bad', 'BOT_START', { bot: 'grid' }, 30_000_000)
    await made.run(1)
    expect(made.store.commands.get('once')?.status).toBe('COMPLETED')
    expect(made.store.commands.get('odd')?.resultCode).toBe('UNSUPPORTED_COMMAND')
    expect(made.store.commands.get('bad')?.resultCode).toBe('PAYLOAD_INVALID')
    expect(
      made.engine.chronicle.lines.filter(({ botId, kind }) => botId === 'grid' && kind === 'STATE').length,
    ).toBeLessThan(4)
  })

  test('an order by hand passes the gate, is explained, and its position is closed', async () => {
    const made = await world()
    await made.run(5)
    const placed = await made.command('ORDER_PLACE', {
      instrument_id: 'FX_BTC_JPY',
      side: 'buy',
      type: 'MARKET',
      qty: '0.01',
    })
    expect(placed.status).toBe('COMPLETED')
    await made.run(2)
    expect(made.engine.kernel.holdingsIn('bot:manual')).toHaveLength(1)
    const refused = await made.command('ORDER_PLACE', {
      instrument_id: 'FX_BTC_JPY',
      side: 'buy',
      type: 'LIMIT',
      qty: '5',
      limit: '100000000',
    })
    expect(refused.status).toBe('REJECTED_POLICY')
    const closed = await made.command('POSITION_CLOSE', { instrument_id: 'FX_BTC_JPY', bot_id: 'manual' })
    expect(closed.status).toBe('COMPLETED')
    await made.run(2)
    expect(made.engine.kernel.holdingsIn('bot:manual')).toHaveLength(0)
  })

  test('a bot that is registered stays over a restart, with parameters that a command set', async () => {
    const made = await world()
    await made.run(2)
    const registered = await made.command('BOT_REGISTER', {
      bot_id: 'mine',
      strategy_id: 'sma-cross',
      instrument_ids: ['FX_BTC_JPY'],
      allocation: '500000',
      params: { fast: 5, slow: 20 },
    })
    expect(registered).toMatchObject({ status: 'COMPLETED' })
    await made.run(2)
    expect((await made.command('BOT_SET_PARAMS', { bot_id: 'mine', params: { fast: 7, slow: 21 } })).status).toBe(
      'COMPLETED',
    )
    made.crash()
    await made.boot()
    const bot = made.engine.kernel.bots.find(({ config }) => config.id === 'mine')
    expect(bot?.state).toBe('IDLE')
    expect(bot?.config.params).toMatchObject({ fast: 7, slow: 21 })
    expect((await made.command('BOT_REGISTER', registered.payload as CommandPayload<'BOT_REGISTER'>)).resultCode).toBe(
      'BOT_EXISTS',
    )
  })
})

test('UGF-B-003: a bot with five resting orders that is stopped ends IDLE, and the venue holds none of them', async () => {
  const five = defineStrategy({
    id: 'five',
    version: '1.0.0',
    description: 'rests five bids, one a second, as far below the market as an order may be',
    params: z.strictObject({}),
    create: (_, context) => ({
      onStart: () => context.setTimer('lay', context.now + 1_000_000),
      onTimer() {
        const laid = context.orders().length
        if (laid === 5) return
        const limit = Math.floor(context.mark() * (0.996 + laid / 5_000))
        context.place({ side: 'buy', qty: 10, type: 'LIMIT', limit, reasonCode: 'ENTRY_TEST' })
        context.setTimer('lay', context.now + 1_000_000)
      },
    }),
  })
  const made = await world({ strategies: [five], toml: FIVE })
  await made.run(10)
  const resting = async () => (await made.exchange.books()).openOrders.length
  expect(await resting()).toBe(5)
  expect((await made.command('BOT_STOP', { bot_id: 'rests' })).status).toBe('COMPLETED')
  await made.run(5)
  expect(made.engine.kernel.bots.find(({ config }) => config.id === 'rests')?.state).toBe('IDLE')
  expect(await resting()).toBe(0)
})

test('UGF-0-002: an engine that was HALTED when it was killed is HALTED when it starts again, and opens nothing', async () => {
  const made = await world()
  await made.run(5)
  expect((await made.command('MODE_RAISE', { mode: 'HALTED' })).status).toBe('COMPLETED')
  made.crash()
  await made.boot()
  await made.run(130)
  expect(made.engine.kernel.facts.mode.mode).toBe('HALTED')
  const order = { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' } as const
  expect((await made.command('ORDER_PLACE', order)).status).toBe('REJECTED_POLICY')
})

test('UGF-B-005: of a hundred commands that wait and a kill that came last, the kill is acknowledged first', async () => {
  const made = await world({ seed: 8 })
  await made.run(5)
  const hand = (id: string, type: 'BOT_PAUSE' | 'KILL_RAISE', payload: unknown) =>
    made.store.commands.submit({
      id,
      type,
      payload,
      actor: 'human:test',
      origin: 'cli',
      reason: 'all at once',
      confirmation: undefined,
      issuedTs: made.clock.wallTs(),
      expiresTs: made.clock.wallTs() + 30_000_000,
    })
  for (let n = 0; n < 100; n++) hand(`pause-${n}`, 'BOT_PAUSE', { bot_id: 'trend' })
  hand('kill', 'KILL_RAISE', { scope: 'global', level: 'HALT' })
  const before = made.engine.kernel.events
  await made.run(1)
  const answers = journalTail(made.store.db, { type: 'command.', limit: 500 })
    .filter(({ event }) => event.seq > before)
    .map(({ event }) => Reflect.get(event.payload, 'command_id') as string)
  expect(answers[0]).toBe('kill')
  expect(new Set(answers).size).toBe(101)
})

describe('stopping', () => {
  test('UGF-0-005: a word in shared memory halts before anything else, and nothing is sent after it', async () => {
    const made = await world()
    await made.run(90)
    const sent = () => [...made.engine.chronicle.orders].filter(({ sentTs }) => sentTs !== undefined).length
    raiseKillWord(made.killWord, 'HALT')
    made.clock.pass(20)
    made.engine.turn()
    const at = sent()
    expect(made.engine.kernel.facts.kill.strictest).toBe('HALT')
    await made.run(60)
    expect(sent()).toBe(at)
    expect((await made.exchange.books()).openOrders).toEqual([])
  })

  test('UGF-0-005: a kill file needs no command, stands over a restart and is gone when the level is lowered', async () => {
    const made = await world()
    await made.run(10)
    writeFileSync(join(made.folder, 'kill.json'), '{"level":"CLOSE_ONLY","reason":"smoke in the room"}')
    await made.run(1)
    expect(made.engine.kernel.facts.kill.strictest).toBe('CLOSE_ONLY')
    made.crash()
    await made.boot()
    expect(made.engine.kernel.facts.kill.strictest).toBe('CLOSE_ONLY')
    expect((await made.confirmed('KILL_LOWER', { scope: 'global', level: 'NONE' })).status).toBe('COMPLETED')
    await made.run(1)
    expect(made.engine.kernel.facts.kill.strictest).toBe('NONE')
  })

  test('UGF-0-005: a kill file that cannot be read halts', async () => {
    const made = await world()
    writeFileSync(join(made.folder, 'kill.json'), 'stop!!')
    await made.run(1)
    expect(made.engine.kernel.facts.kill.strictest).toBe('HALT')
  })

  test('UGF-0-005: FLATTEN asks for the phrase that names its size, and is flat as the venue says', async () => {
    const made = await world()
    await made.run(5)
    await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.02' })
    await made.run(3)
    const positions = made.engine.positionsIn('global')
    const kill = (confirmation?: string) =>
      made.command(
        'KILL_RAISE',
        { scope: 'global', level: 'FLATTEN' },
        { reason: 'a drill of the kill switch', ...(confirmation === undefined ? {} : { confirmation }) },
      )
    expect((await kill()).resultCode).toBe('CONFIRMATION_REQUIRED')
    expect((await kill('flatten 99')).resultCode).toBe('CONFIRMATION_REQUIRED')
    expect((await kill(`flatten ${made.engine.positionsIn('global')}`)).status).toBe('COMPLETED')
    expect(positions).toBeGreaterThan(0)
    await made.run(10)
    const theirs = await made.exchange.books()
    expect(theirs.positions.filter(({ qty }) => qty !== 0)).toEqual([])
    expect(theirs.openOrders).toEqual([])
  })

  test('a FLATTEN that a screen raised at once is not refused because the positions it counted are closed', async () => {
    const made = await world()
    await made.run(5)
    await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.02' })
    await made.run(3)
    const counted = made.engine.positionsIn('global')
    expect(counted).toBeGreaterThan(0)
    writeFileSync(
      join(made.folder, 'kill.json'),
      JSON.stringify({ level: 'FLATTEN', reason: 'raised by a screen', ts: 0 }),
    )
    await made.run(10)
    expect(made.engine.positionsIn('global')).toBe(0)
    const answer = await made.command(
      'KILL_RAISE',
      { scope: 'global', level: 'FLATTEN' },
      { reason: 'a drill of the kill switch', confirmation: `flatten ${counted}` },
    )
    expect(answer).toMatchObject({ status: 'COMPLETED', message: 'global FLATTEN stands already' })
  })

  test('UGF-D-004: a loss beyond the limit stops new risk by itself', async () => {
    const made = await world({ flags: { 'limits.day_loss_pct_max': 0.0001, 'limits.drawdown_pct_max': 0.0001 } })
    await made.run(240)
    expect(made.engine.kernel.facts.kill.strictest).toBe('CLOSE_ONLY')
    expect(made.store.alerts.list(10).map(({ source }) => source)).toContain('LOSS_LIMIT')
  })
})

describe('what goes wrong around it', () => {
  const broken = defineStrategy({
    id: 'broken',
    version: '1.0.0',
    description: 'throws whenever it is spoken to',
    params: z.strictObject({}),
    create: () => ({
      onTrade() {
        throw new Error('this strategy is broken')
      },
    }),
  })

  test('a strategy that throws stops alone; the others go on', async () => {
    const toml = `
      [limits]
      venues = ["sim"]
      instruments = ["*"]
      market_orders = true
      order_qty_max = { "*" = 100 }
      order_notional_max = 2000000
      gross_exposure_max = 10000000
      net_exposure_max = 6000000
      instrument_exposure_max = 4000000
      venue_exposure_max = 10000000
      [[bot]]
      id = "bad"
      strategy = "broken"
      instruments = ["FX_BTC_JPY"]
      allocation = 1000
      start = true
      [[bot]]
      id = "maker"
      strategy = "simple-mm"
      instruments = ["ETH_USDT"]
      allocation = 2000000
      start = true
      params = { halfSpread = 3, size = 100, sizeUnit = "lots", maxInventory = 5 }`
    const made = await world({ strategies: [broken], toml })
    await made.run(60)
    const state = (id: string) => made.engine.kernel.bots.find(({ config }) => config.id === id)
    expect(state('bad')?.state).toBe('QUARANTINED')
    expect(state('bad')?.lastError).toContain('this strategy is broken')
    expect(state('maker')?.state).toBe('RUNNING')
    expect(made.engine.kernel.orders.working.length).toBeGreaterThan(0)
  })

  test.each([3_600_000, -3_600_000])(
    'UGF-0-021: a wall clock that is set by %i ms moves no time of the engine and stops new risk',
    async (jumpMs) => {
      const made = await world()
      await made.run(5)
      const before = made.engine.now
      made.clock.wall += jumpMs * 1_000
      await made.run(1)
      expect(made.engine.now - before).toBeLessThan(1_100_000)
      expect(made.engine.now).toBeGreaterThan(before)
      expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
      expect([...made.engine.kernel.facts.mode.reasons.keys()]).toContain('CLOCK_CRITICAL')
      made.clock.wall -= jumpMs * 1_000
      await made.run(1)
      expect([...made.engine.kernel.facts.mode.reasons.keys()]).not.toContain('CLOCK_CRITICAL')
      expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    },
  )

  test('a venue that goes away stops new risk and is found again with books that agree', async () => {
    const made = await world()
    await made.run(60)
    await made.command('VENUE_FAULT', { fault: 'offline', seconds: 30 })
    await made.run(10)
    expect(made.engine.kernel.safetyMode).not.toBe('NORMAL')
    const row = await made.command('RECONCILE_RUN', {})
    expect(row.result).toMatchObject({ status: 'UNKNOWN' })
    await made.run(60)
    expect(made.exchange.isConnected).toBe(true)
    await made.run(120)
    expect(made.engine.reconcile.last?.status).toBe('OK')
    expect(made.engine.kernel.safetyMode).toBe('NORMAL')
  })

  test('UGF-0-003: data that stops is stale within the limit and its instrument takes no new risk', async () => {
    const made = await world()
    await made.run(10)
    await made.command('VENUE_FAULT', { fault: 'pause-feed', instrument_id: 'FX_BTC_JPY' })
    await made.run(15)
    const refused = await made.command('ORDER_PLACE', {
      instrument_id: 'FX_BTC_JPY',
      side: 'buy',
      type: 'MARKET',
      qty: '0.01',
    })
    expect(refused.reasonCodes.join(' ') + refused.message).toMatch(/STALE_PRICE|PRICE_UNKNOWN/)
    await made.command('VENUE_FAULT', { fault: 'resume-feed', instrument_id: 'FX_BTC_JPY' })
    await made.run(5)
    expect(
      (await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' }))
        .status,
    ).toBe('COMPLETED')
  })

  test('a disk that is full ends the engine before anything is acted on', async () => {
    const made = await world()
    await made.run(30)
    const pages = made.store.db.pragma('page_count', { simple: true }) as number
    made.store.db.pragma(`max_page_count = ${pages}`)
    await expect(made.run(600)).rejects.toMatchObject({ code: 'storage.disk-full' })
    const known = new Set(made.store.state().working.map(({ id }) => id as string))
    for (const { orderId } of (await made.exchange.books()).openOrders) expect(known.has(orderId ?? '')).toBe(true)
  })
})

describe('reconciliation finds', () => {
  const settle = async (made: EngineWorld) => {
    const row = await made.command('RECONCILE_RUN', {})
    return row.result as { status: string; items: { category: string; subject: string; reason_code: string }[] }
  }

  test('an order that somebody else placed: MISSING_LOCAL, at once, and new risk stops', async () => {
    const made = await world()
    await made.run(30)
    await made.command('VENUE_FAULT', { fault: 'invent-order', instrument_id: 'BTC_JPY' })
    const result = await settle(made)
    expect(result.status).toBe('MISMATCH')
    expect(result.items.map(({ category }) => category)).toContain('MISSING_LOCAL')
    await made.run(2)
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    expect((await made.exchange.books()).openOrders.filter(({ orderId }) => orderId === undefined)).toHaveLength(1)
  })

  test('a balance that moved without a reason', async () => {
    const made = await world()
    await made.run(30)
    await made.command('VENUE_FAULT', { fault: 'shift-balance', instrument_id: 'BTC_JPY' })
    // What moved just after a fill is excused for a minute: it may be on its way.
    await made.run(130)
    const result = await settle(made)
    expect(result.status).toBe('MISMATCH')
    expect(result.items.map(({ subject }) => subject)).toContain('balance:JPY')
  })

  test('a fill that the venue never told of: booked once found, and the books agree again', async () => {
    const made = await world()
    await made.run(10)
    await made.command('VENUE_FAULT', { fault: 'lose-fill', instrument_id: 'FX_BTC_JPY' })
    await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' })
    await made.run(3)
    await made.run(90)
    expect(made.engine.kernel.holdingsIn('bot:manual')).toHaveLength(1)
    expect((await settle(made)).status).toBe('OK')
  })

  test('UGF-0-009: every fill of the venue read again adds nothing to the ledger', async () => {
    const made = await world()
    await made.run(150)
    const fills = () => made.store.db.prepare('SELECT trade_id FROM fills ORDER BY trade_id').pluck().all()
    // As if nothing had ever been read: the whole list comes again.
    made.store.notes.set('reconcile.cursor', JSON.stringify({ cursor: 0, ts: 0 }))
    const before = fills()
    expect(before.length).toBeGreaterThan(3)
    made.crash()
    await made.boot()
    expect(fills()).toEqual(before)
    expect(new Set(fills()).size).toBe(before.length)
    await agrees(made)
    expect((await settle(made)).status).toBe('OK')
  })

  test('UGF-0-009: a fill that is told twice counts once, and is shown as suppressed', async () => {
    const made = await world()
    await made.run(10)
    await made.command('VENUE_FAULT', { fault: 'repeat-fill', instrument_id: 'FX_BTC_JPY' })
    await made.command('ORDER_PLACE', { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' })
    await made.run(3)
    expect((await settle(made)).status).toBe('OK')
    const repeated = made.store.db
      .prepare("SELECT json_extract(payload, '$.trade_id') FROM events WHERE type = 'fill.duplicate'")
      .pluck()
      .all() as string[]
    expect(repeated).toHaveLength(1)
    expect(keyUses(made.store.db, made.store.commands, repeated[0] ?? '')).toMatchObject([
      { kind: 'fill', suppressed: 1 },
    ])
  })

  test('a fill that never happened at the venue', async () => {
    const made = await world()
    await made.run(30)
    await made.command('VENUE_FAULT', { fault: 'invent-fill' })
    await made.run(130)
    const result = await settle(made)
    expect(result.status).toBe('MISMATCH')
    expect(result.items.length).toBeGreaterThan(0)
  })

  test('UGF-0-008: an order that never arrived: told as rejected after it was asked for, never sent again', async () => {
    const made = await world()
    await made.run(10)
    await made.command('VENUE_FAULT', { fault: 'lose-order', instrument_id: 'FX_BTC_JPY' })
    const placed = await made.command('ORDER_PLACE', {
      instrument_id: 'FX_BTC_JPY',
      side: 'buy',
      type: 'MARKET',
      qty: '0.01',
    })
    const id = (placed.result as { order_id: string }).order_id
    await made.run(240)
    expect(made.engine.chronicle.order(id)?.state).toBe('REJECTED')
    expect(made.engine.kernel.holdingsIn('bot:manual')).toHaveLength(0)
  })
})

describe('UGF-A-008: a dead-man’s switch', () => {
  const bots = ({ engine }: EngineWorld) =>
    Object.fromEntries(
      engine.chronicle.state.safety.kills.map(({ scope, level, actor }) => [scope, `${level} ${actor}`]),
    )

  test('stops the bot that hears nothing, and that bot alone, and lets a paper bot go on when it is heard again', async () => {
    const made = await world({ seed: 5 })
    await made.run(60)
    const isOpening = ({
      botId,
      reduceOnly,
      instrument,
    }: {
      botId: string
      reduceOnly: boolean
      instrument: { id: string }
    }) => botId === 'maker' && !reduceOnly && instrument.id === 'ETH_USDT'
    await made.command('VENUE_FAULT', { fault: 'pause-feed', instrument_id: 'ETH_USDT', seconds: 150 })
    await made.run(80)
    expect(bots(made)).toEqual({})
    await made.run(20)
    expect(bots(made)).toEqual({ 'bot:maker': 'CLOSE_ONLY service:deadman' })
    expect(made.engine.kernel.orders.working.filter(isOpening)).toEqual([])
    expect(made.store.alerts.list(9)).toContainEqual(
      expect.objectContaining({ source: 'DEADMAN_TRIPPED bot:maker', severity: 'P0', state: 'OPEN' }),
    )
    expect(made.engine.kernel.safetyMode).toBe('NORMAL')
    await made.run(60)
    expect(bots(made)).toEqual({})
    expect(made.store.alerts.list(9)).toContainEqual(
      expect.objectContaining({ source: 'DEADMAN_TRIPPED bot:maker', state: 'RESOLVED' }),
    )
  })

  test('leaves what a person has raised meanwhile', async () => {
    const made = await world({ seed: 5 })
    await made.command('VENUE_FAULT', { fault: 'pause-feed', instrument_id: 'ETH_USDT', seconds: 150 })
    await made.run(100)
    await made.command('KILL_RAISE', { scope: 'bot:maker', level: 'HALT' })
    await made.run(80)
    expect(bots(made)['bot:maker']).toMatch(/^HALT human/)
  })

  test('waits for the operator where the settings say so: CLOSE_ONLY, and HALT an hour later', async () => {
    const made = await world({ flags: { 'deadman.operator_h': 1 }, seed: 5 })
    made.clock.pass(1_000)
    await made.run(1)
    made.clock.pass(3_500_000)
    await made.command('DEADMAN_ACK', {})
    await made.run(1)
    expect(bots(made)['global']).toBeUndefined()
    made.clock.pass(3_600_000)
    await made.run(1)
    expect(bots(made)['global']).toBe('CLOSE_ONLY service:deadman')
    made.clock.pass(3_600_000)
    await made.run(1)
    expect(bots(made)['global']).toBe('HALT service:deadman')
  })
})
