import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AssertionFailed } from '../../domain/brand.ts'
import { Adx } from './adx.ts'
import { Atr } from './atr.ts'
import { barWalk, type TestBar } from './bar-stream.ts'
import { Bollinger } from './bollinger.ts'
import { Cci } from './cci.ts'
import { CrossDetector } from './cross-detector.ts'
import { Donchian } from './donchian.ts'
import { Ema } from './ema.ts'
import type { Indicator } from './indicator.ts'
import { Keltner } from './keltner.ts'
import { Macd } from './macd.ts'
import { Mfi } from './mfi.ts'
import { Obv } from './obv.ts'
import { RealisedVolatility } from './realised-volatility.ts'
import { Roc } from './roc.ts'
import { RollingDeviation } from './rolling-deviation.ts'
import { RollingExtreme } from './rolling-extreme.ts'
import { RollingSum } from './rolling-sum.ts'
import { CutlerRsi, WilderRsi } from './rsi.ts'
import { Sma } from './sma.ts'
import { Stochastic } from './stochastic.ts'
import { TrueRange } from './true-range.ts'
import { RollingVwap, SessionVwap } from './vwap.ts'
import { WilderMean } from './wilder-mean.ts'
import { Wma } from './wma.ts'
import { ZScore } from './z-score.ts'

type Input = keyof TestBar

interface Probe {
  readonly indicator: Indicator
  readonly feed: (bar: TestBar) => void
  readonly outputs: () => readonly number[]
}

/** One indicator as the contract sees it: which inputs it reads, and how to make it for a period. */
interface Case {
  readonly name: string
  readonly inputs: readonly Input[]
  readonly make: (period: number) => Probe
}

function ofClose<I extends Indicator & { update(close: number): void }>(
  name: string,
  make: (period: number) => I,
  outputs: (indicator: I) => readonly number[] = (it) => [it.value],
): Case {
  return {
    name,
    inputs: ['close'],
    make(period) {
      const indicator = make(period)
      return { indicator, feed: (bar) => indicator.update(bar.close), outputs: () => outputs(indicator) }
    },
  }
}

function ofBar<I extends Indicator & { update(high: number, low: number, close: number): void }>(
  name: string,
  make: (period: number) => I,
  outputs: (indicator: I) => readonly number[] = (it) => [it.value],
): Case {
  return {
    name,
    inputs: ['high', 'low', 'close'],
    make(period) {
      const indicator = make(period)
      return {
        indicator,
        feed: (bar) => indicator.update(bar.high, bar.low, bar.close),
        outputs: () => outputs(indicator),
      }
    },
  }
}

type OfPrint = Indicator & { update(price: number, volume: number): void }

function ofPrint(name: string, make: (period: number) => OfPrint): Case {
  return {
    name,
    inputs: ['close', 'volume'],
    make(period) {
      const indicator = make(period)
      return {
        indicator,
        feed: (bar) => indicator.update(bar.close, bar.volume),
        outputs: () => [indicator.value],
      }
    },
  }
}

