import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, testInstrument, World, type WorldOptions, walkBars } from '../../fixtures/world.ts'
import { instrumentId, type OrderId } from '../domain/ids.ts'
import { canonicalBody } from '../events/encode.ts'
import { quoteColumns, tradeColumns } from '../market/columns.ts'
import {
  type BarView,
  defineStrategy,
  type OrderView,
  type PlaceRequest,
  type StrategyContext,
  type StrategyHandlers,
} from '../strategy/strategy.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig } from './rig.fixture.ts'

const MINUTE = 60_000_000

/** A strategy written in place, for one test. */
function cheat(create: (context: StrategyContext, params: Record<string, unknown>) => StrategyHandlers) {
  return defineStrategy({
    id: 'cheat',
    version: '1.0.0',
    description: 'tries what it should not',
    params: z.looseObject({}),
    create: (params, context) => create(context, params as Record<string, unknown>),
  }) as never
}

const buy: PlaceRequest = { side: 'buy', qty: 1_000, type: 'MARKET', reasonCode: 'ENTRY_TEST' }
const BARS = walkBars(30, { seed: 7 })

/** Plays to the end, whatever the strategies throw. */
const endure = (create: Parameters<typeof cheat>[0], options: Partial<WorldOptions> = {}) =>
  new World({ bots: [{ strategy: cheat(create) }], feeds: [{ columns: [BARS] }], cash: 1e6, ...options }).play()

/** Plays strategies that must not throw: a bot would swallow a failed expectation. */
async function play(...given: Parameters<typeof endure>): Promise<World> {
  const world = await endure(...given)
  expect(world.kernel.bots.map(({ lastError }) => lastError).filter(Boolean)).toEqual([])
  return world
}

/** Everything that code can get hold of from an object without being given it: own and inherited, named and symbolic. */
function reachable(from: object): readonly unknown[] {
  const found: unknown[] = []
  for (
    let level: object | null = from;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  )
    for (const key of Reflect.ownKeys(level)) found.push(Reflect.get(level, key, from))
  return found
}

