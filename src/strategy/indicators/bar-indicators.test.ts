import { describe, expect, test } from 'vitest'
import { Adx } from './adx.ts'
import { Atr } from './atr.ts'
import { barWalk, type TestBar, twinDifferences } from './bar-stream.ts'
import { Cci } from './cci.ts'
import { Donchian } from './donchian.ts'
import { Keltner } from './keltner.ts'
import { Macd } from './macd.ts'
import { Mfi } from './mfi.ts'
import { Obv } from './obv.ts'
import { RealisedVolatility } from './realised-volatility.ts'
import { Roc } from './roc.ts'
import { Stochastic } from './stochastic.ts'
import { TrueRange } from './true-range.ts'
import { typicalPrice } from './typical-price.ts'
import { RollingVwap, SessionVwap } from './vwap.ts'

const total = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0)
const typical = (bar: TestBar) => typicalPrice(bar.high, bar.low, bar.close)
const highest = (bars: readonly TestBar[]) => Math.max(...bars.map((bar) => bar.high))
const lowest = (bars: readonly TestBar[]) => Math.min(...bars.map((bar) => bar.low))

function place(bars: readonly TestBar[]): number {
  const height = highest(bars) - lowest(bars)
  return height === 0 ? 50 : (100 * ((bars.at(-1)?.close ?? Number.NaN) - lowest(bars))) / height
}

/** The channel index with its window measured from its first price: a flat window is flat in the twin too. */
function channelIndex(bars: readonly TestBar[]): number {
  const [first = Number.NaN] = bars.map(typical)
  const prices = bars.map((bar) => typical(bar) - first)
  const mean = total(prices) / prices.length
  const deviation = total(prices.map((price) => Math.abs(price - mean))) / prices.length
  return deviation === 0 ? 0 : ((prices.at(-1) ?? Number.NaN) - mean) / (0.015 * deviation)
}

function moneyFlow(bars: readonly TestBar[]): number {
  const flow = (sign: number) =>
    total(bars.slice(1).map((bar, at) => (signOfRise(bars[at], bar) === sign ? typical(bar) * bar.volume : 0)))
  const [inflow, outflow] = [flow(1), flow(-1)]
  return inflow + outflow === 0 ? 50 : (100 * inflow) / (inflow + outflow)
}

const signOfRise = (before: TestBar | undefined, bar: TestBar) => Math.sign(typical(bar) - typical(before ?? bar))

function averagePrice(bars: readonly TestBar[]): number {
  const volume = total(bars.map((bar) => bar.volume))
  return volume === 0 ? Number.NaN : total(bars.map((bar) => bar.close * bar.volume)) / volume
}

function volatility(bars: readonly TestBar[]): number {
  const returns = bars.slice(1).map((bar, at) => Math.log(bar.close / (bars[at]?.close ?? Number.NaN)))
  return Math.sqrt((365 * total(returns.map((change) => change ** 2))) / returns.length)
}

interface Twinned {
  readonly name: string
  /** Bars that the value is made of. */
  readonly period: number
  readonly start: () => (bar: TestBar) => number
  readonly twin: (bars: readonly TestBar[]) => number
}

const windowed: readonly Twinned[] = [
  {
    name: 'Donchian channel',
    period: 20,
    start() {
      const donchian = new Donchian(20)
      return ({ high, low }) => {
        donchian.update(high, low)
        return donchian.value
      }
    },
    twin: (bars) => (highest(bars) + lowest(bars)) / 2,
  },
  {
    name: 'fast stochastic',
    period: 14,
    start() {
      const stochastic = new Stochastic({ range: 14, k: 1, d: 1 })
      return ({ high, low, close }) => {
        stochastic.update(high, low, close)
        return stochastic.value
      }
    },
    twin: place,
  },
  {
    name: 'CCI',
    period: 20,
    start() {
      const cci = new Cci(20)
      return ({ high, low, close }) => {
        cci.update(high, low, close)
        return cci.value
      }
    },
    twin: channelIndex,
  },
  {
    name: 'MFI',
    period: 15,
    start() {
      const mfi = new Mfi(14)
      return ({ high, low, close, volume }) => {
        mfi.update(high, low, close, volume)
        return mfi.value
      }
    },
    twin: moneyFlow,
  },
  {
    name: 'rolling VWAP',
    period: 20,
    start() {
      const vwap = new RollingVwap(20)
      return ({ close, volume }) => {
        vwap.update(close, volume)
        return vwap.value
      }
    },
    twin: averagePrice,
  },
  {
    name: 'rate of change',
    period: 11,
    start() {
      const roc = new Roc(10)
      return ({ close }) => {
        roc.update(close)
        return roc.value
      }
    },
    twin: (bars) => 100 * ((bars.at(-1)?.close ?? Number.NaN) / (bars[0]?.close ?? Number.NaN) - 1),
  },
  {
    name: 'realised volatility',
    period: 31,
    start() {
      const realised = new RealisedVolatility(30, 365)
      return ({ close }) => {
        realised.update(close)
        return realised.value
      }
    },
    twin: volatility,
  },
]

