import { existsSync, readdirSync } from 'node:fs'
import { VenueError } from '../venue-error.ts'

/** A market as ccxt unifies it. Numbers are text: the exchange is told to make them so. */
export interface CcxtMarket {
  readonly id: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle?: string | undefined
  readonly spot?: boolean | undefined
  readonly swap?: boolean | undefined
  readonly linear?: boolean | undefined
  readonly active?: boolean | undefined
  readonly contractSize?: unknown
  readonly maker?: unknown
  readonly taker?: unknown
  readonly precision?: { readonly amount?: unknown; readonly price?: unknown } | undefined
  readonly limits?: Readonly<Record<string, { readonly min?: unknown; readonly max?: unknown } | undefined>> | undefined
}

export interface CcxtOrder {
  readonly id?: string | undefined
  readonly clientOrderId?: string | undefined
  readonly symbol?: string | undefined
  readonly side?: string | undefined
  readonly type?: string | undefined
  readonly price?: unknown
  readonly triggerPrice?: unknown
  readonly amount?: unknown
  readonly filled?: unknown
  readonly status?: string | undefined
  readonly reduceOnly?: boolean | undefined
  readonly timestamp?: number | undefined
  readonly lastUpdateTimestamp?: number | undefined
}

export interface CcxtTrade {
  readonly id?: string | undefined
  readonly order?: string | undefined
  readonly symbol?: string | undefined
  readonly side?: string | undefined
  readonly price?: unknown
  readonly amount?: unknown
  readonly takerOrMaker?: string | undefined
  readonly fee?: { readonly cost?: unknown; readonly currency?: string | undefined } | undefined
  readonly timestamp?: number | undefined
}

export interface CcxtPosition {
  readonly symbol?: string | undefined
  readonly side?: string | undefined
  readonly contracts?: unknown
}

export interface CcxtBook {
  readonly bids: readonly (readonly [price: unknown, qty: unknown])[]
  readonly asks: readonly (readonly [price: unknown, qty: unknown])[]
  readonly timestamp?: number | undefined
}

type Params = Readonly<Record<string, unknown>>

/** What is used of ccxt's exchange object; it has a thousand methods more. */
export interface CcxtExchange {
  readonly id: string
  readonly precisionMode: number
  readonly markets: Readonly<Record<string, CcxtMarket>> | undefined
  /** Its sockets, with what waits for news of them. */
  readonly clients?:
    | Readonly<Record<string, { readonly futures: Readonly<Record<string, Partial<Promise<unknown>>>> }>>
    | undefined
  readonly has: Readonly<Record<string, unknown>>
  readonly last_response_headers?: Readonly<Record<string, string | undefined>> | undefined
  exceptions: Readonly<Record<string, unknown>>
  milliseconds: () => number
  loadMarkets(reload?: boolean): Promise<unknown>
  fetchTime(): Promise<number | undefined>
  fetchBalance(
    params?: Params,
  ): Promise<{ readonly total?: Readonly<Record<string, unknown>>; readonly info?: unknown }>
  fetchOpenOrders(symbol: string): Promise<readonly CcxtOrder[]>
  fetchClosedOrders(symbol: string, since?: number): Promise<readonly CcxtOrder[]>
  fetchOrder(id: string | undefined, symbol: string, params?: Params): Promise<CcxtOrder>
  fetchMyTrades(symbol: string, since?: number, limit?: number, params?: Params): Promise<readonly CcxtTrade[]>
  fetchPositions(symbols: readonly string[]): Promise<readonly CcxtPosition[]>
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: string,
    price: string | undefined,
    params: Params,
  ): Promise<CcxtOrder>
  editOrder(
    id: string,
    symbol: string,
    type: string,
    side: string,
    amount: string,
    price: string | undefined,
    params?: Params,
  ): Promise<CcxtOrder>
  cancelOrder(id: string | undefined, symbol: string, params?: Params): Promise<unknown>
  watchOrderBook(symbol: string): Promise<CcxtBook>
  watchTrades(symbol: string): Promise<readonly CcxtTrade[]>
  watchOrders(): Promise<readonly CcxtOrder[]>
  watchMyTrades(): Promise<readonly CcxtTrade[]>
  authenticate?(): Promise<unknown>
  loadHttpProxyAgent?(): Promise<unknown>
  close(): Promise<unknown>
  /** Binance: what the key may do. */
  sapiGetAccountApiRestrictions(): Promise<Readonly<Record<string, unknown>>>
}

type ExchangeClass = new (settings: Params) => CcxtExchange

/**
 * One exchange of ccxt, and nothing of the hundred others: with its WebSocket side where it has one.
 *
 * @throws VenueError `INVALIDREQUEST` for one that ccxt does not know
 */
export async function loadExchange(
  id: string,
): Promise<{ readonly Exchange: ExchangeClass; readonly hasStreams: boolean }> {
  const home = import.meta.resolve('ccxt')
  const streamed = new URL(`./src/pro/${id}.js`, home)
  const plain = new URL(`./src/${id}.js`, home)
  const isKnown = /^[a-z0-9]{2,32}$/.test(id) && existsSync(plain)
  if (!isKnown) throw unknownExchange(id, new URL('./src/', home))
  const hasStreams = existsSync(streamed)
  const file = (hasStreams ? streamed : plain).href
  const { default: Exchange } = (await import(file)) as { readonly default: ExchangeClass }
  return { Exchange, hasStreams }
}

function unknownExchange(id: string, folder: URL): VenueError {
  const names = readdirSync(folder).flatMap((name) => /^([a-z0-9]+)\.js$/.exec(name)?.[1] ?? [])
  const near = names.filter((name) => name.startsWith(id.slice(0, 3)) || id.startsWith(name)).slice(0, 5)
  return new VenueError({
    kind: 'INVALIDREQUEST',
    code: 'EXCHANGE_UNKNOWN',
    question: 'ccxt',
    detail: `there is no exchange '${id}'`,
    hint: near.length > 0 ? `did you mean ${near.join(', ')}?` : 'https://docs.ccxt.com lists them',
    isUnsent: true,
  })
}
