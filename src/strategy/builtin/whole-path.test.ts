import { describe, expect, test } from 'vitest'
import { testInstrument, World, type WorldOptions, walkBars } from '../../../fixtures/world.ts'
import { rate, ZERO } from '../../domain/money.ts'
import { timeUs } from '../../domain/time.ts'
import type { MarketColumns } from '../../market/columns.ts'
import { syntheticL2 } from '../../market/synthetic-l2.ts'
import { constantLatency, NO_LATENCY } from '../../venues/simulated/latency.ts'
import { BUILT_IN, findStrategy } from '../catalogue.ts'
import type { StrategyDefinition } from '../strategy.ts'

// Every built-in strategy through kernel, gate, order desk, simulated venue and books.

const PARAMS: Readonly<Record<string, Record<string, unknown>>> = {
  'buy-and-hold': {},
  'donchian-breakout': { direction: 'both' },
  grid: { spacing: 30, recentre: 'flatten' },
  'rsi-reversion': { lower: 25, upper: 75, stopLossPct: 1, takeProfitPct: 2, maxHoldBars: 50, direction: 'both' },
  'simple-mm': { momentumBps: 30 },
  'sma-cross': { fast: 10, slow: 30, direction: 'both' },
}

const SPOT = testInstrument()
const MARGIN = testInstrument({ settlement: 'margin', shortable: true, maxLeverage: 3 })
/** Makers pay nothing, so that a quote of two ticks is not all fee. */
const FREE = testInstrument({
  settlement: 'margin',
  shortable: true,
  maxLeverage: 3,
  fees: { maker: rate(0), taker: rate(0.0005), perFill: ZERO },
})

/** What does not happen to a strategy that minds money, filters and its own orders. */
const MISHAPS: ReadonlySet<string> = new Set([
  'intent.discarded',
  'order.blocked',
  'order.rejected',
  'order.quarantined',
  'order.late_event',
  'ops.bot_state',
])

function mishaps(world: World): readonly unknown[] {
  return world.events.filter(({ type }) => MISHAPS.has(type))
}

const strategies = BUILT_IN.map((strategy) => ({
  id: strategy.id,
  strategy: strategy as StrategyDefinition<never>,
  params: PARAMS[strategy.id] ?? {},
}))

describe.each(strategies)('$id', ({ strategy, params }) => {
  const feed = (seed: number, count: number) => [{ columns: [walkBars(count, { seed, step: 0.002 })] }]

  test.each([
    { on: 'spot', instrument: SPOT },
    { on: 'margin', instrument: MARGIN },
  ])('trades bars on $on without one order that is refused', async ({ instrument }) => {
    const world = await new World({
      bots: [{ strategy, params }],
      instruments: [instrument],
      feeds: feed(7, 3_000),
    }).play()
    expect(mishaps(world)).toEqual([])
    expect(world.of('fill.recorded').length).toBeGreaterThan(0)
  })

  test('two runs write the same events', async () => {
    const options: WorldOptions = { bots: [{ strategy, params }], feeds: feed(3, 500) }
    const first = await new World(options).play()
    const second = await new World(options).play()
    expect(second.events).toEqual(first.events)
  })
})

describe('on an order book', () => {
  const chunks = [...syntheticL2({ seed: 5, startTs: timeUs(0), count: 60_000, startBid: 5_000_000 })]
  const feeds: WorldOptions['feeds'] = [
    { columns: chunks.map(({ book }): MarketColumns => book) },
    { columns: chunks.map(({ trades }): MarketColumns => trades) },
  ]
  const making = { halfSpread: 2, spreadUnit: 'ticks', requoteThreshold: 1, momentumPeriod: 20 }
  const ladder = { spacing: 2, spacingUnit: 'ticks', recentre: 'keep' }
  const slow = constantLatency({ feedUs: 1_000, entryUs: 5_000, responseUs: 3_000 })

  test.each([
    { id: 'simple-mm', params: making, latency: NO_LATENCY },
    { id: 'simple-mm', params: making, latency: slow },
    { id: 'grid', params: ladder, latency: NO_LATENCY },
    { id: 'grid', params: ladder, latency: slow },
    { id: 'buy-and-hold', params: {}, latency: slow },
  ])('$id stays at work with news that is $latency.feedUs µs old', async ({ id, params, latency }) => {
    const strategy = findStrategy(id) as StrategyDefinition<never>
    const world = new World({ bots: [{ strategy, params }], instruments: [FREE], feeds, assumptions: { latency } })
    await world.play()
    expect(world.of('fill.recorded').length).toBeGreaterThan(0)
    // A venue's answer may come late, and a quote may be passed on its way; the gate has nothing to object to.
    for (const type of ['ops.bot_state', 'intent.discarded', 'order.blocked', 'order.quarantined'] as const)
      expect(world.of(type), type).toEqual([])
  })
})
