import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, testInstrument, World, type WorldOptions, walkBars } from '../../fixtures/world.ts'
import { decimal } from '../domain/decimal.ts'
import type { Instrument, InstrumentTerms } from '../domain/instrument.ts'
import { money, moneyToNumber, rate } from '../domain/money.ts'
import { defineStrategy, type PlaceRequest, type StrategyContext, type StrategyHandlers } from '../strategy/strategy.ts'
import type { Assumptions } from '../venues/simulated/assumptions.ts'
import { scheduleFees } from '../venues/simulated/fees.ts'
import { constantLatency } from '../venues/simulated/latency.ts'
import { checkHistory } from './history.fixture.ts'

const MINUTE = 60_000_000

/** One lot at one tick is worth 1: what is computed by hand stays small. */
const unit = (terms: Partial<InstrumentTerms> = {}): Instrument =>
  testInstrument({
    tickSize: decimal('1'),
    lotSize: decimal('1'),
    fees: { maker: rate(0), taker: rate(0), perFill: money(0n) },
    ...terms,
  })
const SPOT = unit()
const PERP = unit({ settlement: 'margin', maxLeverage: 10, maintenance: rate(0.05), shortable: true })

type Handlers = (context: StrategyContext) => StrategyHandlers

const scripted = (create: Handlers) =>
  defineStrategy({
    id: 'scripted',
    version: '1.0.0',
    description: 'does what its test says',
    params: z.object({}),
    create: (_, context) => create(context),
  }) as never

/** Acts at the close of bars by their number. */
const atClose =
  (...acts: ((context: StrategyContext) => void)[]): Handlers =>
  (context) => {
    let bar = 0
    return { onBar: () => acts[bar++]?.(context) }
  }

async function play(create: Handlers, rows: readonly (readonly number[])[], options: Partial<WorldOptions> = {}) {
  const world = new World({
    bots: [{ strategy: scripted(create) }],
    instruments: [PERP],
    feeds: [{ columns: [barsOf(rows)] }],
    cash: 1_000_000,
    ...options,
  })
  await world.play()
  checkHistory(world.events)
  expect(world.of('order.quarantined')).toEqual([])
  expect(world.kernel.bots.map(({ lastError }) => lastError).filter(Boolean)).toEqual([])
  return world
}

/** Fills in words: the bar's number and o(pen) or c(lose), what was traded, m(aker) or t(aker). */
const fillsOf = (world: World) =>
  world.of('fill.recorded').map(({ payload: { venue_ts: ts, side, qty, price, liquidity } }) => {
    const bar = ts / MINUTE
    return `${Number.isInteger(bar) ? bar : bar.toFixed(2)} ${side} ${qty} at ${price} ${liquidity[0]}`
  })

const endsOf = (world: World) =>
  world.events.flatMap(({ type, payload }) =>
    type === 'order.expired' || type === 'order.rejected' || type === 'order.canceled'
      ? [`${type.slice(6)} ${(payload as { reason_code: string }).reason_code}`]
      : [],
  )

const order = (side: 'buy' | 'sell', type: PlaceRequest['type'], prices: Partial<PlaceRequest> = {}): PlaceRequest => ({
  side,
  qty: 10,
  type,
  reasonCode: 'ENTRY_TEST',
  ...prices,
})

const START = [1_000, 1_000, 1_000, 1_000]
const CALM = [1_000, 1_005, 995, 1_000]

interface Scenario {
  readonly name: string
  /** Placed at the close of the first bar, at 1 000. */
  readonly place: PlaceRequest
  /** Bars after the first. */
  readonly bars: readonly (readonly number[])[]
  readonly with?: Partial<Assumptions>
  readonly fills: readonly string[]
  readonly ends?: readonly string[]
}

const buy = (type: PlaceRequest['type'], prices?: Partial<PlaceRequest>) => order('buy', type, prices)
const sell = (type: PlaceRequest['type'], prices?: Partial<PlaceRequest>) => order('sell', type, prices)
const gapUp = [1_020, 1_025, 1_015, 1_020]
const gapDown = [980, 985, 975, 980]

