import { US_PER_DAY, US_PER_HOUR } from '../../src/domain/time.ts'
import { barColumns } from '../../src/market/columns.ts'
import { EquityRecorder } from '../../src/research/equity.ts'
import { drawdownCurve } from '../../src/research/equity-curve.ts'
import { FillColumns } from '../../src/research/fill-columns.ts'
import { runFigures } from '../../src/research/metrics.ts'
import { monthlyReturns } from '../../src/research/monthly.ts'
import { priceCurve } from '../../src/research/price-curve.ts'
import { type BacktestReport, reportNotes } from '../../src/research/result.ts'
import { tradeMarks } from '../../src/research/trade-marks.ts'
import { flatToFlat } from '../../src/research/trades.ts'

/** A small seeded generator (Lehmer) in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Everything a made-up run leaves behind. */
export interface SampleRun {
  readonly report: BacktestReport
  readonly fills: FillColumns
  readonly equity: EquityRecorder
}

const TICK = 0.01

/**
 * A made-up run for tests of the renderers: a random walk traded now long, now flat, now short, with costs.
 *
 * @param bars hourly bars; 0 is a run that saw nothing
 */
export function sampleRun(bars: number, overrides: Partial<BacktestReport> = {}): SampleRun {
  const seed = 42
  const random = seeded(seed)
  const startTs = 1_609_459_200_000_000 // 2021-01-01
  const columns = barColumns(bars)
  const equity = new EquityRecorder()
  const fills = new FillColumns(16)
  let price = 30_000
  let cash = 10_000
  let held = 0
  for (let bar = 0; bar < bars; bar++) {
    const open = price
    price *= 1 + (random() - 0.4985) * 0.012
    const closeTs = startTs + (bar + 1) * US_PER_HOUR
    columns.openTs[bar] = closeTs - US_PER_HOUR
    columns.closeTs[bar] = closeTs
    columns.open[bar] = Math.round(open / TICK)
    columns.high[bar] = Math.round((Math.max(open, price) * (1 + random() * 0.004)) / TICK)
    columns.low[bar] = Math.round((Math.min(open, price) * (1 - random() * 0.004)) / TICK)
    columns.close[bar] = Math.round(price / TICK)
    columns.length++
    const wanted = random() < 0.02 ? Math.floor(random() * 3) - 1 : held
    if (wanted !== held) {
      const qty = Math.abs(wanted - held)
      const notional = qty * 0.2 * price
      const fee = notional * 0.0005
      const side = wanted > held ? 1 : -1
      cash -= side * notional + fee
      fills.push({
        ts: closeTs,
        instrument: 0,
        bot: 0,
        side,
        price: Math.round(price / TICK),
        qty: qty * 200,
        notional,
        fee,
        slippage: notional * 0.0001,
        realised: 0,
        isMaker: random() < 0.3,
        orderNumber: fills.length + 1,
      })
      held = wanted
    }
    equity.sample(closeTs, cash + held * 0.2 * price, held !== 0)
  }
  const trips = flatToFlat(fills).closed
  const figures = runFigures({ equity, fills, trips }, { periodsPerYear: 365, riskFreeAnnual: 0, random: seeded(seed) })
  const summary = equity.summary()
  const curve = equity.curve()
  const marks = tradeMarks(fills)
  const total = 'value' in figures.values.totalReturn ? figures.values.totalReturn.value : undefined
  const fall = 'value' in figures.values.maxDrawdown ? figures.values.maxDrawdown.value : undefined
  const fees = 'value' in figures.values.fees ? figures.values.fees.value : 0
  const scenarios = [0, 1, 2].map((costTimes) => ({
    costTimes,
    totalReturn: total === undefined ? undefined : total + ((1 - costTimes) * fees) / 10_000,
    maxDrawdown: fall === undefined ? undefined : fall * (0.9 + 0.1 * costTimes),
    trades: trips.length,
    fees: fees * costTimes,
  }))
  const report: BacktestReport = {
    title: 'sma-cross on BTC/USDT, hourly',
    runId: '01931f6e-7a2b-7c3d-8e4f-5a6b7c8d9e0f',
    strategy: 'sma-cross@1.0.0',
    params: [
      { name: 'fast', value: '24' },
      { name: 'slow', value: '96' },
    ],
    datasets: [{ name: 'btcusdt-1h', sha256: '9f86d081884c7d659a2feaa0c55ad015'.repeat(2), rows: bars }],
    span: summary === undefined ? undefined : { fromTs: summary.firstTs, toTs: summary.lastTs },
    currency: 'USDT',
    moneyDecimals: 2,
    instruments: [
      { name: 'BTC/USDT', tick: TICK, priceDecimals: 2, lot: 0.001, qtyDecimals: 3, price: priceCurve(columns) },
    ],
    startEquity: 10_000,
    finalEquity: summary?.last ?? 10_000,
    figures,
    scenarios,
    assumptions: [
      { name: 'fills', value: 'market orders at the next open', meaning: 'Our orders do not move the price.' },
      { name: 'fees', value: '0.05 % taker, 0.02 % maker', meaning: 'The first tier of the venue, no discounts.' },
      { name: 'latency', value: '150 ms', meaning: 'From the decision until the order can match.' },
    ],
    notes: [
      { severity: 'warning', text: '3 gaps, 128 bars missing; positions are held through a gap.' },
      ...reportNotes({ figures, marks }),
    ],
    equity: curve,
    drawdown: drawdownCurve(curve),
    marks,
    monthly: summary === undefined ? [] : monthlyReturns(equity.daily(), summary.first),
    counts: {
      bars,
      intents: fills.length + 3,
      decisions: [
        { name: 'ALLOW', count: fills.length },
        { name: 'BLOCK: price-collar', count: 3 },
      ],
      orders: [{ name: 'FILLED', count: fills.length }],
      fills: fills.length,
    },
    finalHash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    ...overrides,
  }
  return { report, fills, equity }
}

/** Days of hourly bars. */
export const HOURS_PER_DAY = US_PER_DAY / US_PER_HOUR
