import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { botId, intentIdAt, type OrderId, orderIdAt, tradeId, venueOrderId } from '../domain/ids.ts'
import { type Lots, lots, ticks } from '../domain/money.ts'
import {
  canExit,
  EXITS,
  isTerminal,
  type Order,
  OrderBookkeeper,
  type OrderState,
  type OrderTerms,
  openLots,
} from './order.ts'

const STATES = Object.keys(EXITS) as OrderState[]

/** UGF-D-002, word for word. */
const SPEC: Readonly<Record<OrderState, readonly OrderState[]>> = {
  DRAFT: ['VALIDATED', 'BLOCKED'],
  VALIDATED: ['ENQUEUED', 'BLOCKED', 'EXPIRED'],
  ENQUEUED: ['SENT', 'BLOCKED', 'EXPIRED', 'CANCELED'],
  SENT: ['OPEN', 'PARTIAL', 'FILLED', 'REJECTED', 'UNKNOWN'],
  OPEN: ['PARTIAL', 'FILLED', 'CANCEL_REQUESTED', 'AMEND_REQUESTED', 'EXPIRED', 'CANCELED', 'UNKNOWN'],
  PARTIAL: ['PARTIAL', 'FILLED', 'CANCEL_REQUESTED', 'AMEND_REQUESTED', 'CANCELED', 'EXPIRED', 'UNKNOWN'],
  CANCEL_REQUESTED: ['CANCELED', 'FILLED', 'PARTIAL', 'OPEN', 'UNKNOWN'],
  AMEND_REQUESTED: ['OPEN', 'PARTIAL', 'FILLED', 'CANCELED', 'UNKNOWN'],
  UNKNOWN: ['OPEN', 'PARTIAL', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'],
  FILLED: [],
  CANCELED: [],
  EXPIRED: [],
  REJECTED: [],
  BLOCKED: [],
}

/** What the machine allows beyond the table, and why. */
const ADDED: readonly (readonly [from: OrderState, to: OrderState, because: string])[] = [
  ['DRAFT', 'EXPIRED', 'a crash in the middle of a judgement leaves a draft that never left'],
  ['SENT', 'CANCELED', 'a venue cancels what finds nothing to reduce or pay, before it acknowledged anything'],
  ['SENT', 'EXPIRED', 'an immediate order can be over before it was acknowledged'],
  ['SENT', 'CANCEL_REQUESTED', 'a kill cancels what has left and was not yet answered'],
  ['CANCEL_REQUESTED', 'CANCEL_REQUESTED', 'a part fill overtakes the cancel, which is still asked for'],
  ['CANCEL_REQUESTED', 'EXPIRED', 'the order ends by itself while its cancel is on the way'],
  ['CANCEL_REQUESTED', 'REJECTED', 'the cancel was asked before the venue refused the order'],
  ['AMEND_REQUESTED', 'AMEND_REQUESTED', 'a part fill overtakes the amend, which is still asked for'],
  ['AMEND_REQUESTED', 'EXPIRED', 'the order ends by itself while its amend is on the way'],
  ['AMEND_REQUESTED', 'CANCEL_REQUESTED', 'a kill does not wait for an amend'],
]

test('the exits are those of the specification and the few that reality adds', () => {
  for (const from of STATES) {
    const added = ADDED.filter(([state]) => state === from).map(([, to]) => to)
    expect(EXITS[from].toSorted(), from).toEqual([...SPEC[from], ...added].toSorted())
  }
  expect(STATES.toSorted()).toEqual(Object.keys(SPEC).toSorted())
})

test('what has no exit is terminal', () => {
  expect(STATES.filter(isTerminal)).toEqual(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'BLOCKED'])
})

// ---- the bookkeeper ----------------------------------------------------------------------------------------------------

const BTC = testInstrument()

function terms(n: number): OrderTerms {
  return {
    id: orderIdAt(n),
    intentId: intentIdAt(n),
    botId: botId('bot-1'),
    instrumentAt: 0,
    botAt: 0,
    instrument: BTC,
    side: 'buy',
    type: 'LIMIT',
    timeInForce: 'GTC',
    reduceOnly: false,
    origin: 'strategy',
    reasonCode: 'ENTRY_TEST',
    parentId: undefined,
    ocoGroup: undefined,
    stopLoss: undefined,
    takeProfit: undefined,
    trace: 1,
    createdTs: 5,
    arrivalPrice: 100,
  }
}