const SCENARIOS: readonly Scenario[] = [
  { name: 'a market order meets the next open', place: buy('MARKET'), bars: [gapUp], fills: ['1 buy 10 at 1020 t'] },
  {
    name: 'or the close that it was decided on',
    place: sell('MARKET'),
    bars: [gapUp],
    with: { marketFill: 'same-close' },
    fills: ['1 sell 10 at 1000 t'],
  },
  { name: 'a market order after the last bar finds nobody', place: buy('MARKET'), bars: [], fills: [] },

  {
    name: 'a limit fills when traded through',
    place: buy('LIMIT', { limit: 996 }),
    bars: [CALM],
    fills: ['2 buy 10 at 996 m'],
  },
  { name: 'and not when touched', place: buy('LIMIT', { limit: 995 }), bars: [CALM, CALM], fills: [] },
  {
    name: 'unless a touch is enough',
    place: buy('LIMIT', { limit: 995 }),
    bars: [CALM],
    with: { limitFill: 'touch' },
    fills: ['2 buy 10 at 995 m'],
  },
  {
    name: 'a selling limit when traded through',
    place: sell('LIMIT', { limit: 1_004 }),
    bars: [CALM],
    fills: ['2 sell 10 at 1004 m'],
  },
  { name: 'and not when touched, selling', place: sell('LIMIT', { limit: 1_005 }), bars: [CALM], fills: [] },
  {
    name: 'a limit that the open jumped over fills at its own price',
    place: buy('LIMIT', { limit: 990 }),
    bars: [gapDown],
    fills: ['1 buy 10 at 990 m'],
  },
  {
    name: 'or at the better open',
    place: buy('LIMIT', { limit: 990 }),
    bars: [gapDown],
    with: { limitGap: 'open' },
    fills: ['1 buy 10 at 980 m'],
  },
  {
    name: 'selling, at its own price',
    place: sell('LIMIT', { limit: 1_010 }),
    bars: [gapUp],
    fills: ['1 sell 10 at 1010 m'],
  },
  {
    name: 'selling, or at the better open',
    place: sell('LIMIT', { limit: 1_010 }),
    bars: [gapUp],
    with: { limitGap: 'open' },
    fills: ['1 sell 10 at 1020 m'],
  },
  {
    name: 'a limit that crosses when it comes takes the open',
    place: buy('LIMIT', { limit: 1_030 }),
    bars: [gapUp],
    fills: ['1 buy 10 at 1020 t'],
  },
  {
    name: 'one that the open leaves behind rests',
    place: buy('LIMIT', { limit: 1_010 }),
    bars: [gapUp, [1_015, 1_016, 1_009, 1_012]],
    fills: ['3 buy 10 at 1010 m'],
  },
  {
    name: 'decided on a close, it takes that close where a run says so',
    place: buy('LIMIT', { limit: 1_010 }),
    bars: [gapUp],
    with: { marketFill: 'same-close' },
    fills: ['1 buy 10 at 1000 t'],
  },

  {
    name: 'IOC takes what its limit allows at once',
    place: buy('LIMIT', { limit: 1_030, timeInForce: 'IOC' }),
    bars: [gapUp],
    fills: ['1 buy 10 at 1020 t'],
  },
  {
    name: 'IOC beyond its limit is over',
    place: buy('LIMIT', { limit: 1_010, timeInForce: 'IOC' }),
    bars: [gapUp, CALM],
    fills: [],
    ends: ['expired NOT_ENOUGH_LIQUIDITY'],
  },
  {
    name: 'IOC takes a part and drops the rest',
    place: buy('LIMIT', { limit: 1_010, timeInForce: 'IOC' }),
    bars: [[1_000, 1_005, 995, 1_000, 8], CALM],
    with: { participation: 0.5 },
    fills: ['1 buy 4 at 1000 t'],
    ends: ['expired IOC_REST'],
  },
  {
    name: 'FOK takes all',
    place: buy('LIMIT', { limit: 1_010, timeInForce: 'FOK' }),
    bars: [[1_000, 1_005, 995, 1_000, 20]],
    with: { participation: 0.5 },
    fills: ['1 buy 10 at 1000 t'],
  },
  {
    name: 'or nothing',
    place: buy('LIMIT', { limit: 1_010, timeInForce: 'FOK' }),
    bars: [[1_000, 1_005, 995, 1_000, 19], CALM],
    with: { participation: 0.5 },
    fills: [],
    ends: ['expired NOT_ENOUGH_LIQUIDITY'],
  },
  {
    name: 'FOK at market, too',
    place: buy('MARKET', { timeInForce: 'FOK' }),
    bars: [[1_000, 1_005, 995, 1_000, 19], CALM],
    with: { participation: 0.5 },
    fills: [],
    ends: ['rejected NOT_ENOUGH_LIQUIDITY'],
  },
  {
    name: 'POST_ONLY that would take is refused',
    place: buy('LIMIT', { limit: 1_000, timeInForce: 'POST_ONLY' }),
    bars: [CALM],
    fills: [],
    ends: ['rejected POST_ONLY_WOULD_TAKE'],
  },
  {
    name: 'POST_ONLY that rests fills as a maker',
    place: buy('LIMIT', { limit: 999, timeInForce: 'POST_ONLY' }),
    bars: [CALM],
    fills: ['2 buy 10 at 999 m'],
  },

  {
    name: 'a stop fires when touched, at its price',
    place: buy('STOP', { stop: 1_005 }),
    bars: [CALM],
    fills: ['2 buy 10 at 1005 t'],
  },
  { name: 'and not before', place: buy('STOP', { stop: 1_006 }), bars: [CALM], fills: [] },
  {
    name: 'a stop that the open jumped over pays the open',
    place: buy('STOP', { stop: 1_010 }),
    bars: [gapUp],
    fills: ['1 buy 10 at 1020 t'],
  },
  {
    name: 'a selling stop when touched',
    place: sell('STOP', { stop: 995 }),
    bars: [CALM],
    fills: ['2 sell 10 at 995 t'],
  },
  {
    name: 'a selling stop that the open jumped over',
    place: sell('STOP', { stop: 990 }),
    bars: [gapDown],
    fills: ['1 sell 10 at 980 t'],
  },

  {
    name: 'a stop-limit fills at its stop when touched',
    place: buy('STOP_LIMIT', { stop: 1_004, limit: 1_008 }),
    bars: [CALM],
    fills: ['2 buy 10 at 1004 t'],
  },
  {
    name: 'at the open that jumped the stop and not the limit',
    place: buy('STOP_LIMIT', { stop: 1_010, limit: 1_030 }),
    bars: [gapUp],
    fills: ['1 buy 10 at 1020 t'],
  },
  {
    name: 'rests when the open jumped both',
    place: buy('STOP_LIMIT', { stop: 1_010, limit: 1_014 }),
    bars: [gapUp, gapUp, [1_015, 1_016, 1_013, 1_015]],
    fills: ['4 buy 10 at 1014 m'],
  },
  {
    name: 'or fills as if the stop had traded',
    place: buy('STOP_LIMIT', { stop: 1_010, limit: 1_016 }),
    bars: [gapUp],
    with: { stopLimitGap: 'stop-price' },
    fills: ['2 buy 10 at 1010 t'],
  },
  {
    name: 'a selling stop-limit',
    place: sell('STOP_LIMIT', { stop: 996, limit: 992 }),
    bars: [CALM],
    fills: ['2 sell 10 at 996 t'],
  },

  {
    name: 'a trailing stop follows the high and holds from the next bar',
    place: sell('TRAILING_STOP', { stop: 980, trail: 20 }),
    bars: [
      [1_000, 1_030, 1_000, 1_025],
      [1_025, 1_026, 1_009, 1_015],
    ],
    fills: ['3 sell 10 at 1010 t'],
  },
  {
    name: 'and does not fire in the bar that raised it',
    place: sell('TRAILING_STOP', { stop: 980, trail: 20 }),
    bars: [
      [1_000, 1_030, 985, 1_025],
      [1_025, 1_026, 1_011, 1_015],
    ],
    fills: [],
  },
  {
    name: 'and never comes down again',
    place: sell('TRAILING_STOP', { stop: 980, trail: 20 }),
    bars: [
      [1_000, 1_030, 1_000, 1_025],
      [1_020, 1_021, 1_011, 1_012],
      [1_012, 1_013, 1_009, 1_010],
    ],
    fills: ['4 sell 10 at 1010 t'],
  },
  {
    name: 'a buying one follows the low',
    place: buy('TRAILING_STOP', { stop: 1_020, trail: 20 }),
    bars: [
      [1_000, 1_000, 970, 975],
      [975, 991, 974, 990],
    ],
    fills: ['3 buy 10 at 990 t'],
  },

  {
    name: 'a cap on volume spreads an order over bars',
    place: buy('MARKET'),
    bars: [
      [1_000, 1_000, 1_000, 1_000, 8],
      [1_001, 1_001, 1_001, 1_001, 8],
      [1_002, 1_002, 1_002, 1_002, 8],
    ],
    with: { participation: 0.5 },
    fills: ['1 buy 4 at 1000 t', '2 buy 4 at 1001 t', '3 buy 2 at 1002 t'],
  },
  {
    name: 'also one that rests',
    place: buy('LIMIT', { limit: 999 }),
    bars: [
      [1_000, 1_000, 998, 1_000, 8],
      [1_000, 1_000, 998, 1_000, 100],
    ],
    with: { participation: 0.5 },
    fills: ['2 buy 4 at 999 m', '3 buy 6 at 999 m'],
  },
  {
    name: 'also a stop that fired',
    place: buy('STOP', { stop: 1_003 }),
    bars: [
      [1_000, 1_005, 998, 1_004, 8],
      [1_006, 1_006, 1_006, 1_006, 100],
    ],
    with: { participation: 0.5 },
    fills: ['2 buy 4 at 1003 t', '2 buy 6 at 1006 t'],
  },
  {
    name: 'a bar without volume trades nothing',
    place: buy('MARKET'),
    bars: [[1_000, 1_000, 1_000, 1_000, 0], CALM],
    with: { participation: 1 },
    fills: ['2 buy 10 at 1000 t'],
  },

  {
    name: 'reduce-only with nothing to reduce is not even sent',
    place: sell('MARKET', { reduceOnly: true }),
    bars: [CALM],
    fills: [],
  },
  {
    name: 'a bracket: both touched means the stop',
    place: buy('MARKET', { stopLoss: 990, takeProfit: 1_010 }),
    bars: [[1_000, 1_020, 980, 1_000]],
    fills: ['1 buy 10 at 1000 t', '2 sell 10 at 990 t'],
    ends: ['canceled REQUESTED'],
  },
  {
    name: 'a bracket: only the target',
    place: buy('MARKET', { stopLoss: 990, takeProfit: 1_010 }),
    bars: [[1_000, 1_011, 995, 1_000]],
    fills: ['1 buy 10 at 1000 t', '2 sell 10 at 1010 m'],
    ends: ['canceled REQUESTED'],
  },
  {
    name: 'a bracket: the target only touched',
    place: buy('MARKET', { stopLoss: 990, takeProfit: 1_010 }),
    bars: [[1_000, 1_010, 995, 1_000]],
    fills: ['1 buy 10 at 1000 t'],
  },
  {
    name: 'a bracket: the open jumps the stop',
    place: buy('MARKET', { stopLoss: 990, takeProfit: 1_010 }),
    bars: [CALM, gapDown],
    fills: ['1 buy 10 at 1000 t', '2 sell 10 at 980 t'],
    ends: ['canceled REQUESTED'],
  },
  {
    name: 'a short bracket: both touched means the stop',
    place: sell('MARKET', { stopLoss: 1_010, takeProfit: 990 }),
    bars: [[1_000, 1_020, 980, 1_000]],
    fills: ['1 sell 10 at 1000 t', '2 buy 10 at 1010 t'],
    ends: ['canceled REQUESTED'],
  },
  {
    name: 'a bracket of a limit inside a bar: its stop may be hit there, its target not',
    place: buy('LIMIT', { limit: 996, stopLoss: 980, takeProfit: 1_004 }),
    bars: [CALM, CALM],
    fills: ['2 buy 10 at 996 m', '3 sell 10 at 1004 m'],
    ends: ['canceled REQUESTED'],
  },
  {
    name: 'a target that fills in parts keeps its stop to the size of the rest',
    place: buy('MARKET', { stopLoss: 990, takeProfit: 1_010 }),
    bars: [
      [1_000, 1_000, 1_000, 1_000, 100],
      [1_000, 1_011, 1_000, 1_005, 6],
      [1_005, 1_011, 1_004, 1_005, 4],
      [1_005, 1_006, 980, 985, 100],
    ],
    with: { participation: 0.5 },
    fills: ['1 buy 10 at 1000 t', '3 sell 3 at 1010 m', '4 sell 2 at 1010 m', '5 sell 5 at 990 t'],
    ends: ['canceled REQUESTED'],
  },
]

