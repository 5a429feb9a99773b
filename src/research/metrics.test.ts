import { existsSync, readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../domain/time.ts'
import { stationaryBootstrap } from './bootstrap.ts'
import { EquityRecorder } from './equity.ts'
import { type Figure, type Interval, valueOf } from './figure.ts'
import { FIGURE_ROWS, type FigureName } from './figure-catalogue.ts'
import { FillColumns } from './fill-columns.ts'
import { type FigureOptions, type RunFigures, returnFigures, runFigures } from './metrics.ts'
import { mean, normalCdf, probabilisticSharpe, sampleDeviation, sharpeRecord } from './returns.ts'
import { flatToFlat } from './trades.ts'
import { TripColumns } from './trip-columns.ts'

/** A small seeded generator (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const options = (): FigureOptions => ({ periodsPerYear: 365, riskFreeAnnual: 0, random: seeded(1) })

function figuresOf(equity: readonly number[], { stepUs = US_PER_DAY, pnl = [] as readonly number[] } = {}): RunFigures {
  const recorder = new EquityRecorder()
  equity.forEach((value, at) => recorder.sample((at + 1) * stepUs, value, true))
  const trips = new TripColumns()
  for (const result of pnl) {
    trips.push({
      instrument: 0,
      bot: 0,
      direction: 1,
      entryTs: 0,
      exitTs: US_PER_HOUR,
      entryPrice: 100,
      exitPrice: 100,
      qty: 1,
      entryNotional: 100,
      entryFee: 0,
      exitFee: 0,
      pnl: result,
    })
  }
  return runFigures({ equity: recorder, fills: new FillColumns(), trips }, options())
}

const reason = (shown: Figure | Interval): string =>
  'withheld' in shown ? shown.withheld : `shown: ${JSON.stringify(shown)}`

/** A wavy, rising line of n values. */
const wavy = (size: number): number[] => Array.from({ length: size }, (_, at) => 1000 + at + 20 * Math.sin(at))

function expectFinite({ values, meanReturnInterval, sharpeInterval }: RunFigures): void {
  for (const { name } of FIGURE_ROWS) {
    const shown = values[name]
    if ('value' in shown) expect(Number.isFinite(shown.value), `${name} is ${shown.value}`).toBe(true)
    else expect(shown.withheld, name).not.toBe('')
  }
  for (const interval of [meanReturnInterval, sharpeInterval]) {
    if ('low' in interval) expect(interval.low).toBeLessThanOrEqual(interval.high)
  }
}

describe('small samples are withheld, with the reason in numbers', () => {
  test('an empty run shows no ratio and says why', () => {
    const figures = figuresOf([])
    expectFinite(figures)
    expect(reason(figures.values.totalReturn)).toBe('the run has no bars')
    expect(reason(figures.values.winRate)).toBe('no trade closed')
    expect(valueOf(figures.values.trades)).toBe(0)
    expect(valueOf(figures.values.fees)).toBe(0)
    expect(reason(figures.values.makerShare)).toBe('nothing was traded')
  })

  test('a one-bar run returned nothing', () => {
    const figures = figuresOf([100])
    expectFinite(figures)
    expect(valueOf(figures.values.totalReturn)).toBe(0)
    expect(valueOf(figures.values.maxDrawdown)).toBe(0)
    expect(reason(figures.values.meanReturn)).toBe('needs two bars of equity')
  })

  test('twelve days are not annualised', () => {
    const figures = figuresOf(wavy(13))
    expectFinite(figures)
    expect(reason(figures.values.cagr)).toBe('needs 90 days, has 12: annualising 12 days multiplies luck by 30')
    expect(reason(figures.values.sharpe)).toBe('needs 30 daily returns, has 12')
    expect(reason(figures.values.sortino)).toBe('needs 30 daily returns, has 12')
    expect(reason(figures.values.volatility)).toBe('needs 30 daily returns, has 12')
    expect(reason(figures.values.calmar)).toMatch(/^needs the CAGR, which needs 90 days/)
    expect(reason(figures.values.tradesPerYear)).toBe('needs 90 days, has 12')
    expect(reason(figures.sharpeInterval)).toBe('needs 30 daily returns, has 12')
  })

  const thresholds: readonly [name: FigureName, returns: number][] = [
    ['sharpe', 30],
    ['sortino', 30],
    ['volatility', 30],
    ['probabilisticSharpe', 30],
    ['cagr', 90],
    ['valueAtRisk', 100],
    ['expectedShortfall', 100],
  ]
  test.each(thresholds)('%s appears with %i daily returns and not with one fewer', (name, returns) => {
    expect(valueOf(figuresOf(wavy(returns)).values[name])).toBeUndefined()
    expect(valueOf(figuresOf(wavy(returns + 1)).values[name])).toBeDefined()
  })

  test('intervals appear with 60 daily returns and not with one fewer', () => {
    expect(reason(figuresOf(wavy(60)).sharpeInterval)).toBe('needs 60 daily returns, has 59')
    expect(figuresOf(wavy(61)).sharpeInterval).toHaveProperty('low')
  })

  test('a short run of many bars shows the shape of its bars, and annualises nothing', () => {
    const figures = figuresOf(wavy(500), { stepUs: US_PER_MINUTE })
    expectFinite(figures)
    expect(figures.basis).toMatchObject({ unit: 'bar', returns: 499 })
    expect(valueOf(figures.values.valueAtRisk)).toBeLessThan(0)
    expect(reason(figures.values.sharpe)).toBe('needs 30 daily returns, has 0')
    expect(reason(figures.values.cagr)).toBe('needs 90 days, has 0.3: annualising 0.3 days multiplies luck by 1053')
  })

  test('win rate and expectancy need ten closed trades, profit factor a loss', () => {
    const nine = figuresOf([100, 101], { pnl: [1, 2, 3, 4, 5, 6, 7, 8, 9] })
    expect(reason(nine.values.winRate)).toBe('needs 10 closed trades, has 9')
    expect(reason(nine.values.profitFactor)).toBe('no losing trade among 9')
    expect(reason(nine.values.averageLoss)).toBe('no losing trade among 9')
    const ten = figuresOf([100, 101], { pnl: [1, 2, 3, 4, 5, 6, 7, 8, -4, -8] })
    expect(valueOf(ten.values.winRate)).toBe(0.8)
    expect(valueOf(ten.values.profitFactor)).toBe(3)
    expect(valueOf(ten.values.expectancy)).toBe(2.4)
    expect(valueOf(ten.values.expectancyReturn)).toBeCloseTo(0.024, 15)
    expect(valueOf(ten.values.averageWin)).toBe(4.5)
    expect(valueOf(ten.values.averageLoss)).toBe(-6)
    expect(valueOf(ten.values.bestTrade)).toBe(8)
    expect(valueOf(ten.values.worstTrade)).toBe(-8)
    expect(valueOf(ten.values.averageHolding)).toBe(US_PER_HOUR)
    expect(reason(ten.values.sqn)).toBe('needs 30 closed trades, has 10')
  })

  test('a line that never moves has no ratio', () => {
    const figures = figuresOf(Array.from({ length: 200 }, () => 100))
    expectFinite(figures)
    expect(valueOf(figures.values.volatility)).toBe(0)
    expect(reason(figures.values.sharpe)).toBe('every return is the same: nothing to divide by')
    expect(reason(figures.values.calmar)).toBe('needs a drawdown, and equity never fell')
    expect(reason(figures.sharpeInterval)).toBe('a resample had no deviation')
  })
})

describe('ruin', () => {
  test.each([0, -50])('equity that touches %d has a drawdown and a total return, and no ratio', (bottom) => {
    const figures = figuresOf([...wavy(100), bottom, ...wavy(30)])
    expectFinite(figures)
    expect(valueOf(figures.values.maxDrawdown)).toBeGreaterThanOrEqual(1)
    expect(reason(figures.values.sharpe)).toMatch(/^equity fell to zero or below/)
    expect(reason(figures.values.cagr)).toMatch(/^equity fell to zero or below/)
    expect(reason(figures.sharpeInterval)).toMatch(/^equity fell to zero or below/)
    expect(valueOf(figures.values.totalReturn)).toBeDefined()
  })

  test('ruin within a day counts, though the day closed above zero', () => {
    const recorder = new EquityRecorder()
    for (let hour = 1; hour <= 24 * 120; hour++)
      recorder.sample(hour * US_PER_HOUR, hour === 36 ? -1 : 100 + hour, true)
    const figures = runFigures({ equity: recorder, fills: new FillColumns(), trips: new TripColumns() }, options())
    expect(reason(figures.values.sharpe)).toMatch(/^equity fell to zero or below/)
  })

  test('a run that began with nothing has no return', () => {
    expect(reason(figuresOf([0, 10, 20]).values.totalReturn)).toBe('the run began with no equity')
  })
})

property.prop([fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 150 })])(
  'no equity of finite numbers makes a figure that is not finite',
  (equity) => expectFinite(figuresOf(equity)),
)

