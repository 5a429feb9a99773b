import { beforeAll, describe, expect, test } from 'vitest'
import { breakout } from '../../fixtures/reference/breakout.ts'
import { worstDeviation } from '../../fixtures/reference/closeness.ts'
import { exclusiveCross } from '../../fixtures/reference/exclusive-cross.ts'
import { openingSpread } from '../../fixtures/reference/opening-spread.ts'
import { oversold } from '../../fixtures/reference/oversold.ts'
import { RecordCommission } from '../../fixtures/reference/record-commission.ts'
import { type ReferenceBars, referenceBars } from '../../fixtures/reference/reference-bars.ts'
import { type NettedReference, referenceFile, referenceNames } from '../../fixtures/reference/reference-file.ts'
import {
  type OrderedFill,
  playReference,
  type ReferencePlan,
  type ReferenceRun,
} from '../../fixtures/reference/reference-run.ts'
import { scaling } from '../../fixtures/reference/scaling.ts'
import { limitBracket, stopLimitEntry } from '../../fixtures/reference/timed-entries.ts'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { signOf } from '../domain/order.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import type { Assumptions } from '../venues/simulated/assumptions.ts'
import { valueOf } from './figure.ts'
import { type GeometricTrades, geometricFigures } from './metrics-geometric.ts'
import { fifoLots } from './trades.ts'

/** How one file is met: which strategy, with which of its numbers, and what the venue does besides the common rules. */
interface Case {
  readonly name: string
  readonly strategy: StrategyDefinition<never>
  readonly params: (parameters: Readonly<Record<string, number>>, firstBar: number) => unknown
  readonly decimals?: number
}

const cross = (parameters: Readonly<Record<string, number>>, actsAt: 'next-open' | 'close') => ({
  fast: parameters['n1'],
  slow: parameters['n2'],
  units: parameters['size'],
  actsAt,
})
const withFirstBar = (parameters: Readonly<Record<string, number>>, firstBar: number) => ({ ...parameters, firstBar })
const untyped = <Params>(strategy: StrategyDefinition<Params>) => strategy as unknown as StrategyDefinition<never>

const CASES: readonly Case[] = [
  ...['goog_10_20', 'eurusd_10_20', 'eurusd_leveraged', 'btcusdt_1h'].map((name) => ({
    name: `bt_sma_cross_${name}`,
    strategy: untyped(exclusiveCross),
    params: (parameters: Readonly<Record<string, number>>) => cross(parameters, 'next-open'),
  })),
  {
    name: 'bt_sma_cross_goog_10_20_on_close',
    strategy: untyped(exclusiveCross),
    params: (parameters) => cross(parameters, 'close'),
  },
  { name: 'bt_rsi_sl_tp_goog', strategy: untyped(oversold), params: withFirstBar },
  { name: 'bt_limit_bracket_goog', strategy: untyped(limitBracket), params: withFirstBar },
  { name: 'bt_breakout_trailing_nvda', strategy: untyped(breakout), params: withFirstBar, decimals: 12 },
  {
    name: 'bt_stop_limit_goog',
    strategy: untyped(stopLimitEntry),
    params: (parameters, firstBar) => ({ ...parameters, n: 10, firstBar }),
  },
  { name: 'bt_fifo_netting_goog', strategy: untyped(scaling), params: withFirstBar },
]

/** The rules that all these files share, each a value of an assumption. */
function assumptionsOf({ engine_parameters: engine }: NettedReference): Partial<Assumptions> {
  return {
    marketFill: engine.trade_on_close ? 'same-close' : 'next-open',
    limitFill: 'touch',
    limitGap: 'open',
    stopLimitGap: 'stop-price',
    inBar: 'next-bar',
    marginMark: 'bar-close',
    slippage: openingSpread(engine.spread),
  }
}

interface Played {
  readonly reference: NettedReference
  readonly bars: ReferenceBars
  readonly decimals: number
  readonly run: ReferenceRun
}

