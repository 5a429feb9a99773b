import { type Money, moneyFromNumber } from '../../domain/money.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { MarketProfile } from './market-profile.ts'
import type { MinuteBarSink } from './minute-bars.ts'
import type { MarketSink } from './simulated-market.ts'
import type { VenueVault } from './vault.ts'

/** Takes what arrives from the exchange, in the order of time. It may hand over orders while it does. */
export interface ExchangeListener extends MarketSink {
  /** @param ts when it arrived, µs; the report carries the venue's own time */
  report(report: VenueReport, ts: number): void
}

/** How long things travel, µs: drawn evenly from a range. Market data is always equally late. */
export interface ExchangeLatency {
  readonly feedUs: number
  readonly entryUs: readonly [min: number, max: number]
  readonly responseUs: readonly [min: number, max: number]
}

export interface ExchangeTerms {
  readonly vault: VenueVault
  /** A safe integer; of the first start, later ones go on with theirs. */
  readonly seed: number
  /** The time now. The first start begins here; one after more than a day away jumps here. */
  readonly nowTs: number
  /** The listed markets; orders name them by their position here. {@link DEMO_PROFILES} unless told. */
  readonly profiles?: readonly MarketProfile[]
  /** Of the first start. {@link DEMO_DEPOSITS} unless told. */
  readonly deposits?: readonly { readonly currency: string; readonly amount: Money }[]
  readonly latency?: ExchangeLatency
  /** How long the markets have been open when the account does, µs: bars of that time are told. None unless told. */
  readonly historyUs?: number
  /**
   * Bars of one minute as they close, whoever listens: of the history, of times away, and of now. Those since the last
   * save are told again after a crash; the one during which the process started is missing.
   */
  readonly onBar?: MinuteBarSink
}

export const DEMO_DEPOSITS = [
  { currency: 'JPY', amount: moneyFromNumber(3_000_000) },
  { currency: 'USDT', amount: moneyFromNumber(10_000) },
] as const

export const DEMO_LATENCY: ExchangeLatency = { feedUs: 5_000, entryUs: [15_000, 40_000], responseUs: [15_000, 40_000] }
