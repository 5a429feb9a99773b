import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { instrumentId } from '../domain/ids.ts'
import { lots, money } from '../domain/money.ts'
import type { PlaceRequest } from '../strategy/strategy.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig, type RigOptions } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const ETH = testInstrument({ ...PERP, id: instrumentId('ETH/USDT'), symbol: 'ETHUSDT', base: 'ETH' })
const rig = (options: RigOptions = {}) => new Rig({ instruments: [PERP], ...options })

const buy = (qty: number, more: Partial<PlaceRequest> = {}): PlaceRequest => ({
  side: 'buy',
  qty,
  type: 'MARKET',
  reasonCode: 'ENTRY_TEST',
  ...more,
})
const bid = (qty: number, more: Partial<PlaceRequest> = {}) => buy(qty, { type: 'LIMIT', limit: 99_000, ...more })

const kill = (world: Rig, level: 'CLOSE_ONLY' | 'FLATTEN' | 'HALT', scope: 'global' | `bot:${string}` = 'global') =>
  world.command({ kind: 'KILL_RAISE', scope, level })

function hold(world: Rig, qty: number, where: { bot?: number; at?: number } = {}): void {
  const id = world.place(buy(Math.abs(qty), { side: qty > 0 ? 'buy' : 'sell' }), where)
  world.fill(id, Math.abs(qty))
  world.effects.length = 0
}

const progress = (world: Rig) => world.of('safety.flatten_progress').map(({ payload }) => payload.state)

describe('CLOSE_ONLY', () => {
  test('cancels what may open, keeps what only reduces, and lets exits pass', () => {
    const world = rig()
    hold(world, 10)
    const entry = world.place(bid(5))
    const exit = world.place(buy(10, { side: 'sell', type: 'STOP', stop: 98_000, reduceOnly: true }))
    expect(kill(world, 'CLOSE_ONLY')).toEqual([])
    expect(world.order(entry).state).toBe('CANCEL_REQUESTED')
    expect(world.order(exit).state).toBe('SENT')
    expect(world.act((context) => context.place(bid(1)))).toBeUndefined()
    world.place(buy(3, { side: 'sell', reduceOnly: true }))
    checkHistory(world.events)
  })
})

