import { US_PER_DAY } from '../domain/time.ts'
import { RESAMPLES, stationaryBootstrap } from './bootstrap.ts'
import type { DrawdownEpisode, EquityRecorder, EquitySummary } from './equity.ts'
import { counted, type Figure, figure, type Interval, valueOf, withheld } from './figure.ts'
import type { FigureName } from './figure-catalogue.ts'
import type { FillColumns } from './fill-columns.ts'
import {
  downsideDeviation,
  excessKurtosis,
  gainsAndLosses,
  mean,
  meanUpTo,
  probabilisticSharpe,
  quantile,
  returnsOf,
  sampleDeviation,
  sharpeRecord,
  skewness,
} from './returns.ts'
import type { TripColumns } from './trip-columns.ts'

/** Fewest observations for which a figure says more than luck does. */
const NEEDED = {
  /** Returns for a deviation, and for any ratio made from one. */
  returns: 30,
  /** Returns for a 5 % tail: five of them lie in it. */
  tailReturns: 100,
  /** Daily returns for a resampled interval. */
  bootstrapReturns: 60,
  /** Days before a return is annualised. */
  annualDays: 90,
  /** Closed trades for a rate or a mean over trades. */
  trades: 10,
  /** Closed trades for the system quality number. */
  sqnTrades: 30,
} as const

const DAYS_PER_YEAR = 365.25

/** Equity at equal steps, and how to annualise what follows from it. */
export interface ReturnSeries {
  readonly equity: Float64Array
  /** What lies between two values. */
  readonly unit: 'day' | 'bar'
  /** Calendar time from the first to the last value, microseconds. */
  readonly spanUs: number
  readonly annual:
    | { readonly periodsPerYear: number; readonly riskFreeAnnual: number }
    /** Why this series is not annualised. */
    | { readonly withheld: string }
}

/** What a run's returns were measured in. */
export interface ReturnBasis {
  readonly unit: 'day' | 'bar'
  readonly returns: number
  readonly periodsPerYear: number
  readonly riskFreeAnnual: number
  /** Set when the data does not have as many periods a year as the annualising assumes. */
  readonly warning: string | undefined
}

/** Every figure of one run. */
export interface RunFigures {
  readonly values: Readonly<Record<FigureName, Figure>>
  /** 95 %, by stationary bootstrap of the daily returns; Sharpe annualised. */
  readonly meanReturnInterval: Interval
  readonly sharpeInterval: Interval
  readonly basis: ReturnBasis
  readonly deepest: DrawdownEpisode | undefined
}

type Part<Names extends FigureName> = Readonly<Record<Names, Figure>>

type ReturnFigureName =
  | 'cagr'
  | 'meanReturn'
  | 'bestReturn'
  | 'worstReturn'
  | 'positiveShare'
  | 'volatility'
  | 'valueAtRisk'
  | 'expectedShortfall'
  | 'skew'
  | 'excessKurtosis'
  | 'sharpe'
  | 'probabilisticSharpe'
  | 'sortino'
  | 'omega'

const SPENT = 'equity fell to zero or below: a spent account has no returns'
const CONSTANT = 'every return is the same: nothing to divide by'

/**
 * Figures that follow from returns. The risk-free rate per period is `(1 + annual)^(1/periods) − 1`; deviations are
 * samples' (n − 1), moments the population's; the tail is interpolated between order statistics.
 */
