import { moneyToNumber } from '../domain/money.ts'
import { Random } from '../domain/random.ts'
import { describeAssumptions } from '../venues/simulated/assumptions.ts'
import type { BacktestPlan, BacktestRun } from './backtest.ts'
import { matchedOn } from './backtest.ts'
import { drawdownCurve } from './equity-curve.ts'
import { figure, valueOf } from './figure.ts'
import { runFigures } from './metrics.ts'
import { monthlyReturns } from './monthly.ts'
import { type Assumption, type BacktestReport, type CostScenario, type DataNote, reportNotes } from './result.ts'
import { tradeMarks } from './trade-marks.ts'
import { flatToFlat } from './trades.ts'

export interface ReportFacts {
  readonly runId: string
  readonly finalHash: string
  readonly periodsPerYear: number
  readonly datasets: BacktestReport['datasets']
  readonly notes: readonly DataNote[]
  /** What the plan does not say: fees, limits and the like, in words. */
  readonly assumptions: readonly Assumption[]
}

/** Puts together what a renderer needs of a finished run and its cost scenarios. */
export function backtestReport(
  plan: BacktestPlan,
  run: BacktestRun,
  scenarios: readonly CostScenario[],
  facts: ReportFacts,
): BacktestReport {
  const { equity, fills } = run
  const summary = equity.summary()
  const trips = flatToFlat(fills).closed
  const random = Random.seeded(plan.seed)
  const figures = runFigures(
    { equity, fills, trips },
    { periodsPerYear: facts.periodsPerYear, riskFreeAnnual: 0, random: () => random.float() },
  )
  const marks = tradeMarks(fills)
  const curve = equity.curve()
  const kinds = new Set(plan.instruments.map((_, at) => matchedOn(plan.feeds, at)))
  return {
    title: `${plan.strategy.id} on ${plan.instruments.map(({ id }) => id).join(', ')}`,
    runId: facts.runId,
    strategy: `${plan.strategy.id} ${plan.strategy.version}`,
    params: Object.entries(plan.params as Record<string, unknown>).map(([name, value]) => ({
      name,
      value: String(value),
    })),
    datasets: facts.datasets,
    span: summary === undefined ? undefined : { fromTs: summary.firstTs, toTs: summary.lastTs },
    currency: plan.baseCurrency,
    moneyDecimals: 2,
    instruments: plan.instruments.map((instrument, at) => ({
      name: instrument.id,
      tick: instrument.tick,
      priceDecimals: instrument.tickSize.scale,
      lot: instrument.lot,
      qtyDecimals: instrument.lotSize.scale,
      price: run.prices[at]?.curve(),
    })),
    startEquity: run.startEquity,
    finalEquity: run.finalEquity,
    figures,
    scenarios,
    assumptions: [...describeAssumptions(plan.assumptions(1), kinds), ...facts.assumptions],
    notes: [...facts.notes, ...reportNotes({ figures, marks })],
    equity: curve,
    drawdown: drawdownCurve(curve),
    marks,
    monthly: monthlyReturns(equity.daily(), summary?.first ?? moneyToNumber(plan.cash)),
    counts: run.counts,
    finalHash: facts.finalHash,
  }
}

/** What one run says about the cost scenario that it played. */
export function costScenario(run: BacktestRun, costTimes: number): CostScenario {
  const { equity, fills } = run
  const summary = equity.summary()
  const random = () => 0.5
  const trips = flatToFlat(fills).closed
  const { values } = runFigures(
    { equity, fills, trips },
    { periodsPerYear: 365, riskFreeAnnual: 0, random, resamples: 1 },
  )
  return {
    costTimes,
    totalReturn: valueOf(figure(run.finalEquity / run.startEquity - 1)),
    maxDrawdown: summary === undefined ? undefined : valueOf(values.maxDrawdown),
    trades: trips.length,
    fees: valueOf(values.fees) ?? 0,
  }
}
