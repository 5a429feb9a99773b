import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { botId, type OrderId, orderIdAt, tradeId, venueOrderId } from '../domain/ids.ts'
import { lots, money, rate, ticks } from '../domain/money.ts'
import type { VenueReport } from '../domain/report.ts'
import { isTerminal, type Order } from '../orders/order.ts'
import type { EngineState } from '../projection/engine-state.ts'
import { Projection } from '../projection/projection.ts'
import { KILL_LEVELS } from '../risk/kill.ts'
import { checkHistory } from './history.fixture.ts'
import type { Kernel } from './kernel.ts'
import { RecallError } from './recall.ts'
import { fillOf, Rig } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })

/** Anything that can happen to a kernel, drawn as numbers whose meaning depends on what there is when it happens. */
const step = fc.record({
  kind: fc.constantFrom(
    ...(['place', 'place', 'place', 'bracket', 'group', 'cancel', 'amend', 'amend', 'amend', 'quote'] as const),
    ...([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'fill',
      'fill',
      'fill',
      'canceled',
      'expired',
      'rejected',
      'refused',
    ] as const),
    ...([
      'amended',
      'unknown',
      'funding',
      'liquidation',
      'time',
      'raise',
      'lower',
      'release',
      'bot',
      'manual',
    ] as const),
    ...(['restart', 'restart'] as const),
  ),
  bot: fc.nat(1),
  which: fc.nat(9),
  qty: fc.integer({ min: 1, max: 20 }),
  sell: fc.boolean(),
  flag: fc.boolean(),
  price: fc.integer({ min: -300, max: 300 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

let trades = 0

/** An order that has not ended, now and then one that has, or that never was. */
function some({ kernel }: Rig, { which, flag }: Step): OrderId {
  const { working, count } = kernel.orders
  if (which === 9 || working.length === 0) return orderIdAt(1 + (flag ? 99 : which % Math.max(1, count)))
  return (working[which % working.length] as Order).id
}

function take(rig: Rig, one: Step): void {
  const { kind, bot, qty, sell, flag, price, which } = one
  const side = sell ? 'sell' : 'buy'
  const sign = sell ? -1 : 1
  const isFed = rig.kernel.bots[bot]?.isFed === true
  const ts = rig.now
  const orderId = some(rig, one)
  const report = (what: VenueReport) => rig.report(what)
  switch (kind) {
    case 'place':
      if (!isFed) return
      return void rig.act(
        (context) =>
          context.place({
            side,
            qty,
            reduceOnly: flag,
            ...(price < 0 ? { type: 'MARKET' } : { type: 'LIMIT', limit: 100_000 - sign * price }),
            reasonCode: 'ENTRY_TEST',
          }),
        { bot },
      )
    case 'bracket':
      if (!isFed) return
      return void rig.act(
        (context) =>
          context.place({
            side,
            qty,
            type: 'MARKET',
            stopLoss: 100_000 - sign * 1_000,
            ...(flag ? { takeProfit: 100_000 + sign * 1_000 } : {}),
            reasonCode: 'ENTRY_TEST',
          }),
        { bot },
      )
    case 'group':
      if (!isFed) return
      return rig.act(
        (context) => {
          for (const away of [400, 500])
            context.place({
              side,
              qty,
              type: 'LIMIT',
              limit: 100_000 - sign * away,
              ocoGroup: `g${which}`,
              reasonCode: 'ENTRY_TEST',
            })
        },
        { bot },
      )
    case 'cancel':
      if (!isFed) return
      return void rig.act((context) => context.cancel(orderId, 'EXIT_TEST'), { bot })
    case 'amend': {
      if (!isFed) return
      const isResting = ({ botAt, state }: Order) => botAt === bot && (state === 'OPEN' || state === 'PARTIAL')
      const bid = { side, qty: 10, type: 'LIMIT', limit: 100_000 - sign * 900, reasonCode: 'ENTRY_TEST' } as const
      const resting = rig.kernel.orders.working.find(isResting)?.id ?? rig.act((context) => context.place(bid), { bot })
      if (resting === undefined) return
      rig.accept(resting)
      return void rig.act((context) => context.amend(resting, { qty: 10 + qty, reasonCode: 'REBALANCE_TEST' }), { bot })
    }
    case 'quote':
      return rig.quote(100_000 + price)
    case 'accepted':
      return report({ kind, orderId, venueOrderId: venueOrderId(`v-${orderId}`), ts })
    case 'fill':
      return report(fillOf(orderId, { qty, price: 100_000 + price, trade: `x${flag ? which : ++trades + 10}`, ts }))
    case 'canceled':
    case 'expired':
      return report({ kind, orderId, reasonCode: 'VENUE_SAYS', ts })
    case 'rejected':
      return report({ kind, orderId, reasonCode: 'VENUE_SAYS', detail: '', ts })
    case 'refused':
      return report({ kind: flag ? 'cancel-refused' : 'amend-refused', orderId, detail: '', ts })
    case 'amended':
      return report({ kind, orderId, qty: lots(qty), limit: ticks(99_000), stop: undefined, trail: undefined, ts })
    case 'unknown':
      return report({ kind, orderId, reasonCode: 'TIMEOUT', detail: '', ts })
    case 'funding':
      return report({ kind, instrumentId: PERP.id, rate: rate(0.0001), mark: ticks(100_000), ts })
    case 'liquidation': {
      const held = rig.kernel.portfolio.accountQty(0)
      const trade = tradeId(`l${++trades}`)
      if (held === 0 || which > 1) return
      const size = lots(Math.min(qty, Math.abs(held)))
      const closing = held > 0 ? 'sell' : 'buy'
      return report({
        kind,
        instrumentId: PERP.id,
        tradeId: trade,
        side: closing,
        price: ticks(100_000),
        qty: size,
        fee: money(1n),
        ts,
      })
    }
    case 'time':
      return rig.clock(which * 40_000_000)
    case 'raise':
      if (which > 2) return
      if (flag) return void rig.command({ kind: 'MODE_RAISE', mode: sell ? 'HALTED' : 'SAFE_MODE' })
      return void rig.command({
        kind: 'KILL_RAISE',
        scope: sell ? 'global' : 'bot:bot-1',
        level: KILL_LEVELS[1 + which] ?? 'HALT',
      })
    case 'lower': {
      const scope = sell ? 'global' : 'bot:bot-1'
      const standing = rig.projection.state.safety.kills.find((kill) => kill.scope === scope)?.level
      const level = KILL_LEVELS[KILL_LEVELS.indexOf(standing as 'HALT') - 1]
      return void (level !== undefined && rig.command({ kind: 'KILL_LOWER', scope, level }))
    }
    case 'release':
      return void rig.command({ kind: 'MODE_RELEASE', failedChecks: flag ? [] : ['RECONCILE'] })
    case 'bot': {
      const kinds = [
        'BOT_START',
        'BOT_PAUSE',
        'BOT_RESUME',
        'BOT_STOP',
        'BOT_RELEASE',
        'BOT_START',
        'BOT_RESUME',
      ] as const
      return void rig.command({ kind: kinds[which % kinds.length] ?? 'BOT_START', botId: `bot-${bot + 1}` })
    }
    case 'manual': {
      const where = { botId: `bot-${bot + 1}`, instrumentId: PERP.id }
      if (which < 4)
        return void rig.command({ kind: 'ORDER_PLACE', ...where, side, qty, type: 'MARKET', reduceOnly: flag })
      if (which < 6) return void rig.command({ kind: 'ORDER_CANCEL', orderId })
      if (which < 8) return void rig.command({ kind: 'POSITION_CLOSE', ...where })
      return void rig.command({ kind: 'CANCEL_ALL', scope: flag ? 'global' : 'bot:bot-2' })
    }
    case 'restart':
      return rig.restart({ afterUs: which * 1_000_000 }, expectSame)
  }
}

/** All of an order but the number of the last event about it, which counts within a session, and a fraction of a tick. */
const terms = ({ instrument, arrivalPrice, ...rest }: Order) => ({
  ...rest,
  lastSeq: 0,
  instrumentId: instrument.id,
  arrivalPrice: arrivalPrice === undefined ? undefined : Math.round(arrivalPrice),
})

/** What the gate, the books and every later id depend on. */
const factsOf = (kernel: Kernel) => ({
  hash: kernel.stateHash(),
  mode: kernel.safetyMode,
  working: kernel.orders.working.map(terms),
  numbers: { ...kernel.counters, inputs: 0 },
  bots: kernel.bots.map(({ at, config, state }) => ({
    id: config.id,
    state,
    position: kernel.portfolio.position(at, 0),
    fees: kernel.portfolio.fees(at, 0),
    funding: kernel.portfolio.funding(at, 0),
    qty: kernel.portfolio.botQty(at, 0),
    cash: kernel.portfolio.botCash(at, 'USDT'),
  })),
  net: kernel.portfolio.accountQty(0),
  isFlat: kernel.portfolio.isFlat,
  balance: kernel.portfolio.balance('sim', 'USDT'),
})

function expectSame(before: Kernel, after: Kernel): void {
  expect(factsOf(after)).toEqual(factsOf(before))
  expect(after.counters.inputs).toBeLessThanOrEqual(before.counters.inputs)
  expect(after.outbox).toEqual([])
}

/** The state without what is only known after a restart, for a fold that begins in the middle. */
function foldFrom(events: Rig['events'], cut: number): EngineState {
  const first = new Projection()
  for (const event of events.slice(0, cut)) first.apply(event)
  const second = new Projection(first.state)
  for (const event of events.slice(cut)) second.apply(event)
  return second.state
}

test('whenever it dies and whatever happened, a kernel goes on from its journal as if it had never died', () => {
  const reached = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 90 }), fc.nat(1_000), (history, cut) => {
      trades = 0
      const rig = new Rig({ instruments: [PERP], bots: 2 })
      for (const one of history) {
        if (one.kind === 'restart') for (const { state } of rig.kernel.orders.working) reached.add(state)
        take(rig, one)
        expect(rig.kernel.safetyMode).toBe(rig.projection.state.safety.mode)
      }
      rig.restart({}, expectSame)
      // Nothing is sent twice, no exit is taken that there is not, no trade counts twice, over all sessions together.
      const told = checkHistory(rig.events)
      for (const order of rig.kernel.orders.all())
        expect(told.get(order.id), order.id).toMatchObject({ state: order.state, filled: order.filled })
      for (const { state } of rig.kernel.orders.working)
        expect(['DRAFT', 'VALIDATED', 'ENQUEUED', 'AMEND_REQUESTED']).not.toContain(state)
      expect(foldFrom(rig.events, cut % rig.events.length)).toEqual(rig.projection.state)
    }),
    { numRuns: 300 },
  )
  for (const state of ['SENT', 'OPEN', 'PARTIAL', 'CANCEL_REQUESTED', 'AMEND_REQUESTED', 'UNKNOWN'])
    expect(reached, 'the histories die with orders in every state').toContain(state)
})