describe('HALT', () => {
  test('cancels everything, also what was flattening, and lets nothing pass but cancels', () => {
    const world = rig()
    hold(world, 10)
    const protective = world.place(buy(10, { side: 'sell', type: 'STOP', stop: 98_000, reduceOnly: true }))
    kill(world, 'FLATTEN')
    const flatten = [...world.kernel.orders.working].find(({ origin }) => origin === 'flatten')
    expect(flatten?.state).toBe('SENT')
    kill(world, 'HALT')
    expect(flatten?.state).toBe('CANCEL_REQUESTED')
    expect(world.order(protective).state).toBe('CANCEL_REQUESTED')
    const exit = { ...buy(3, { side: 'sell', reduceOnly: true }), botId: 'bot-1', instrumentId: PERP.id }
    expect(world.command({ kind: 'ORDER_PLACE', ...exit })).toContain('J_POLICY_HALT_SAFE_MODE')
    expect(world.kernel.orders.working).toHaveLength(2)
    checkHistory(world.events)
  })

  test('cancels every order though the pace of cancels is three a second', () => {
    const world = rig({ limits: { cancels: { burst: 3, perUs: 1_000_000 } } })
    for (let n = 0; n < 8; n++) world.place(bid(1))
    const cancels = () => world.sent().filter((effect) => effect.startsWith('cancel')).length
    kill(world, 'HALT')
    expect(cancels()).toBe(3)
    world.clock(500_000)
    expect(cancels()).toBe(3)
    world.clock(500_000)
    expect(cancels()).toBe(6)
    world.clock(1_000_000)
    expect(cancels()).toBe(8)
    expect(world.kernel.orders.working.every(({ state }) => state === 'CANCEL_REQUESTED')).toBe(true)
    checkHistory(world.events)
  })

  test('UGF-0-005: asks again when the venue refuses the cancel of what still rests', () => {
    const world = rig()
    const id = world.place(bid(1))
    world.accept(id)
    kill(world, 'HALT')
    world.report({ kind: 'cancel-refused', orderId: id, detail: 'busy', ts: 1 })
    world.clock(1_000)
    expect(world.sent().filter((effect) => effect === `cancel ${id}`)).toHaveLength(2)
  })

  test('UGF-0-005: an order that the venue will not end is FROZEN after a minute, told once, and still asked for, slowly', () => {
    const world = rig()
    const id = world.place(bid(1))
    world.accept(id)
    kill(world, 'HALT')
    const cancels = () => world.sent().filter((effect) => effect === `cancel ${id}`).length
    for (let second = 0; second < 59; second++) {
      if (world.order(id).state === 'CANCEL_REQUESTED')
        world.report({ kind: 'cancel-refused', orderId: id, detail: 'busy', ts: world.now })
      world.clock(1_000_000)
    }
    const early = cancels()
    expect(early).toBeLessThan(12)
    expect(world.of('safety.order_frozen')).toEqual([])
    for (let second = 0; second < 61; second++) {
      world.clock(1_000_000)
      if (world.order(id).state === 'CANCEL_REQUESTED')
        world.report({ kind: 'cancel-refused', orderId: id, detail: 'busy', ts: world.now })
    }
    expect(cancels() - early).toBeGreaterThanOrEqual(2)
    expect(cancels() - early).toBeLessThan(6)
    expect(world.of('safety.order_frozen').map(({ payload }) => payload.order_id)).toEqual([id])
    world.report({ kind: 'canceled', orderId: id, reasonCode: 'REQUESTED', ts: world.now })
    expect(world.order(id).state).toBe('CANCELED')
    checkHistory(world.events)
  })

  test('an order that ends within the minute, or is forbidden no more, is not frozen', () => {
    const world = rig()
    const id = world.place(bid(1))
    world.accept(id)
    kill(world, 'CLOSE_ONLY')
    world.clock(40_000_000)
    world.command({ kind: 'KILL_LOWER', scope: 'global', level: 'NONE' })
    world.clock(40_000_000)
    kill(world, 'CLOSE_ONLY')
    world.clock(59_000_000)
    expect(world.of('safety.order_frozen')).toEqual([])
  })
})