describe('on bars', () => {
  test.each(SCENARIOS)('$name', async ({ place, bars, with: assumptions = {}, fills, ends = [] }) => {
    const world = await play(
      atClose((context) => void context.place(place)),
      [START, ...bars],
      { assumptions },
    )
    expect(fillsOf(world)).toEqual(fills)
    expect(endsOf(world)).toEqual(ends)
  })

  test('two orders of one group: the one that fills ends the other', async () => {
    const pair = atClose((context) => {
      context.place(sell('LIMIT', { limit: 1_004, ocoGroup: 'exit' }))
      context.place(buy('STOP', { stop: 1_010, ocoGroup: 'exit' }))
    })
    const world = await play(pair, [START, CALM, gapUp])
    expect(fillsOf(world)).toEqual(['2 sell 10 at 1004 m'])
    expect(endsOf(world)).toEqual(['canceled REQUESTED'])
  })

  test('an amended order fills on its new terms', async () => {
    const world = await play(
      atClose(
        (context) => void context.place(buy('LIMIT', { limit: 900 })),
        (context) => {
          const [resting] = context.orders()
          if (resting !== undefined) context.amend(resting.id, { limit: 997, qty: 4, reasonCode: 'REBALANCE_TEST' })
        },
      ),
      [START, CALM, CALM],
    )
    expect(fillsOf(world)).toEqual(['3 buy 4 at 997 m'])
  })

  test('slippage is paid by takers, never beyond a limit, and rounded against us', async () => {
    const slippage = { name: 'two and a bit', meaning: '', ticks: () => 2.2 }
    const run = (place: PlaceRequest) =>
      play(
        atClose((context) => void context.place(place)),
        [START, CALM, CALM],
        { assumptions: { slippage } },
      )
    expect(fillsOf(await run(buy('MARKET')))).toEqual(['1 buy 10 at 1003 t'])
    expect(fillsOf(await run(sell('MARKET')))).toEqual(['1 sell 10 at 997 t'])
    expect(fillsOf(await run(buy('LIMIT', { limit: 1_001 })))).toEqual(['1 buy 10 at 1001 t'])
    expect(fillsOf(await run(buy('LIMIT', { limit: 996 })))).toEqual(['2 buy 10 at 996 m'])
  })
})