describe('the future is out of reach', () => {
  test('a bar that was kept never shows a price that is not yet known', async () => {
    const kept: BarView[] = []
    let peeks = 0
    await play((context) => {
      const look = () => {
        for (const bar of kept) {
          peeks++
          expect(bar.closeTs).toBeLessThanOrEqual(context.now)
          for (const value of reachable(bar)) expect(ArrayBuffer.isView(value)).toBe(false)
        }
      }
      return {
        onOpen: look,
        onBar(bar) {
          kept.push(bar)
          look()
          context.setTimer('between', context.now + MINUTE / 2)
        },
        onTimer: look,
        onFill: look,
      }
    })
    expect(peeks).toBeGreaterThan(500)
  })

  test('a window that is turned to other columns shows those alone, and the next strategy the true ones', async () => {
    const seen: number[] = []
    const turn = cheat(() => ({
      onBar(bar) {
        const fake = barsOf([[1, 2, 1, 2]])
        Reflect.apply(Reflect.get(bar, 'at') as () => void, bar, [fake, 0])
        expect(bar.close).toBe(2)
      },
    }))
    const honest = cheat(() => ({ onBar: ({ close }) => void seen.push(close) }))
    await play(() => ({}), { bots: [{ strategy: turn }, { strategy: honest }] })
    expect(seen).toEqual([...BARS.close.subarray(0, 30)])
  })

  test('the open is told without the rest of its bar, and marks are never ahead', async () => {
    await play((context) => {
      let last = Number.NaN
      return {
        onOpen(openTs, open) {
          expect([context.now, context.mark()]).toEqual([openTs, open])
          expect(Number.isNaN(last) || last <= openTs).toBe(true)
        },
        onBar(bar) {
          last = bar.closeTs
          expect([context.now, context.mark()]).toEqual([bar.closeTs, bar.close])
        },
      }
    })
  })

  test('a larger bar is seen at its close and not before, and says what its small bars said', async () => {
    const step = 10 * MINUTE
    const closes: number[] = []
    const create = (context: StrategyContext): StrategyHandlers => ({
      onBar(bar, _, frame) {
        if (frame !== 1) return
        expect(bar.closeTs).toBe(context.now)
        expect(bar.closeTs - bar.openTs).toBe(step)
        closes.push(bar.close)
      },
    })
    const strategy = { ...(cheat(create) as object), frames: () => [step] } as never
    await play(create, { bots: [{ strategy }] })
    expect(closes).toEqual([9, 19, 29].map((row) => BARS.close[row]))
  })

  test('a timer sees what was received before it', async () => {
    let fired = 0
    await play((context) => {
      let bars = 0
      return {
        onBar() {
          bars++
          context.setTimer('next', context.now + MINUTE / 4 - 0.5)
          for (const ts of [Number.NaN, -Infinity, Infinity])
            expect(() => context.setTimer('never', ts)).toThrow('for a time')
        },
        onTimer(id) {
          fired++
          expect(id).toBe('next')
          expect(context.now).toBe(bars * MINUTE + MINUTE / 4)
          expect(context.mark()).toBe(BARS.close[bars - 1])
        },
      }
    })
    expect(fired).toBe(29)
  })

  test('a timer for the past fires with the next input, once, also when it sets itself again', async () => {
    const fired: (readonly [string, number])[] = []
    await play((context) => ({
      onStart: () => context.setTimer('past', -1),
      onBar() {
        context.setTimer('now', context.now)
        context.setTimer('gone', context.now)
        context.cancelTimer('gone')
      },
      onTimer(id) {
        fired.push([id, context.now])
        if (id === 'past') context.setTimer('past', context.now - 5)
      },
    }))
    const closes = Array.from({ length: 30 }, (_, row) => (row + 1) * MINUTE)
    const at = (name: string) => fired.filter(([id]) => id === name).map(([, ts]) => ts)
    // The run's last input is its stop.
    expect(at('past')).toEqual([...closes, closes.at(-1)])
    expect(at('now')).toEqual([...closes.slice(1), closes.at(-1)])
    expect(at('gone')).toEqual([])
  })

  test('an order decided at a close is filled at no price before it', async () => {
    const eth = testInstrument({ id: instrumentId('ETH/USDT'), symbol: 'ETHUSDT', base: 'ETH' })
    // Bars of the second instrument are five minutes long and begin in the middle of a minute.
    const slow = walkBars(6, { seed: 3 })
    for (let row = 0; row < 6; row++) {
      slow.openTs[row] = row * 5 * MINUTE + MINUTE / 2
      slow.closeTs[row] = (row + 1) * 5 * MINUTE + MINUTE / 2
    }
    for (const marketFill of ['next-open', 'same-close'] as const) {
      const decided = new Map<OrderId, number>()
      const world = await play(
        (context) => ({
          onBar(_, at) {
            const id = context.place({ ...buy, at: 1 - at, ...(context.position(1 - at) > 0 ? { side: 'sell' } : {}) })
            if (id !== undefined) decided.set(id, context.now)
          },
        }),
        {
          instruments: [testInstrument(), eth],
          feeds: [{ columns: [BARS] }, { instrumentAt: 1, columns: [slow] }],
          assumptions: { marketFill },
        },
      )
      const fills = world.of('fill.recorded')
      expect(fills.length).toBeGreaterThan(8)
      for (const { payload } of fills) {
        const { order_id: id, venue_ts: ts, price, instrument_id: instrument } = payload
        expect(ts).toBeGreaterThanOrEqual(decided.get(id as OrderId) ?? Infinity)
        const bars = instrument === 'ETH/USDT' ? slow : BARS
        // The prices of that moment: the open of a bar that begins, or the last close.
        const row = bars.closeTs.subarray(0, bars.length).findLastIndex((closeTs) => closeTs <= ts)
        const prices = [bars.close[row], bars.openTs[row + 1] === ts ? bars.open[row + 1] : undefined]
        expect(prices).toContain(price)
      }
      checkHistory(world.events)
    }
  })
})