describe('bots under a kill', () => {
  const two = () => rig({ instruments: [PERP, ETH], bots: 2 })
  const states = (world: Rig) => world.kernel.bots.map(({ state }) => state)

  test('FLATTEN pauses, HALT stops, CLOSE_ONLY lets them work', () => {
    const world = two()
    kill(world, 'CLOSE_ONLY')
    expect(states(world)).toEqual(['RUNNING', 'RUNNING'])
    kill(world, 'FLATTEN')
    expect(states(world)).toEqual(['PAUSED', 'PAUSED'])
    kill(world, 'HALT')
    expect(states(world)).toEqual(['IDLE', 'IDLE'])
    expect(world.of('ops.bot_state').map(({ payload }) => payload.reason_code)).toContain('KILL_HALT')
    checkHistory(world.events)
  })

  test('only those are kept out whose every instrument is in scope', () => {
    const world = two()
    world.command({ kind: 'KILL_RAISE', scope: `instrument:${PERP.id}`, level: 'HALT' })
    expect(states(world)).toEqual(['RUNNING', 'RUNNING'])
    world.command({ kind: 'KILL_RAISE', scope: 'bot:bot-2', level: 'FLATTEN' })
    expect(states(world)).toEqual(['RUNNING', 'PAUSED'])
    world.command({ kind: 'KILL_RAISE', scope: `venue:${PERP.venueId}`, level: 'HALT' })
    expect(states(world)).toEqual(['IDLE', 'IDLE'])
  })

  test('cannot be sent back to work before it is lowered, and come back one by one', () => {
    const world = two()
    kill(world, 'FLATTEN')
    expect(world.command({ kind: 'BOT_RESUME', botId: 'bot-1' })).toEqual(['KILL_FLATTEN'])
    world.command({ kind: 'KILL_LOWER', scope: 'global', level: 'CLOSE_ONLY' })
    expect(states(world)).toEqual(['PAUSED', 'PAUSED'])
    expect(world.command({ kind: 'BOT_RESUME', botId: 'bot-1' })).toEqual([])
    expect(states(world)).toEqual(['RUNNING', 'PAUSED'])
  })

  test('wish on for hours, and the journal says once in each pause that it was not heard', () => {
    const world = rig()
    const wish = () => expect(world.act((context) => context.place(bid(1)))).toBeUndefined()
    for (let pauses = 1; pauses <= 2; pauses++) {
      world.command({ kind: 'BOT_PAUSE', botId: 'bot-1' })
      for (let n = 0; n < 100; n++) wish()
      expect(world.of('intent.discarded')).toHaveLength(pauses)
      world.command({ kind: 'BOT_RESUME', botId: 'bot-1' })
    }
  })

  test('UGF-0-002: HALTED stops them too, whoever raised it, and neither there nor in SAFE_MODE does one start', () => {
    const world = two()
    world.command({ kind: 'MODE_RAISE', mode: 'HALTED' })
    expect(states(world)).toEqual(['IDLE', 'IDLE'])
    expect(world.command({ kind: 'BOT_START', botId: 'bot-1' })).toEqual(['MODE_HALTED'])
    const safe = two()
    safe.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    safe.command({ kind: 'BOT_STOP', botId: 'bot-1' })
    expect(safe.command({ kind: 'BOT_START', botId: 'bot-1' })).toEqual(['MODE_SAFE_MODE'])
  })
})