test('costs add up over fills', () => {
  const equity = new EquityRecorder()
  equity.sample(0, 1000, false)
  equity.sample(US_PER_DAY, 1000, true)
  const fills = new FillColumns(1)
  const row = { ts: 0, instrument: 0, bot: 0, price: 100, qty: 1, realised: 0 }
  fills.push({ ...row, side: 1, notional: 1500, fee: 3, slippage: 2, isMaker: true, orderNumber: 1 })
  fills.push({ ...row, side: -1, notional: 500, fee: -1, slippage: 0, isMaker: false, orderNumber: 2 })
  const { values } = runFigures({ equity, fills, trips: flatToFlat(fills).closed }, options())
  expect(valueOf(values.turnover)).toBe(2)
  expect(valueOf(values.fees)).toBe(2)
  expect(valueOf(values.slippage)).toBe(2)
  expect(valueOf(values.makerShare)).toBe(0.75)
  expect(valueOf(values.costPerNotional)).toBe(0.002)
  expect(valueOf(values.fills)).toBe(2)
})

test('annual figures that assume other trading days than the data has say so', () => {
  const weekdays = new EquityRecorder()
  for (let day = 1; day < 400; day++) if (day % 7 < 5) weekdays.sample(day * US_PER_DAY, 100 + (day % 9), true)
  const run = { equity: weekdays, fills: new FillColumns(), trips: new TripColumns() }
  expect(runFigures(run, options()).basis.warning).toBe('annual figures assume 365 days a year, the data has 261')
  expect(runFigures(run, { ...options(), periodsPerYear: 252 }).basis.warning).toBeUndefined()
})

