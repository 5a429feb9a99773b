import { beforeAll, describe, expect, test } from 'vitest'
import { closeAgainstAverage, crossBracket, reversal } from '../../fixtures/reference/cash-crosses.ts'
import { worstDeviation } from '../../fixtures/reference/closeness.ts'
import { type ReferenceBars, referenceBars } from '../../fixtures/reference/reference-bars.ts'
import { type CashReference, referenceFile, referenceNames } from '../../fixtures/reference/reference-file.ts'
import { playReference, type ReferenceRun } from '../../fixtures/reference/reference-run.ts'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { moneyToNumber } from '../domain/money.ts'
import { signOf } from '../domain/order.ts'
import type { Order } from '../orders/order.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { flatToFlat } from './trades.ts'

interface Case {
  readonly name: string
  readonly strategy: StrategyDefinition<never>
}

const untyped = <Params>(strategy: StrategyDefinition<Params>) => strategy as unknown as StrategyDefinition<never>

const CASES: readonly Case[] = [
  { name: 'backtrader_sma15_estx50_2006', strategy: untyped(closeAgainstAverage) },
  { name: 'backtrader_sma_reverse_orcl_2003_2005', strategy: untyped(reversal) },
  { name: 'backtrader_sma_reverse_nvda_cash_limited', strategy: untyped(reversal) },
  { name: 'backtrader_bracket_orcl_2003_2005', strategy: untyped(crossBracket) },
]

const DECIMALS = 11

interface Played {
  readonly reference: CashReference
  readonly bars: ReferenceBars
  readonly run: ReferenceRun
}

async function play({ name, strategy }: Case): Promise<Played> {
  const reference = referenceFile(name) as CashReference
  const { cash, commission_rate: rate } = reference.engine_parameters
  const bars = referenceBars(reference.dataset.file, DECIMALS)
  const run = await playReference({
    bars,
    decimals: DECIMALS,
    cash,
    commission: { fixed: 0, rate },
    terms: { settlement: 'cash', maxLeverage: 1, shortable: true },
    assumptions: { limitFill: 'touch', limitGap: 'open', inBar: 'next-bar', submissionCheck: true },
    strategy,
    params: reference.strategy_parameters,
  })
  return { reference, bars, run }
}

/** The decision behind an order: its own, or that of the entry whose bracket it is. */
function decidedAt({ bars, run }: Played, { createdTs, parentId }: Order): number {
  const parent = parentId === undefined ? undefined : run.world.kernel.orders.get(parentId)
  return bars.at(parent?.createdTs ?? createdTs)
}

const inUnits = (ticks: number) => ticks / 10 ** DECIMALS

const KINDS = {
  MARKET: 'Market',
  LIMIT: 'Limit',
  STOP: 'Stop',
  STOP_LIMIT: 'StopLimit',
  TRAILING_STOP: 'StopTrail',
} as const

const shared = sharedFolder()

test.skipIf(shared === undefined)('every such file is met', () => {
  expect(CASES.map(({ name }) => name).sort()).toEqual(referenceNames('backtrader_'))
})

function expectClose(found: readonly number[], expected: readonly number[], what: string): void {
  const worst = worstDeviation(found, expected)
  expect(worst.error, `${what} ${worst.at}: ${found[worst.at]}, expected ${expected[worst.at]}`).toBeLessThan(1e-9)
}