describe('FLATTEN', () => {
  test('cancels, closes, says so, and stays until it is lowered', () => {
    const world = rig()
    hold(world, 10)
    const entry = world.place(bid(5))
    kill(world, 'FLATTEN')
    expect(world.order(entry).state).toBe('CANCEL_REQUESTED')
    expect(world.sent().slice(-2)).toEqual(['cancel o2', 'place o3 sell 10'])
    expect(world.kernel.orders.get(world.kernel.orders.working.at(-1)?.id as never)).toMatchObject({
      origin: 'flatten',
      reduceOnly: true,
      reasonCode: 'FLATTEN_POSITION',
    })
    world.clock(1_000)
    world.clock(1_000)
    expect(world.sent().filter((effect) => effect.includes('sell'))).toHaveLength(1)
    world.fill('o3' as never, 10)
    expect(progress(world)).toEqual(['FLAT'])
    expect(world.command({ kind: 'ORDER_PLACE', ...buy(1), botId: 'bot-1', instrumentId: PERP.id })).toContain(
      'KILL_FLATTEN',
    )
    checkHistory(world.events)
  })

  test('UGF-D-004: keeps at it: a refused, a part and a late fill are each followed by what is left', () => {
    const world = rig()
    hold(world, 10)
    const entry = world.place(bid(5))
    kill(world, 'FLATTEN')
    world.report({ kind: 'rejected', orderId: 'o3' as never, reasonCode: 'BUSY', detail: '', ts: 1 })
    expect(world.sent().at(-1)).toBe('place o4 sell 10')
    world.fill('o4' as never, 4)
    world.report({ kind: 'canceled', orderId: 'o4' as never, reasonCode: 'VENUE', ts: 1 })
    expect(world.sent().at(-1)).toBe('place o5 sell 6')
    world.fill('o5' as never, 6)
    expect(progress(world)).toEqual(['FLAT'])
    world.fill(entry, 5)
    expect(world.sent().at(-1)).toBe('place o6 sell 5')
    world.fill('o6' as never, 5)
    expect(progress(world)).toEqual(['FLAT', 'WORKING', 'FLAT'])
    expect(world.kernel.portfolio.isFlat).toBe(true)
    checkHistory(world.events)
  })

  test('slices a position that is larger than the largest order', () => {
    const filters = { minQty: lots(1), maxQty: lots(4), minNotional: money(0n) }
    const world = rig({ instruments: [testInstrument({ ...PERP, filters })] })
    for (let n = 0; n < 3; n++) hold(world, 3)
    kill(world, 'FLATTEN')
    const sizes: number[] = []
    for (let n = 0; n < 5 && !world.kernel.portfolio.isFlat; n++) {
      const working = world.kernel.orders.working.at(-1)
      if (working === undefined) break
      sizes.push(working.qty)
      world.fill(working.id, working.qty)
    }
    expect(sizes).toEqual([4, 4, 1])
    expect(progress(world)).toEqual(['FLAT'])
  })

  test('says when it is stuck, and goes on', () => {
    const world = rig()
    hold(world, 10)
    kill(world, 'FLATTEN')
    world.clock(60_000_000)
    expect(progress(world)).toEqual([])
    world.clock(1_000_000)
    expect(progress(world)).toEqual(['STUCK'])
    world.report({ kind: 'rejected', orderId: 'o2' as never, reasonCode: 'BUSY', detail: '', ts: 1 })
    expect(world.sent().at(-1)).toBe('place o3 sell 10')
    world.fill('o3' as never, 10)
    expect(progress(world)).toEqual(['STUCK', 'FLAT'])
  })

  test('does not fill the journal while it may not act', () => {
    const world = rig()
    hold(world, 10)
    kill(world, 'FLATTEN')
    world.report({ kind: 'rejected', orderId: 'o2' as never, reasonCode: 'BUSY', detail: '', ts: 1 })
    world.command({ kind: 'MODE_RAISE', mode: 'HALTED' })
    world.report({ kind: 'rejected', orderId: 'o3' as never, reasonCode: 'BUSY', detail: '', ts: 1 })
    const before = world.events.length
    for (let n = 0; n < 1_000; n++) world.clock(1_000)
    expect(world.events.length - before).toBeLessThan(10)
  })

  test('of one bot leaves the other alone', () => {
    const world = rig({ bots: 2 })
    hold(world, 10, { bot: 0 })
    hold(world, 7, { bot: 1 })
    const other = world.place(bid(5), { bot: 1 })
    kill(world, 'FLATTEN', 'bot:bot-1')
    expect(world.sent().slice(-1)).toEqual(['place o4 sell 10'])
    expect(world.order(other).state).toBe('SENT')
    world.place(bid(1), { bot: 1 })
    expect(world.act((context) => context.place(bid(1)))).toBeUndefined()
  })

  test('closes two bots that hold against each other, whose account is flat', () => {
    const world = rig({ bots: 2 })
    hold(world, 10, { bot: 0 })
    hold(world, -10, { bot: 1 })
    kill(world, 'FLATTEN')
    const placed = world.effects.flatMap((effect) => (effect.kind === 'place' ? [effect.order] : []))
    // The venue knows only the account, and would refuse a promise to reduce what the account does not hold.
    expect(placed.map(({ side, qty, reduceOnly }) => [side, qty, reduceOnly])).toEqual([
      ['sell', 10, false],
      ['buy', 10, false],
    ])
  })

  test('of an instrument or a venue works what falls in it', () => {
    for (const scope of ['instrument:ETH/USDT', 'venue:sim', 'venue:acme'] as const) {
      const world = rig({ instruments: [PERP, ETH] })
      hold(world, 10, { at: 0 })
      hold(world, 20, { at: 1 })
      world.command({ kind: 'KILL_RAISE', scope, level: 'FLATTEN' })
      const closing = world.sent().map((effect) => effect.split(' ').at(-1))
      expect(closing).toEqual({ 'instrument:ETH/USDT': ['20'], 'venue:sim': ['10', '20'], 'venue:acme': [] }[scope])
    }
  })
})

