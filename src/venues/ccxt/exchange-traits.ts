import type { OrderType, TimeInForce } from '../../domain/order.ts'
import { US_PER_DAY } from '../../domain/time.ts'
import type { VenueCapabilities } from '../connector.ts'

/** What one exchange does its own way, beyond what ccxt unifies. */
export interface ExchangeTraits {
  /** Ids of ours that it keeps; undefined where it keeps none that ccxt can send. */
  readonly clientId: VenueCapabilities['clientId']
  /** Whether one order can be asked for by our id alone; else lists are searched. */
  readonly asksByClientId: boolean
  readonly orderTypes: readonly OrderType[]
  readonly timesInForce: readonly TimeInForce[]
  readonly amends: VenueCapabilities['amends']
  readonly consistencyMs: number
  /** How far back fills are listed by time, µs. */
  readonly fillsReachUs: number
  /** Whether the account's stream is opened by a call of its own that says when it is. */
  readonly authenticates: boolean
  /** Where the venue tells what the key may do: ccxt's method, and the fields of its answer. */
  readonly rights?:
    | {
        readonly method: 'sapiGetAccountApiRestrictions'
        readonly read: string
        readonly trade: string
        readonly withdraw: string
      }
    | undefined
  /** Where a balance without unrealised profit stands in the venue's own answer: list, currency, amount. */
  readonly wallet?: readonly [list: string, currency: string, amount: string] | undefined
}

const ALL_TIMES: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK', 'POST_ONLY']

/**
 * What is known of nobody in particular: no ids of ours, plain orders, no change of orders, and a long wait before an order
 * that is not listed counts as never arrived.
 */
export const CAUTIOUS: ExchangeTraits = {
  clientId: undefined,
  asksByClientId: false,
  orderTypes: ['MARKET', 'LIMIT'],
  timesInForce: ['GTC'],
  amends: 'none',
  consistencyMs: 5_000,
  fillsReachUs: US_PER_DAY,
  authenticates: false,
}

/**
 * Those that were looked at, with where it is written. The parameter `clientOrderId` is ccxt's own name for all of them; what
 * it becomes on the wire stands in brackets (ccxt 4.5.84, each exchange's `createOrder`).
 */
const TRAITS: Readonly<Record<string, ExchangeTraits>> = {
  // [newClientOrderId] ^[\.A-Z\:/a-z0-9_-]{1,36}$: developers.binance.com, spot, "New order"; orders appear at once, and a
  // query may lag behind under load ("data source: memory => database").
  binance: {
    clientId: { maxLength: 36, alphabet: /^[.A-Z:/a-z0-9_-]+$/ },
    asksByClientId: true,
    orderTypes: ['MARKET', 'LIMIT', 'STOP'],
    timesInForce: ALL_TIMES,
    // Changing is cancelling and placing anew there: another order.
    amends: 'none',
    consistencyMs: 1_000,
    fillsReachUs: US_PER_DAY,
    authenticates: true,
    // developers.binance.com, wallet, "Get API Key Permission".
    rights: {
      method: 'sapiGetAccountApiRestrictions',
      read: 'enableReading',
      trade: 'enableSpotAndMarginTrading',
      withdraw: 'enableWithdrawals',
    },
  },
  // [newClientOrderId] as spot: developers.binance.com, USDⓈ-M, "New order"; conditional orders live apart there ("algo").
  binanceusdm: {
    clientId: { maxLength: 36, alphabet: /^[.A-Z:/a-z0-9_-]+$/ },
    asksByClientId: true,
    orderTypes: ['MARKET', 'LIMIT'],
    timesInForce: ALL_TIMES,
    amends: 'price-and-size',
    consistencyMs: 1_000,
    fillsReachUs: 7 * US_PER_DAY,
    authenticates: true,
    // developers.binance.com, wallet, "Get API Key Permission".
    rights: {
      method: 'sapiGetAccountApiRestrictions',
      read: 'enableReading',
      trade: 'enableFutures',
      withdraw: 'enableWithdrawals',
    },
    wallet: ['assets', 'asset', 'walletBalance'],
  },
  // [orderLinkId] at most 36 of digits, letters, - and _: bybit-exchange.github.io, v5, "Place order".
  bybit: {
    ...CAUTIOUS,
    clientId: { maxLength: 36, alphabet: /^[A-Za-z0-9_-]+$/ },
    timesInForce: ALL_TIMES,
    amends: 'price-and-size',
    consistencyMs: 2_000,
    fillsReachUs: 7 * US_PER_DAY,
  },
  // [cl_ord_id] free text of at most 18 characters: docs.kraken.com, "Add order".
  kraken: {
    ...CAUTIOUS,
    clientId: { maxLength: 18, alphabet: /^[A-Za-z0-9]+$/ },
    timesInForce: ['GTC', 'IOC', 'POST_ONLY'],
    consistencyMs: 3_000,
    authenticates: true,
  },
  // [clOrdId] 1 to 32 letters and digits: okx.com/docs-v5, "Place order".
  okx: {
    ...CAUTIOUS,
    clientId: { maxLength: 32, alphabet: /^[A-Za-z0-9]+$/ },
    asksByClientId: true,
    timesInForce: ALL_TIMES,
    amends: 'price-and-size',
    consistencyMs: 2_000,
    fillsReachUs: 3 * US_PER_DAY,
    authenticates: true,
  },
  // No ids of ours; `post_only` is a field of the order: github.com/bitbankinc/bitbank-api-docs, "rest-api".
  bitbank: { ...CAUTIOUS, timesInForce: ['GTC', 'POST_ONLY'] },
  // No ids of ours; `time_in_force` GTC, IOC, FOK: lightning.bitflyer.com/docs, "Send a New Order".
  bitflyer: { ...CAUTIOUS, timesInForce: ['GTC', 'IOC', 'FOK'] },
  // No ids of ours: coincheck.com/documents/exchange/api, "New order".
  coincheck: { ...CAUTIOUS },
}

/** @param exchange its id in ccxt */
export function traitsOf(exchange: string): ExchangeTraits {
  return Object.hasOwn(TRAITS, exchange) ? (TRAITS[exchange] ?? CAUTIOUS) : CAUTIOUS
}
