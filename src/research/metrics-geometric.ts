import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts'
import { type Figure, figure, withheld } from './figure.ts'
import { gainsAndLosses, mean, sampleDeviation } from './returns.ts'

/**
 * A second convention for the figures of a run, common among bar-based backtesters: annual figures from the geometric
 * mean and compounded volatility, profit factor on percentage returns, exposure that counts entry and exit bars. It is
 * kept apart from `metrics.ts` because the same word means another number there. No figure is withheld for a small
 * sample here, only where it does not exist: these serve comparison with other engines, not judgement.
 */
export interface GeometricRun {
  /** Equity at each bar's close. */
  readonly equity: Float64Array
  /** Stamp of each bar, microseconds UTC; days are cut by it. */
  readonly ts: Float64Array
  readonly close: Float64Array
  /** First bar at which every indicator of the strategy is defined. */
  readonly warmup: number
  /** 252 or 365. */
  readonly periodsPerYear: number
  readonly trades: GeometricTrades
}

/** Closed trades, a column each. Bars are indices into the run's bars. */
export interface GeometricTrades {
  readonly length: number
  readonly entryBar: ArrayLike<number>
  readonly exitBar: ArrayLike<number>
  readonly entryTs: ArrayLike<number>
  readonly exitTs: ArrayLike<number>
  /** After both fees. */
  readonly pnl: ArrayLike<number>
  /** Both sides. */
  readonly fee: ArrayLike<number>
  /** After both fees, on the entry notional. */
  readonly returnFraction: ArrayLike<number>
}

/** Percent where the name ends in Pct, seconds where it ends in S. */
export interface GeometricFigures {
  readonly exposurePct: Figure
  readonly equityFinal: Figure
  readonly equityPeak: Figure
  readonly commissions: Figure
  readonly returnPct: Figure
  readonly buyHoldReturnPct: Figure
  readonly returnAnnPct: Figure
  readonly volatilityAnnPct: Figure
  readonly cagrPct: Figure
  readonly sharpe: Figure
  readonly sortino: Figure
  readonly calmar: Figure
  readonly beta: Figure
  readonly alphaPct: Figure
  readonly maxDrawdownPct: Figure
  readonly avgDrawdownPct: Figure
  readonly maxDrawdownDurationS: Figure
  readonly avgDrawdownDurationS: Figure
  readonly nTrades: Figure
  readonly winRatePct: Figure
  readonly bestTradePct: Figure
  readonly worstTradePct: Figure
  readonly avgTradePct: Figure
  readonly maxTradeDurationS: Figure
  readonly avgTradeDurationS: Figure
  readonly profitFactor: Figure
  readonly expectancyPct: Figure
  readonly sqn: Figure
  readonly kelly: Figure
}

export function geometricFigures(run: GeometricRun): GeometricFigures {
  const { equity, ts, close, warmup, trades } = run
  const first = equity[0] ?? Number.NaN
  const last = equity[equity.length - 1] ?? Number.NaN
  const total = last / first - 1
  const held = (close[close.length - 1] ?? Number.NaN) / (close[warmup] ?? Number.NaN) - 1
  const years = ((ts[ts.length - 1] ?? Number.NaN) - (ts[0] ?? Number.NaN)) / US_PER_DAY / 365.25
  const annual = annualised(dailyReturns(run), run.periodsPerYear)
  const falls = drawdowns(run)
  const beta = betaOf(equity, close)
  const of = (value: number): Figure => figure(value, 'undefined for this equity')
  const percent = (fraction: number): Figure => of(100 * fraction)
  return {
    exposurePct: percent(barsHeld(trades, equity.length) / equity.length),
    equityFinal: of(last),
    equityPeak: of(falls.peak),
    commissions: of(sum(trades.fee, trades.length)),
    returnPct: percent(total),
    buyHoldReturnPct: percent(held),
    returnAnnPct: percent(annual.growth),
    volatilityAnnPct: percent(annual.volatility),
    cagrPct: percent((last / first) ** (1 / years) - 1),
    sharpe: of(annual.growth / annual.volatility),
    sortino: of(annual.growth / annual.downside),
    calmar: of(annual.growth / falls.deepest),
    beta: of(beta),
    alphaPct: percent(total - beta * held),
    maxDrawdownPct: percent(-falls.deepest),
    ...episodeFigures(falls.episodes, wholeUnit(ts)),
    ...tradeShare(trades, wholeUnit(ts)),
  }
}