describe('the engine is out of reach', () => {
  const strict = (change: () => void) => expect(change).toThrow(TypeError)

  test('context, instruments, parameters and orders cannot be written', async () => {
    const run = (attacks: boolean) => {
      const strategy = cheat((context, params) => ({
        onBar() {
          const id = context.place({ ...buy, type: 'LIMIT', limit: context.mark() * 0.99 })
          const order = id === undefined ? undefined : context.order(id)
          const [instrument] = context.instruments
          if (!attacks || order === undefined || instrument === undefined) return
          strict(() => Object.assign(context, { equity: 1e9 }))
          strict(() => Object.assign(context, { position: () => 1e9 }))
          strict(() => void (context.instruments as unknown[]).push(instrument))
          strict(() => Object.assign(instrument, { tick: 1 }))
          strict(() => Object.assign(instrument.filters, { maxQty: Infinity }))
          strict(() => Object.assign(instrument.fees, { taker: -1 }))
          strict(() => Object.assign(params, { size: 1e9 }))
          strict(() => Object.assign(params['nested'] as object, { deep: 1 }))
          for (const field of ['qty', 'filled', 'state', 'limit', 'botAt'])
            strict(() => Object.assign(order, { [field]: 1 }))
          for (const value of reachable(order)) expect(typeof value === 'object' && value !== null).toBe(false)
        },
      }))
      return play(() => ({}), { bots: [{ strategy, params: { size: 1, nested: { deep: 0 } } }] })
    }
    const [quiet, attacked] = [await run(false), await run(true)]
    expect(attacked.of('ops.bot_state')).toEqual([])
    expect(attacked.events.map(canonicalBody)).toEqual(quiet.events.map(canonicalBody))
  })

  test('a list of orders is a copy, and the one that was kept changes nothing', () => {
    const rig = new Rig()
    const id = rig.place({ ...buy, type: 'LIMIT', limit: 99_000 })
    const kept = rig.act((context) => context.orders()) as OrderView[]
    expect(kept.map((order) => [order.id, order.state, order.qty])).toEqual([[id, 'SENT', 1_000]])
    kept.length = 0
    expect(rig.act((context) => context.orders())).toHaveLength(1)
    expect(rig.kernel.orders.working).toHaveLength(1)
  })

  test('a quote or print is the same for every strategy, whatever the first does with it', () => {
    const seen: number[] = []
    const lie = (view: object, values: object) => strict(() => Object.assign(view, values))
    const strategies = [
      cheat(() => ({
        onTrade: (trade) => lie(trade, { price: 1 }),
        onQuote: (quote) => lie(quote, { bid: 1, ask: 2 }),
      })),
      cheat(() => ({
        onTrade: ({ price }) => void seen.push(price),
        onQuote: ({ bid, ask }) => void seen.push(bid, ask),
      })),
    ]
    const { kernel } = new World({ bots: strategies.map((strategy) => ({ strategy })), feeds: [] })
    kernel.start()
    const trades = tradeColumns(1)
    trades.price[0] = 77
    kernel.onTrade(0, trades, 0)
    const quotes = quoteColumns(1)
    quotes.bid[0] = 70
    quotes.ask[0] = 80
    kernel.onQuote(0, quotes, 0)
    expect(seen).toEqual([77, 70, 80])
    expect(kernel.bots.map(({ lastError }) => lastError)).toEqual([undefined, undefined])
  })

  test('evidence is kept as it was given', () => {
    const rig = new Rig()
    const evidence: Record<string, number> = { ema: 5 }
    rig.place({ ...buy, evidence })
    rig.act((context) => context.signal('TREND', 0.5, evidence))
    evidence['ema'] = 6
    expect(rig.of('intent.created').at(-1)?.payload.evidence).toEqual({ ema: 5 })
    expect(rig.of('signal.emitted').at(-1)?.payload.evidence).toEqual({ ema: 5 })
  })

  test('what is no evidence is put in words, and a signal without a strength is none', () => {
    const rig = new Rig()
    const odd = { nan: Number.NaN, deep: { er: 1 }, none: null, big: 5n } as never
    rig.place({ ...buy, evidence: odd, explain: 5 as never })
    expect(rig.of('intent.created').at(-1)?.payload.evidence).toEqual({
      nan: 'NaN',
      deep: '[object Object]',
      none: 'null',
      big: '5',
    })
    for (const [name, strength] of [
      ['TREND', Number.NaN],
      ['not a name', 1],
    ] as const)
      rig.act((context) => expect(() => context.signal(name, strength)).toThrow('a signal has'))
    checkHistory(rig.events)
  })

  test('a wish cannot claim another origin, parent or key', () => {
    const rig = new Rig()
    const forged = { ...buy, origin: 'flatten', parent: { id: 'o9', trace: 99, lastSeq: 1e9 }, idempotencyKey: 'k' }
    rig.place(forged)
    const { payload, trace, causeSeq } = rig.of('intent.created').at(-1) ?? {}
    expect(payload).toMatchObject({ origin: 'strategy' })
    expect(payload?.parent_order_id).toBeUndefined()
    expect(payload?.idempotency_key).toBeUndefined()
    expect([trace === 99, causeSeq]).toEqual([false, 0])
    rig.place(forged)
    checkHistory(rig.events)
  })
})