const size = (qty: number, limit = 100) => ({ qty: lots(qty), limit: ticks(limit), stop: undefined, trail: undefined })

/** The shortest way to every state. */
const WAYS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  DRAFT: [],
  VALIDATED: ['VALIDATED'],
  ENQUEUED: ['VALIDATED', 'ENQUEUED'],
  SENT: ['VALIDATED', 'ENQUEUED', 'SENT'],
  OPEN: ['VALIDATED', 'ENQUEUED', 'SENT', 'OPEN'],
  PARTIAL: ['VALIDATED', 'ENQUEUED', 'SENT', 'PARTIAL'],
  CANCEL_REQUESTED: ['VALIDATED', 'ENQUEUED', 'SENT', 'CANCEL_REQUESTED'],
  AMEND_REQUESTED: ['VALIDATED', 'ENQUEUED', 'SENT', 'OPEN', 'AMEND_REQUESTED'],
  UNKNOWN: ['VALIDATED', 'ENQUEUED', 'SENT', 'UNKNOWN'],
  FILLED: ['VALIDATED', 'ENQUEUED', 'SENT', 'FILLED'],
  CANCELED: ['VALIDATED', 'ENQUEUED', 'CANCELED'],
  EXPIRED: ['VALIDATED', 'EXPIRED'],
  REJECTED: ['VALIDATED', 'ENQUEUED', 'SENT', 'REJECTED'],
  BLOCKED: ['BLOCKED'],
}

function orderIn(state: OrderState, books = new OrderBookkeeper(), n = 1): { books: OrderBookkeeper; order: Order } {
  const order = books.create(terms(n), size(10))
  for (const to of WAYS[state]) books.move(order, to, { seq: 1, ts: 5 })
  expect(order.state).toBe(state)
  return { books, order }
}

const PAIRS = STATES.flatMap((from) => STATES.map((to) => ({ from, to })))

test('every way that the table names is gone, every other asserts and leaves the order as it was', () => {
  for (const { from, to } of PAIRS) {
    const { books, order } = orderIn(from)
    const before = { ...order }
    if (EXITS[from].includes(to)) {
      books.move(order, to, { seq: 9, ts: 7 })
      expect(order).toMatchObject({ state: to, lastSeq: 9, sinceTs: 7 })
    } else {
      expect(() => books.move(order, to, { seq: 9, ts: 7 })).toThrow(`${from} has an exit to ${to}`)
      expect(order).toEqual(before)
    }
    expect(canExit(from, to)).toBe(EXITS[from].includes(to))
  }
})

test('working orders are those that have not ended, oldest first', () => {
  const books = new OrderBookkeeper()
  const orders = STATES.map((state, n) => orderIn(state, books, n + 1).order)
  const alive = orders.filter(({ state }) => !isTerminal(state))
  expect(books.working).toEqual(alive)
  expect([...books.all()]).toEqual(orders)
  expect(books.count).toBe(STATES.length)
  expect(books.get(orderIdAt(3))).toBe(orders[2])
  expect(books.get('o99' as OrderId)).toBeUndefined()
})

test('what may still trade is counted until the order has ended', () => {
  for (const state of STATES) {
    const { order } = orderIn(state)
    expect(openLots(order), state).toBe(isTerminal(state) ? 0 : 10)
    expect(openLots({ ...order, filled: lots(4) }), state).toBe(isTerminal(state) ? 0 : 6)
  }
  const { order } = orderIn('AMEND_REQUESTED')
  const asked = (qty: number) => openLots({ ...order, filled: lots(4), pendingAmend: size(qty) })
  expect([asked(30), asked(5), asked(10)]).toEqual([26, 6, 6])
})

