import { assert } from '../domain/brand.ts'
import { Random } from '../domain/random.ts'
import type { TimeUs } from '../domain/time.ts'
import { type BookColumns, bookColumns, type TradeColumns, tradeColumns } from './columns.ts'
import { CHUNK_ROWS } from './synthetic.ts'

export interface SyntheticL2Options {
  /** A safe integer; equal options give equal rows on every machine. */
  readonly seed: number
  /** Time of the snapshot. */
  readonly startTs: TimeUs
  /** Book rows to make at least, the snapshot included; the last message is completed. */
  readonly count: number
  /** First best bid in ticks; 100 000 unless told. */
  readonly startBid?: number
  /** Price levels a side, 2 to 4096; 200 unless told. The book has every level within them or its size is 0. */
  readonly depth?: number
  /** Mean time between messages, at least 2 µs; 10 ms unless told. */
  readonly meanGapUs?: number
  /** Smallest feed latency, 2 ms unless told; up to half of it is added at random, and rows never overtake each other. */
  readonly latencyUs?: number
  /** Fills the same arrays again for every chunk: faster, and only for a reader that keeps nothing. */
  readonly reuse?: boolean
}

/** Book rows and public trades of one stretch of time. A trade's book change has the trade's own times. */
export interface SyntheticL2Chunk {
  readonly book: BookColumns
  readonly trades: TradeColumns
}

/** Rows of a message beyond one a level of its side: the clearing row, the change itself. */
const SPARE_ROWS = 4

/**
 * Order book changes and trades of an invented market: a snapshot (a clearing row, then every level), after it messages
 * of three kinds. Most resize a level, rarely far from the touch; some are trades that consume the touch and, when they
 * empty it, move it; some put a new best price into an open spread. The best bid is always below the best ask after
 * every message, and sizes are whole lots. Levels are `depth` deep: the far end opens and closes as the touch moves.
 */
export function* syntheticL2(options: SyntheticL2Options): Generator<SyntheticL2Chunk, void, undefined> {
  const { count, startBid = 100_000, depth = 200, reuse = false } = options
  assert(Number.isSafeInteger(count) && count >= 0, `a count is a safe integer of at least 0, was ${count}`)
  assert(Number.isInteger(depth) && depth >= 2 && depth <= 4096, `a depth is 2 to 4096 levels, was ${depth}`)
  const high = 1e12
  const priced = Number.isSafeInteger(startBid) && startBid > 2 * depth && startBid <= high
  assert(priced, `a first bid is whole, above twice the depth (${2 * depth}) and at most ${high}, was ${startBid}`)
  const book = new InventedBook(options, startBid, depth)
  const shared = reuse ? columns(depth) : undefined
  for (let made = 0; made < count; ) {
    const chunk = shared ?? columns(depth)
    chunk.book.length = 0
    chunk.trades.length = 0
    book.write(chunk, Math.min(CHUNK_ROWS, count - made), made === 0)
    made += chunk.book.length
    yield chunk
  }
}

/** Room for a chunk: a message that begins below the limit is completed, and a snapshot may be larger than a chunk. */
function columns(depth: number): SyntheticL2Chunk {
  const rows = CHUNK_ROWS + 2 * depth + SPARE_ROWS
  return { book: bookColumns(rows), trades: tradeColumns(rows) }
}

class InventedBook {
  readonly #random: Random
  readonly #depth: number
  readonly #meanGapUs: number
  readonly #latencyUs: number
  /** Sizes by price, modulo the length: each side holds `depth` neighbouring prices, so slots never clash. */
  readonly #bids: Float64Array
  readonly #asks: Float64Array
  readonly #mask: number
  #bid: number
  #ask: number
  #venueTs: number
  #recvTs = 0
  #book: BookColumns = bookColumns(0)
  #trades: TradeColumns = tradeColumns(0)

  constructor(options: SyntheticL2Options, startBid: number, depth: number) {
    const { meanGapUs = 10_000, latencyUs = 2_000 } = options
    const gap = Number.isSafeInteger(meanGapUs) && meanGapUs >= 2 && meanGapUs <= 1e9
    assert(gap, `a mean gap is 2 to 1e9 microseconds, was ${meanGapUs}`)
    const delay = Number.isSafeInteger(latencyUs) && latencyUs >= 0 && latencyUs <= 1e9
    assert(delay, `a latency is 0 to 1e9 microseconds, was ${latencyUs}`)
    this.#random = Random.seeded(options.seed)
    this.#depth = depth
    this.#meanGapUs = meanGapUs
    this.#latencyUs = latencyUs
    const slots = 2 ** Math.ceil(Math.log2(depth + 1))
    this.#mask = slots - 1
    this.#bids = new Float64Array(slots)
    this.#asks = new Float64Array(slots)
    this.#bid = startBid
    this.#ask = startBid + 1
    this.#venueTs = options.startTs
  }

