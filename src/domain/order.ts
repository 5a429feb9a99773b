import type { Ticks } from './money.ts'

export type Side = 'buy' | 'sell'

/** MARKET takes what is there; STOP and TRAILING_STOP become MARKET when triggered, STOP_LIMIT becomes LIMIT. */
export type OrderType = 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT' | 'TRAILING_STOP'

/** GTC until cancelled; IOC what it can at once, rest cancelled; FOK all at once or nothing; POST_ONLY rests or nothing. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'POST_ONLY'

/** Whether a fill rested on the book or took from it. */
export type Liquidity = 'maker' | 'taker'

export function opposite(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy'
}

/** +1 for buy, −1 for sell. */
export function signOf(side: Side): 1 | -1 {
  return side === 'buy' ? 1 : -1
}

/** The prices an order of each type carries, and no others. */
export type OrderPrices =
  | { readonly type: 'MARKET' }
  | { readonly type: 'LIMIT'; readonly limit: Ticks }
  | { readonly type: 'STOP'; readonly stop: Ticks }
  | { readonly type: 'STOP_LIMIT'; readonly stop: Ticks; readonly limit: Ticks }
  | { readonly type: 'TRAILING_STOP'; readonly stop: Ticks; readonly trail: Ticks }

/** What a protective or profit-taking order closes: the quantity of the entry it hangs on. */
export interface Bracket {
  readonly stopLoss?: Ticks
  readonly takeProfit?: Ticks
}