describe('levels', () => {
  test('fall one step at a time, and the way down from HALT flattens', () => {
    const world = rig()
    hold(world, 10)
    kill(world, 'HALT')
    expect(kill(world, 'CLOSE_ONLY')).toEqual(['ALREADY_AT_LEAST'])
    const lower = (level: 'NONE' | 'CLOSE_ONLY' | 'FLATTEN') =>
      world.command({ kind: 'KILL_LOWER', scope: 'global', level })
    expect(lower('NONE')).toEqual(['TRANSITION_FORBIDDEN'])
    expect(lower('CLOSE_ONLY')).toEqual(['TRANSITION_FORBIDDEN'])
    expect(lower('FLATTEN')).toEqual([])
    expect(world.sent()).toEqual(['place o2 sell 10'])
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    expect(lower('CLOSE_ONLY')).toEqual([])
    expect(lower('NONE')).toEqual([])
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    expect(
      world.of('safety.mode_changed').map(({ payload }) => `${payload.from}>${payload.to} ${payload.reason_code}`),
    ).toEqual(['NORMAL>HALTED KILL_HALT', 'HALTED>SAFE_MODE KILL_LOWERED'])
    expect(world.of('safety.kill_changed').map(({ payload }) => `${payload.from}>${payload.to}`)).toEqual([
      'NONE>HALT',
      'HALT>FLATTEN',
      'FLATTEN>CLOSE_ONLY',
      'CLOSE_ONLY>NONE',
    ])
    expect(world.of('command.rejected').map(({ payload }) => payload.reason_code)).toEqual([
      'ALREADY_AT_LEAST',
      'TRANSITION_FORBIDDEN',
      'TRANSITION_FORBIDDEN',
    ])
    checkHistory(world.events)
  })
})

describe('modes by command', () => {
  const release = (world: Rig, failedChecks: readonly string[] = []) =>
    world.command({ kind: 'MODE_RELEASE', failedChecks })

  test('UGF-0-002: HALTED is released to SAFE_MODE after five minutes of health, and never to NORMAL', () => {
    const world = rig()
    world.command({ kind: 'MODE_RAISE', mode: 'HALTED' })
    expect(world.kernel.safetyMode).toBe('HALTED')
    expect(release(world)).toEqual(['DWELL_TIME'])
    world.clock(300_000_000)
    expect(release(world, ['RECONCILE'])).toEqual(['RECONCILE'])
    expect(release(world)).toEqual([])
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    expect(release(world)).toEqual([])
    expect(world.kernel.safetyMode).toBe('NORMAL')
    expect(release(world)).toEqual(['TRANSITION_FORBIDDEN'])
    expect(world.of('safety.mode_changed').map(({ payload }) => payload.to)).toEqual(['HALTED', 'SAFE_MODE', 'NORMAL'])
    checkHistory(world.events)
  })

  test('an operator’s own reason goes with the release, once the rest allows it: five minutes after it was raised', () => {
    const world = rig()
    world.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    world.clock(299_000_000)
    expect(release(world)).toEqual(['DWELL_TIME'])
    world.clock(1_000_000)
    expect(release(world, ['RECONCILE'])).toEqual(['RECONCILE'])
    expect([...world.kernel.facts.mode.reasons.keys()]).toEqual(['OPERATOR'])
    expect(release(world)).toEqual([])
    expect(world.kernel.facts.mode.reasons.size).toBe(0)
    expect(world.of('safety.reason_cleared').map(({ payload }) => payload.reason_code)).toEqual(['OPERATOR'])
    checkHistory(world.events)
  })

  test('UGF-0-002: in SAFE_MODE a strategy may not even reduce, and the flatten routine may', () => {
    const world = rig()
    hold(world, 10)
    world.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    expect(world.act((context) => context.place(buy(1, { side: 'sell', reduceOnly: true })))).toBeUndefined()
    kill(world, 'FLATTEN')
    expect(world.sent().at(-1)).toBe('place o3 sell 10')
  })

  test('UGF-0-002: a boot is warm before it trades', () => {
    const world = rig({ mode: { warmUpUs: 120_000_000 } })
    expect(world.act((context) => context.place(buy(1)))).toBeUndefined()
    expect(world.refusal()).toBe('SAFE_MODE_BLOCKED')
    world.clock(120_000_000)
    world.place(buy(1))
  })
})

