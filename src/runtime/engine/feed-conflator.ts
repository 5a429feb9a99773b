import { type BookColumns, bookColumns, type TradeColumns, tradeColumns } from '../../market/columns.ts'

/** Messages of one symbol that are handed on one by one in a turn (UGF-0-011). */
export const TURN_MESSAGES_MAX = 1_000

export interface ConflatorHands {
  /** A whole message, rows `[fromRow, toRow)`. */
  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number): void
  onTrade(at: number, columns: TradeColumns, row: number): void
  /** Prints of an instrument were left out: what follows them is whole, they are a gap. */
  skipped(at: number): void
  /** Time of the last input, µs: what is handed on later is not older. */
  now(): number
}

/** What waits of one symbol, the newest of each. Levels are merged, so the book that comes of them is exact. */
interface Pending {
  messages: number
  isCleared: boolean
  readonly bids: Map<number, number>
  readonly asks: Map<number, number>
  bookVenueTs: number
  bookRecvTs: number
  readonly trade: TradeColumns
  trades: number
}

/**
 * Stands between a feed and those who think about it: a symbol that floods costs a bounded number of thoughts a turn, and the
 * others go on as if it did not. Levels of a book are merged; of prints above the cap the newest is kept.
 */
export class FeedConflator {
  readonly #hands: ConflatorHands
  readonly #pending: readonly Pending[]
  #isWaiting = false
  #book = bookColumns(256)
  /** Messages that were merged into others or left out, since the start. */
  conflated = 0
  /** The most messages of one symbol in the last turn. */
  depth = 0

  constructor(instruments: number, hands: ConflatorHands) {
    this.#hands = hands
    this.#pending = Array.from({ length: instruments }, () => ({
      messages: 0,
      isCleared: false,
      bids: new Map(),
      asks: new Map(),
      bookVenueTs: Number.NaN,
      bookRecvTs: Number.NaN,
      trade: { ...tradeColumns(1), length: 1 },
      trades: 0,
    }))
  }

  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number): void {
    const pending = this.#pending[at] as Pending
    if (++pending.messages <= TURN_MESSAGES_MAX) return this.#hands.onBook(at, columns, fromRow, toRow)
    this.#isWaiting = true
    this.conflated++
    for (let row = fromRow; row < toRow; row++) {
      const side = columns.side[row] as number
      if (side !== 0)
        (side > 0 ? pending.bids : pending.asks).set(columns.price[row] as number, columns.qty[row] as number)
      else {
        pending.isCleared = true
        pending.bids.clear()
        pending.asks.clear()
      }
      pending.bookVenueTs = columns.venueTs[row] as number
      pending.bookRecvTs = columns.recvTs[row] as number
    }
  }

  onTrade(at: number, columns: TradeColumns, row: number): void {
    const pending = this.#pending[at] as Pending
    if (++pending.messages <= TURN_MESSAGES_MAX) return this.#hands.onTrade(at, columns, row)
    this.#isWaiting = true
    this.conflated++
    const { trade } = pending
    pending.trades++
    trade.venueTs[0] = columns.venueTs[row] as number
    trade.recvTs[0] = columns.recvTs[row] as number
    trade.price[0] = columns.price[row] as number
    trade.qty[0] = columns.qty[row] as number
    trade.taker[0] = columns.taker[row] as number
  }

  /** Hands on what waits: before anything that is to be judged by it, and at the end of a turn. */
  flush(): void {
    if (!this.#isWaiting) return
    this.#isWaiting = false
    this.#pending.forEach((pending, at) => {
      if (!Number.isNaN(pending.bookRecvTs)) this.#handBook(at, pending)
      if (pending.trades === 0) return
      if (pending.trades > 1) this.#hands.skipped(at)
      pending.trades = 0
      pending.trade.recvTs[0] = Math.max(pending.trade.recvTs[0] as number, this.#hands.now())
      this.#hands.onTrade(at, pending.trade, 0)
    })
  }

  /** The turn is over: the next one begins to count anew. */
  endTurn(): void {
    this.flush()
    this.depth = 0
    for (const pending of this.#pending) {
      if (pending.messages > this.depth) this.depth = pending.messages
      pending.messages = 0
    }
  }

  #handBook(at: number, pending: Pending): void {
    const { bids, asks, isCleared } = pending
    const rows = bids.size + asks.size + (isCleared ? 1 : 0)
    if (rows > this.#book.side.length) this.#book = bookColumns(2 * rows)
    const book = this.#book
    const recvTs = Math.max(pending.bookRecvTs, this.#hands.now())
    let row = 0
    const write = (side: number, price: number, qty: number) => {
      book.venueTs[row] = pending.bookVenueTs
      book.recvTs[row] = recvTs
      book.side[row] = side
      book.price[row] = price
      book.qty[row] = qty
      book.last[row] = row === rows - 1 ? 1 : 0
      row++
    }
    if (isCleared) write(0, 0, 0)
    for (const [price, qty] of bids) write(1, price, qty)
    for (const [price, qty] of asks) write(-1, price, qty)
    book.length = rows
    bids.clear()
    asks.clear()
    pending.isCleared = false
    pending.bookRecvTs = Number.NaN
    this.#hands.onBook(at, book, 0, rows)
  }
}