export function returnFigures(series: ReturnSeries): Part<ReturnFigureName> {
  const returns = isSpent(series.equity) ? undefined : returnsOf(series.equity)
  if (returns === undefined) return allReturnFigures(() => withheld(SPENT))
  if (returns.length === 0) return allReturnFigures(() => withheld(`needs two ${series.unit}s of equity`))
  const noun = series.unit === 'day' ? 'daily return' : 'return per bar'
  const needs = (count: number, of: () => number, otherwise?: string): Figure =>
    returns.length < count ? tooFew(count, returns.length, noun) : figure(of(), otherwise)
  const { annual } = series
  const annualised = (of: (periods: number, excess: Float64Array) => number, otherwise?: string): Figure => {
    if ('withheld' in annual) return annual
    return needs(NEEDED.returns, () => of(annual.periodsPerYear, excessOf(returns, annual)), otherwise)
  }
  const sorted = returns.toSorted()
  const tail = quantile(sorted, 0.05)
  const { gains, losses, positive } = gainsAndLosses(returns)
  const differs = sorted[0] !== sorted[sorted.length - 1]
  const shape = (of: () => number): Figure => needs(NEEDED.returns, () => (differs ? of() : Number.NaN), CONSTANT)
  return {
    cagr: growth(series, returns.length),
    meanReturn: needs(1, () => mean(returns)),
    bestReturn: needs(1, () => sorted[sorted.length - 1] ?? Number.NaN),
    worstReturn: needs(1, () => sorted[0] ?? Number.NaN),
    positiveShare: needs(NEEDED.returns, () => positive / returns.length),
    volatility: annualised((periods) => sampleDeviation(returns) * Math.sqrt(periods)),
    sharpe: annualised(
      (periods, excess) => (differs ? (mean(excess) / sampleDeviation(excess)) * Math.sqrt(periods) : Number.NaN),
      CONSTANT,
    ),
    sortino: annualised(
      (periods, excess) => (mean(excess) / downsideDeviation(excess, 0)) * Math.sqrt(periods),
      `none of the ${returns.length} returns is below the risk-free rate`,
    ),
    probabilisticSharpe: annualised(
      (_, excess) => (differs ? probabilisticSharpe(sharpeRecord(excess), 0) : Number.NaN),
      differs ? 'the returns take two values only' : CONSTANT,
    ),
    valueAtRisk: needs(NEEDED.tailReturns, () => tail),
    expectedShortfall: needs(NEEDED.tailReturns, () => meanUpTo(returns, tail)),
    skew: shape(() => skewness(returns)),
    excessKurtosis: shape(() => excessKurtosis(returns)),
    omega: needs(NEEDED.returns, () => gains / losses, `none of the ${returns.length} returns is negative`),
  }
}

function allReturnFigures(of: () => Figure): Part<ReturnFigureName> {
  return {
    cagr: of(),
    meanReturn: of(),
    bestReturn: of(),
    worstReturn: of(),
    positiveShare: of(),
    volatility: of(),
    valueAtRisk: of(),
    expectedShortfall: of(),
    skew: of(),
    excessKurtosis: of(),
    sharpe: of(),
    probabilisticSharpe: of(),
    sortino: of(),
    omega: of(),
  }
}

function tooFew(needed: number, found: number, noun: string): { withheld: string } {
  return withheld(`needs ${needed} ${noun.replace(/^(\w+ return|return)/, '$1s')}, has ${found}`)
}

function isSpent(equity: Float64Array): boolean {
  return equity.some((value) => !(value > 0))
}

function excessOf(
  returns: Float64Array,
  { periodsPerYear, riskFreeAnnual }: { periodsPerYear: number; riskFreeAnnual: number },
): Float64Array {
  const riskFree = (1 + riskFreeAnnual) ** (1 / periodsPerYear) - 1
  return riskFree === 0 ? returns : returns.map((value) => value - riskFree)
}

/** `(last / first)^(periods per year / returns) − 1`. */
function growth({ equity, spanUs, annual }: ReturnSeries, returns: number): Figure {
  const days = spanUs / US_PER_DAY
  if (days < NEEDED.annualDays) {
    const power = days > 0 ? `: annualising ${daysText(days)} days multiplies luck by ${Math.round(365 / days)}` : ''
    return withheld(`needs ${NEEDED.annualDays} days, has ${daysText(days)}${power}`)
  }
  if ('withheld' in annual) return annual
  const first = equity[0] ?? Number.NaN
  const last = equity[equity.length - 1] ?? Number.NaN
  return figure((last / first) ** (annual.periodsPerYear / returns) - 1, 'the yearly growth is beyond any number')
}

/** Figures of the equity line itself, from every sample. */
function equityFigures(
  summary: EquitySummary | undefined,
): Part<'totalReturn' | 'maxDrawdown' | 'maxDrawdownMoney' | 'longestUnderWater' | 'ulcerIndex' | 'exposure'> {
  const of = (read: (from: EquitySummary) => number, otherwise?: string): Figure =>
    summary === undefined ? withheld('the run has no bars') : figure(read(summary), otherwise)
  const noPeak = 'equity was never above zero'
  const hasPeak = (from: EquitySummary): boolean => from.highest > 0
  return {
    totalReturn: of(({ first, last }) => (first > 0 ? last / first - 1 : Number.NaN), 'the run began with no equity'),
    maxDrawdown: of((from) => (hasPeak(from) ? (from.deepest?.fraction ?? 0) : Number.NaN), noPeak),
    maxDrawdownMoney: of((from) => from.maxDrawdownMoney),
    longestUnderWater: of((from) => from.longestUnderWaterUs),
    ulcerIndex: of((from) => (hasPeak(from) ? from.ulcerIndex : Number.NaN), noPeak),
    exposure: of((from) => from.exposureShare),
  }
}

