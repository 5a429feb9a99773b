import { type BookColumns, bookColumns, type TradeColumns, tradeColumns } from '../../market/columns.ts'
import type { MarketSink } from './simulated-market.ts'

/** Rows `[from, to)` of what is kept, and when they arrive. */
interface FeedMessage {
  readonly at: number
  readonly kind: 'book' | 'trade'
  readonly from: number
  readonly to: number
  readonly ts: number
  /** Of a book's message: its place in the stream of its instrument. */
  readonly number: number
}

/** Market data on its way to us: whole messages, all equally late, so that they arrive in the order they left. */
export class FeedLine implements MarketSink {
  readonly #delayUs: number
  #rows: BookColumns = bookColumns(1_024)
  #prints: TradeColumns = tradeColumns(256)
  #messages: FeedMessage[] = []
  #head = 0
  /** Messages that were sent of each book, those that got lost included. */
  readonly #numbers: number[] = []

  constructor(delayUs: number) {
    this.#delayUs = delayUs
  }

  /** When the first arrives; Infinity when nothing is on its way. */
  get nextTs(): number {
    return this.#messages[this.#head]?.ts ?? Number.POSITIVE_INFINITY
  }

  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number): void {
    const rows = this.#roomForRows(toRow - fromRow)
    const from = rows.length
    const ts = (columns.venueTs[fromRow] as number) + this.#delayUs
    // Row by row: most messages have two or three, and copying whole ranges costs more than that.
    for (let row = fromRow; row < toRow; row++) {
      const to = rows.length++
      rows.venueTs[to] = columns.venueTs[row] as number
      rows.recvTs[to] = ts
      rows.side[to] = columns.side[row] as number
      rows.price[to] = columns.price[row] as number
      rows.qty[to] = columns.qty[row] as number
      rows.last[to] = columns.last[row] as number
    }
    this.#messages.push({ at, kind: 'book', from, to: rows.length, ts, number: this.#next(at) })
  }

  /** A message of a book gets lost on its way: the one after it has a number too high. */
  lose(at: number): void {
    this.#next(at)
  }

  #next(at: number): number {
    const number = (this.#numbers[at] ?? 0) + 1
    this.#numbers[at] = number
    return number
  }

  onTrade(at: number, columns: TradeColumns, row: number): void {
    const prints = this.#roomForPrint()
    const from = prints.length++
    const ts = (columns.venueTs[row] as number) + this.#delayUs
    prints.venueTs[from] = columns.venueTs[row] as number
    prints.recvTs[from] = ts
    prints.price[from] = columns.price[row] as number
    prints.qty[from] = columns.qty[row] as number
    prints.taker[from] = columns.taker[row] as number
    this.#messages.push({ at, kind: 'trade', from, to: prints.length, ts, number: 0 })
  }

  /** Hands over what arrives first. Ask {@link nextTs} before. */
  deliver(sink: MarketSink): void {
    const { at, kind, from, to, number } = this.#messages[this.#head++] as FeedMessage
    if (kind === 'book') sink.onBook(at, this.#rows, from, to, number)
    else sink.onTrade(at, this.#prints, from)
    // The rows were read, and all that came before them: from here on they are written again.
    if (this.#head === this.#messages.length) this.clear()
  }

  /** The connection broke: what was on its way is lost. */
  clear(): void {
    this.#messages = []
    this.#head = 0
    this.#rows.length = 0
    this.#prints.length = 0
  }

  #roomForRows(count: number): BookColumns {
    const old = this.#rows
    if (old.length + count <= old.price.length) return old
    const rows = bookColumns(2 * (old.length + count))
    rows.venueTs.set(old.venueTs)
    rows.recvTs.set(old.recvTs)
    rows.side.set(old.side)
    rows.price.set(old.price)
    rows.qty.set(old.qty)
    rows.last.set(old.last)
    rows.length = old.length
    this.#rows = rows
    return rows
  }

  #roomForPrint(): TradeColumns {
    const old = this.#prints
    if (old.length < old.price.length) return old
    const prints = tradeColumns(2 * old.length)
    prints.venueTs.set(old.venueTs)
    prints.recvTs.set(old.recvTs)
    prints.price.set(old.price)
    prints.qty.set(old.qty)
    prints.taker.set(old.taker)
    prints.length = old.length
    this.#prints = prints
    return prints
  }
}