describe('the bootstrap', () => {
  const returns = Float64Array.from({ length: 400 }, (_, at) => 0.001 + 0.01 * Math.sin(at * at))

  test('gives the same interval for the same seed, and another for another', () => {
    const one = stationaryBootstrap(returns, seeded(7))
    expect(stationaryBootstrap(returns, seeded(7))).toEqual(one)
    expect(stationaryBootstrap(returns, seeded(8))).not.toEqual(one)
  })

  test('a constant resample of the whole history gives the ratio of the history', () => {
    // Never a new block and a first draw of 0: every resample is the history itself.
    let draws = 0
    const { mean: means, ratio } = stationaryBootstrap(returns, () => (draws++ % returns.length === 0 ? 0 : 0.999), 5)
    expect(means.low).toBeCloseTo(mean(returns), 15)
    expect(ratio.low).toBeCloseTo(mean(returns) / sampleDeviation(returns), 10)
    expect(ratio.high).toBeCloseTo(ratio.low, 10)
  })

  test('the interval of the mean is of the returns themselves, whatever the risk-free rate', () => {
    const equity = new EquityRecorder()
    wavy(200).forEach((value, at) => equity.sample((at + 1) * US_PER_DAY, value, true))
    const run = { equity, fills: new FillColumns(), trips: new TripColumns() }
    const plain = runFigures(run, options()).meanReturnInterval
    const over = runFigures(run, { ...options(), riskFreeAnnual: 0.5 }).meanReturnInterval
    expect('low' in plain && 'low' in over).toBe(true)
    if ('low' in plain && 'low' in over) expect(over.low).toBeCloseTo(plain.low, 14)
  })

  test('covers the mean, with the width that theory gives for returns without memory', () => {
    const random = seeded(3)
    const independent = Float64Array.from({ length: 1000 }, () => random() - 0.4)
    const { mean } = stationaryBootstrap(independent, seeded(4), 4000)
    const standardError = Math.sqrt(1 / 12 / 1000)
    expect(mean.low).toBeLessThan(0.1)
    expect(mean.high).toBeGreaterThan(0.1)
    expect((mean.high - mean.low) / (2 * 1.96 * standardError)).toBeGreaterThan(0.85)
    expect((mean.high - mean.low) / (2 * 1.96 * standardError)).toBeLessThan(1.15)
  })
})

test.each([
  [0, 0.5],
  [1, 0.841344746068543],
  [-1.959963984540054, 0.025],
  [3, 0.99865010196837],
  [9, 1],
  [-9, 0],
])('the normal distribution at %d is %d', (z, expected) => {
  expect(normalCdf(z)).toBeCloseTo(expected, 14)
})

