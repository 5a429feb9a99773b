import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { decimal } from '../domain/decimal.ts'
import { instrumentId, type OrderId, orderIdAt } from '../domain/ids.ts'
import { lots, ticks } from '../domain/money.ts'
import type { PlaceRequest } from '../strategy/strategy.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig, type RigOptions } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })
const rig = (options: RigOptions = {}) => new Rig({ instruments: [PERP], ...options })

const market = (side: 'buy' | 'sell', qty: number, more: Partial<PlaceRequest> = {}): PlaceRequest => ({
  side,
  qty,
  type: 'MARKET',
  reasonCode: 'ENTRY_TEST',
  ...more,
})
const limit = (side: 'buy' | 'sell', qty: number, price: number, more: Partial<PlaceRequest> = {}): PlaceRequest => ({
  ...market(side, qty, more),
  type: 'LIMIT',
  limit: price,
})

/** A position of `qty`, opened at 100 000. */
function holding(qty: number, options: RigOptions = {}): Rig {
  const world = rig(options)
  const id = world.place(market(qty > 0 ? 'buy' : 'sell', Math.abs(qty)))
  world.fill(id, Math.abs(qty))
  world.effects.length = 0
  return world
}

const amended = (world: Rig, orderId: OrderId, qty: number) =>
  world.report({
    kind: 'amended',
    orderId,
    qty: lots(qty),
    limit: world.order(orderId).limit,
    stop: world.order(orderId).stop,
    trail: undefined,
    ts: world.now,
  })

describe('an order leaves', () => {
  test('UGF-D-008: with its decision recorded before it, and its trace from the input that asked for it', () => {
    const world = rig()
    world.place(market('buy', 10))
    const chain = world.events.slice(-4)
    expect(chain.map(({ type }) => type)).toEqual(['intent.created', 'policy.decided', 'order.enqueued', 'order.sent'])
    for (let at = 1; at < 4; at++) {
      expect(chain[at]?.causeSeq).toBe(chain[at - 1]?.seq)
      expect(chain[at]?.trace).toBe(chain[0]?.trace)
    }
    expect(world.sent()).toEqual(['place o1 buy 10'])
    checkHistory(world.events)
  })

  test.each<readonly [string, PlaceRequest, string]>([
    ['UGF-D-008: without a reason', market('buy', 1, { reasonCode: '' }), 'REASON_CODE_REQUIRED'],
    ['UGF-D-008: with a reason that is none', market('buy', 1, { reasonCode: 'just because' }), 'REASON_CODE_REQUIRED'],
    ['without a quantity', market('buy', 0), 'INVALID_QTY'],
    ['with a negative quantity', market('buy', -5), 'INVALID_QTY'],
    ['with less than a lot', market('buy', 0.9), 'INVALID_QTY'],
    ['with no number of lots', market('buy', Number.NaN), 'INVALID_QTY'],
    ['with endless lots', market('buy', Infinity), 'INVALID_QTY'],
    ['with a limit that is none', limit('buy', 1, Number.NaN), 'INVALID_PRICE'],
    ['with a limit below one tick', limit('buy', 1, 0.5), 'INVALID_PRICE'],
    ['with a negative limit', limit('sell', 1, -5), 'INVALID_PRICE'],
    ['with a limit beyond whole numbers', limit('sell', 1, 1e300), 'INVALID_PRICE'],
    ['with a stop-loss that is none', market('buy', 1, { stopLoss: -1 }), 'INVALID_PRICE'],
    ['with a limit that a market order has not', market('buy', 1, { limit: 5 }), 'INTENT_META_MISSING'],
    ['without its limit', market('buy', 1, { type: 'LIMIT' }), 'INTENT_META_MISSING'],
    ['without its stop', market('buy', 1, { type: 'STOP' }), 'INTENT_META_MISSING'],
    ['without its trail', market('buy', 1, { type: 'TRAILING_STOP', stop: 5 }), 'INTENT_META_MISSING'],
    ['posted only, at market', market('buy', 1, { timeInForce: 'POST_ONLY' }), 'INTENT_META_MISSING'],
    ['of a type that is none', market('buy', 1, { type: 'ICEBERG' as 'LIMIT' }), 'INTENT_META_MISSING'],
    ['of an inherited type', market('buy', 1, { type: 'toString' as 'LIMIT' }), 'INTENT_META_MISSING'],
    ['on a side that is none', market('long' as 'buy', 1), 'INTENT_META_MISSING'],
    ['in force for ever', market('buy', 1, { timeInForce: 'FOREVER' as 'GTC' }), 'INTENT_META_MISSING'],
  ])('never %s', (_, request, reasonCode) => {
    const world = rig()
    world.quote(100_000)
    expect(world.act((context) => context.place(request))).toBeUndefined()
    expect(world.refusal()).toBe(reasonCode)
    expect(world.of('intent.created')).toEqual([])
    expect(world.effects).toEqual([])
    checkHistory(world.events)
  })

  test('rounded to the instrument: limits in the passive direction, stops not early, sizes toward zero', () => {
    const world = holding(50)
    world.place(limit('buy', 7.9, 99_000.7))
    world.place(limit('sell', 3, 101_000.2))
    world.place(market('sell', 3, { type: 'STOP', stop: 99_000.7 }))
    world.place(market('buy', 3, { type: 'STOP_LIMIT', stop: 101_000.2, limit: 101_100.9 }))
    world.place(market('sell', 3, { type: 'TRAILING_STOP', stop: 99_000, trail: 10.2 }))
    const terms = world
      .of('order.enqueued')
      .slice(1)
      .map(({ payload }) => payload)
    expect(terms.map(({ qty, limit: price, stop, trail }) => [qty, price, stop, trail])).toEqual([
      [7, 99_000, undefined, undefined],
      [3, 101_001, undefined, undefined],
      [3, undefined, 99_000, undefined],
      [3, 101_100, 101_001, undefined],
      [3, undefined, 99_000, 11],
    ])
  })
})

