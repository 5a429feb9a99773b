import { formatTime, type TimeUs } from '../../src/domain/time.ts'
import type { BacktestRun } from '../../src/research/backtest.ts'
import type { Figure } from '../../src/research/figure.ts'
import { datasetRef, type PlanSpec } from '../../src/research/plan-spec.ts'
import type { BacktestReport } from '../../src/research/result.ts'

/** A number as a decimal string that reads back as the same double; null where there is none. */
function decimalText(value: number | undefined): string | null {
  return value === undefined || !Number.isFinite(value) ? null : String(value)
}

function figureJson(figure: Figure): unknown {
  return 'value' in figure ? { value: decimalText(figure.value) } : { value: null, withheld: figure.withheld }
}

/**
 * The outcome in the fewest figures. It names nothing that differs between two runs of one plan: no run id, no clock, no
 * path; so equal plans give byte-equal files.
 */
export function summaryJson(spec: PlanSpec, run: BacktestRun, report: BacktestReport): Record<string, unknown> {
  return {
    strategy: `${spec.strategy.id}@${spec.strategy.version}`,
    dataset_ref: spec.feeds.map(datasetRef),
    outcome: run.outcome,
    start_equity: decimalText(run.startEquity),
    final_equity: decimalText(run.finalEquity),
    return_pct: decimalText((run.finalEquity / run.startEquity - 1) * 100),
    total_steps: run.inputs,
    total_trades: 'value' in report.figures.values.trades ? report.figures.values.trades.value : 0,
    events: run.events,
    final_hash: report.finalHash,
  }
}

/** Every figure with its reason where it is withheld, the scenarios, counts, assumptions and notes. */
export function resultJson(spec: PlanSpec, run: BacktestRun, report: BacktestReport): Record<string, unknown> {
  const { figures, scenarios, counts, assumptions, notes, span } = report
  const interval = (of: { low: number; high: number } | { withheld: string }) =>
    'withheld' in of
      ? { low: null, high: null, withheld: of.withheld }
      : { low: decimalText(of.low), high: decimalText(of.high) }
  return {
    ...summaryJson(spec, run, report),
    params: spec.strategy.params,
    instruments: spec.instruments,
    span: span === undefined ? null : { from: formatTime(span.fromTs as TimeUs), to: formatTime(span.toTs as TimeUs) },
    currency: report.currency,
    figures: Object.fromEntries(Object.entries(figures.values).map(([name, figure]) => [name, figureJson(figure)])),
    intervals_95: { mean_return: interval(figures.meanReturnInterval), sharpe: interval(figures.sharpeInterval) },
    cost_scenarios: scenarios.map(({ costTimes, totalReturn, maxDrawdown, trades, fees }) => ({
      cost_times: costTimes,
      total_return: decimalText(totalReturn),
      max_drawdown: decimalText(maxDrawdown),
      trades,
      fees: decimalText(fees),
    })),
    counts,
    assumptions,
    notes,
  }
}
