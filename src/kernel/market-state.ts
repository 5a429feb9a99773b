import type { Instrument } from '../domain/instrument.ts'
import { OrderBook } from '../market/book.ts'
import type { FeedState } from '../risk/gate-input.ts'
import type { BookView } from '../strategy/strategy.ts'

/** What a strategy sees of a book: it reads, and nothing that it can reach writes. */
class BookWindow implements BookView {
  readonly #book: OrderBook
  constructor(book: OrderBook) {
    this.#book = book
  }
  get hasBid(): boolean {
    return this.#book.hasBid
  }
  get hasAsk(): boolean {
    return this.#book.hasAsk
  }
  get bestBid(): number {
    return this.#book.bestBid
  }
  get bestAsk(): number {
    return this.#book.bestAsk
  }
  get bestBidQty(): number {
    return this.#book.bestBidQty
  }
  get bestAskQty(): number {
    return this.#book.bestAskQty
  }
  qtyAt(side: 1 | -1, price: number): number {
    return this.#book.qtyAt(side, price)
  }
  depth(side: 1 | -1, levels: number): number {
    return this.#book.depth(side, levels)
  }
}

/** What the kernel knows of the market in each instrument, as last received. Prices in ticks; NaN is unknown. */
export class MarketState {
  readonly bid: Float64Array
  readonly ask: Float64Array
  /** Last price, whatever said it: bar close, trade, or middle of the quote; and when. The portfolio's own marks. */
  readonly last: Float64Array
  readonly lastTs: Float64Array
  readonly feed: FeedState[]
  readonly #books: (OrderBook | undefined)[]
  readonly #windows: (BookWindow | undefined)[]

  constructor(
    instruments: readonly Instrument[],
    marked: { readonly marks: Float64Array; readonly markTs: Float64Array },
  ) {
    const unknown = () => new Float64Array(instruments.length).fill(Number.NaN)
    this.bid = unknown()
    this.ask = unknown()
    this.last = marked.marks
    this.lastTs = marked.markTs
    this.feed = instruments.map(() => 'OK')
    this.#books = instruments.map(() => undefined)
    this.#windows = instruments.map(() => undefined)
  }

  book(at: number): OrderBook | undefined {
    return this.#books[at]
  }

  /** The same book for strategies. */
  bookView(at: number): BookView | undefined {
    return this.#windows[at]
  }

  /** The instrument's book, made when its first level arrives. */
  bookFor(at: number): OrderBook {
    let book = this.#books[at]
    if (book === undefined) {
      book = new OrderBook()
      this.#books[at] = book
      this.#windows[at] = new BookWindow(book)
    }
    return book
  }

  /** What an order would be measured against: the middle of the quote, else the last price. */
  reference(at: number): number {
    const middle = ((this.bid[at] as number) + (this.ask[at] as number)) / 2
    return Number.isNaN(middle) ? (this.last[at] as number) : middle
  }

  /** The price that an order of this side would meet now. */
  touch(at: number, side: 'buy' | 'sell'): number {
    const touch = side === 'buy' ? (this.ask[at] as number) : (this.bid[at] as number)
    return Number.isNaN(touch) ? (this.last[at] as number) : touch
  }
}