describe('other bots are out of reach', () => {
  test('their orders, positions and cash cannot be read, cancelled or amended', () => {
    const rig = new Rig({ bots: 2 })
    const theirs = rig.place({ ...buy, type: 'LIMIT', limit: 99_000 }, { bot: 0 })
    rig.accept(theirs)
    const filled = rig.place(buy, { bot: 0 })
    rig.fill(filled, 1_000)
    rig.act(
      (context) => {
        expect(context.orders()).toEqual([])
        expect(context.order(theirs)).toBeUndefined()
        expect(context.position()).toBe(0)
        expect(context.averagePrice()).toBeUndefined()
        expect(context.cash()).toBe(500_000)
        expect(context.cancel(theirs, 'EXIT_TEST')).toBe(false)
        expect(context.amend(theirs, { qty: 1, reasonCode: 'EXIT_TEST' })).toBe(false)
        context.cancelAll('EXIT_TEST')
      },
      { bot: 1 },
    )
    expect(rig.order(theirs).state).toBe('OPEN')
  })

  test('their groups and brackets are not theirs to cancel by name', () => {
    const rig = new Rig({
      bots: 2,
      instruments: [testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })],
    })
    const limit = { ...buy, type: 'LIMIT', limit: 99_000, ocoGroup: 'pair' } as const
    const theirs = rig.place(limit, { bot: 0 })
    const entry = rig.place({ ...buy, stopLoss: 90_000 }, { bot: 0 })
    rig.fill(entry, 1_000)
    const mine = rig.place(limit, { bot: 1 })
    const named = rig.place({ ...limit, ocoGroup: `bracket-${entry}` }, { bot: 1 })
    rig.fill(mine, 1_000)
    rig.fill(named, 1_000)
    expect(rig.order(theirs).state).toBe('SENT')
    expect(rig.kernel.orders.working.filter(({ parentId }) => parentId === entry)).toHaveLength(1)
    const own = rig.place({ ...limit, ocoGroup: `bracket-${entry}` }, { bot: 0 })
    rig.fill(own, 1_000)
    expect(rig.kernel.orders.working.filter(({ parentId }) => parentId === entry)).toHaveLength(1)
  })

  test.each([-1, 0.5, 7, Number.NaN])('instrument number %d is nobody’s', (at) => {
    const rig = new Rig()
    rig.act((context) => {
      for (const verb of ['position', 'mark', 'orders', 'cash', 'book', 'averagePrice'] as const)
        expect(() => context[verb](at), verb).toThrow()
      expect(() => context.place({ ...buy, at })).toThrow()
      expect(() => context.cancelAll('EXIT_TEST', at)).toThrow()
    })
    expect(rig.effects).toEqual([])
  })
})

