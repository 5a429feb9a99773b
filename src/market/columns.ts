/**
 * Market data in memory: one typed array a column, so that a row is an index and reading one allocates nothing.
 * Times are microseconds UTC; prices whole ticks; bar volume and trade, quote and level sizes whole lots,
 * except bar volume, which is in lots but may be fractional (some sources print volumes finer than a lot).
 * Rows are in time order, ties in file order. `length` rows are filled; the arrays may be longer.
 */
export type MarketColumns = BarColumns | TradeColumns | QuoteColumns | BookColumns

export interface BarColumns {
  readonly kind: 'bars'
  length: number
  /** Start of `[openTs, closeTs)`. */
  readonly openTs: Float64Array
  /** When the bar is known. */
  readonly closeTs: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

/** Public prints. */
export interface TradeColumns {
  readonly kind: 'trades'
  length: number
  readonly venueTs: Float64Array
  /** When we could know it: at or after `venueTs`. */
  readonly recvTs: Float64Array
  readonly price: Float64Array
  readonly qty: Float64Array
  /** Of the taker: 1 buy, −1 sell, 0 not told. */
  readonly taker: Int8Array
}

/** Best bid and ask. Sizes are 0 where the source has none. */
export interface QuoteColumns {
  readonly kind: 'quotes'
  length: number
  readonly venueTs: Float64Array
  readonly recvTs: Float64Array
  readonly bid: Float64Array
  readonly bidQty: Float64Array
  readonly ask: Float64Array
  readonly askQty: Float64Array
}

/** Changes of book levels, absolute sizes; 0 removes the level. */
export interface BookColumns {
  readonly kind: 'book'
  length: number
  readonly venueTs: Float64Array
  readonly recvTs: Float64Array
  /** 1 bid, −1 ask, 0 clears both sides (a snapshot follows). */
  readonly side: Int8Array
  readonly price: Float64Array
  readonly qty: Float64Array
  /** 1 on the last row of a message: the book is consistent after it. */
  readonly last: Uint8Array
}

export function barColumns(capacity: number): BarColumns {
  const column = () => new Float64Array(capacity)
  return {
    kind: 'bars',
    length: 0,
    openTs: column(),
    closeTs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  }
}

export function tradeColumns(capacity: number): TradeColumns {
  const column = () => new Float64Array(capacity)
  return {
    kind: 'trades',
    length: 0,
    venueTs: column(),
    recvTs: column(),
    price: column(),
    qty: column(),
    taker: new Int8Array(capacity),
  }
}

export function quoteColumns(capacity: number): QuoteColumns {
  const column = () => new Float64Array(capacity)
  return {
    kind: 'quotes',
    length: 0,
    venueTs: column(),
    recvTs: column(),
    bid: column(),
    bidQty: column(),
    ask: column(),
    askQty: column(),
  }
}

export function bookColumns(capacity: number): BookColumns {
  const column = () => new Float64Array(capacity)
  return {
    kind: 'book',
    length: 0,
    venueTs: column(),
    recvTs: column(),
    side: new Int8Array(capacity),
    price: column(),
    qty: column(),
    last: new Uint8Array(capacity),
  }
}
