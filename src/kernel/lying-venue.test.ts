import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, World } from '../../fixtures/world.ts'
import { type OrderId, tradeId, venueOrderId } from '../domain/ids.ts'
import { lots, money, ticks } from '../domain/money.ts'
import type { VenueReport } from '../domain/report.ts'
import { EXITS } from '../orders/order.ts'
import { defineStrategy } from '../strategy/strategy.ts'
import { checkHistory, must } from './history.fixture.ts'

type Lie = { readonly kind: number; readonly order: number; readonly trade: number; readonly qty: number }
const lie: fc.Arbitrary<Lie> = fc.record({
  kind: fc.integer({ min: 0, max: 10 }),
  order: fc.integer({ min: 1, max: 6 }),
  trade: fc.integer({ min: 1, max: 8 }),
  qty: fc.integer({ min: 1, max: 1_500 }),
})

function reportOf({ kind, order, trade, qty }: Lie, ts: number): VenueReport {
  const orderId = `o${order}` as OrderId
  switch (kind) {
    case 0:
    case 1:
      return { kind: 'accepted', orderId, venueOrderId: venueOrderId(`v${order}`), ts }
    case 2:
      return { kind: 'rejected', orderId, reasonCode: 'VENUE_REJECTED', detail: '', ts }
    case 3:
      return { kind: 'canceled', orderId, reasonCode: 'REQUESTED', ts }
    case 4:
      return { kind: 'expired', orderId, reasonCode: 'TIME', ts }
    case 5:
      return { kind: 'unknown', orderId, reasonCode: 'TIMEOUT', detail: '', ts }
    case 6:
      return { kind: 'cancel-refused', orderId, detail: '', ts }
    case 7:
      return { kind: 'amended', orderId, qty: lots(qty), limit: undefined, stop: undefined, trail: undefined, ts }
    default:
      return {
        kind: 'fill',
        orderId,
        tradeId: tradeId(`x${trade}`),
        price: ticks(100),
        qty: lots(qty),
        liquidity: 'taker',
        fee: money(0n),
        ts,
      }
  }
}

const placing = defineStrategy({
  id: 'placing',
  version: '1.0.0',
  description: 'places five orders of 1000',
  params: z.strictObject({}),
  create: (_params, context) => ({
    onBar() {
      for (let n = 0; n < 5; n++)
        context.place({ side: 'buy', qty: 1_000, type: 'LIMIT', limit: 100 + n, reasonCode: 'ENTRY_TEST' })
    },
  }),
})

test('reports in any order, repeated, impossible or late never break the machine or the books', () => {
  fc.assert(
    fc.property(fc.array(lie, { maxLength: 60 }), (lies) => {
      const world = new World({
        bots: [{ strategy: placing as never }],
        feeds: [{ columns: [barsOf([[100, 101, 99, 100]])] }],
        cash: 1e6,
      })
      world.kernel.start()
      world.kernel.onBar(0, barsOf([[100, 101, 99, 100]]), 0)
      const ended = new Map<string, string>()
      lies.forEach((each, at) => {
        world.kernel.onReport(reportOf(each, 60_000_000 + at), 60_000_000 + at)
        for (const order of world.kernel.orders.all()) {
          must(order.filled <= order.qty, `${order.id}: filled ${order.filled} of ${order.qty}`)
          const end = ended.get(order.id)
          must(end === undefined || order.state === end, `${order.id} ended as ${end} and is ${order.state}`)
          if (EXITS[order.state].length === 0) ended.set(order.id, order.state)
        }
      })
      checkHistory(world.events)
      const fills = world.of('fill.recorded').reduce((sum, { payload }) => sum + payload.qty, 0)
      expect(world.kernel.portfolio.accountQty(0)).toBe(fills)
      // News that has no place is kept and stops new risk.
      if (world.of('order.quarantined').length > 0) expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    }),
    { numRuns: 500 },
  )
})