type TradeFigureName =
  | 'trades'
  | 'tradesPerYear'
  | 'winRate'
  | 'profitFactor'
  | 'expectancy'
  | 'expectancyReturn'
  | 'averageWin'
  | 'averageLoss'
  | 'bestTrade'
  | 'worstTrade'
  | 'averageHolding'
  | 'sqn'

/** Figures of the closed trades, profits after fees. @param spanUs length of the run */
function tradeFigures(trips: TripColumns, spanUs: number): Part<TradeFigureName> {
  const count = trips.length
  const pnl = trips.pnl.subarray(0, count)
  const { gains, losses, positive, negative } = gainsAndLosses(pnl)
  const needs = (needed: number, of: () => number, otherwise?: string): Figure =>
    count < needed ? tooFewTrades(needed, count) : figure(of(), otherwise)
  const days = spanUs / US_PER_DAY
  const noLoss = `no losing trade among ${count}`
  let held = 0
  for (let at = 0; at < count; at++) held += (trips.exitTs[at] ?? 0) - (trips.entryTs[at] ?? 0)
  return {
    trades: { value: count },
    tradesPerYear:
      days < NEEDED.annualDays
        ? withheld(`needs ${NEEDED.annualDays} days, has ${daysText(days)}`)
        : figure(count / (days / DAYS_PER_YEAR)),
    winRate: needs(NEEDED.trades, () => positive / count),
    profitFactor: needs(1, () => gains / losses, noLoss),
    expectancy: needs(NEEDED.trades, () => mean(pnl)),
    expectancyReturn: needs(NEEDED.trades, () => mean(trips.returnFraction.subarray(0, count))),
    averageWin: needs(1, () => gains / positive, `no winning trade among ${count}`),
    averageLoss: needs(1, () => -losses / negative, noLoss),
    bestTrade: needs(1, () => extreme(pnl, 1)),
    worstTrade: needs(1, () => extreme(pnl, -1)),
    averageHolding: needs(1, () => held / count),
    sqn: needs(
      NEEDED.sqnTrades,
      () => (Math.sqrt(count) * mean(pnl)) / sampleDeviation(pnl),
      'every trade made the same profit: nothing to divide by',
    ),
  }
}

function tooFewTrades(needed: number, found: number): { withheld: string } {
  return withheld(found === 0 ? 'no trade closed' : `needs ${counted(needed, 'closed trade')}, has ${found}`)
}

/** Largest value times `sign`; a loop, because spreading 690 000 values overflows the stack. */
function extreme(values: Float64Array, sign: 1 | -1): number {
  let best = values[0] ?? Number.NaN
  for (const value of values) if (value * sign > best * sign) best = value
  return best
}

/** Figures of what trading cost. All fills are in the reporting currency. */
function costFigures(
  fills: FillColumns,
  summary: EquitySummary | undefined,
): Part<'fills' | 'makerShare' | 'turnover' | 'fees' | 'slippage' | 'costPerNotional'> {
  let notional = 0
  let rested = 0
  let fees = 0
  let slippage = 0
  for (let at = 0; at < fills.length; at++) {
    const traded = fills.notional[at] ?? 0
    notional += traded
    if (fills.maker[at] === 1) rested += traded
    fees += fills.fee[at] ?? 0
    slippage += fills.slippage[at] ?? 0
  }
  const meanEquity = summary?.mean ?? Number.NaN
  return {
    fills: { value: fills.length },
    makerShare: figure(rested / notional, 'nothing was traded'),
    turnover: figure(
      meanEquity > 0 ? notional / meanEquity : Number.NaN,
      summary === undefined ? 'the run has no bars' : 'mean equity is not above zero',
    ),
    fees: figure(fees, 'fees are beyond any number'),
    slippage: figure(slippage, 'slippage is beyond any number'),
    costPerNotional: figure((fees + slippage) / notional, 'nothing was traded'),
  }
}

export interface FigureOptions {
  /** 365 for markets that never close, 252 for exchanges with trading days. */
  readonly periodsPerYear: number
  /** 0.02 is two percent a year. */
  readonly riskFreeAnnual: number
  /** Seeded, in [0, 1): the bootstrap draws from it. */
  readonly random: () => number
  readonly resamples?: number
}

/** Everything a finished run measured. Returns are daily where the run has enough UTC days, else per bar. */
export interface FinishedRun {
  readonly equity: EquityRecorder
  readonly fills: FillColumns
  readonly trips: TripColumns
}