describe.each(windowed)('the $name', ({ period, start, twin }) => {
  test.each(['ticks', 'doubles'] as const)('is that of its window alone, over 100,000 bars of %s', (kind) => {
    expect(twinDifferences(barWalk(period, 100_000, kind), period, start(), twin)).toEqual([])
  })
})

describe('where the formula divides by zero', () => {
  test('CCI, ADX and its directions are 0, the stochastic and the MFI in the middle, in a flat market', () => {
    const cci = new Cci(3)
    const adx = new Adx(3)
    const stochastic = new Stochastic({ range: 3, k: 2, d: 2 })
    const mfi = new Mfi(3)
    for (let at = 0; at < 10; at++) {
      cci.update(0.1, 0.1, 0.1)
      adx.update(0.1, 0.1, 0.1)
      stochastic.update(0.1, 0.1, 0.1)
      mfi.update(0.1, 0.1, 0.1, 3)
    }
    expect([cci.value, adx.value, adx.plusDi, adx.minusDi]).toEqual([0, 0, 0, 0])
    expect([stochastic.value, mfi.value]).toEqual([50, 50])
  })

  test('a rolling VWAP is not ready while its window has no volume, and ready again with the next trade', () => {
    const vwap = new RollingVwap(2)
    const seen = [5, 0, 0, 4].map((volume) => {
      vwap.update(10, volume)
      return [vwap.isReady, vwap.value]
    })
    expect(seen).toEqual([
      [false, Number.NaN],
      [true, 10],
      [false, Number.NaN],
      [true, 10],
    ])
  })

  test('a rate of change is not ready while the older price is 0', () => {
    const roc = new Roc(1)
    const seen = [0, 5, 10].map((price) => {
      roc.update(price)
      return roc.isReady
    })
    expect(seen).toEqual([false, false, true])
    expect(roc.value).toBe(100)
  })

  test('a price that has no logarithm is ignored by the realised volatility', () => {
    const realised = new RealisedVolatility(1, 1)
    for (const price of [100, 0, -3, 110]) realised.update(price)
    expect(realised.value).toBeCloseTo(Math.log(1.1), 12)
  })
})

describe('by hand', () => {
  test('true range and ATR see the gap from the close before, except in the first bar', () => {
    const range = new TrueRange()
    const counted = new Atr(2, 'counted')
    const skipped = new Atr(2, 'skipped')
    const seen = [
      { high: 12, low: 10, close: 11 },
      { high: 18, low: 16, close: 17 }, // gap up: 18 − 11
      { high: 13, low: 12, close: 12 }, // gap down: 17 − 12
    ].map(({ high, low, close }) => {
      range.update(high, low, close)
      counted.update(high, low, close)
      skipped.update(high, low, close)
      return [range.value, counted.value, skipped.value]
    })
    expect(seen).toEqual([
      [2, Number.NaN, Number.NaN],
      [7, 4.5, Number.NaN],
      [5, 4.75, 6],
    ])
  })

  test('a session VWAP weighs every print since the reset', () => {
    const vwap = new SessionVwap()
    vwap.update(999, 7)
    vwap.reset()
    vwap.update(10, 1)
    vwap.update(20, 3)
    expect(vwap.value).toBe(17.5)
  })

  test('OBV starts at 0, and a close that did not move leaves it', () => {
    const obv = new Obv()
    const prints = [
      { close: 10, volume: 5 },
      { close: 11, volume: 7 },
      { close: 11, volume: 9 },
      { close: 8, volume: 4 },
    ]
    const seen = prints.map(({ close, volume }) => {
      obv.update(close, volume)
      return obv.value
    })
    expect(seen).toEqual([0, 7, 7, 3])
  })

  test('the Keltner channel stands whole ATRs from the EMA, and all of it starts at once', () => {
    const keltner = new Keltner({ period: 2, atrPeriod: 3, width: 2 })
    const seen = [10, 10, 13].map((close) => {
      keltner.update(close + 1, close - 1, close)
      return [keltner.lower, keltner.value, keltner.upper]
    })
    const atr = (2 + 2 + 4) / 3
    expect(seen.slice(0, 2).flat().every(Number.isNaN)).toBe(true)
    expect(seen[2]?.map((edge) => edge.toFixed(9))).toEqual([12 - 2 * atr, 12, 12 + 2 * atr].map((x) => x.toFixed(9)))
  })

  test('no period, or the MACD periods the wrong way round, is refused by name', () => {
    expect(() => new Keltner({ period: 2, atrPeriod: 0, width: 2 })).toThrow('ATR period')
    expect(() => new Stochastic({ range: 5, k: 0, d: 1 })).toThrow('%K period')
    expect(() => new Macd({ fast: 26, slow: 12, signal: 9 }, 'mean')).toThrow(
      'fast period 26 is shorter than slow period 12',
    )
    expect(() => new RealisedVolatility(5, 0)).toThrow('observations per year are a positive number, was 0')
  })
})
