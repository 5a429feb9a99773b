import { ATR, BollingerBands, EMA, MACD, RSI, SMA, WSMA } from 'trading-signals'
import { describe, expect, test } from 'vitest'
import { Atr } from './atr.ts'
import { barWalk, isClose, type TestBar } from './bar-stream.ts'
import { Bollinger } from './bollinger.ts'
import { Ema } from './ema.ts'
import { Macd } from './macd.ts'
import { WilderRsi } from './rsi.ts'
import { Sma } from './sma.ts'
import { WilderMean } from './wilder-mean.ts'

/** A number of ours beside the same of theirs; NaN while there is none. */
type Pair = readonly [ours: number, theirs: number]

interface Agreement {
  readonly name: string
  /** Bars after which the definitions agree: theirs are silent while they warm up, or take another seed. */
  readonly from: number
  readonly start: () => (bar: TestBar) => readonly Pair[]
}

const agreements: readonly Agreement[] = [
  {
    name: 'SMA',
    from: 0,
    start() {
      const [ours, theirs] = [new Sma(20), new SMA(20)]
      return ({ close }) => {
        ours.update(close)
        return [[ours.value, theirs.add(close) ?? Number.NaN]]
      }
    },
  },
  {
    name: 'EMA from its first input',
    from: 0,
    start() {
      const [ours, theirs] = [new Ema(20, 'first'), new EMA(20)]
      return ({ close }) => {
        ours.update(close)
        return [[ours.value, theirs.add(close) ?? Number.NaN]]
      }
    },
  },
  {
    name: "Wilder's mean",
    from: 0,
    start() {
      const [ours, theirs] = [new WilderMean(14), new WSMA(14)]
      return ({ close }) => {
        ours.update(close)
        return [[ours.value, theirs.add(close) ?? Number.NaN]]
      }
    },
  },
  {
    name: 'RSI',
    from: 0,
    start() {
      const [ours, theirs] = [new WilderRsi(14), new RSI(14)]
      return ({ close }) => {
        ours.update(close)
        return [[ours.value, theirs.add(close) ?? Number.NaN]]
      }
    },
  },
  {
    name: 'ATR',
    from: 0,
    start() {
      const [ours, theirs] = [new Atr(14, 'counted'), new ATR(14)]
      return ({ high, low, close }) => {
        ours.update(high, low, close)
        return [[ours.value, theirs.add({ high, low, close }) ?? Number.NaN]]
      }
    },
  },
  {
    name: 'Bollinger bands',
    from: 0,
    start() {
      const [ours, theirs] = [new Bollinger(20, 2, 'population'), new BollingerBands(20, 2)]
      return ({ close }) => {
        ours.update(close)
        const bands = theirs.add(close)
        return [
          [ours.value, bands?.middle ?? Number.NaN],
          [ours.upper, bands?.upper ?? Number.NaN],
          [ours.lower, bands?.lower ?? Number.NaN],
        ]
      }
    },
  },
  {
    name: 'MACD, once the different seed of the signal is forgotten',
    from: 300,
    start() {
      const ours = new Macd({ fast: 12, slow: 26, signal: 9 }, 'first')
      const theirs = new MACD(new EMA(12), new EMA(26), new EMA(9))
      return ({ close }) => {
        ours.update(close)
        const result = theirs.add(close)
        return [
          [ours.line, result?.macd ?? Number.NaN],
          [ours.signal, result?.signal ?? Number.NaN],
          [ours.histogram, result?.histogram ?? Number.NaN],
        ]
      }
    },
  },
]

describe.each(agreements)('$name agrees with trading-signals', ({ from, start }) => {
  test.each([1, 2, 3])('over 3,000 bars of seed %d', (seed) => {
    const observe = start()
    const wrong = barWalk(seed, 3_000, 'doubles').flatMap((bar, at) =>
      observe(bar)
        .filter(([ours, theirs]) => at >= from && !isClose(ours, theirs))
        .map(([ours, theirs]) => `bar ${at}: ours ${ours}, theirs ${theirs}`),
    )
    expect(wrong).toEqual([])
  })
})