const periodic: readonly Case[] = [
  ofClose('Sma', (n) => new Sma(n)),
  ofClose('Wma', (n) => new Wma(n)),
  ofClose('Ema from its first input', (n) => new Ema(n, 'first')),
  ofClose('Ema from a mean', (n) => new Ema(n, 'mean')),
  ofClose('WilderMean', (n) => new WilderMean(n)),
  ofClose('WilderRsi', (n) => new WilderRsi(n)),
  ofClose('CutlerRsi', (n) => new CutlerRsi(n)),
  ofClose('RollingExtreme highest', (n) => new RollingExtreme(n, 'highest')),
  ofClose('RollingExtreme lowest', (n) => new RollingExtreme(n, 'lowest')),
  ofClose(
    'RollingDeviation',
    (n) => new RollingDeviation(n, 'population'),
    (it) => [it.value, it.mean],
  ),
  ofClose(
    'Bollinger',
    (n) => new Bollinger(n, 2, 'population'),
    (it) => [it.value, it.upper, it.lower],
  ),
  ofClose('ZScore', (n) => new ZScore(n, 'population')),
  ofClose('RealisedVolatility', (n) => new RealisedVolatility(n, 365)),
  ofClose('Roc', (n) => new Roc(n)),
  ofClose(
    'Macd from first inputs',
    (n) => new Macd({ fast: n, slow: n + 7, signal: n }, 'first'),
    (it) => [it.value, it.line, it.signal],
  ),
  ofClose(
    'Macd from means',
    (n) => new Macd({ fast: n, slow: n + 7, signal: n }, 'mean'),
    (it) => [it.value, it.line, it.signal],
  ),
  ofBar('Atr', (n) => new Atr(n, 'counted')),
  ofBar('Atr without the first bar', (n) => new Atr(n, 'skipped')),
  ofBar(
    'Adx',
    (n) => new Adx(n),
    (it) => [it.value, it.plusDi, it.minusDi],
  ),
  ofBar('Cci', (n) => new Cci(n)),
  ofBar(
    'Stochastic',
    (n) => new Stochastic({ range: n, k: 3, d: 2 }),
    (it) => [it.value, it.k, it.d],
  ),
  ofBar(
    'Keltner',
    (n) => new Keltner({ period: n, atrPeriod: 5, width: 2 }),
    (it) => [it.value, it.upper, it.lower],
  ),
  ofPrint('RollingVwap', (n) => new RollingVwap(n)),
  {
    name: 'Donchian',
    inputs: ['high', 'low'],
    make(period) {
      const indicator = new Donchian(period)
      return {
        indicator,
        feed: (bar) => indicator.update(bar.high, bar.low),
        outputs: () => [indicator.value, indicator.upper, indicator.lower],
      }
    },
  },
  {
    name: 'Mfi',
    inputs: ['high', 'low', 'close', 'volume'],
    make(period) {
      const indicator = new Mfi(period)
      return {
        indicator,
        feed: (bar) => indicator.update(bar.high, bar.low, bar.close, bar.volume),
        outputs: () => [indicator.value],
      }
    },
  },
]

function crossing(rule: 'strict' | 'last-nonzero'): Case {
  return {
    name: `CrossDetector ${rule}`,
    inputs: ['high', 'low', 'close'],
    make() {
      const indicator = new CrossDetector(rule)
      return {
        indicator,
        // Where the close stands to the middle of its bar: above, below and, in whole ticks, often just there.
        feed: (bar) => void indicator.update(bar.close, (bar.high + bar.low) / 2),
        outputs: () => [indicator.value],
      }
    },
  }
}

const all: readonly Case[] = [
  ...periodic,
  ofBar('TrueRange', () => new TrueRange()),
  ofPrint('SessionVwap', () => new SessionVwap()),
  ofPrint('Obv', () => new Obv()),
  crossing('strict'),
  crossing('last-nonzero'),
]

/** With volume in every bar, because what is volume-weighted is not ready without. */
const streams = fc
  .record({ seed: fc.nat(), length: fc.integer({ min: 1, max: 120 }), kind: fc.constantFrom('ticks', 'doubles') })
  .map(({ seed, length, kind }) =>
    barWalk(seed, length, kind).map((bar) => ({ ...bar, volume: Math.max(1, bar.volume) })),
  )
const periods = fc.integer({ min: 1, max: 25 })

function outputsOf(probe: Probe, bars: readonly TestBar[]): (readonly number[])[] {
  return bars.map((bar) => {
    probe.feed(bar)
    return probe.outputs()
  })
}