describe('what the account can carry', () => {
  test('an order that it cannot pay is not sent, and one that a gap made too dear is refused by the venue', async () => {
    const options = { instruments: [SPOT], cash: 10_000 }
    const dear = await play(
      atClose((context) => void context.place(buy('MARKET', { qty: 11 }))),
      [START, CALM],
      options,
    )
    expect(dear.of('order.blocked').map(({ payload }) => payload.reason_code)).toEqual(['RESERVATION_FAILED'])
    const gap = await play(
      atClose((context) => void context.place(buy('MARKET'))),
      [START, [1_001, 1_001, 1_001, 1_001]],
      options,
    )
    expect(endsOf(gap)).toEqual(['rejected INSUFFICIENT_FUNDS'])
    const exact = await play(
      atClose((context) => void context.place(buy('MARKET'))),
      [START, CALM],
      options,
    )
    expect(fillsOf(exact)).toEqual(['1 buy 10 at 1000 t'])
    expect(exact.kernel.portfolio.balance('sim', 'USDT')).toBe(0)
  })

  test('nothing is sold that is not held, where nothing can be borrowed', async () => {
    const world = await play(
      atClose(
        (context) => void context.place(sell('MARKET')),
        (context) => void context.place(buy('MARKET')),
        (context) => {
          expect(context.place(sell('LIMIT', { limit: 1_100, qty: 6 }))).toBeDefined()
          expect(context.place(sell('LIMIT', { limit: 1_100, qty: 6 }))).toBeUndefined()
          expect(context.place(sell('LIMIT', { limit: 1_100, qty: 4 }))).toBeDefined()
        },
      ),
      [START, CALM, CALM, CALM],
      { instruments: [SPOT], cash: 20_000 },
    )
    expect(fillsOf(world)).toEqual(['2 buy 10 at 1000 t'])
  })

  test('a short earns as the price falls, and leverage is bounded', async () => {
    const world = await play(
      atClose(
        (context) => {
          expect(context.place(sell('MARKET', { qty: 101 }))).toBeUndefined()
          expect(context.place(sell('MARKET', { qty: 100 }))).toBeDefined()
        },
        (context) => void context.place(buy('MARKET', { qty: 100 })),
      ),
      [START, CALM, [990, 990, 990, 990]],
      { cash: 10_000 },
    )
    expect(fillsOf(world)).toEqual(['1 sell 100 at 1000 t', '2 buy 100 at 990 t'])
    expect(world.kernel.portfolio.equity).toBe(11_000)
  })

  // equity(p) = 1100 + 10 (p − 1000) falls to 5 % of 10 p at p = 8900 ÷ 9.5 = 936.8…
  test.each([
    ['inside a bar at the price that does it', [1_000, 1_000, 930, 950], '3 sell 10 at 936 t'],
    ['at the open that jumped over it', [900, 910, 890, 900], '3 sell 10 at 900 t'],
    ['and not a tick before', [1_000, 1_000, 937, 950], undefined],
  ] as const)('a long is liquidated %s', async (_, bar, fill) => {
    const world = await play(
      atClose((context) => void context.place(buy('MARKET'))),
      [START, CALM, bar, bar],
      {
        cash: 1_100,
      },
    )
    expect(fillsOf(world)).toEqual(['1 buy 10 at 1000 t', ...(fill === undefined ? [] : [fill])])
    expect(world.of('order.adopted')).toHaveLength(fill === undefined ? 0 : 1)
    expect(world.kernel.portfolio.accountQty(0)).toBe(world.venue.account.position(0))
  })

  // 1100 + 10 (1000 − p) = 0.5 p at p = 11100 ÷ 10.5 = 1057.1…
  test('a short is liquidated on the way up', async () => {
    const world = await play(
      atClose((context) => void context.place(sell('MARKET'))),
      [START, CALM, [1_000, 1_060, 1_000, 1_010]],
      {
        cash: 1_100,
      },
    )
    expect(fillsOf(world)[1]).toBe('3 buy 10 at 1058 t')
  })
})

