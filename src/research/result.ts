import type { Curve } from './equity-curve.ts'
import type { RunFigures } from './metrics.ts'
import type { YearReturns } from './monthly.ts'
import type { PriceCurve } from './price-curve.ts'
import type { TradeMarks } from './trade-marks.ts'

/** The same run with its costs multiplied: whether the edge survives what trading really costs. */
export interface CostScenario {
  /** 0, 1 and 2 times the fees and slippage of the run. */
  readonly costTimes: number
  /** Fraction; undefined when the run began with no equity. */
  readonly totalReturn: number | undefined
  /** Fraction, positive. */
  readonly maxDrawdown: number | undefined
  readonly trades: number
  /** In the reporting currency. */
  readonly fees: number
}

/** What the simulation takes for granted, so that a reader can disagree. */
export interface Assumption {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

/** Something about the data that bears on the figures: gaps, repairs, thinning. */
export interface DataNote {
  readonly severity: 'info' | 'warning'
  readonly text: string
}

/** A dataset that the run read, pinned by its content. */
export interface DatasetRef {
  readonly name: string
  /** Hex. */
  readonly sha256: string
  readonly rows: number
}

export interface ReportInstrument {
  readonly name: string
  /** Price of one tick in the quote currency. */
  readonly tick: number
  readonly priceDecimals: number
  /** Quantity of one lot. */
  readonly lot: number
  readonly qtyDecimals: number
  /** Absent when the run had no bars of it. */
  readonly price: PriceCurve | undefined
}

/** Counts by name (a reason code, an order state), largest first. */
export type Tally = readonly { readonly name: string; readonly count: number }[]

export interface RunCounts {
  readonly bars: number
  readonly intents: number
  readonly decisions: Tally
  readonly orders: Tally
  readonly fills: number
}

/** Everything that a rendering of a finished backtest needs: plain data, no look-ups left. */
export interface BacktestReport {
  readonly title: string
  readonly runId: string
  readonly strategy: string
  /** Parameters as written by whoever started the run: untrusted text. */
  readonly params: readonly { readonly name: string; readonly value: string }[]
  readonly datasets: readonly DatasetRef[]
  /** First and last sample, microseconds UTC; undefined for a run without bars. */
  readonly span: { readonly fromTs: number; readonly toTs: number } | undefined
  /** Reporting currency of all money, and the digits it is shown with. */
  readonly currency: string
  readonly moneyDecimals: number
  readonly instruments: readonly ReportInstrument[]
  readonly startEquity: number
  readonly finalEquity: number
  readonly figures: RunFigures
  readonly scenarios: readonly CostScenario[]
  readonly assumptions: readonly Assumption[]
  readonly notes: readonly DataNote[]
  readonly equity: Curve
  /** Fraction below the running peak: 0 and less. */
  readonly drawdown: Curve
  readonly marks: TradeMarks
  readonly monthly: readonly YearReturns[]
  readonly counts: RunCounts
  /** Of the last event: two runs that agree on it agree on everything. */
  readonly finalHash: string
}

/** Notes that follow from how the report was made: thinned marks, days that do not fit the annualising. */
export function reportNotes({ figures, marks }: Pick<BacktestReport, 'figures' | 'marks'>): readonly DataNote[] {
  const notes: DataNote[] = []
  if (figures.basis.warning !== undefined) notes.push({ severity: 'warning', text: figures.basis.warning })
  if (marks.fills > marks.ts.length) {
    const text = `the price chart marks ${marks.ts.length} of ${marks.fills} fills, evenly chosen; fills.csv has all`
    notes.push({ severity: 'info', text })
  }
  return notes
}