describe.each(all)('$name', ({ inputs, make }) => {
  test('is ready after exactly its warm-up, and has no value before', () => {
    fc.assert(
      fc.property(periods, streams, (period, bars) => {
        const probe = make(period)
        for (const [at, bar] of bars.entries()) {
          probe.feed(bar)
          const isReady = at + 1 >= probe.indicator.warmUp
          expect(probe.indicator.isReady).toBe(isReady)
          expect(Number.isFinite(probe.indicator.value)).toBe(isReady)
          if (isReady) expect(probe.outputs().every(Number.isFinite)).toBe(true)
        }
      }),
    )
  })

  test('continues bit by bit from a saved state that went through JSON, wherever the stream is cut', () => {
    fc.assert(
      fc.property(periods, streams, fc.nat(), (period, bars, somewhere) => {
        const cut = somewhere % (bars.length + 1)
        const uncut = make(period)
        outputsOf(uncut, bars.slice(0, cut))
        const restored = make(period)
        restored.indicator.restore(JSON.parse(JSON.stringify(uncut.indicator.save())))
        expect(restored.indicator.isReady).toBe(uncut.indicator.isReady)
        expect(restored.indicator.value).toBe(uncut.indicator.value)
        expect(outputsOf(restored, bars.slice(cut))).toEqual(outputsOf(uncut, bars.slice(cut)))
        expect(restored.indicator.save()).toEqual(uncut.indicator.save())
      }),
    )
  })

  test('takes over a state whatever it held before', () => {
    fc.assert(
      fc.property(periods, streams, streams, (period, bars, others) => {
        const source = make(period)
        outputsOf(source, bars)
        const target = make(period)
        outputsOf(target, others)
        target.indicator.restore(source.indicator.save())
        expect(target.indicator.save()).toEqual(source.indicator.save())
        expect(outputsOf(target, others)).toEqual(outputsOf(source, others))
      }),
    )
  })

  test('is as new after a reset', () => {
    fc.assert(
      fc.property(periods, streams, streams, (period, before, after) => {
        const used = make(period)
        outputsOf(used, before)
        used.indicator.reset()
        const fresh = make(period)
        expect(used.indicator.save()).toEqual(fresh.indicator.save())
        expect(used.indicator.isReady).toBe(false)
        expect(outputsOf(used, after)).toEqual(outputsOf(fresh, after))
      }),
    )
  })

  test('ignores an observation whole when any of its inputs is not finite', () => {
    const poisons = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e101, -1e300)
    fc.assert(
      fc.property(
        periods,
        streams,
        fc.nat(),
        fc.constantFrom(...inputs),
        poisons,
        (period, bars, at, input, poison) => {
          const cut = at % bars.length
          const clean = make(period)
          const tried = make(period)
          outputsOf(clean, bars.slice(0, cut))
          outputsOf(tried, bars.slice(0, cut))
          const victim = bars[cut]
          if (victim) tried.feed({ ...victim, [input]: poison })
          expect(tried.indicator.save()).toEqual(clean.indicator.save())
          expect(outputsOf(tried, bars.slice(cut))).toEqual(outputsOf(clean, bars.slice(cut)))
        },
      ),
    )
  })

  test('refuses a state that is cut short, too long or not finite', () => {
    const probe = make(4)
    outputsOf(probe, barWalk(7, 30, 'ticks'))
    const state = probe.indicator.save()
    const restore = (bad: readonly number[]) => () => make(4).indicator.restore(bad)
    expect(restore(state)).not.toThrow()
    expect(restore(state.slice(0, -1))).toThrow(AssertionFailed)
    expect(restore([...state, 0])).toThrow(AssertionFailed)
    expect(restore([])).toThrow(AssertionFailed)
    for (const at of state.keys()) expect(restore(state.with(at, Number.NaN))).toThrow(AssertionFailed)
  })
})

describe.each(periodic)('$name', ({ make }) => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a period of %d, naming it', (period) => {
    expect(() => make(period)).toThrow(`of at least 1, was ${period}`)
  })

  test('refuses the state of another period', () => {
    const other = make(5)
    outputsOf(other, barWalk(7, 30, 'ticks'))
    expect(() => make(4).indicator.restore(other.indicator.save())).toThrow(AssertionFailed)
  })
})

test('a rolling sum, which takes what it is given, recovers from an infinity once the window has moved past it', () => {
  const sum = new RollingSum(3)
  for (const x of [1, Number.POSITIVE_INFINITY, 2, 3]) sum.update(x)
  expect(sum.value).toBe(Number.POSITIVE_INFINITY)
  sum.update(4)
  expect(sum.value).toBe(9)
})