/** Returns between the last equities of UTC days that have bars. */
function dailyReturns({ equity, ts }: GeometricRun): Float64Array {
  const closes: number[] = []
  for (let bar = 0; bar < equity.length; bar++) {
    const day = Math.floor((ts[bar] ?? 0) / US_PER_DAY)
    const next = Math.floor((ts[bar + 1] ?? Number.POSITIVE_INFINITY) / US_PER_DAY)
    if (day !== next) closes.push(equity[bar] ?? Number.NaN)
  }
  return Float64Array.from(closes.slice(1), (value, at) => value / (closes[at] ?? Number.NaN) - 1)
}

/** Compounded annual growth, volatility `√((var + (1+g)²)^A − (1+g)^2A)` and downside deviation of daily returns. */
function annualised(returns: Float64Array, periods: number) {
  let logs = 0
  let downside = 0
  for (const value of returns) {
    logs += Math.log(1 + value)
    downside += Math.min(value, 0) ** 2
  }
  const perDay = Math.exp(logs / returns.length)
  const variance = sampleDeviation(returns) ** 2
  return {
    growth: perDay ** periods - 1,
    volatility: Math.sqrt((variance + perDay ** 2) ** periods - perDay ** (2 * periods)),
    downside: Math.sqrt(downside / returns.length) * Math.sqrt(periods),
  }
}

interface Episode {
  readonly depth: number
  readonly us: number
}

/**
 * Falls from one bar at the running maximum to the next one with at least one bar between; a last one that has not
 * recovered ends with the data.
 */
function drawdowns({ equity, ts }: GeometricRun): { peak: number; deepest: number; episodes: readonly Episode[] } {
  const episodes: Episode[] = []
  let peak = Number.NEGATIVE_INFINITY
  let atPeak = 0
  let depth = 0
  let deepest = 0
  for (let bar = 0; bar < equity.length; bar++) {
    const here = equity[bar] ?? Number.NaN
    if (here > peak) peak = here
    const fall = 1 - here / peak
    depth = Math.max(depth, fall)
    deepest = Math.max(deepest, fall)
    if (fall !== 0 && bar !== equity.length - 1) continue
    if (bar > atPeak + 1) episodes.push({ depth, us: (ts[bar] ?? 0) - (ts[atPeak] ?? 0) })
    atPeak = bar
    depth = 0
  }
  return { peak, deepest, episodes }
}

function episodeFigures(
  episodes: readonly Episode[],
  unitUs: number,
): Pick<GeometricFigures, 'avgDrawdownPct' | 'maxDrawdownDurationS' | 'avgDrawdownDurationS'> {
  if (episodes.length === 0) {
    const none = withheld('no drawdown lasted more than a bar')
    return { avgDrawdownPct: none, maxDrawdownDurationS: none, avgDrawdownDurationS: none }
  }
  const depths = episodes.reduce((total, { depth }) => total + depth, 0)
  const lengths = episodes.reduce((total, { us }) => total + us, 0)
  const longest = episodes.reduce((most, { us }) => Math.max(most, us), 0)
  return {
    avgDrawdownPct: { value: (-100 * depths) / episodes.length },
    maxDrawdownDurationS: { value: secondsUp(longest, unitUs) },
    avgDrawdownDurationS: { value: secondsUp(lengths / episodes.length, unitUs) },
  }
}

