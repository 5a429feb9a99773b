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