describe('the probabilistic Sharpe ratio', () => {
  // The two track records of the paper: the same monthly ratio over two years, with and without normal returns.
  test.each([
    [0, 3, 0.982],
    [-2.448, 10.164, 0.913],
  ])('with skew %d and kurtosis %d is what the paper prints', (skew, kurtosis, expected) => {
    expect(probabilisticSharpe({ ratio: 0.458, size: 24, skew, kurtosis }, 0)).toBeCloseTo(expected, 3)
  })

  test('reads its record from returns', () => {
    const record = sharpeRecord(Float64Array.of(-1, 0, 0, 5))
    expect(record.ratio).toBeCloseTo(1 / Math.sqrt(22 / 3), 12)
    expect(record).toMatchObject({
      size: 4,
      skew: expect.closeTo(13.5 / 5.5 ** 1.5, 12),
      kurtosis: expect.closeTo(68.5 / 30.25, 12),
    })
  })
})

const shared = sharedFolder()

interface MetricsReference {
  readonly dataset: { readonly file: string }
  readonly inputs: { readonly periods_per_year: number; readonly risk_free_annual: number }
  readonly values: Readonly<Record<string, number>>
}

describe('the shared reference results', () => {
  const names = ['metrics_eurusd_1h_rf2', 'metrics_goog_buy_and_hold']

  test.skipIf(shared === undefined).each(names)('%s: every value to 1e-9', (name) => {
    const reference = JSON.parse(readFileSync(`${shared}/oracles/${name}.json`, 'utf8')) as MetricsReference
    const path = `${shared}/${reference.dataset.file}`
    expect(existsSync(path)).toBe(true)
    const closes = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[4]))
    const recorder = new EquityRecorder()
    closes.forEach((close, bar) => recorder.sample(bar, close, true))
    const summary = recorder.summary()
    const figures = returnFigures({
      equity: Float64Array.from(closes),
      unit: 'bar',
      spanUs: closes.length * US_PER_DAY,
      annual: {
        periodsPerYear: reference.inputs.periods_per_year,
        riskFreeAnnual: reference.inputs.risk_free_annual,
      },
    })
    const found: Record<string, number | undefined> = {
      n: summary?.samples,
      N: closes.length - 1,
      total_return: (summary?.last ?? 0) / (summary?.first ?? 0) - 1,
      cagr: valueOf(figures.cagr),
      mean_return: valueOf(figures.meanReturn),
      volatility_annual: valueOf(figures.volatility),
      sharpe: valueOf(figures.sharpe),
      sortino: valueOf(figures.sortino),
      max_drawdown: summary?.deepest?.fraction,
      max_drawdown_peak_bar: summary?.deepest?.peakTs,
      max_drawdown_trough_bar: summary?.deepest?.troughTs,
      max_drawdown_recovery_bar: summary?.deepest?.recoveryTs,
      calmar: (valueOf(figures.cagr) ?? 0) / (summary?.deepest?.fraction ?? 0),
      ulcer_index: summary?.ulcerIndex,
      var_95: valueOf(figures.valueAtRisk),
      expected_shortfall_95: valueOf(figures.expectedShortfall),
      skew: valueOf(figures.skew),
      excess_kurtosis: valueOf(figures.excessKurtosis),
      omega_0: valueOf(figures.omega),
      best_return: valueOf(figures.bestReturn),
      worst_return: valueOf(figures.worstReturn),
      positive_share: valueOf(figures.positiveShare),
      longest_time_under_water_bars: summary?.longestUnderWaterSamples,
    }
    expect(Object.keys(found)).toEqual(Object.keys(reference.values))
    for (const [key, expected] of Object.entries(reference.values)) {
      expect(Math.abs((found[key] ?? Number.NaN) - expected) / Math.max(Math.abs(expected), 1e-300), key).toBeLessThan(
        1e-9,
      )
    }
  })

  test.skipIf(shared === undefined)('a run over daily bars shows the same figures as its equity series', () => {
    const file = `${shared}/data/bars/goog_1d_2004_2013.csv`
    const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1)
    const recorder = new EquityRecorder()
    for (const row of rows) {
      const [openMs, , , , close] = row.split(',')
      recorder.sample(Number(openMs) * 1000 + US_PER_DAY, Number(close), true)
    }
    const run = { equity: recorder, fills: new FillColumns(), trips: new TripColumns() }
    const { values, sharpeInterval, basis } = runFigures(run, { ...options(), periodsPerYear: 252 })
    expect(basis).toMatchObject({ unit: 'day', returns: 2147, warning: undefined })
    expect(valueOf(values.sharpe)).toBeCloseTo(0.8815185699129493, 9)
    expect(valueOf(values.calmar)).toBeCloseTo(0.42435360117084137, 9)
    expect('low' in sharpeInterval && sharpeInterval.low).toBeLessThan(0.88)
    expect('low' in sharpeInterval && sharpeInterval.high).toBeGreaterThan(0.88)
  })
})