describe('a flatten that is interrupted', () => {
  /** A venue that answers when asked and forgets nothing: orders that reached it, and how much of each is filled. */
  class SlowVenue {
    readonly #rig: Rig
    readonly #orders = new Map<OrderId, { qty: number; filled: number; isOpen: boolean }>()
    #taken = 0
    #trade = 0
    constructor(rig: Rig) {
      this.#rig = rig
    }

    /** Takes what was sent; `loses` is the host dying before it could be handed over. */
    take(loses = false): void {
      for (const effect of this.#rig.effects.slice(this.#taken)) {
        if (loses) continue
        if (effect.kind === 'place')
          this.#orders.set(effect.order.orderId, { qty: effect.order.qty, filled: 0, isOpen: true })
        const order = effect.kind === 'cancel' ? this.#orders.get(effect.orderId) : undefined
        if (order !== undefined) order.isOpen = false
      }
      this.#taken = this.#rig.effects.length
    }

    /** What the host asks after a restart: the truth about every order that is not known. */
    lookUp(): void {
      for (const { id, state } of this.#rig.kernel.orders.working.slice()) {
        if (state !== 'UNKNOWN') continue
        const ts = this.#rig.now
        if (this.#orders.get(id)?.isOpen === true) this.#rig.accept(id)
        else this.#rig.report({ kind: 'rejected', orderId: id, reasonCode: 'NEVER_ARRIVED', detail: '', ts })
      }
    }

    /** Fills up to so many lots of one order. */
    fill(which: number, most: number): void {
      const open = [...this.#orders].filter(([, { isOpen, qty, filled }]) => isOpen && filled < qty)
      const [id, order] = open[which % Math.max(1, open.length)] ?? []
      if (id === undefined || order === undefined) return
      const qty = Math.min(most, order.qty - order.filled)
      order.filled += qty
      this.#rig.report(fillOf(id, { qty, price: 100_000, trade: `v${++this.#trade}`, ts: this.#rig.now }))
    }
  }

  const turn = fc.record({
    kind: fc.constantFrom('fill', 'fill', 'time', 'restart', 'lost restart'),
    which: fc.nat(3),
    most: fc.integer({ min: 1, max: 9 }),
  })

  test('is flat in the end and was never on the other side', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 25 }), fc.boolean(), (turns, isShort) => {
        const rig = new Rig({ instruments: [PERP] })
        const id = rig.place({ side: isShort ? 'sell' : 'buy', qty: 12, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
        rig.fill(id, 12, 100_000, 'entry')
        const venue = new SlowVenue(rig)
        rig.effects.length = 0
        rig.command({ kind: 'KILL_RAISE', scope: 'global', level: 'FLATTEN' })
        const held = () => rig.kernel.portfolio.botQty(0, 0) * (isShort ? -1 : 1)
        const go = ({ kind, which, most }: { kind: string; which: number; most: number }) => {
          if (kind !== 'lost restart') venue.take()
          if (kind === 'fill') venue.fill(which, most)
          else if (kind === 'time') rig.clock(2_000_000)
          else {
            venue.take(true)
            rig.restart()
            venue.take()
            venue.lookUp()
          }
          expect(held()).toBeGreaterThanOrEqual(0)
        }
        for (const one of turns) go(one)
        for (let n = 0; n < 40; n++) for (const kind of ['time', 'fill']) go({ kind, which: 0, most: 9 })
        expect(rig.kernel.portfolio.isFlat).toBe(true)
        expect(rig.of('safety.flatten_progress').at(-1)?.payload.state).toBe('FLAT')
        checkHistory(rig.events)
      }),
      { numRuns: 150 },
    )
  })
})