test('a fill is told for what it is before it is counted', () => {
  const { books, order } = orderIn('OPEN')
  const [first, second] = [tradeId('x1'), tradeId('x2')]
  expect(books.judgeFill(order, first, lots(4))).toBe('counted')
  expect(books.judgeFill(order, first, lots(11))).toBe('overfill')
  expect(books.countFill(order, { tradeId: first, qty: lots(4), price: ticks(90) })).toBe('PARTIAL')
  expect(books.judgeFill(order, first, lots(4))).toBe('duplicate')
  expect(books.judgeFill(order, second, lots(7))).toBe('overfill')
  expect(books.judgeFill(order, second, lots(6))).toBe('counted')
  expect(books.countFill(order, { tradeId: second, qty: lots(6), price: ticks(100) })).toBe('FILLED')
  expect(order).toMatchObject({ filled: 10, filledTicks: 960, tradeIds: [first, second] })
  books.move(order, 'FILLED', { seq: 2, ts: 6 })
  expect(books.judgeFill(order, second, lots(1))).toBe('duplicate')
  expect(books.judgeFill(order, tradeId('x3'), lots(1))).toBe('overfill')
  const ended = orderIn('CANCELED', books, 2).order
  expect(books.judgeFill(ended, first, lots(10))).toBe('late')
  expect(() => books.countFill(order, { tradeId: tradeId('x4'), qty: lots(1), price: ticks(1) })).toThrow('at most')
})

test('terms change only when the venue confirms them', () => {
  const { books, order } = orderIn('OPEN')
  books.askAmend(order, size(20, 101))
  expect(order).toMatchObject({ qty: 10, limit: 100, pendingAmend: { qty: 20, limit: 101 } })
  books.dropAmend(order)
  expect(order).toMatchObject({ qty: 10, limit: 100, pendingAmend: undefined })
  books.askAmend(order, size(20, 101))
  books.confirmAmend(order, { qty: lots(15), limit: ticks(102), stop: ticks(5), trail: ticks(6) })
  expect(order).toMatchObject({ qty: 15, limit: 102, stop: 5, trail: 6, pendingAmend: undefined })
})

test('only a draft is clipped, and never to nothing or to more', () => {
  const { books, order } = orderIn('DRAFT')
  for (const qty of [0, -1, 11, Number.NaN]) expect(() => books.clip(order, qty as Lots)).toThrow('a draft is clipped')
  books.clip(order, lots(3))
  expect(order.qty).toBe(3)
  const sent = orderIn('SENT', books, 2).order
  expect(() => books.clip(sent, lots(3))).toThrow('a draft is clipped')
})

test('an id is used once, and a stranger is not moved', () => {
  const { books, order } = orderIn('OPEN')
  expect(() => books.create(terms(1), size(1))).toThrow('used once, was o1')
  expect(() => books.move({ ...order }, 'FILLED', { seq: 1, ts: 1 })).toThrow('belongs to this bookkeeper')
  books.setVenueOrderId(order, venueOrderId('v1'))
  books.note(order, 77)
  expect(order).toMatchObject({ venueOrderId: 'v1', lastSeq: 77, state: 'OPEN' })
})

test('of ended orders the last thousand are remembered, and all that work', () => {
  const books = new OrderBookkeeper()
  const working = books.create(terms(1), size(1))
  const many = 3 * 1_024 + 10
  for (let n = 2; n <= many + 1; n++) {
    const order = books.create(terms(n), size(1))
    books.move(order, 'BLOCKED', { seq: n, ts: n })
  }
  expect(books.count).toBe(many + 1)
  expect(books.get(orderIdAt(1))).toBe(working)
  expect([...books.all()]).toHaveLength(1_024 + 1)
  expect(books.get(orderIdAt(many + 1 - 1_024))).toBeUndefined()
  expect(books.get(orderIdAt(many + 2 - 1_024))?.state).toBe('BLOCKED')
})

test('the order that came first leaves the working ones when it ends, like any other', () => {
  const books = new OrderBookkeeper()
  const [first, second, third] = [1, 2, 3].map((n) => books.create(terms(n), size(1)))
  if (first === undefined || second === undefined || third === undefined) throw new Error('three orders were made')
  books.move(first, 'BLOCKED', { seq: 1, ts: 1 })
  expect(books.working).toEqual([second, third])
  books.move(third, 'BLOCKED', { seq: 2, ts: 2 })
  expect(books.working).toEqual([second])
})