describe('funding', () => {
  const funding = { intervalUs: 5 * MINUTE, rate: 0.001 }
  const paidAt = (world: World) => world.of('marketdata.funding').map(({ payload }) => payload.funding_ts / MINUTE)
  const holdFrom =
    (bar: number, until = 99): Handlers =>
    (context) => {
      let now = 0
      return {
        onBar() {
          if (now === bar) context.place(buy('MARKET'))
          if (now === until) context.place(sell('MARKET'))
          now++
        },
      }
    }
  const bars = Array.from({ length: 21 }, () => CALM)

  test('is paid by whoever holds at the end of an interval', async () => {
    const world = await play(holdFrom(0), bars, { assumptions: { funding } })
    expect(paidAt(world)).toEqual([5, 10, 15, 20])
    expect(moneyToNumber(world.kernel.portfolio.funding(0, 0))).toBe(-40)
    expect(world.kernel.portfolio.equity).toBe(1_000_000 - 40)
    expect(moneyToNumber(world.venue.account.balance('USDT'))).toBe(1_000_000 - 40)
  })

  test('is not paid for what was not held, however quiet it was before', async () => {
    expect(paidAt(await play(holdFrom(11), bars, { assumptions: { funding } }))).toEqual([15, 20])
    expect(paidAt(await play(holdFrom(3), bars, { assumptions: { funding } }))).toEqual([5, 10, 15, 20])
    expect(paidAt(await play(holdFrom(1, 7), bars, { assumptions: { funding } }))).toEqual([5])
  })

  test('does not depend on who listens', async () => {
    for (const bar of [0, 3, 4, 11]) {
      const silent = await play(holdFrom(bar), bars, { assumptions: { funding } })
      const heard = await play((context) => ({ ...holdFrom(bar)(context), onOpen: () => undefined }), bars, {
        assumptions: { funding },
      })
      expect(paidAt(heard)).toEqual(paidAt(silent))
      expect(heard.kernel.portfolio.equity).toBe(silent.kernel.portfolio.equity)
    }
  })
})