describe('after a restart', () => {
  const hold = (rig: Rig, qty: number) =>
    rig.fill(rig.place({ side: 'buy', qty, type: 'MARKET', reasonCode: 'ENTRY_TEST' }), qty)
  const bid = { side: 'buy', qty: 5, type: 'LIMIT', limit: 99_000, reasonCode: 'ENTRY_TEST' } as const

  test('HALT stays HALT, and what it forbids is asked to end', () => {
    const rig = new Rig({ instruments: [PERP], limits: { cancels: { burst: 3, perUs: 1_000_000 } } })
    for (let n = 0; n < 5; n++) rig.accept(rig.place(bid))
    rig.command({ kind: 'KILL_RAISE', scope: 'global', level: 'HALT' })
    rig.effects.length = 0
    rig.restart({ afterUs: 100_000 })
    expect(rig.kernel.bots.map(({ state }) => state)).toEqual(['STOPPING'])
    const order = { botId: 'bot-1', instrumentId: PERP.id, ...bid }
    expect(rig.command({ kind: 'ORDER_PLACE', ...order })).toContain('J_POLICY_HALT_SAFE_MODE')
    expect(rig.sent()).toEqual([])
    rig.clock(1_000_000)
    expect(rig.sent()).toHaveLength(3)
    rig.clock(1_000_000)
    expect(rig.sent().toSorted()).toEqual(['cancel o1', 'cancel o2', 'cancel o3', 'cancel o4', 'cancel o5'])
    expect(rig.projection.state.safety.kills).toMatchObject([{ scope: 'global', level: 'HALT', actor: 'operator' }])
    checkHistory(rig.events)
  })

  test('numbers go on, deposits are not made again, and the run says what it goes on from', () => {
    const rig = new Rig({ instruments: [PERP] })
    hold(rig, 10)
    const before = rig.kernel.stateHash()
    const balance = rig.kernel.portfolio.balance('sim', 'USDT')
    rig.restart()
    expect(rig.of('portfolio.deposited')).toHaveLength(1)
    expect(rig.kernel.portfolio.balance('sim', 'USDT')).toBe(balance)
    expect(rig.of('run.resumed')[0]?.payload).toMatchObject({ orders: 1, intents: 1, state_sha256: before })
    expect(rig.place(bid)).toBe('o2')
    expect(rig.of('intent.created').map(({ payload }) => payload.intent_id)).toEqual(['i1', 'i2'])
    const [first, second] = rig.of('run.started')
    expect([first?.seq, second?.seq]).toEqual([1, 1])
  })

  test('what never left has expired, what left is unknown until the venue says, and nothing is sent again', () => {
    const rig = new Rig({ instruments: [PERP] })
    const sent = rig.place(bid)
    const open = rig.place(bid)
    rig.accept(open)
    const cancelled = rig.place(bid)
    rig.act((context) => context.cancel(cancelled, 'EXIT_TEST'))
    // The journal was cut between the order and its departure.
    const cut = rig.events.findLastIndex(({ type }) => type === 'order.sent')
    const torn = new Projection()
    rig.place(bid)
    const last = rig.events.findLastIndex(({ type }) => type === 'order.sent')
    expect(last).toBeGreaterThan(cut)
    for (const event of rig.events.slice(0, last)) torn.apply(event)
    rig.effects.length = 0
    const seen: string[] = []
    const twin = new Rig({
      instruments: [PERP],
      handlers: () => ({ onOrder: ({ id, state }) => void seen.push(`${id} ${state}`) }),
    })
    Object.assign(twin, { projection: torn, now: rig.now })
    twin.restart()
    expect([sent, open, cancelled, 'o4' as OrderId].map((id) => twin.order(id).state)).toEqual([
      'UNKNOWN',
      'OPEN',
      'UNKNOWN',
      'EXPIRED',
    ])
    expect(seen).toEqual(['o1 UNKNOWN', 'o3 UNKNOWN', 'o4 EXPIRED'])
    expect(twin.sent()).toEqual([])
    expect(torn.state.ended.at(-1)).toMatchObject({ id: 'o4', endCode: 'NEVER_SENT' })
    twin.report({ kind: 'rejected', orderId: sent, reasonCode: 'NEVER_ARRIVED', detail: '', ts: 1 })
    expect(twin.order(sent).state).toBe('REJECTED')
  })

  test('a venue that never heard of an order that it filled contradicts itself', () => {
    const rig = new Rig({ instruments: [PERP] })
    const id = rig.place(bid)
    rig.fill(id, 2)
    rig.act((context) => context.cancel(id, 'EXIT_TEST'))
    rig.restart()
    rig.report({ kind: 'rejected', orderId: id, reasonCode: 'NEVER_ARRIVED', detail: '', ts: 1 })
    expect(rig.order(id).state).toBe('UNKNOWN')
    expect(rig.kernel.safetyMode).toBe('SAFE_MODE')
  })

  test('a bracket goes on covering its entry: later fills of either are answered', () => {
    const rig = new Rig({ instruments: [PERP] })
    const entry = rig.place({ ...bid, qty: 10, type: 'LIMIT', limit: 100_000, stopLoss: 99_000, takeProfit: 101_000 })
    rig.accept(entry)
    rig.fill(entry, 4)
    const [stop, target] = rig.kernel.orders.working.filter(({ origin }) => origin === 'bracket').map(({ id }) => id)
    rig.accept(stop as OrderId)
    rig.accept(target as OrderId)
    rig.restart()
    rig.effects.length = 0
    rig.fill(target as OrderId, 3)
    expect(rig.sent()).toEqual([`amend ${stop} 1`])
    rig.report({
      kind: 'amended',
      orderId: stop as OrderId,
      qty: lots(1),
      limit: undefined,
      stop: ticks(99_000),
      trail: undefined,
      ts: 1,
    })
    rig.effects.length = 0
    rig.fill(entry, 6)
    expect(rig.sent()).toEqual([`amend ${stop} 7`, `amend ${target} 10`])
    rig.restart()
    expect(
      rig.projection.state.working.find(({ id }) => id === entry) ?? rig.projection.state.ended.at(-1),
    ).toMatchObject({
      closed: 3,
    })
  })

  test('a cancel that was owed to a group is owed still, and an old name of a group cancels nothing', () => {
    const rig = new Rig({ instruments: [PERP], limits: { cancels: { burst: 1, perUs: 1_000_000 } } })
    const group = () => [1, 2, 3].map(() => rig.place({ ...bid, ocoGroup: 'g' }))
    const [first, second, third] = group()
    rig.fill(first as OrderId, 5)
    expect(rig.sent().slice(3)).toEqual([`cancel ${second}`])
    rig.effects.length = 0
    rig.restart()
    rig.clock(1_000_000)
    rig.clock(1_000_000)
    expect(rig.sent().toSorted()).toEqual([`cancel ${second}`, `cancel ${third}`])
    for (const orderId of [second, third])
      rig.report({ kind: 'canceled', orderId: orderId as OrderId, reasonCode: 'REQUESTED', ts: 1 })
    rig.effects.length = 0
    const again = group()
    rig.restart()
    rig.clock(2_000_000)
    expect(rig.sent()).toEqual(again.map((id) => `place ${id} buy 5`))
  })

  test('the same idempotency key makes no second order', () => {
    const rig = new Rig({ instruments: [PERP] })
    const command = { id: 'c-1', actor: 'operator', reason: '', kind: 'ORDER_PLACE', botId: 'bot-1' } as const
    const order = { instrumentId: PERP.id, side: 'buy', qty: 3, type: 'LIMIT', limit: 99_000 } as const
    rig.quote(100_000)
    const ask = (qty = 3) => rig.kernel.onCommand({ ...command, ...order, qty, id: 'c-1' as never }, rig.now)
    expect(ask().result).toMatchObject({ orderId: 'o1' })
    rig.restart({ afterUs: 2_000_000 })
    rig.quote(100_000)
    expect(ask()).toMatchObject({ ok: true, result: { orderId: 'o1' } })
    expect(ask(4)).toMatchObject({ ok: false, reasonCodes: ['IDEMPOTENCY_CONFLICT'] })
    expect(rig.kernel.orders.working).toHaveLength(1)
  })

  test('the pace is reckoned as used up', () => {
    const rig = new Rig({ instruments: [PERP], limits: { orders: { burst: 2, perUs: 1_000_000 } } })
    rig.quote(100_000)
    rig.restart({ afterUs: 1_000 })
    expect(rig.act((context) => context.place(bid))).toBeUndefined()
    rig.clock(1_000_000)
    expect(rig.act((context) => context.place(bid))).toBe('o2')
  })

  test('a bot goes on as what it was, with the cash that it had', () => {
    const rig = new Rig({ instruments: [PERP], bots: 3 })
    hold(rig, 10)
    const cash = rig.kernel.portfolio.botCash(0, 'USDT')
    rig.command({ kind: 'BOT_PAUSE', botId: 'bot-2' })
    rig.command({ kind: 'BOT_STOP', botId: 'bot-3' })
    rig.restart()
    expect(rig.kernel.bots.map(({ state }) => state)).toEqual(['RUNNING', 'PAUSED', 'IDLE'])
    expect(rig.kernel.portfolio.botCash(0, 'USDT')).toBe(cash)
  })

  test('a bot that is not configured any more owns what it held, and nothing else', () => {
    const rig = new Rig({ instruments: [PERP], bots: 2 })
    rig.fill(rig.place(bid, { bot: 1 }), 5)
    const config = { bots: [{ ...puppetOf(rig), id: botId('bot-1') }] }
    rig.restart({ config })
    expect(rig.kernel.bots.map(({ config: { id }, state }) => `${id} ${state}`)).toEqual([
      'bot-1 RUNNING',
      'bot-2 STOPPED',
    ])
    expect(rig.kernel.portfolio.botQty(1, 0)).toBe(5)
    expect(rig.ask({ kind: 'BOT_START', botId: 'bot-2' }).reasonCodes).toEqual(['STRATEGY_MISSING'])
    rig.quote(100_000)
    rig.ask({ kind: 'POSITION_CLOSE', botId: 'bot-2', instrumentId: PERP.id })
    rig.fill(rig.kernel.orders.working.at(-1)?.id as OrderId, 5)
    expect(rig.kernel.portfolio.isFlat).toBe(true)
    rig.restart({ config })
    expect(rig.kernel.bots).toHaveLength(1)
  })

  test('a position in an instrument that is not configured any more is refused by name', () => {
    const rig = new Rig({ instruments: [PERP] })
    hold(rig, 10)
    const other = testInstrument({ ...PERP, id: 'ETH/USDT' as never })
    expect(() => rig.restart({ config: { instruments: [other] } })).toThrow(RecallError)
    expect(() => rig.restart({ config: { instruments: [other] } })).toThrow('BTC/USDT (bot-1)')
  })

  test('another allocation moves the cash of a bot by the difference', () => {
    const rig = new Rig({ instruments: [PERP] })
    const before = rig.kernel.portfolio.botCash(0, 'USDT')
    rig.restart({ config: { bots: [{ ...puppetOf(rig), allocation: money(600_000n * 10n ** 18n) }] } })
    expect(rig.kernel.portfolio.botCash(0, 'USDT')).toBe(before - 400_000)
    expect(rig.projection.state.bots[0]?.cash['USDT']).toBe(600_000n * 10n ** 18n)
  })

  test('a warm-up that was interrupted ends by itself, a SAFE_MODE that was raised does not', () => {
    const mode = { warmUpUs: 120_000_000 }
    const warming = new Rig({ instruments: [PERP], mode })
    expect(warming.projection.state.safety).toMatchObject({ mode: 'SAFE_MODE', isOnlyWarming: true })
    warming.restart()
    warming.clock(119_000_000)
    expect(warming.kernel.safetyMode).toBe('SAFE_MODE')
    warming.clock(1_000_000)
    expect(warming.kernel.safetyMode).toBe('NORMAL')
    const raised = new Rig({ instruments: [PERP], mode })
    raised.clock(120_000_000)
    raised.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    raised.clock(500_000_000)
    raised.restart()
    raised.clock(299_000_000)
    expect(raised.kernel.safetyMode).toBe('SAFE_MODE')
    // Nobody watched while nothing ran: what has to be calm is waited for anew.
    expect(raised.command({ kind: 'MODE_RELEASE', failedChecks: [] })).toEqual(['DWELL_TIME'])
    raised.clock(1_000_000)
    expect(raised.command({ kind: 'MODE_RELEASE', failedChecks: [] })).toEqual([])
    expect(raised.kernel.safetyMode).toBe('NORMAL')
  })

  test('saved state is handed back once, and makes a bot warm', () => {
    const given: unknown[] = []
    const rig = new Rig({
      instruments: [PERP],
      strategy: { warmUp: () => 5 },
      handlers: () => ({ save: () => ({ kept: 7 }), restore: (state) => void given.push(state) }),
    })
    expect(rig.kernel.bots[0]?.state).toBe('WARMING_UP')
    rig.kernel.checkpoint(rig.now)
    rig.restart()
    expect(given).toEqual([{ kept: 7 }])
    expect(rig.kernel.bots[0]?.state).toBe('RUNNING')
    rig.restart()
    expect(given).toHaveLength(1)
    expect(rig.kernel.bots[0]?.state).toBe('WARMING_UP')
    expect(rig.projection.state.bots[0]?.state).toBe('WARMING_UP')
    for (let n = 0; n < 5; n++) rig.quote(100_000)
    expect(rig.projection.state.bots[0]?.state).toBe('RUNNING')
  })
})

/** The first bot of a rig as it was configured. */
function puppetOf(rig: Rig) {
  const [bot] = rig.kernel.bots
  if (bot === undefined) throw new Error('a rig has a bot')
  return { ...bot.config, allocation: money(1_000_000n * 10n ** 18n) }
}

test('an order that ended long ago still covers through its stop', () => {
  const rig = new Rig({ instruments: [PERP] })
  const entry = rig.place({ side: 'buy', qty: 3, type: 'MARKET', stopLoss: 90_000, reasonCode: 'ENTRY_TEST' })
  rig.fill(entry, 3)
  const blocked = () =>
    rig.act((context) => context.place({ side: 'buy', qty: 1e15, type: 'MARKET', reasonCode: 'ENTRY_TEST' }))
  for (let n = 0; n < 1_100; n++) blocked()
  const { ended } = rig.projection.state
  expect(ended).toHaveLength(1_024)
  expect(ended.some(({ id }) => id === entry)).toBe(true)
  expect(ended.every(({ state }) => isTerminal(state as never))).toBe(true)
})