/** The largest of day, hour, minute, second that the usual step between bars is a whole number of. */
function wholeUnit(ts: Float64Array): number {
  const steps = ts.slice(1).map((stamp, at) => stamp - (ts[at] ?? 0))
  const usual = steps.sort()[Math.floor(steps.length / 2)] ?? US_PER_SECOND
  return [US_PER_DAY, US_PER_HOUR, US_PER_MINUTE].find((unit) => usual % unit === 0) ?? US_PER_SECOND
}

function secondsUp(us: number, unitUs: number): number {
  return (Math.ceil(us / unitUs) * unitUs) / US_PER_SECOND
}

/** Bars inside at least one trade, entry and exit bars included. */
function barsHeld(trades: GeometricTrades, bars: number): number {
  const held = new Uint8Array(bars)
  for (let at = 0; at < trades.length; at++) held.fill(1, trades.entryBar[at] ?? 0, (trades.exitBar[at] ?? 0) + 1)
  return held.reduce((count, isHeld) => count + isHeld, 0)
}

/** Slope of log equity returns on log close returns. */
function betaOf(equity: Float64Array, close: Float64Array): number {
  const logReturns = (values: Float64Array): Float64Array =>
    values.slice(1).map((value, at) => Math.log(value / (values[at] ?? Number.NaN)))
  const ours = logReturns(equity)
  const market = logReturns(close)
  const ourMean = mean(ours)
  const marketMean = mean(market)
  let covariance = 0
  let variance = 0
  for (let at = 0; at < ours.length; at++) {
    const moved = (market[at] ?? Number.NaN) - marketMean
    covariance += ((ours[at] ?? Number.NaN) - ourMean) * moved
    variance += moved * moved
  }
  return covariance / variance
}

type TradeShare = Pick<
  GeometricFigures,
  | 'nTrades'
  | 'winRatePct'
  | 'bestTradePct'
  | 'worstTradePct'
  | 'avgTradePct'
  | 'maxTradeDurationS'
  | 'avgTradeDurationS'
  | 'profitFactor'
  | 'expectancyPct'
  | 'sqn'
  | 'kelly'
>

function tradeShare(trades: GeometricTrades, unitUs: number): TradeShare {
  const count = trades.length
  const of = (value: number): Figure => figure(value, `undefined for ${count} closed trades`)
  const pnl = Float64Array.from({ length: count }, (_, at) => trades.pnl[at] ?? Number.NaN)
  const returns = Float64Array.from({ length: count }, (_, at) => trades.returnFraction[at] ?? Number.NaN)
  let best = Number.NEGATIVE_INFINITY
  let worst = Number.POSITIVE_INFINITY
  let logs = 0
  let heldUs = 0
  let longestUs = Number.NEGATIVE_INFINITY
  for (let at = 0; at < count; at++) {
    const result = returns[at] ?? Number.NaN
    const us = (trades.exitTs[at] ?? Number.NaN) - (trades.entryTs[at] ?? Number.NaN)
    best = Math.max(best, result)
    worst = Math.min(worst, result)
    logs += Math.log(1 + result)
    heldUs += us
    longestUs = Math.max(longestUs, us)
  }
  const money = gainsAndLosses(pnl)
  const percent = gainsAndLosses(returns)
  const winRate = money.positive / count
  return {
    nTrades: { value: count },
    winRatePct: of(100 * winRate),
    bestTradePct: of(100 * best),
    worstTradePct: of(100 * worst),
    avgTradePct: of(worst <= -1 ? 0 : 100 * (Math.exp(logs / count) - 1)),
    maxTradeDurationS: of(secondsUp(longestUs, unitUs)),
    avgTradeDurationS: of(secondsUp(heldUs / count, unitUs)),
    profitFactor: of(percent.gains / percent.losses),
    expectancyPct: of(100 * mean(returns)),
    sqn: of((Math.sqrt(count) * mean(pnl)) / sampleDeviation(pnl)),
    kelly: of(winRate - (1 - winRate) / (money.gains / money.positive / (money.losses / money.negative))),
  }
}

function sum(values: ArrayLike<number>, length: number): number {
  let total = 0
  for (let at = 0; at < length; at++) total += values[at] ?? 0
  return total
}