describe('with latency', () => {
  const slow = (entryS: number, responseS: number) => ({
    latency: constantLatency({ feedUs: 0, entryUs: entryS * 1_000_000, responseUs: responseS * 1_000_000 }),
  })

  test('an order arrives later and meets the open after that; news of it takes its time, too', async () => {
    const heard: number[] = []
    const world = await play(
      (context) => ({
        ...atClose(() => void context.place(buy('MARKET')))(context),
        onFill: () => void heard.push(context.now / MINUTE),
      }),
      [START, [1_001, 1_001, 1_001, 1_001], [1_002, 1_002, 1_002, 1_002], CALM],
      { assumptions: slow(30, 30) },
    )
    expect(fillsOf(world)).toEqual(['2 buy 10 at 1002 t'])
    expect(heard).toEqual([2.5])
  })

  const through = [1_000, 1_000, 990, 1_000]
  test('a cancel that is faster than the fill wins', async () => {
    const world = await play(
      atClose(
        (context) => void context.place(buy('LIMIT', { limit: 995 })),
        (context) => context.cancelAll('EXIT_TEST'),
      ),
      [START, [1_000, 1_000, 999, 1_000], through, START],
      { assumptions: slow(20, 1) },
    )
    expect(fillsOf(world)).toEqual([])
    expect(endsOf(world)).toEqual(['canceled REQUESTED'])
  })

  test('and one that is slower finds it filled', async () => {
    const world = await play(
      atClose(
        (context) => void context.place(buy('LIMIT', { limit: 995 })),
        () => undefined,
        (context) => context.cancelAll('EXIT_TEST'),
      ),
      [START, START, [1_000, 1_000, 999, 1_000], [990, 1_000, 990, 1_000], START],
      { assumptions: slow(1, 30) },
    )
    // The open at 3:00 jumps over the limit before the cancel, sent at 3:00, arrives.
    expect(fillsOf(world)).toEqual(['3 buy 10 at 995 m'])
    expect(world.of('order.late_event').map(({ payload }) => payload.report)).toEqual(['cancel-refused'])
    expect([...world.kernel.orders.all()].map(({ state }) => state)).toEqual(['FILLED'])
  })
})