async function play({ name, strategy, params, decimals = 10 }: Case): Promise<Played> {
  const reference = referenceFile(name) as NettedReference
  const { cash, margin, commission_fixed: fixed, commission_rate: rate } = reference.engine_parameters
  const bars = referenceBars(reference.dataset.file, decimals)
  const perRecord = new RecordCommission()
  const plan: ReferencePlan<never> = {
    bars,
    decimals,
    cash,
    commission: { fixed, rate },
    terms: { settlement: 'margin', maxLeverage: 1 / margin, shortable: true },
    assumptions: { ...assumptionsOf(reference), fees: perRecord.fees },
    strategy,
    params: params(reference.strategy_parameters, reference.warmup_index + 1),
    onFill: (order, { qty }) => perRecord.book(order.side, qty),
  }
  return { reference, bars, decimals, run: await playReference(plan) }
}

/** Closed trades as the files list them: FIFO pieces, each charged commission as if it had been alone at both ends. */
function tradesOf({ reference, bars, decimals, run }: Played) {
  const { commission_fixed: fixed, commission_rate: rate } = reference.engine_parameters
  const { closed } = fifoLots(run.fills)
  return Array.from({ length: closed.length }, (_, at) => {
    const units = (closed.qty[at] ?? 0) * (closed.direction[at] ?? 0)
    const entry = (closed.entryPrice[at] ?? 0) / 10 ** decimals
    const exit = (closed.exitPrice[at] ?? 0) / 10 ** decimals
    const commission = 2 * fixed + Math.abs(units) * (entry + exit) * rate
    return {
      units,
      entryBar: bars.at(closed.entryTs[at] ?? 0),
      exitBar: bars.at(closed.exitTs[at] ?? 0),
      entry,
      exit,
      commission,
      pnl: units * (exit - entry) - commission,
      returnFraction: Math.sign(units) * (exit / entry - 1) - commission / (Math.abs(units) * entry),
    }
  })
}

const shared = sharedFolder()

test.skipIf(shared === undefined)('every such file is met', () => {
  expect(CASES.map(({ name }) => name).sort()).toEqual(referenceNames('bt_'))
})