describe.skipIf(shared === undefined).each(CASES)('$name', (item) => {
  let all: Played
  beforeAll(async () => {
    all = await play(item)
  })

  test('every execution: when decided and done, size, price, commission, profit, position after', () => {
    const { executions } = all.reference
    const found = all.run.ordered.map(({ order, fill, realised, positionAfter }) => ({
      exact: [
        decidedAt(all, order),
        all.bars.at(fill.ts),
        KINDS[order.type],
        signOf(order.side) * fill.qty,
        positionAfter,
      ],
      price: inUnits(fill.price),
      commission: moneyToNumber(fill.fee),
      pnl: realised,
    }))
    expect(found.map(({ exact }) => exact)).toEqual(
      executions.map((it) => [it.created_bar, it.exec_bar, it.kind, it.size, it.position_after]),
    )
    for (const key of ['price', 'commission', 'pnl'] as const)
      expectClose(
        found.map((it) => it[key]),
        executions.map((it) => it[key]),
        `${key} of execution`,
      )
  })

  test('orders that the cash did not cover', () => {
    // We refuse a market order when it arrives, at the close it was decided on; they list the bar that it was meant for.
    const found = all.run.refused.map(({ order }) => ({
      created_bar: decidedAt(all, order),
      rejected_bar: decidedAt(all, order) + 1,
      size: signOf(order.side) * order.qty,
      status: 'Margin',
    }))
    expect(found).toEqual(all.reference.rejected_orders)
  })

  test('value and cash at the close of every bar, and what is held at the end', () => {
    const { reference, run } = all
    const { rows } = reference.value
    expect(rows.map(([bar]) => bar)).toEqual(run.equity.map((_, bar) => bar))
    expectClose(
      run.equity,
      rows.map(([, value]) => value),
      'value at bar',
    )
    expectClose(
      run.cash,
      rows.map(([, , cash]) => cash),
      'cash at bar',
    )
    const { portfolio } = run.world.kernel
    const { qty, cost } = portfolio.position(0, 0)
    expect(qty).toBe(reference.final.position)
    expectClose(
      [portfolio.equity, portfolio.botCash(0, 'USD'), qty === 0 ? 0 : moneyToNumber(cost) / qty],
      [reference.final.value, reference.final.cash, reference.final.average_entry],
      'value, cash, average entry:',
    )
  })

  test('every trade from flat to flat', () => {
    const { reference, bars, run } = all
    const { closed } = flatToFlat(run.fills)
    const found = Array.from({ length: closed.length }, (_, at) => {
      const commission = (closed.entryFee[at] ?? 0) + (closed.exitFee[at] ?? 0)
      const net = closed.pnl[at] ?? 0
      return {
        exact: [
          (closed.qty[at] ?? 0) * (closed.direction[at] ?? 0),
          bars.at(closed.entryTs[at] ?? 0),
          bars.at(closed.exitTs[at] ?? 0),
        ],
        entry_price: inUnits(closed.entryPrice[at] ?? 0),
        commission,
        pnl: net + commission,
        pnl_net: net,
      }
    })
    expect(found.map(({ exact }) => exact)).toEqual(
      reference.round_trips.map(({ size, entry_bar, exit_bar }) => [size, entry_bar, exit_bar]),
    )
    for (const key of ['entry_price', 'commission', 'pnl', 'pnl_net'] as const)
      expectClose(
        found.map((it) => it[key]),
        reference.round_trips.map((it) => it[key]),
        `${key} of trade`,
      )
  })

  test('every statistic', () => {
    const { reference, run } = all
    const { stats, engine_parameters: engine } = reference
    const { closed } = flatToFlat(run.fills)
    const net = closed.pnl.slice(0, closed.length)
    const won = net.filter((pnl) => pnl > 0).length
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0)
    const tripFees = sum(closed.entryFee.slice(0, closed.length)) + sum(closed.exitFee.slice(0, closed.length))
    expect([closed.length, won, closed.length - won]).toEqual([stats.n_round_trips, stats.won, stats.lost])
    expectClose(
      [
        100 * ((run.equity.at(-1) ?? Number.NaN) / engine.cash - 1),
        100 * deepestFall(run.equity),
        sum(net) + tripFees,
        sum(net),
        sum(run.fills.fee.slice(0, run.fills.length)),
      ],
      [stats.return_pct, stats.max_drawdown_pct, stats.gross_pnl, stats.net_pnl, stats.commission_paid],
      'return, drawdown, gross, net, commission:',
    )
  })
})

function deepestFall(equity: readonly number[]): number {
  let peak = Number.NEGATIVE_INFINITY
  let deepest = 0
  for (const value of equity) {
    peak = Math.max(peak, value)
    deepest = Math.max(deepest, 1 - value / peak)
  }
  return deepest
}