describe('what is free', () => {
  const fine = testInstrument()
  const coarse = testInstrument({ id: instrumentId('ETH/USDT'), base: 'ETH', lotSize: decimal('0.001') })
  const bid = (qty: number) => ({ side: 'buy', qty, type: 'LIMIT', limit: 100_000, reasonCode: 'ENTRY_TEST' }) as const

  test.each([
    // 500 of 1,000 rest in the fine one, where a lot is worth a cent: 400 more are there, 600 are not.
    { resting: 50_000, at: 0, passes: 400, fails: 600 },
    // 500 rest in the coarse one, where a lot is worth a unit.
    { resting: 500, at: 1, passes: 40_000, fails: 60_000 },
  ])(
    'counts what rests in another instrument in lots of that one: $resting lots at $at',
    ({ resting, at, passes, fails }) => {
      const world = new Rig({ instruments: [fine, coarse], cash: 1_000 })
      world.place(bid(resting), { at })
      expect(world.act((context) => context.place({ ...bid(fails), at: 1 - at }), { at: 1 - at })).toBeUndefined()
      expect(world.refusal()).toBe('RESERVATION_FAILED')
      world.place(bid(passes), { at: 1 - at })
    },
  )
})

describe('in CLOSE_ONLY', () => {
  test('UGF-0-005: a flip of three against a position of one is refused and an order of one passes', () => {
    const world = holding(1)
    expect(world.command({ kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' })).toEqual([])
    expect(world.act((context) => context.place(market('sell', 3)))).toBeUndefined()
    expect(world.refusal()).toBe('KILL_CLOSE_ONLY')
    const id = world.place(market('sell', 1))
    expect(world.order(id).state).toBe('SENT')
    expect(world.act((context) => context.place(market('buy', 1)))).toBeUndefined()
  })

  test('two orders that together are more than the position cannot both be sent as reducing', () => {
    const world = holding(10)
    world.command({ kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' })
    world.place(limit('sell', 10, 100_500))
    expect(world.act((context) => context.place(limit('sell', 1, 100_600)))).toBeUndefined()
    expect(world.refusal()).toBe('KILL_CLOSE_ONLY')
  })

  test('an exit beside a protective stop opens a short when the stop fires first, so it is none', () => {
    const world = holding(10)
    world.place(market('sell', 10, { type: 'STOP', stop: 99_000, reduceOnly: true }))
    world.command({ kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' })
    expect(world.act((context) => context.place(limit('sell', 10, 100_500)))).toBeUndefined()
    expect(world.refusal()).toBe('KILL_CLOSE_ONLY')
    world.place(limit('sell', 10, 100_500, { reduceOnly: true }))
  })

  test('a promise to reduce is clipped to the position', () => {
    const world = holding(4)
    world.command({ kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' })
    world.place(market('sell', 9, { reduceOnly: true }))
    expect(world.sent()).toEqual(['place o2 sell 4'])
    expect(world.of('policy.decided').at(-1)?.payload).toMatchObject({ decision: 'REDUCE_ONLY', clipped_qty: 4 })
  })
})

describe('an amend', () => {
  test('is asked, confirmed and only then true', () => {
    const world = rig()
    const id = world.place(limit('buy', 10, 99_000))
    expect(world.act((context) => context.amend(id, { qty: 5, reasonCode: 'REBALANCE_TEST' }))).toBe(false)
    world.accept(id)
    expect(world.act((context) => context.amend(id, { qty: 15, limit: 99_100, reasonCode: 'REBALANCE_TEST' }))).toBe(
      true,
    )
    expect(world.order(id)).toMatchObject({ state: 'AMEND_REQUESTED', qty: 10, limit: 99_000 })
    expect(world.act((context) => context.amend(id, { qty: 16, reasonCode: 'REBALANCE_TEST' }))).toBe(false)
    amended(world, id, 15)
    expect(world.order(id)).toMatchObject({ state: 'OPEN', qty: 15 })
    world.fill(id, 4)
    world.act((context) => context.amend(id, { qty: 6, reasonCode: 'REBALANCE_TEST' }))
    world.report({ kind: 'amend-refused', orderId: id, detail: 'too late', ts: world.now })
    expect(world.order(id)).toMatchObject({ state: 'PARTIAL', qty: 15, pendingAmend: undefined })
    for (const change of [{ qty: 4 }, { qty: 0 }, { qty: Number.NaN }, { stop: 5 }, { limit: -1 }])
      expect(world.act((context) => context.amend(id, { ...change, reasonCode: 'REBALANCE_TEST' }))).toBe(false)
    checkHistory(world.events)
  })

  test('down to what has filled ends the order, whoever asked for it', () => {
    const world = rig()
    const id = world.place(limit('buy', 10, 99_000))
    world.accept(id)
    world.fill(id, 4)
    amended(world, id, 4)
    expect(world.order(id).state).toBe('FILLED')
    expect(world.kernel.orders.working).toEqual([])
    checkHistory(world.events)
  })

  test('never lifts a promise to reduce above the position', () => {
    const world = holding(10, { bots: 2 })
    const other = world.place(market('buy', 90), { bot: 1 })
    world.fill(other, 90)
    const id = world.place(limit('sell', 10, 100_500, { reduceOnly: true }))
    world.accept(id)
    world.fill(id, 4)
    world.act((context) => context.amend(id, { qty: 100, reasonCode: 'REBALANCE_TEST' }))
    expect(world.sent().at(-1)).toBe(`amend ${id} 10`)
    checkHistory(world.events)
  })

  test('counts at what was asked while it is not confirmed', () => {
    const world = rig({ limits: { instrumentExposureMax: 0.2 } }) // 20 lots at 1000.00
    const id = world.place(limit('buy', 10, 99_999))
    world.accept(id)
    world.act((context) => context.amend(id, { qty: 18, reasonCode: 'REBALANCE_TEST' }))
    expect(world.act((context) => context.place(limit('buy', 5, 99_998)))).toBeUndefined()
    expect(world.refusal()).toBe('LIMIT_SYMBOL')
  })
})

describe('a bracket', () => {
  const entry = (more: Partial<PlaceRequest> = {}) =>
    limit('buy', 10, 100_000, { stopLoss: 99_000, takeProfit: 101_000, ...more })
  /** What protects: open lots of the entry's stops and of its targets. */
  const protection = (world: Rig, id: OrderId) => {
    const open = (type: string) =>
      world.kernel.orders.working
        .filter((order) => order.parentId === id && order.type === type && order.state !== 'CANCEL_REQUESTED')
        .reduce((sum, order) => sum + (order.pendingAmend?.qty ?? order.qty) - order.filled, 0)
    return [open('STOP'), open('LIMIT')]
  }
  const childOf = (world: Rig, id: OrderId, type: string) => {
    const child = world.kernel.orders.working.find((order) => order.parentId === id && order.type === type)
    expect(child).toBeDefined()
    return child?.id as OrderId
  }
  const acceptAll = (world: Rig) => {
    for (const { id, state } of world.kernel.orders.working) if (state === 'SENT') world.accept(id)
  }

  test('wakes with the fill of its entry, and the two cancel each other', () => {
    const world = rig()
    const id = world.place(entry())
    world.accept(id)
    expect(protection(world, id)).toEqual([0, 0])
    world.fill(id, 10)
    expect(protection(world, id)).toEqual([10, 10])
    acceptAll(world)
    const target = childOf(world, id, 'LIMIT')
    const stop = childOf(world, id, 'STOP')
    expect([world.order(stop), world.order(target)]).toMatchObject([
      { side: 'sell', stop: 99_000, reduceOnly: true, reasonCode: 'STOP_LOSS' },
      { side: 'sell', limit: 101_000, reduceOnly: true, reasonCode: 'EXIT_TAKE_PROFIT' },
    ])
    world.fill(target, 10, 101_000)
    expect(world.order(stop).state).toBe('CANCEL_REQUESTED')
    expect(world.sent().at(-1)).toBe(`cancel ${stop}`)
    checkHistory(world.events)
  })

  test('grows with every part of its entry', () => {
    const world = rig()
    const id = world.place(entry())
    world.accept(id)
    world.fill(id, 3)
    acceptAll(world)
    world.fill(id, 4)
    expect(protection(world, id)).toEqual([7, 7])
    expect(world.kernel.orders.working).toHaveLength(3)
    checkHistory(world.events)
  })

  test('protects all that filled, though its first part was not yet acknowledged', () => {
    const world = rig()
    const id = world.place(entry())
    world.accept(id)
    world.fill(id, 3)
    world.fill(id, 4)
    expect(protection(world, id)).toEqual([7, 7])
    acceptAll(world)
    world.fill(id, 3)
    expect(protection(world, id)).toEqual([10, 10])
    checkHistory(world.events)
  })

  test('keeps protecting what is left while its target fills in parts', () => {
    const world = rig()
    const id = world.place(entry())
    world.fill(id, 10)
    acceptAll(world)
    const [stop, target] = [childOf(world, id, 'STOP'), childOf(world, id, 'LIMIT')]
    world.fill(target, 3, 101_000)
    amended(world, stop, 7)
    world.fill(target, 2, 101_000)
    expect(protection(world, id)).toEqual([5, 5])
    amended(world, stop, 5)
    world.fill(target, 5, 101_000)
    expect(world.order(stop).state).toBe('CANCEL_REQUESTED')
    checkHistory(world.events)
  })

  test('keeps protecting while the venue is slow to confirm', () => {
    const world = rig()
    const id = world.place(entry())
    world.fill(id, 10)
    acceptAll(world)
    const [stop, target] = [childOf(world, id, 'STOP'), childOf(world, id, 'LIMIT')]
    world.fill(target, 3, 101_000)
    world.fill(target, 2, 101_000)
    expect(protection(world, id)).toEqual([7, 5])
    amended(world, stop, 7)
    expect(protection(world, id)).toEqual([5, 5])
    checkHistory(world.events)
  })

  test('keeps its target while its stop fills in parts', () => {
    const world = rig()
    const id = world.place(entry())
    world.fill(id, 10)
    acceptAll(world)
    const [stop, target] = [childOf(world, id, 'STOP'), childOf(world, id, 'LIMIT')]
    world.fill(stop, 4, 99_000)
    amended(world, target, 6)
    expect(protection(world, id)).toEqual([6, 6])
    world.fill(stop, 6, 99_000)
    expect(world.order(target).state).toBe('CANCEL_REQUESTED')
  })

  test('of one entry leaves those of another alone', () => {
    const world = rig()
    const [first, second] = [world.place(entry()), world.place(entry({ takeProfit: 102_000 }))]
    world.fill(first, 10)
    world.fill(second, 10)
    acceptAll(world)
    world.fill(childOf(world, first, 'LIMIT'), 10, 101_000)
    expect([protection(world, first), protection(world, second)]).toEqual([
      [0, 0],
      [10, 10],
    ])
  })

  test('without a target is a stop alone', () => {
    const world = rig()
    const id = world.place(entry({ takeProfit: undefined }))
    world.fill(id, 10)
    expect(protection(world, id)).toEqual([10, 0])
  })

  test('of an entry that is cancelled after a part protects that part, and a late part too', () => {
    const world = rig()
    const id = world.place(entry())
    world.fill(id, 3)
    acceptAll(world)
    world.report({ kind: 'canceled', orderId: id, reasonCode: 'REQUESTED', ts: world.now })
    world.fill(id, 2)
    expect(world.order(id)).toMatchObject({ state: 'CANCELED', filled: 5 })
    expect(protection(world, id)).toEqual([5, 5])
    checkHistory(world.events)
  })

  test('that a pace holds back is placed when the pace allows', () => {
    const world = rig({ limits: { orders: { burst: 2, perUs: 1_000_000 } } })
    const id = world.place(entry())
    world.fill(id, 10)
    expect(protection(world, id)).toEqual([10, 0])
    world.clock(1_000_000)
    expect(protection(world, id)).toEqual([10, 10])
  })

  test('goes with its position', () => {
    const world = rig()
    const id = world.place(entry())
    world.fill(id, 10)
    acceptAll(world)
    const exit = world.place(market('sell', 10, { reduceOnly: true }))
    world.fill(exit, 10)
    expect(protection(world, id)).toEqual([0, 0])
  })
})

describe('a group', () => {
  const pair = (world: Rig, more: Partial<PlaceRequest> = {}) => {
    const group = { ocoGroup: 'pair', ...more }
    const ids = [
      world.place(limit('sell', 10, 101_000, group)),
      world.place(market('sell', 10, { type: 'STOP', stop: 99_000, ...group })),
    ] as const
    for (const id of ids) world.accept(id)
    return ids
  }

  test('is cancelled by the first that fills', () => {
    const world = holding(10)
    const [target, stop] = pair(world)
    world.fill(target, 10, 101_000)
    expect(world.order(stop).state).toBe('CANCEL_REQUESTED')
  })

  test('keeps for the others what a part leaves, part after part', () => {
    const world = holding(10)
    const [target, stop] = pair(world)
    world.fill(target, 3, 101_000)
    amended(world, stop, 7)
    world.fill(target, 2, 101_000)
    amended(world, stop, 5)
    expect(world.order(stop)).toMatchObject({ state: 'OPEN', qty: 5 })
    checkHistory(world.events)
  })

  test('that cannot be shrunk in time is cancelled, unless it only reduces', () => {
    const free = holding(10)
    const [target, stop] = pair(free)
    free.fill(target, 3, 101_000)
    free.fill(target, 2, 101_000)
    expect(free.order(stop).state).toBe('CANCEL_REQUESTED')
    const bound = holding(10)
    const [limited, protective] = pair(bound, { reduceOnly: true })
    bound.fill(limited, 3, 101_000)
    bound.fill(limited, 2, 101_000)
    expect(bound.order(protective).state).toBe('AMEND_REQUESTED')
  })
})

describe('a report that the machine has no exit for', () => {
  test('is kept, not believed, and stops new risk', () => {
    const world = rig()
    world.report({ kind: 'canceled', orderId: 'o77' as OrderId, reasonCode: 'X', ts: 1 })
    expect(world.of('order.quarantined').at(-1)?.payload).toMatchObject({
      reason_code: 'ORDER_UNKNOWN',
      report: 'canceled',
    })
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    expect(world.act((context) => context.place(market('buy', 1)))).toBeUndefined()
    expect(world.refusal()).toBe('SAFE_MODE_BLOCKED')
  })

  test.each<readonly [string, (world: Rig, id: OrderId) => void, string]>([
    ['a fill beyond the quantity', (world, id) => world.fill(id, 11), 'OVERFILL'],
    [
      'a rejection of what it had accepted',
      (world, orderId) => {
        world.accept(orderId)
        world.report({ kind: 'rejected', orderId, reasonCode: 'X', detail: '', ts: 1 })
      },
      'INVALID_TRANSITION',
    ],
    [
      'an amend below what has filled',
      (world, id) => {
        world.fill(id, 5)
        amended(world, id, 4)
      },
      'INVALID_TRANSITION',
    ],
  ])('%s', (_, contradict, reasonCode) => {
    const world = rig()
    const id = world.place(limit('buy', 10, 100_000))
    contradict(world, id)
    expect(world.of('order.quarantined').at(-1)?.payload.reason_code).toBe(reasonCode)
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    checkHistory(world.events)
  })

  test('about an order that never left is not believed either', () => {
    // The gate refuses it at the last look: it was enqueued and is blocked, and the venue cannot know it.
    const world = rig({ limits: { marketOrders: false } })
    world.quote(100_000)
    world.act((context) => context.place(market('buy', 1)))
    const id = orderIdAt(1)
    expect(world.order(id).state).toBe('BLOCKED')
    world.fill(id, 1)
    expect(world.kernel.portfolio.isFlat).toBe(true)
    expect(world.of('order.quarantined')).toHaveLength(1)
  })
})

test('news of an ended order is kept, and a late fill moves the position and not the state', () => {
  const world = rig()
  const id = world.place(limit('buy', 10, 100_000))
  world.accept(id)
  world.act((context) => context.cancel(id, 'EXIT_TEST'))
  world.report({ kind: 'canceled', orderId: id, reasonCode: 'REQUESTED', ts: 1 })
  world.fill(id, 4)
  world.report({ kind: 'expired', orderId: id, reasonCode: 'X', ts: 1 })
  world.report({ kind: 'cancel-refused', orderId: id, detail: '', ts: 1 })
  expect(world.order(id)).toMatchObject({ state: 'CANCELED', filled: 4 })
  expect(world.kernel.portfolio.botQty(0, 0)).toBe(4)
  expect(world.of('order.late_event').map(({ payload }) => payload.report)).toEqual([
    'fill',
    'expired',
    'cancel-refused',
  ])
  expect(world.kernel.safetyMode).toBe('NORMAL')
  checkHistory(world.events)
})

test('a cancel that loses the race ends FILLED, with one change of the position', () => {
  const world = rig()
  const id = world.place(limit('buy', 10, 100_000))
  world.accept(id)
  expect(world.act((context) => context.cancel(id, 'EXIT_TEST'))).toBe(true)
  expect(world.act((context) => context.cancel(id, 'EXIT_TEST'))).toBe(false)
  world.fill(id, 4)
  expect(world.order(id).state).toBe('CANCEL_REQUESTED')
  world.fill(id, 6)
  world.report({ kind: 'cancel-refused', orderId: id, detail: 'filled', ts: 1 })
  expect(world.order(id).state).toBe('FILLED')
  expect(world.kernel.portfolio.botQty(0, 0)).toBe(10)
  expect(world.sent().filter((effect) => effect.startsWith('cancel'))).toHaveLength(1)
})

test('an order in doubt counts as working until the venue speaks', () => {
  const world = rig({ limits: { openOrdersMax: 1 } })
  const id = world.place(limit('buy', 10, 99_000))
  world.report({ kind: 'unknown', orderId: id, reasonCode: 'TIMEOUT', detail: 'no answer in 5 s', ts: 1 })
  expect(world.order(id).state).toBe('UNKNOWN')
  expect(world.act((context) => context.place(limit('buy', 1, 99_000)))).toBeUndefined()
  expect(world.refusal()).toBe('LIMIT_OPEN_ORDERS')
  expect(world.act((context) => context.cancel(id, 'EXIT_TEST'))).toBe(true)
  expect(world.order(id).state).toBe('UNKNOWN')
  world.fill(id, 2)
  expect(world.order(id).state).toBe('PARTIAL')
})

test('UGF-D-003: the third order within a second waits, and is told how long', () => {
  const world = rig({ limits: { orders: { burst: 2, perUs: 1_000_000 } } })
  const place = (afterUs: number) => world.act((context) => context.place(limit('buy', 1, 99_000)), { afterUs })
  expect(place(1_000)).toBeDefined()
  expect(place(300_000)).toBeDefined()
  expect(place(600_000)).toBeUndefined()
  expect(world.of('policy.decided').at(-1)?.payload).toMatchObject({
    decision: 'THROTTLE',
    reason_codes: ['RATE_ORDERS'],
    retry_after_us: 100_000,
  })
  expect(place(100_000)).toBeDefined()
})

test('UGF-D-003: exposure with its resting orders stays under its limit, and selling passes', () => {
  const world = holding(480, { limits: { instrumentExposureMax: 5 } }) // 500 lots at 1000.00
  expect(world.act((context) => context.place(limit('buy', 40, 100_000)))).toBeUndefined()
  expect(world.refusal()).toBe('LIMIT_SYMBOL')
  world.place(limit('buy', 15, 99_900))
  expect(world.act((context) => context.place(limit('buy', 15, 99_800)))).toBeUndefined()
  world.place(limit('sell', 40, 100_100))
})

test('what a bot holds it alone can reduce', () => {
  const world = holding(10, { bots: 2 })
  world.command({ kind: 'KILL_RAISE', scope: 'global', level: 'CLOSE_ONLY' })
  expect(world.act((context) => context.place(market('sell', 10)), { bot: 1 })).toBeUndefined()
  expect(world.act((context) => context.place(market('sell', 10, { reduceOnly: true })), { bot: 1 })).toBeUndefined()
  world.place(market('sell', 10), { bot: 0 })
})

test('two bots of one account do not trade with each other', () => {
  const world = rig({ bots: 2 })
  world.quote(100_000)
  world.accept(world.place(limit('sell', 5, 100_010), { bot: 0 }))
  expect(world.act((context) => context.place(limit('buy', 5, 100_010)), { bot: 1 })).toBeUndefined()
  expect(world.refusal()).toBe('SELF_CROSS')
  world.place(limit('buy', 5, 100_009), { bot: 1 })
})

test('funding and liquidation reach every bot that holds, and are booked', () => {
  const world = holding(10, { bots: 2 })
  world.fill(world.place(market('buy', 30), { bot: 1 }), 30)
  world.report({ kind: 'funding', instrumentId: PERP.id, rate: 100_000 as never, mark: ticks(100_000), ts: 1 })
  expect(world.of('portfolio.updated').filter(({ payload }) => payload.cause === 'funding')).toHaveLength(2)
  world.report({
    kind: 'liquidation',
    instrumentId: PERP.id,
    tradeId: 'liq' as never,
    side: 'sell',
    price: ticks(90_000),
    qty: lots(25),
    fee: 25n as never,
    ts: 1,
  })
  expect([world.kernel.portfolio.botQty(0, 0), world.kernel.portfolio.botQty(1, 0)]).toEqual([0, 15])
  expect(
    world
      .of('fill.recorded')
      .slice(-2)
      .map(({ payload }) => [payload.qty, payload.fee]),
  ).toEqual([
    [10, 10n],
    [15, 15n],
  ])
  checkHistory(world.events)
})