describe('a kill', () => {
  const holding = atClose((context) => void context.place(buy('MARKET', { qty: 90 })))

  test('to FLATTEN works a position down through thin bars to nothing, and stays', async () => {
    const world: World = new World({
      bots: [{ strategy: scripted(holding) }],
      instruments: [PERP],
      feeds: [{ columns: [barsOf([START, ...Array.from({ length: 12 }, () => [1_000, 1_000, 1_000, 1_000, 40])])] }],
      cash: 100_000,
      assumptions: { participation: 0.5 },
      sample(ts) {
        if (ts !== 7 * MINUTE) return
        const who = { id: 'c1' as never, actor: 'operator', reason: 'test' }
        world.kernel.onCommand({ ...who, kind: 'KILL_RAISE', scope: 'global', level: 'FLATTEN' }, ts)
      },
    })
    await world.play()
    checkHistory(world.events)
    expect(world.kernel.portfolio.isFlat).toBe(true)
    expect(world.venue.account.position(0)).toBe(0)
    const sold = world.of('fill.recorded').filter(({ payload }) => payload.side === 'sell')
    expect(sold.map(({ payload }) => payload.qty)).toEqual([20, 20, 20, 20, 10])
    expect(
      world
        .of('safety.flatten_progress')
        .map(({ payload }) => payload.state)
        .at(-1),
    ).toBe('FLAT')
  })

  test('to FLATTEN closes two bots that hold against each other', async () => {
    const world: World = new World({
      bots: [
        { strategy: scripted(atClose((context) => void context.place(buy('MARKET', { qty: 30 })))), allocation: 5e4 },
        { strategy: scripted(atClose((context) => void context.place(sell('MARKET', { qty: 20 })))), allocation: 5e4 },
      ],
      instruments: [PERP],
      feeds: [{ columns: [barsOf(Array.from({ length: 8 }, () => CALM))] }],
      cash: 100_000,
      sample(ts) {
        if (ts !== 3 * MINUTE) return
        const who = { id: 'c1' as never, actor: 'operator', reason: 'test' }
        world.kernel.onCommand({ ...who, kind: 'KILL_RAISE', scope: 'global', level: 'FLATTEN' }, ts)
      },
    })
    await world.play()
    checkHistory(world.events)
    expect([world.kernel.portfolio.botQty(0, 0), world.kernel.portfolio.botQty(1, 0)]).toEqual([0, 0])
    expect(world.venue.account.position(0)).toBe(0)
  })
})

