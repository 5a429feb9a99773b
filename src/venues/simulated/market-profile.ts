import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_HOUR } from '../../domain/time.ts'
import { DEMO_INSTRUMENTS } from './demo-instruments.ts'

/** How far an instrument trades from what its coin is worth: it wanders around `mean` and comes back. */
export interface Basis {
  /** As a fraction of the price. */
  readonly mean: number
  /** Standard deviation in the long run, as a fraction of the price. */
  readonly deviation: number
  /** Time after which half of a deviation is gone, seconds. */
  readonly halfLifeS: number
}

/** How an instrument's market behaves when volatility is at its usual level. */
export interface MarketProfile {
  readonly instrument: Instrument
  /** Whose latent price it follows, and in which money. */
  readonly coin: 'btc' | 'eth'
  readonly money: 'usdt' | 'jpy'
  readonly basis: Basis
  /** Typical ask − bid in basis points of the price. */
  readonly spreadBps: number
  /** Typical size of a level, lots. */
  readonly levelLots: number
  /** Size that about 60 % of all takers stay below, lots. */
  readonly takerLots: number
  /** Changes of quotes, and takers, a second. */
  readonly quotesPerS: number
  readonly takersPerS: number
  /** Longs and shorts settle the premium this often, µs; 0 is never. */
  readonly fundingIntervalUs: number
}

const [BTC_JPY, FX_BTC_JPY, BTC_USDT, ETH_USDT] = DEMO_INSTRUMENTS as [Instrument, Instrument, Instrument, Instrument]

/** The markets of {@link DEMO_INSTRUMENTS}, in the same order. */
export const DEMO_PROFILES: readonly MarketProfile[] = [
  {
    instrument: BTC_JPY,
    coin: 'btc',
    money: 'jpy',
    basis: { mean: 0, deviation: 0.0002, halfLifeS: 600 },
    spreadBps: 1.2,
    levelLots: 400,
    takerLots: 60,
    quotesPerS: 2.6,
    takersPerS: 0.8,
    fundingIntervalUs: 0,
  },
  {
    instrument: FX_BTC_JPY,
    coin: 'btc',
    money: 'jpy',
    basis: { mean: 0.0008, deviation: 0.001, halfLifeS: 3_600 },
    spreadBps: 0.8,
    levelLots: 80,
    takerLots: 12,
    quotesPerS: 3.2,
    takersPerS: 1.1,
    fundingIntervalUs: 0,
  },
  {
    instrument: BTC_USDT,
    coin: 'btc',
    money: 'usdt',
    basis: { mean: 0, deviation: 0.000_05, halfLifeS: 120 },
    spreadBps: 0.4,
    levelLots: 9_000,
    takerLots: 1_500,
    quotesPerS: 3.6,
    takersPerS: 1.4,
    fundingIntervalUs: 0,
  },
  {
    instrument: ETH_USDT,
    coin: 'eth',
    money: 'usdt',
    basis: { mean: 0.0001, deviation: 0.0003, halfLifeS: 1_800 },
    spreadBps: 0.6,
    levelLots: 4_000,
    takerLots: 700,
    quotesPerS: 3.2,
    takersPerS: 1.2,
    fundingIntervalUs: 8 * US_PER_HOUR,
  },
]
