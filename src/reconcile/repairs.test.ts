import { expect, test } from 'vitest'
import type { OrderId } from '../domain/ids.ts'
import { orderIdAt, tradeId, venueOrderIdAt } from '../domain/ids.ts'
import { lots, ticks } from '../domain/money.ts'
import { canExit, EXITS, isTerminal, type OrderState } from '../orders/order.ts'
import type { OrderRecord } from '../projection/engine-state.ts'
import type { VenueFill, VenueOrder } from '../venues/venue.ts'
import { agreeing, FX, known, NOW, type Sides, type Story, venueOrder } from './books.fixture.ts'
import { compareBooks } from './compare.ts'
import type { Lookup } from './ledgers.ts'
import { planRepairs, type RepairPlan } from './repairs.ts'

const RESTING: Story = { on: FX, side: 'buy', qty: 100, parts: [], isOpen: true, price: 15_000_000 }
const O1 = orderIdAt(1)

/** Our only order changed, and the venue's books without it. */
function alone(change: Partial<OrderRecord>, story: Story = RESTING): Sides {
  const sides = agreeing([known(1, story)])
  const [record] = sides.ours.working as [OrderRecord]
  return {
    ...sides,
    ours: { ...sides.ours, working: [{ ...record, ...change }] },
    venue: { ...sides.venue, openOrders: [] },
  }
}

function plan(sides: Sides, neverHeard: ReadonlyMap<OrderId, number> = new Map()): RepairPlan {
  return planRepairs({ confirmed: compareBooks(sides).differences, neverHeard, nowTs: NOW })
}

function asked(sides: Sides, change: Partial<VenueOrder>): Sides {
  const [record] = sides.ours.working as [OrderRecord]
  return { ...sides, lookups: new Map<OrderId, Lookup>([[record.id, venueOrder(record, { updatedTs: 5, ...change })]]) }
}

test('an order that the venue does not list is asked for twice, then was refused or is over', () => {
  const sent = alone({ state: 'SENT', venueOrderId: undefined })
  expect(plan(sent)).toEqual({ reports: [], operator: [], lookups: [{ orderId: O1, instrumentId: FX.id }] })
  expect(plan(sent, new Map([[O1, 1]])).lookups).toHaveLength(1)
  expect(plan(sent, new Map([[O1, 2]]))).toEqual({
    lookups: [],
    operator: [],
    reports: [
      {
        kind: 'rejected',
        orderId: O1,
        reasonCode: 'NEVER_ARRIVED',
        detail: 'the venue has never heard of it, asked 2 times',
        ts: NOW,
      },
    ],
  })
  expect(plan(alone({}), new Map([[O1, 2]])).reports).toEqual([
    { kind: 'expired', orderId: O1, reasonCode: 'VENUE_FORGOT', ts: NOW },
  ])
})

test.each([
  ['CANCELED', { kind: 'canceled', orderId: O1, reasonCode: 'VENUE_CANCELED', ts: 5 }],
  ['EXPIRED', { kind: 'expired', orderId: O1, reasonCode: 'VENUE_EXPIRED', ts: 5 }],
  ['REJECTED', { kind: 'rejected', orderId: O1, reasonCode: 'VENUE_REJECTED', detail: 'told when asked', ts: 5 }],
] as const)('an order that ended %s at the venue ends with us', (state, report) => {
  expect(plan(asked(alone({ state: 'UNKNOWN' }), { state })).reports).toEqual([report])
})

test('fills that were missed come before the end of their order, oldest first', () => {
  const [first, second] = known(1, { ...RESTING, parts: [30, 20] }).fills as [VenueFill, VenueFill]
  const sides = asked(alone({}), { state: 'CANCELED', filled: lots(50), reasonCode: 'USER' })
  const planned = plan({ ...sides, fills: { fromTs: 0, list: [second, first] }, scope: 'all' })
  expect(planned.reports).toEqual([
    {
      kind: 'fill',
      orderId: O1,
      tradeId: first.tradeId,
      price: first.price,
      qty: 30,
      liquidity: 'maker',
      fee: 30n,
      ts: first.ts,
    },
    {
      kind: 'fill',
      orderId: O1,
      tradeId: second.tradeId,
      price: second.price,
      qty: 20,
      liquidity: 'maker',
      fee: 20n,
      ts: second.ts,
    },
    { kind: 'canceled', orderId: O1, reasonCode: 'USER', ts: 5 },
  ])
})

test('an order is not ended while fills of it are not known', () => {
  const planned = plan(asked(alone({}), { state: 'CANCELED', filled: lots(50) }))
  expect(planned.reports).toEqual([])
  expect(planned.operator.map(({ reasonCode }) => reasonCode)).toEqual(['ORDER_ENDED_AT_VENUE'])
})

