import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { type OrderId, orderIdAt, venueOrderId } from '../domain/ids.ts'
import { lots, ticks } from '../domain/money.ts'
import { isTerminal } from '../orders/order.ts'
import { checkHistory } from './history.fixture.ts'
import { fillOf, Rig } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })

type Step =
  | {
      readonly kind: 'place'
      readonly sell: boolean
      readonly qty: number
      readonly reduceOnly: boolean
      readonly isMarket: boolean
    }
  | { readonly kind: 'cancel' | 'accepted' | 'triggered' | 'canceled' | 'expired' | 'rejected'; readonly which: number }
  | { readonly kind: 'cancel-refused' | 'amend-refused' | 'unknown'; readonly which: number }
  | { readonly kind: 'amend' | 'amended' | 'fill'; readonly which: number; readonly qty: number }
  | { readonly kind: 'repeat'; readonly which: number; readonly trade: number }

/** One of the orders there are; sometimes one that was never made. */
const which = fc.oneof({ weight: 40, arbitrary: fc.nat(7) }, { weight: 1, arbitrary: fc.constant(99) })
const part = fc.oneof(
  { weight: 15, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constant(30) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      sell: fc.boolean(),
      qty: fc.integer({ min: 1, max: 20 }),
      reduceOnly: fc.boolean(),
      isMarket: fc.boolean(),
    }),
  },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('accepted' as const), which }) },
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('fill' as const), which, qty: part }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which, trade: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('amend' as const), which, qty: fc.integer({ min: 5, max: 25 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('amended' as const), which, qty: fc.integer({ min: 5, max: 25 }) }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel', 'triggered', 'canceled', 'expired', 'cancel-refused', 'amend-refused', 'unknown'),
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rejected' as const), which }) },
)

/** Takes one step; reports go to any order, in any state, in any order, and to some that were never made. */
function take(rig: Rig, one: Step, trades: string[]): void {
  if (one.kind === 'place') {
    const { sell, qty, reduceOnly, isMarket } = one
    rig.act((context) =>
      context.place({
        side: sell ? 'sell' : 'buy',
        qty,
        reduceOnly,
        ...(isMarket ? { type: 'MARKET' } : { type: 'LIMIT', limit: sell ? 100_500 : 99_500 }),
        reasonCode: 'ENTRY_TEST',
      }),
    )
    return
  }
  const { count } = rig.kernel.orders
  const orderId = orderIdAt(one.which === 99 ? 99 : 1 + (one.which % Math.max(1, count)))
  const ts = rig.now
  switch (one.kind) {
    case 'cancel':
      return void rig.act((context) => context.cancel(orderId, 'EXIT_TEST'))
    case 'amend':
      return void rig.act((context) => context.amend(orderId, { qty: one.qty, reasonCode: 'REBALANCE_TEST' }))
    case 'accepted':
      return rig.report({ kind: 'accepted', orderId, venueOrderId: venueOrderId(`v${one.which}`), ts })
    case 'triggered':
      return rig.report({ kind: 'triggered', orderId, ts })
    case 'fill': {
      const trade = `x${trades.length + 1}`
      trades.push(trade)
      return rig.report(fillOf(orderId, { qty: one.qty, price: 100_000, trade, ts }))
    }
    case 'repeat':
      return rig.report(fillOf(orderId, { qty: 1, price: 100_000, trade: trades[one.trade] ?? 'x1', ts }))
    case 'canceled':
    case 'expired':
      return rig.report({ kind: one.kind, orderId, reasonCode: 'VENUE_SAYS', ts })
    case 'rejected':
      return rig.report({ kind: 'rejected', orderId, reasonCode: 'VENUE_SAYS', detail: '', ts })
    case 'cancel-refused':
    case 'amend-refused':
      return rig.report({ kind: one.kind, orderId, detail: '', ts })
    case 'amended':
      return rig.report({
        kind: 'amended',
        orderId,
        qty: lots(one.qty),
        limit: ticks(99_000),
        stop: undefined,
        trail: undefined,
        ts,
      })
    case 'unknown':
      return rig.report({ kind: 'unknown', orderId, reasonCode: 'TIMEOUT', detail: '', ts })
  }
}

test('no order of reports breaks an order: filled never falls, what ended stays ended, nothing moves without an event', () => {
  const reached = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (history) => {
      const rig = new Rig({ instruments: [PERP] })
      const trades: string[] = []
      let before = new Map<OrderId, { state: string; filled: number; qty: number }>()
      for (const one of history) {
        const from = rig.events.length
        take(rig, one, trades)
        const news = rig.events.slice(from)
        const spokenOf = new Set(news.map(({ payload }) => (payload as { order_id?: string }).order_id))
        const after = new Map<OrderId, { state: string; filled: number; qty: number }>()
        for (const { id, state, filled, qty } of rig.kernel.orders.all()) {
          after.set(id, { state, filled, qty })
          reached.add(state)
          const was = before.get(id)
          expect(filled).toBeLessThanOrEqual(qty)
          expect(filled).toBeGreaterThanOrEqual(was?.filled ?? 0)
          if (was !== undefined && isTerminal(was.state as never)) expect(state).toBe(was.state)
          if (was?.state !== state || was.filled !== filled || was.qty !== qty) expect(spokenOf).toContain(id)
        }
        before = after
      }
      // The journal alone leads to the same orders and the same position.
      const told = checkHistory(rig.events)
      let position = 0
      for (const { id, state, filled, side } of rig.kernel.orders.all()) {
        expect(told.get(id), id).toMatchObject({ state, filled })
        position += side === 'buy' ? filled : -filled
      }
      expect(rig.kernel.portfolio.botQty(0, 0)).toBe(position)
      expect(rig.kernel.portfolio.accountQty(0)).toBe(position)
    }),
    { numRuns: 1_000 },
  )
  for (const state of [
    'OPEN',
    'PARTIAL',
    'CANCEL_REQUESTED',
    'AMEND_REQUESTED',
    'UNKNOWN',
    'FILLED',
    'CANCELED',
    'EXPIRED',
    'REJECTED',
    'BLOCKED',
  ])
    expect(reached, 'the histories reach every state').toContain(state)
})
