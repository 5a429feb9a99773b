import type { Instrument } from '../../domain/instrument.ts'
import type { VenueReport } from '../../domain/report.ts'
import { type BookColumns, bookColumns, type TradeColumns, tradeColumns } from '../../market/columns.ts'

/** Takes what arrived, in the order in which it did. */
export interface ArrivalListener {
  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number, number?: number): void
  onTrade(at: number, columns: TradeColumns, row: number): void
  onBookLost?(at: number, why: string): void
  report(report: VenueReport, ts: number): void
}

type Arrival =
  | { readonly kind: 'book'; readonly at: number; readonly from: number; readonly to: number }
  | { readonly kind: 'trade'; readonly at: number; readonly row: number }
  | { readonly kind: 'lost'; readonly at: number; readonly why: string }
  | { readonly kind: 'report'; readonly report: VenueReport }

const ROWS = 4_096
/** Market data that nobody fetched is let go beyond this many messages: the books begin anew then. */
const MESSAGES_MAX = 100_000

/** What arrived between two turns, kept in one order. Columns are used again with every turn. */
export class Arrivals {
  readonly #books: BookColumns[]
  readonly #trades: TradeColumns[]
  readonly #numbers: Float64Array
  #queue: Arrival[] = []

  constructor(instruments: readonly Instrument[]) {
    this.#books = instruments.map(() => bookColumns(ROWS))
    this.#trades = instruments.map(() => tradeColumns(ROWS))
    this.#numbers = new Float64Array(instruments.length)
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** More waits than can be worth reading. */
  get isFlooded(): boolean {
    return this.#queue.length > MESSAGES_MAX
  }

  book(at: number, columns: BookColumns, fromRow: number, toRow: number): void {
    const rows = toRow - fromRow
    let mine = this.#books[at] as BookColumns
    if (mine.length + rows > mine.price.length) {
      mine = grownBook(mine, mine.length + rows)
      this.#books[at] = mine
    }
    const from = mine.length
    for (const column of ['venueTs', 'recvTs', 'side', 'price', 'qty', 'last'] as const)
      mine[column].set(columns[column].subarray(fromRow, toRow), from)
    mine.length += rows
    this.#queue.push({ kind: 'book', at, from, to: mine.length })
  }

  trade(at: number, columns: TradeColumns, row: number): void {
    let mine = this.#trades[at] as TradeColumns
    if (mine.length === mine.price.length) {
      mine = grownTrades(mine)
      this.#trades[at] = mine
    }
    for (const column of ['venueTs', 'recvTs', 'price', 'qty', 'taker'] as const)
      mine[column][mine.length] = columns[column][row] as number
    this.#queue.push({ kind: 'trade', at, row: mine.length++ })
  }

  lost(at: number, why: string): void {
    this.#queue.push({ kind: 'lost', at, why })
  }

  report(report: VenueReport): void {
    this.#queue.push({ kind: 'report', report })
  }

  /** Hands everything over; what arrives meanwhile waits for the next time. */
  handOver(listener: ArrivalListener, ts: number): void {
    if (this.#queue.length === 0) return
    const queue = this.#queue
    this.#queue = []
    for (const arrival of queue) {
      const { kind } = arrival
      if (kind === 'report') listener.report(arrival.report, ts)
      else if (kind === 'trade') listener.onTrade(arrival.at, this.#trades[arrival.at] as TradeColumns, arrival.row)
      else if (kind === 'lost') listener.onBookLost?.(arrival.at, arrival.why)
      else {
        const number = ((this.#numbers[arrival.at] as number) += 1)
        listener.onBook(arrival.at, this.#books[arrival.at] as BookColumns, arrival.from, arrival.to, number)
      }
    }
    // A listener that led to more has it queued in the same columns: they are emptied only when nothing points into them.
    if (this.#queue.some(({ kind }) => kind === 'book' || kind === 'trade')) return
    for (const columns of this.#books) columns.length = 0
    for (const columns of this.#trades) columns.length = 0
  }

  /** Lets market data go and keeps what was said of orders: it is not said twice. */
  clearMarket(): void {
    this.#queue = this.#queue.filter(({ kind }) => kind === 'report')
    for (const columns of this.#books) columns.length = 0
    for (const columns of this.#trades) columns.length = 0
  }
}

function grownBook(from: BookColumns, least: number): BookColumns {
  const to = bookColumns(Math.max(least, from.price.length * 2))
  for (const column of ['venueTs', 'recvTs', 'side', 'price', 'qty', 'last'] as const)
    to[column].set(from[column].subarray(0, from.length))
  to.length = from.length
  return to
}

function grownTrades(from: TradeColumns): TradeColumns {
  const to = tradeColumns(from.price.length * 2)
  for (const column of ['venueTs', 'recvTs', 'price', 'qty', 'taker'] as const)
    to[column].set(from[column].subarray(0, from.length))
  to.length = from.length
  return to
}