describe.skipIf(shared === undefined).each(CASES)('$name', (item) => {
  let played: Played
  beforeAll(async () => {
    played = await play(item)
  })

  test('every trade: units, bars, prices, commission, profit', () => {
    const { trades } = played.reference
    const found = tradesOf(played)
    expect(found.map(({ units, entryBar, exitBar }) => [units, entryBar, exitBar])).toEqual(
      trades.map(({ units, entry_bar, exit_bar }) => [units, entry_bar, exit_bar]),
    )
    for (const [ours, theirs] of [
      ['entry', 'entry_price'],
      ['exit', 'exit_price'],
      ['commission', 'commission'],
      ['pnl', 'pnl'],
      ['returnFraction', 'return_pct'],
    ] as const) {
      const worst = worstDeviation(
        found.map((trade) => trade[ours]),
        trades.map((trade) => trade[theirs]),
      )
      expect(worst.error, `${theirs} of trade ${worst.at}`).toBeLessThan(1e-9)
    }
  })

  test('stop and target of every trade, as they stood when it closed', () => {
    const { reference, decimals, run } = played
    const bracketed = reference.trades.filter(({ sl }) => sl !== null)
    // Trades with a bracket follow one another, so that fills are entry, exit, entry, exit.
    const found = bracketed.map((_, at) => bracketOf(run.ordered[2 * at], run.ordered[2 * at + 1], decimals))
    for (const end of ['sl', 'tp'] as const) {
      expect(found.map((it) => it[end] === null)).toEqual(bracketed.map((it) => it[end] === null))
      const worst = worstDeviation(
        found.map((it) => it[end] ?? 0),
        bracketed.map((it) => it[end] ?? 0),
      )
      expect(worst.error, `${end} of trade ${worst.at}`).toBeLessThan(1e-9)
    }
  })

  test('equity at the close of every bar', () => {
    const { reference, bars, run } = played
    const { equity } = reference
    expect(run.equity.length).toBe(bars.columns.length)
    const rows = equity.bars ?? equity.values.map((_, at) => at * equity.bar_step)
    const worst = worstDeviation(
      rows.map((row) => run.equity[row] ?? Number.NaN),
      equity.values,
    )
    expect(worst.error, `bar ${rows[worst.at]}`).toBeLessThan(1e-9)
  })

  test('what the account could not pay, and what is still open', () => {
    const { reference, bars, decimals, run } = played
    expect(run.refused.map(({ bar }) => bar)).toEqual(reference.dropped_orders_insufficient_margin_at_bar)
    expect(openAtEnd(run, bars, decimals)).toEqual(
      reference.open_trades_at_end.map(({ units, entry_bar, entry_price }) => [units, entry_bar, entry_price]),
    )
  })

  test('every statistic', () => {
    const { reference, bars, run } = played
    const figures = geometricFigures({
      equity: Float64Array.from(run.equity),
      ts: Float64Array.from(bars.tsMs, (ms) => ms * 1000),
      close: bars.close,
      warmup: reference.warmup_index,
      periodsPerYear: reference.annual_days,
      trades: geometricTrades(played),
    })
    const found = new Map(
      Object.entries(figures).map(([name, shown]) => [name.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`), shown]),
    )
    for (const [name, expected] of Object.entries(reference.stats)) {
      const value = valueOf(found.get(name) ?? { withheld: 'missing' }) ?? Number.NaN
      const { error } = worstDeviation([value], [expected])
      expect(error, `${name}: expected ${expected}, found ${value}`).toBeLessThan(ANNUALISED.has(name) ? 1e-6 : 1e-9)
    }
  })
})

/** Figures for which the files allow 1e-6, because compounding to a year amplifies rounding. */
const ANNUALISED = new Set(['return_ann_pct', 'volatility_ann_pct', 'cagr_pct', 'sharpe', 'sortino', 'calmar'])

function geometricTrades(played: Played): GeometricTrades {
  const trades = tradesOf(played)
  const stamp = (bar: number) => (played.bars.tsMs[bar] ?? Number.NaN) * 1000
  return {
    length: trades.length,
    entryBar: trades.map(({ entryBar }) => entryBar),
    exitBar: trades.map(({ exitBar }) => exitBar),
    entryTs: trades.map(({ entryBar }) => stamp(entryBar)),
    exitTs: trades.map(({ exitBar }) => stamp(exitBar)),
    pnl: trades.map(({ pnl }) => pnl),
    fee: trades.map(({ commission }) => commission),
    returnFraction: trades.map(({ returnFraction }) => returnFraction),
  }
}

/** Prices of a trade's bracket: those that its entry named, unless the stop that closed it had been moved since. */
function bracketOf(entry: OrderedFill | undefined, exit: OrderedFill | undefined, decimals: number) {
  const price = (ticks: number | undefined) => (ticks === undefined ? null : ticks / 10 ** decimals)
  return { sl: price(exit?.stop ?? entry?.order.stopLoss), tp: price(entry?.order.takeProfit) }
}

/** Lots that nothing has closed, oldest first: units, entry bar and price. */
function openAtEnd({ ordered }: ReferenceRun, bars: ReferenceBars, decimals: number): readonly (readonly number[])[] {
  const open: { units: number; bar: number; price: number }[] = []
  for (const { order, fill } of ordered) {
    let units = signOf(order.side) * fill.qty
    while (units !== 0 && open[0] !== undefined && open[0].units > 0 !== units > 0) {
      const closed = Math.sign(units) * Math.min(Math.abs(units), Math.abs(open[0].units))
      units -= closed
      open[0].units += closed
      if (open[0].units === 0) open.shift()
    }
    if (units !== 0) open.push({ units, bar: bars.at(fill.ts), price: fill.price / 10 ** decimals })
  }
  return open.map(({ units, bar, price }) => [units, bar, price])
}