describe('bots by command', () => {
  const of = (world: Rig, kind: 'BOT_PAUSE' | 'BOT_RESUME' | 'BOT_STOP', botId = 'bot-1') =>
    world.command({ kind, botId })

  test('a paused bot keeps its protection, loses its entries, and is not heard until it resumes', () => {
    const world = rig({ bots: 2 })
    hold(world, 10)
    const entry = world.place(bid(5))
    const stop = world.place(buy(10, { side: 'sell', type: 'STOP', stop: 98_000, reduceOnly: true }))
    const other = world.place(bid(5), { bot: 1 })
    of(world, 'BOT_PAUSE')
    expect([entry, stop, other].map((id) => world.order(id).state)).toEqual(['CANCEL_REQUESTED', 'SENT', 'SENT'])
    expect(world.act((context) => context.place(buy(1)))).toBeUndefined()
    expect(world.refusal()).toBe('BOT_NOT_RUNNING')
    expect(world.act((context) => context.cancel(stop, 'EXIT_TEST'))).toBe(true)
    expect(of(world, 'BOT_RESUME')).toEqual([])
    world.place(buy(1))
    checkHistory(world.events)
  })

  test('a stopped bot leaves no order behind and cannot be resumed', () => {
    const world = rig()
    hold(world, 10)
    for (let n = 0; n < 4; n++) world.place(bid(5))
    world.place(buy(10, { side: 'sell', type: 'STOP', stop: 98_000, reduceOnly: true }))
    of(world, 'BOT_STOP')
    expect(world.kernel.orders.working.every(({ state }) => state === 'CANCEL_REQUESTED')).toBe(true)
    expect(of(world, 'BOT_RESUME')).toEqual(['INVALID_TRANSITION'])
    expect(of(world, 'BOT_PAUSE', 'bot-9')).toEqual(['BOT_UNKNOWN'])
  })

  test('cancelling all takes every order of every bot', () => {
    const world = rig({ bots: 2 })
    world.place(bid(5), { bot: 0 })
    world.place(bid(5), { bot: 1 })
    world.command({ kind: 'CANCEL_ALL' })
    expect(world.sent().slice(-2)).toEqual(['cancel o1', 'cancel o2'])
  })
})

describe('a stop and a timer of the same moment', () => {
  const S = 1_000_000
  const timed = () =>
    rig({
      handlers: (context) => ({
        onStart: () => context.setTimer('buy', context.now + S),
        onTimer: () => void context.place(bid(5)),
      }),
    })

  test('the timer fires after it, and what it would open is refused', () => {
    const world = timed()
    world.clock(1)
    world.now += 2 * S
    expect(kill(world, 'CLOSE_ONLY')).toEqual([])
    expect(world.of('order.blocked').map(({ payload }) => payload.reason_code)).toEqual(['KILL_CLOSE_ONLY'])
    expect(world.of('order.sent')).toEqual([])
  })

  test('a fact before the stop wakes nobody either', () => {
    const world = timed()
    world.clock(1)
    world.now += 2 * S
    world.kernel.onFact({ type: 'live.disarmed', payload: { actor: 'human:test', reason: 'before a stop' } }, world.now)
    expect(world.of('intent.created')).toEqual([])
    world.clock(1)
    expect(world.of('intent.created')).toHaveLength(1)
  })
})
