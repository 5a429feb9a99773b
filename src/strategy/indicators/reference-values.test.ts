import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../../fixtures/shared-folder.ts'
import { Adx } from './adx.ts'
import { Atr } from './atr.ts'
import { isClose, type TestBar } from './bar-stream.ts'
import { Bollinger } from './bollinger.ts'
import { Cci } from './cci.ts'
import { Donchian } from './donchian.ts'
import { Ema } from './ema.ts'
import { Macd } from './macd.ts'
import { Mfi } from './mfi.ts'
import { Obv } from './obv.ts'
import { Roc } from './roc.ts'
import { CutlerRsi, WilderRsi } from './rsi.ts'
import { Sma } from './sma.ts'
import { Stochastic } from './stochastic.ts'
import { TrueRange } from './true-range.ts'
import { typicalPrice } from './typical-price.ts'
import { RollingVwap } from './vwap.ts'
import { Wma } from './wma.ts'

type Column = () => (bar: TestBar) => number

function ofClose<I extends { update(close: number): void }>(make: () => I, read: (indicator: I) => number): Column {
  return () => {
    const indicator = make()
    return (bar) => {
      indicator.update(bar.close)
      return read(indicator)
    }
  }
}

function ofBar<I extends { update(high: number, low: number, close: number, volume: number): void }>(
  make: () => I,
  read: (indicator: I) => number,
): Column {
  return () => {
    const indicator = make()
    return (bar) => {
      indicator.update(bar.high, bar.low, bar.close, bar.volume)
      return read(indicator)
    }
  }
}

const value = (indicator: { readonly value: number }) => indicator.value
const macd = (seed: 'first' | 'mean') => () => new Macd({ fast: 12, slow: 26, signal: 9 }, seed)
const population = () => new Bollinger(20, 2, 'population')
const sample = () => new Bollinger(20, 2, 'sample')
const stochastic = () => new Stochastic({ range: 14, k: 3, d: 3 })

const COLUMNS: Readonly<Record<string, Column>> = {
  sma_10: ofClose(() => new Sma(10), value),
  sma_20: ofClose(() => new Sma(20), value),
  wma_20: ofClose(() => new Wma(20), value),
  ema_12_first: ofClose(() => new Ema(12, 'first'), value),
  ema_12_smaseed: ofClose(() => new Ema(12, 'mean'), value),
  ema_20_first: ofClose(() => new Ema(20, 'first'), value),
  ema_20_smaseed: ofClose(() => new Ema(20, 'mean'), value),
  rsi_14_wilder: ofClose(() => new WilderRsi(14), value),
  rsi_14_cutler: ofClose(() => new CutlerRsi(14), value),
  true_range: ofBar(() => new TrueRange(), value),
  atr_14_wilder: ofBar(() => new Atr(14, 'counted'), value),
  atr_14_wilder_skipfirst: ofBar(() => new Atr(14, 'skipped'), value),
  macd_12_26_9_line: ofClose(macd('first'), (it) => it.line),
  macd_12_26_9_signal: ofClose(macd('first'), (it) => it.signal),
  macd_12_26_9_hist: ofClose(macd('first'), (it) => it.histogram),
  macd_12_26_9_smaseed_line: ofClose(macd('mean'), (it) => it.line),
  macd_12_26_9_smaseed_signal: ofClose(macd('mean'), (it) => it.signal),
  bb_20_2_mid: ofClose(population, value),
  bb_20_2_upper: ofClose(population, (it) => it.upper),
  bb_20_2_lower: ofClose(population, (it) => it.lower),
  bb_20_2_upper_sample: ofClose(sample, (it) => it.upper),
  bb_20_2_lower_sample: ofClose(sample, (it) => it.lower),
  stoch_14_3_3_k: ofBar(stochastic, (it) => it.k),
  stoch_14_3_3_d: ofBar(stochastic, (it) => it.d),
  adx_14_plus_di: ofBar(
    () => new Adx(14),
    (it) => it.plusDi,
  ),
  adx_14_minus_di: ofBar(
    () => new Adx(14),
    (it) => it.minusDi,
  ),
  adx_14: ofBar(() => new Adx(14), value),
  cci_20: ofBar(() => new Cci(20), value),
  roc_10: ofClose(() => new Roc(10), value),
  donchian_20_upper: ofBar(
    () => new Donchian(20),
    (it) => it.upper,
  ),
  donchian_20_lower: ofBar(
    () => new Donchian(20),
    (it) => it.lower,
  ),
  obv: () => {
    const obv = new Obv()
    return (bar) => {
      obv.update(bar.close, bar.volume)
      return obv.value
    }
  },
  mfi_14: ofBar(() => new Mfi(14), value),
  vwap_20_rolling: () => {
    const vwap = new RollingVwap(20)
    return (bar) => {
      vwap.update(typicalPrice(bar.high, bar.low, bar.close), bar.volume)
      return vwap.value
    }
  },
}

interface Reference {
  readonly dataset: { readonly file: string; readonly bars: number }
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>
}

function readBars(path: string): TestBar[] {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/)
  return lines.map((line) => {
    const [, , high = Number.NaN, low = Number.NaN, close = Number.NaN, volume = Number.NaN] = line
      .split(',')
      .map(Number)
    return { high, low, close, volume }
  })
}

const shared = sharedFolder()
const reference: Reference | undefined = shared
  ? JSON.parse(readFileSync(join(shared, 'oracles/indicators_goog.json'), 'utf8'))
  : undefined

describe('the shared reference results are met, to 1e-9 and on the same first bar', () => {
  test.skipIf(!reference)('every reference column has its indicator', () => {
    expect(Object.keys(COLUMNS).sort()).toEqual(Object.keys(reference?.columns ?? {}).sort())
  })

  test.skipIf(!reference).each(Object.entries(COLUMNS))('%s', (name, start) => {
    const bars = readBars(join(shared ?? '', reference?.dataset.file ?? ''))
    expect(bars).toHaveLength(reference?.dataset.bars ?? 0)
    const expected = (reference?.columns[name] ?? []).map((number) => number ?? Number.NaN)
    expect(expected).toHaveLength(bars.length)
    const observe = start()
    const found = bars.map((bar) => observe(bar))
    const wrong = found.flatMap((number, at) => {
      const wanted = expected[at] ?? Number.NaN
      return isClose(number, wanted) ? [] : [`bar ${at}: expected ${wanted}, found ${number}`]
    })
    expect(wrong).toEqual([])
  })
})