  /** Writes whole messages until `rows` book rows are there. */
  write({ book, trades }: SyntheticL2Chunk, rows: number, first: boolean): void {
    this.#book = book
    this.#trades = trades
    if (first) this.#snapshot()
    while (book.length < rows) this.#message()
  }

  #snapshot(): void {
    this.#stamp(0)
    this.#row(0, 0, 0)
    for (let away = 0; away < this.#depth; away++) {
      this.#set(1, this.#bid - away, this.#size())
      this.#set(-1, this.#ask + away, this.#size())
    }
    this.#end()
  }

  #message(): void {
    const drawn = this.#random.uint32()
    this.#stamp(1 + Math.floor(((drawn >>> 8) / 16_777_216) * 2 * (this.#meanGapUs - 1)))
    const kind = drawn & 0xff
    const side: 1 | -1 = (this.#random.uint32() & 1) === 0 ? 1 : -1
    if (kind < 40) this.#trade(side)
    else if (kind < 90 && this.#ask - this.#bid > 1) this.#improve(side)
    else this.#resize(side)
    this.#end()
  }

  /** A taker consumes from the touch of `side`; what empties it moves it to the next level that has a size. */
  #trade(side: 1 | -1): void {
    // Bids never come near price zero: there the takers buy.
    const hit = side === 1 && this.#bid <= 2 * this.#depth ? -1 : side
    const price = hit === 1 ? this.#bid : this.#ask
    const there = this.#at(hit, price)
    const wanted = this.#size()
    const qty = wanted < there ? wanted : there
    const trades = this.#trades
    const row = trades.length++
    trades.venueTs[row] = this.#venueTs
    trades.recvTs[row] = this.#recvTs
    trades.price[row] = price
    trades.qty[row] = qty
    trades.taker[row] = hit === 1 ? -1 : 1
    this.#set(hit, price, there - qty)
    if (qty < there) return
    let next = price
    while (this.#at(hit, next) === 0) {
      next -= hit
      // The far end moves along, so the side keeps its depth, and the search ends there at the latest.
      this.#set(hit, next - hit * (this.#depth - 1), this.#size())
    }
    if (hit === 1) this.#bid = next
    else this.#ask = next
  }

  /** A new best price, one tick better; the side's far end falls out of the book. */
  #improve(side: 1 | -1): void {
    const touch = side === 1 ? this.#bid : this.#ask
    const far = touch - side * (this.#depth - 1)
    if (this.#at(side, far) !== 0) this.#set(side, far, 0)
    this.#set(side, touch + side, this.#size())
    if (side === 1) this.#bid++
    else this.#ask--
  }

  /** A level gets another size, seldom none; the touch keeps one, because only trades move it away. */
  #resize(side: 1 | -1): void {
    const drawn = this.#random.uint32()
    // The product of two uniforms: half of all changes are in the nearest sixth.
    const away = Math.floor((((drawn & 0xffff) * (drawn >>> 16)) / 4_294_967_296) * this.#depth)
    const gone = away > 0 && (this.#random.uint32() & 7) === 0
    const price = (side === 1 ? this.#bid : this.#ask) - side * away
    this.#set(side, price, gone ? 0 : this.#size())
  }

  /** Whole lots from 1 to 4096, most of them small. */
  #size(): number {
    const drawn = this.#random.uint32()
    return 1 + Math.floor(((drawn & 0xffff) * (drawn >>> 16)) / 1_048_576)
  }

  #at(side: 1 | -1, price: number): number {
    return (side === 1 ? this.#bids : this.#asks)[price & this.#mask] ?? 0
  }

  #set(side: 1 | -1, price: number, qty: number): void {
    const sizes = side === 1 ? this.#bids : this.#asks
    sizes[price & this.#mask] = qty
    this.#row(side, price, qty)
  }

  #row(side: 1 | 0 | -1, price: number, qty: number): void {
    const book = this.#book
    const row = book.length++
    book.venueTs[row] = this.#venueTs
    book.recvTs[row] = this.#recvTs
    book.side[row] = side
    book.price[row] = price
    book.qty[row] = qty
    book.last[row] = 0
  }

  #end(): void {
    this.#book.last[this.#book.length - 1] = 1
  }

  #stamp(gapUs: number): void {
    this.#venueTs += gapUs
    const jitter = Math.floor((this.#random.uint32() / 8_589_934_592) * this.#latencyUs)
    const recvTs = this.#venueTs + this.#latencyUs + jitter
    if (recvTs > this.#recvTs) this.#recvTs = recvTs
  }
}