export function runFigures({ equity, fills, trips }: FinishedRun, options: FigureOptions): RunFigures {
  const summary = equity.summary()
  const series = chooseSeries(equity, summary, options)
  const spanUs = summary === undefined ? 0 : summary.lastTs - summary.firstTs
  const fromEquity = equityFigures(summary)
  const isRuined = summary !== undefined && summary.lowest <= 0
  const fromReturns = isRuined ? allReturnFigures(() => withheld(SPENT)) : returnFigures(series)
  const values: RunFigures['values'] = {
    ...fromEquity,
    ...fromReturns,
    calmar: calmar(fromReturns.cagr, fromEquity.maxDrawdown),
    ...tradeFigures(trips, spanUs),
    ...costFigures(fills, summary),
  }
  return {
    values,
    ...intervals(series, isRuined, options),
    basis: {
      unit: series.unit,
      returns: Math.max(0, series.equity.length - 1),
      periodsPerYear: options.periodsPerYear,
      riskFreeAnnual: options.riskFreeAnnual,
      warning: basisWarning(series, options.periodsPerYear),
    },
    deepest: summary?.deepest,
  }
}

function chooseSeries(
  recorder: EquityRecorder,
  summary: EquitySummary | undefined,
  { periodsPerYear, riskFreeAnnual }: FigureOptions,
): ReturnSeries {
  const spanUs = summary === undefined ? 0 : summary.lastTs - summary.firstTs
  const { equity } = recorder.daily()
  const dailyReturns = Math.max(0, equity.length - 1)
  const samples = recorder.everySample()
  if (dailyReturns >= NEEDED.returns || samples === undefined) {
    return { equity, unit: 'day', spanUs, annual: { periodsPerYear, riskFreeAnnual } }
  }
  return { equity: samples, unit: 'bar', spanUs, annual: tooFew(NEEDED.returns, dailyReturns, 'daily return') }
}

function calmar(cagr: Figure, maxDrawdown: Figure): Figure {
  const growth = valueOf(cagr)
  const fall = valueOf(maxDrawdown)
  if (growth === undefined)
    return withheld(`needs the CAGR, which ${'withheld' in cagr ? cagr.withheld : 'is missing'}`)
  if (fall === undefined || fall === 0) return withheld('needs a drawdown, and equity never fell')
  return figure(growth / fall, 'needs a drawdown that can be divided by')
}

function intervals(
  { equity, unit, annual }: ReturnSeries,
  isRuined: boolean,
  { random, resamples = RESAMPLES }: FigureOptions,
): Pick<RunFigures, 'meanReturnInterval' | 'sharpeInterval'> {
  const both = (reason: Interval) => ({ meanReturnInterval: reason, sharpeInterval: reason })
  const returns = isRuined ? undefined : returnsOf(equity)
  if (returns === undefined) return both(withheld(SPENT))
  if (unit !== 'day' || 'withheld' in annual) {
    return both('withheld' in annual ? withheld(annual.withheld) : withheld('needs daily returns'))
  }
  if (returns.length < NEEDED.bootstrapReturns) {
    return both(tooFew(NEEDED.bootstrapReturns, returns.length, 'daily return'))
  }
  const excess = excessOf(returns, annual)
  const riskFree = (returns[0] ?? 0) - (excess[0] ?? 0)
  const drawn = stationaryBootstrap(excess, random, resamples)
  const scale = Math.sqrt(annual.periodsPerYear)
  return {
    meanReturnInterval: intervalOf(drawn.mean.low + riskFree, drawn.mean.high + riskFree),
    sharpeInterval: intervalOf(drawn.ratio.low * scale, drawn.ratio.high * scale),
  }
}

function intervalOf(low: number, high: number): Interval {
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : withheld('a resample had no deviation')
}

/** Annualising 252 trading days as if they were 365 inflates every annual figure, so a mismatch is said. */
function basisWarning({ equity, unit, spanUs }: ReturnSeries, periodsPerYear: number): string | undefined {
  const days = spanUs / US_PER_DAY
  if (unit !== 'day' || days < NEEDED.annualDays) return undefined
  const observed = ((equity.length - 1) / days) * DAYS_PER_YEAR
  if (Math.abs(observed / periodsPerYear - 1) <= 0.15) return undefined
  return `annual figures assume ${periodsPerYear} days a year, the data has ${Math.round(observed)}`
}

function daysText(days: number): string {
  return days.toFixed(days > 0 && days < 10 ? 1 : 0)
}