test('an order that filled needs its fills and nothing else', () => {
  const fills = known(1, { ...RESTING, parts: [100] }).fills
  const sides = asked(alone({}), { state: 'FILLED', filled: lots(100) })
  expect(plan({ ...sides, fills: { fromTs: 0, list: fills } }).reports.map(({ kind }) => kind)).toEqual(['fill'])
})

test('an order that was made larger and then ended is told its new size before what filled by it', () => {
  const sides = asked(alone({ state: 'UNKNOWN' }), { state: 'FILLED', qty: lots(120), filled: lots(120) })
  const [first] = plan(sides).reports
  expect(first).toMatchObject({ kind: 'amended', orderId: O1, qty: 120 })
  const smaller = asked(alone({ filled: lots(60) }), { state: 'CANCELED', qty: lots(50), filled: lots(50) })
  expect(plan(smaller).reports.filter(({ kind }) => kind === 'amended')).toEqual([])
})

test('answers that were lost are given: acceptance, cancel and amend', () => {
  const open = (change: Partial<OrderRecord>, theirs: Partial<VenueOrder> = {}) => {
    const sides = alone(change)
    const [record] = sides.ours.working as [OrderRecord]
    const openOrders = [venueOrder(record, { venueOrderId: venueOrderIdAt(1), ...theirs })]
    return plan({ ...sides, venue: { ...sides.venue, openOrders } }).reports
  }
  expect(open({ state: 'UNKNOWN', venueOrderId: undefined })).toEqual([
    { kind: 'accepted', orderId: O1, venueOrderId: 'v1', ts: NOW },
  ])
  expect(open({ state: 'CANCEL_REQUESTED' })).toEqual([
    { kind: 'cancel-refused', orderId: O1, detail: 'still open at the venue', ts: NOW },
  ])
  const pendingAmend = { qty: lots(50), limit: ticks(9), stop: undefined, trail: undefined }
  expect(open({ state: 'AMEND_REQUESTED', pendingAmend })).toEqual([
    { kind: 'amend-refused', orderId: O1, detail: 'the venue works the old terms', ts: NOW },
  ])
  expect(open({ state: 'AMEND_REQUESTED', pendingAmend }, { qty: lots(50), limit: ticks(9) })).toEqual([
    { kind: 'amended', orderId: O1, ...pendingAmend, ts: NOW },
  ])
})

test('what would have to be guessed is left to an operator, with advice', () => {
  const sides = agreeing([known(1, RESTING)])
  const [order] = sides.venue.openOrders as [VenueOrder]
  const foreign: VenueFill = {
    ...(known(1, { ...RESTING, parts: [1] }).fills[0] as VenueFill),
    tradeId: tradeId('foreign'),
    orderId: undefined,
  }
  const planned = plan({
    ...sides,
    fills: { fromTs: 0, list: [foreign] },
    venue: {
      ...sides.venue,
      openOrders: [
        { ...order, limit: ticks(1) },
        { ...order, orderId: undefined, venueOrderId: venueOrderIdAt(2) },
      ],
      positions: [{ instrumentId: FX.id, qty: lots(5) }],
      balances: [],
    },
  })
  expect(planned.reports).toEqual([])
  expect(planned.lookups).toEqual([])
  expect(planned.operator.map(({ subject }) => subject).toSorted()).toEqual([
    'balance:ETH',
    'balance:JPY',
    'fill:foreign',
    'order:o1',
    'order:v2',
    'position:FX_BTC_JPY',
  ])
  for (const { advice } of planned.operator) expect(advice.length).toBeGreaterThan(20)
})

const ENDS: Readonly<Record<string, OrderState>> = { rejected: 'REJECTED', expired: 'EXPIRED', canceled: 'CANCELED' }

test('every end that is told is an exit of the state that the order is in', () => {
  const sent = (Object.keys(EXITS) as OrderState[]).filter(
    (state) => !isTerminal(state) && !['DRAFT', 'VALIDATED', 'ENQUEUED'].includes(state),
  )
  for (const state of sent) {
    for (const venueOrderId of [undefined, venueOrderIdAt(1)]) {
      const sides = alone({ state, venueOrderId })
      const plans = [
        plan(sides, new Map([[O1, 2]])),
        ...(['CANCELED', 'EXPIRED', 'REJECTED'] as const).map((end) => plan(asked(sides, { state: end }))),
      ]
      for (const { reports } of plans) {
        expect(reports).toHaveLength(1)
        const to = ENDS[reports[0]?.kind ?? '']
        expect(to !== undefined && canExit(state, to), `${state} to ${to}`).toBe(true)
      }
    }
  }
})