describe('whatever a strategy throws or spins stops it alone', () => {
  const silent = Object.create(null) as object
  const shouting = {
    toString() {
      throw new Error('louder')
    },
  }
  class Hostile extends Error {
    override get message(): string {
      throw new Error('no words')
    }
  }

  test.each<readonly [string, unknown]>([
    ['an error', new Error('broken')],
    ['nothing', undefined],
    ['an object without words', silent],
    ['an object that throws when shown', shouting],
    ['an error that throws when read', new Hostile()],
    ['a text without end', 'x'.repeat(100_000)],
    ['a symbol', Symbol('s')],
  ])('%s three times in a row puts the bot aside, and the other never notices', async (_, thrown) => {
    const other = (bots: WorldOptions['bots']) => new World({ bots, feeds: [{ columns: [BARS] }], cash: 1e6 }).play()
    const honest = cheat((context) => ({
      onBar: () => void context.place({ ...buy, ...(context.position() > 0 ? { side: 'sell' } : {}) }),
    }))
    const bad = cheat(() => ({
      onBar() {
        throw thrown
      },
    }))
    const world = await other([
      { strategy: bad, allocation: 5e5 },
      { strategy: honest, allocation: 5e5 },
    ])
    expect(world.kernel.bots.map(({ state }) => state)).toEqual(['QUARANTINED', 'RUNNING'])
    expect(world.of('ops.bot_state').map(({ payload }) => payload.state)).toEqual(['RUNNING', 'RUNNING', 'QUARANTINED'])
    const alone = await other([
      { strategy: cheat(() => ({})), allocation: 5e5 },
      { strategy: honest, allocation: 5e5 },
    ])
    const trades = (one: World) => one.of('fill.recorded').map(({ payload }) => payload)
    expect(trades(world)).toEqual(trades(alone))
    checkHistory(world.events)
  })

  test('twice in a row is forgiven', async () => {
    let bar = 0
    const world = await endure(() => ({
      onBar() {
        if (++bar % 3 !== 0) throw new Error('now and then')
      },
    }))
    expect(world.kernel.bots[0]?.state).toBe('RUNNING')
  })

  test('a quarantined bot loses its entries and keeps its protection', () => {
    let isBroken = false
    const rig = new Rig({
      instruments: [testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })],
      handlers: () => ({
        onTimer() {
          if (isBroken) throw new Error('broken')
        },
      }),
    })
    rig.fill(rig.place(buy), 1_000)
    const entry = rig.place({ ...buy, type: 'LIMIT', limit: 99_000 })
    const stop = rig.place({ ...buy, side: 'sell', type: 'STOP', stop: 90_000, reduceOnly: true })
    isBroken = true
    rig.act((context) => {
      for (const after of [1, 2, 3]) context.setTimer(`t${after}`, context.now + after)
    })
    rig.clock(1_000)
    expect(rig.kernel.bots[0]?.state).toBe('QUARANTINED')
    expect([entry, stop].map((id) => rig.order(id).state)).toEqual(['CANCEL_REQUESTED', 'SENT'])
  })

  test('state that cannot be kept is not, and the run ends as it should', async () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    const saves = [
      () => loop,
      () => 5n,
      () => 'x'.repeat(70_000),
      () => {
        throw new Error('no state')
      },
    ]
    for (const save of saves) {
      const world = await endure(() => ({ save }))
      expect(world.of('run.ended')).toHaveLength(1)
      expect(world.of('ops.strategy_state')).toEqual([])
      checkHistory(world.events)
    }
    const kept = await play(() => ({ save: () => ({ bars: 30 }) }))
    expect(kept.of('ops.strategy_state')[0]?.payload.state).toBe('{"bars":30}')
  })

  test('an order in answer to every refusal comes to an end', () => {
    const rig = new Rig({
      limits: { marketOrders: false },
      handlers: (context) => ({
        onOrder() {
          context.place(buy)
          context.place(buy)
        },
      }),
    })
    rig.quote(100_000)
    rig.act((context) => context.place(buy))
    expect(rig.of('order.blocked').length).toBeLessThan(100)
    expect(rig.of('intent.discarded').at(-1)?.payload.reason_code).toBe('REACTIONS_TOO_DEEP')
    checkHistory(rig.events)
  })

  test('an answer to every fill comes to an end, at an open and at a close', async () => {
    for (const marketFill of ['next-open', 'same-close'] as const) {
      const free = testInstrument({ fees: { ...testInstrument().fees, maker: 0 as never, taker: 0 as never } })
      const world = await play(
        (context) => ({
          onBar: () => void (context.orders().length === 0 && context.position() === 0 && context.place(buy)),
          onFill: ({ side }) => void context.place({ ...buy, side: side === 'buy' ? 'sell' : 'buy' }),
        }),
        { instruments: [free], assumptions: { marketFill } },
      )
      expect(world.of('run.ended')).toHaveLength(1)
      expect(world.of('fill.recorded').length).toBeLessThan(1_100)
      expect(world.of('ops.bot_state').at(-1)?.payload.reason_code).toBe('ORDER_STORM')
    }
  })
})
