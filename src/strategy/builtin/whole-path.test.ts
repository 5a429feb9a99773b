import { describe, expect, test } from 'vitest'
import { testInstrument, walkBars, World, type WorldOptions } from '../../../fixtures/world.ts'
import { rate, ZERO } from '../../domain/money.ts'
import { timeUs } from '../../domain/time.ts'
import type { MarketColumns } from '../../market/columns.ts'
import { syntheticL2 } from '../../market/synthetic-l2.ts'
import { constantLatency } from '../../venues/simulated/latency.ts'
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
const FREE = testInstrument({
  settlement: 'margin',
  shortable: true,
  maxLeverage: 3,
  fees: { maker: rate(0), taker: rate(0.0005), perFill: ZERO },
})

async function played(options: WorldOptions): Promise<World> {
  return new World(options).play()
}

/** What must not happen on the way of a strategy that minds money, filters and its own orders. */
function mishaps(world: World): string[] {
  return world.events.flatMap(({ type, payload }) => {
    if (type === 'intent.discarded' || type === 'order.blocked' || type === 'order.rejected')
      return [`${type} ${JSON.stringify(payload)}`]
    if (type === 'ops.bot_state' || type === 'order.quarantined' || type === 'order.late_event')
      return [`${type} ${JSON.stringify(payload)}`]
    return []
  })
}

describe.each(
  BUILT_IN.map((strategy) => ({
    id: strategy.id,
    strategy: strategy as StrategyDefinition<never>,
    params: PARAMS[strategy.id] ?? {},
  })),
)('$id', ({ strategy, params }) => {
  test.each([
    { on: 'spot', instrument: SPOT },
    { on: 'margin', instrument: MARGIN },
  ])('trades bars on $on without one order that is refused', async ({ instrument }) => {
    const world = await played({
      bots: [{ strategy, params }],
      instruments: [instrument],
      feeds: [{ columns: [walkBars(3_000, { seed: 7, step: 0.002 })] }],
    })
    console.log(
      strategy.id,
      instrument.settlement,
      world.of('fill.recorded').length,
      mishaps(world).length,
      world.equity.at(-1),
    )
    expect(mishaps(world)).toEqual([])
    expect(world.of('fill.recorded').length).toBeGreaterThan(0)
  })

  test('two runs write the same events', async () => {
    const options = {
      bots: [{ strategy, params }],
      feeds: [{ columns: [walkBars(500, { seed: 3, step: 0.002 })] }],
    }
    const [first, second] = [await played(options), await played(options)]
    expect(second.events).toEqual(first.events)
  })
})

describe.each(['simple-mm', 'grid', 'buy-and-hold'])('%s on an order book', (id) => {
  const chunks = [...syntheticL2({ seed: 5, startTs: timeUs(0), count: 60_000, startBid: 5_000_000 })]
  const feeds: WorldOptions['feeds'] = [
    { columns: chunks.map(({ book }): MarketColumns => book) },
    { columns: chunks.map(({ trades }): MarketColumns => trades) },
  ]
  const strategy = findStrategy(id) as StrategyDefinition<never>
  const params: Record<string, unknown> =
    id === 'simple-mm'
      ? { halfSpread: 2, spreadUnit: 'ticks', requoteThreshold: 1, momentumPeriod: 20 }
      : id === 'grid'
        ? { spacing: 2, spacingUnit: 'ticks', recentre: 'keep' }
        : {}

  test.each([
    { when: 'at once', latency: undefined },
    { when: 'after some milliseconds', latency: constantLatency({ feedUs: 1_000, entryUs: 5_000, responseUs: 3_000 }) },
  ])('answers that come $when leave it at work', async ({ latency }) => {
    const world = await played({
      bots: [{ strategy, params }],
      instruments: [FREE],
      feeds,
      ...(latency === undefined ? {} : { assumptions: { latency } }),
    })
    console.log(
      id,
      world.of('fill.recorded').length,
      world.of('order.enqueued').length,
      world.of('order.amended').length,
      mishaps(world).length,
      mishaps(world).slice(0, 3),
    )
    expect(world.of('fill.recorded').length).toBeGreaterThan(0)
    expect(world.of('ops.bot_state')).toEqual([])
    expect(world.of('order.blocked').map(({ payload }) => payload.reason_code)).toEqual([])
  })
})