describe('the same run in other money', () => {
  const trading: Handlers = (context) => ({
    onBar(bar) {
      if (context.orders().length > 6) context.cancelAll('EXIT_TEST')
      const draw = context.random()
      const side = draw < 0.5 ? 'buy' : 'sell'
      const price = bar.close * (context.instruments[0]?.tick ?? 1)
      const qty = Math.floor((context.equity / price / 3) * context.random())
      const stopLoss = bar.close * (side === 'buy' ? 0.99 : 1.01)
      if (draw < 0.3) context.place(order(side, 'MARKET', { qty, stopLoss }))
      else if (draw > 0.7)
        context.place(order(side, 'LIMIT', { qty, limit: bar.close * (side === 'buy' ? 0.999 : 1.001) }))
    },
  })
  const bars = walkBars(500, { seed: 11, start: 50_000, step: 0.003 })
  const fees = { maker: rate(0.0002), taker: rate(0.0005), perFill: money(0n) }
  const run = (create: Handlers, { tick = '1', cash = 1e9, times = 1 } = {}) =>
    play(create, [], {
      instruments: [unit({ settlement: 'margin', maxLeverage: 5, shortable: true, fees, tickSize: decimal(tick) })],
      feeds: [{ columns: [bars] }],
      cash,
      assumptions: { fees: scheduleFees(times) },
    })

  test('ten times the prices, the tick and the cash make the same trades and ten times the profit', async () => {
    const [small, large] = [await run(trading, { cash: 1e7 }), await run(trading, { cash: 1e8, tick: '10' })]
    expect(fillsOf(small).length).toBeGreaterThan(200)
    expect(fillsOf(large)).toEqual(fillsOf(small))
    expect(large.kernel.portfolio.equity).toBeCloseTo(10 * small.kernel.portfolio.equity, 3)
    expect(small.kernel.portfolio.equity).not.toBe(1e7)
  })

  test('twice the fee never earns more on the same fills', async () => {
    const fixed: Handlers = (context) => ({
      onBar() {
        const side = context.random() < 0.5 ? 'buy' : 'sell'
        context.place(order(side, 'MARKET', { qty: 1 + Math.floor(context.random() * 9) }))
      },
    })
    const [free, once, twice] = [await run(fixed, { times: 0 }), await run(fixed), await run(fixed, { times: 2 })]
    expect(fillsOf(twice)).toEqual(fillsOf(once))
    expect(fillsOf(free)).toEqual(fillsOf(once))
    const worth = [free, once, twice].map(({ kernel }) => kernel.portfolio.equity)
    expect(worth[1]).toBeLessThan(worth[0] ?? 0)
    expect((worth[1] ?? 0) - (worth[2] ?? 0)).toBeCloseTo((worth[0] ?? 0) - (worth[1] ?? 0), 4)
    expect(once.equity.every((value, bar) => value <= (free.equity[bar] ?? 0) + 1e-6)).toBe(true)
  })
})
