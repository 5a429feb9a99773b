import type { Instrument } from '../../domain/instrument.ts'
import { US_PER_MS } from '../../domain/time.ts'
import { bookColumns, tradeColumns } from '../../market/columns.ts'
import type { ConnectorSink, VenueClock } from '../connector.ts'
import { nearSteps, stepsIn } from '../net/exact.ts'
import { VenueError } from '../venue-error.ts'
import type { CcxtBook, CcxtExchange, CcxtOrder, CcxtTrade } from './ccxt-exchange.ts'
import { textOf } from './ccxt-instruments.ts'
import { readOrder, readTrade } from './ccxt-reading.ts'
import type { ExchangeTraits } from './exchange-traits.ts'

export interface StreamParts {
  readonly exchange: CcxtExchange
  readonly clock: VenueClock
  readonly traits: ExchangeTraits
  /** What ccxt threw, in our words. */
  readonly told: (thrown: unknown, question: string) => VenueError
}

/** Levels of a side that are told: beyond them nobody trades at once. */
const LEVELS = 100
const BEGIN_MS = 20_000
const WATCH_EVERY_MS = 5_000
/** Markets that say nothing for so long are not heard any more, whatever their socket answers to pings. */
const SILENT_MS = 30_000

interface ToldBook {
  readonly instrument: Instrument
  readonly tick: number
  readonly lot: number
  /** Lots by price in ticks, as they were told; undefined wants a snapshot. */
  levels: readonly [bids: Map<number, number>, asks: Map<number, number>] | undefined
  heardMs: number
}

/** The streams of an exchange through ccxt's `watch…` methods: each is asked again and again, and answers with what is new. */
export class CcxtStreams {
  readonly #parts: StreamParts
  readonly #book = bookColumns(4 * LEVELS + 1)
  readonly #trade = tradeColumns(1)
  #books = new Map<string, ToldBook>()
  #sink: ConnectorSink | undefined
  #began: (() => void) | undefined
  #giveUp: ((error: VenueError) => void) | undefined
  #forget: (() => void)[] = []

  constructor(parts: StreamParts) {
    this.#parts = parts
  }

  async open(instruments: readonly Instrument[], sink: ConnectorSink): Promise<void> {
    const { exchange, traits, told } = this.#parts
    this.#sink = sink
    this.#books = new Map(
      instruments.map((instrument) => {
        const { symbol, tickSize, lotSize } = instrument
        const [tick, lot] = [tickSize, lotSize].map(({ units, scale }) => Number(units) / 10 ** scale)
        return [symbol, { instrument, tick: tick ?? 1, lot: lot ?? 1, levels: undefined, heardMs: Number.NaN }]
      }),
    )
    try {
      if (traits.authenticates) await this.#held(exchange.authenticate?.() ?? Promise.resolve())
    } catch (thrown) {
      this.#sink = undefined
      throw told(thrown, 'account stream')
    }
    if (this.#sink !== sink) throw closedWhileOpening()
    this.#follow(
      'orders',
      sink,
      () => exchange.watchOrders(),
      (orders) => this.#orders(orders),
    )
    this.#follow(
      'executions',
      sink,
      () => exchange.watchMyTrades(),
      (trades) => this.#fills(trades),
    )
    for (const { instrument } of this.#books.values()) {
      const { symbol } = instrument
      this.#follow(
        `book ${symbol}`,
        sink,
        () => exchange.watchOrderBook(symbol),
        (book) => this.#heardBook(symbol, book),
      )
      this.#follow(
        `trades ${symbol}`,
        sink,
        () => exchange.watchTrades(symbol),
        (trades) => this.#trades(trades),
      )
    }
    await this.#allBegun()
    this.#watch(sink)
  }

  /** The book that ccxt keeps is whole: it is told from its beginning with its next change. */
  resync(instrument: Instrument): void {
    const book = this.#books.get(instrument.symbol)
    if (book !== undefined) book.levels = undefined
  }

  async close(): Promise<void> {
    this.#sink = undefined
    for (const forget of this.#forget.splice(0)) forget()
    this.#giveUp?.(closedWhileOpening())
    this.#giveUp = undefined
    this.#began = undefined
    await this.#held(this.#parts.exchange.close()).catch(() => undefined)
  }

  // ---- asking again and again ----------------------------------------------------------------------------------------

  #follow<T>(name: string, sink: ConnectorSink, ask: () => Promise<T>, hear: (news: T) => void): void {
    const again = (): void => {
      if (this.#sink !== sink) return
      this.#held(ask()).then(
        (news) => {
          if (this.#sink !== sink) return
          try {
            hear(news)
          } catch (thrown) {
            return this.#down(this.#parts.told(thrown, name))
          }
          again()
        },
        (thrown: unknown) => {
          if (this.#sink !== sink) return
          if (this.#isGap(name, thrown)) again()
          else this.#down(this.#parts.told(thrown, name))
        },
      )
    }
    again()
  }

  /** ccxt keeps promises that nobody holds; one that is rejected would end the process. */
  #held<T>(asked: Promise<T>): Promise<T> {
    for (const { futures } of Object.values(this.#parts.exchange.clients ?? {}))
      for (const future of Object.values(futures)) future.catch?.(() => undefined)
    return asked
  }

  /** ccxt found a book that does not go on from where it was, and begins it anew when it is asked for again. */
  #isGap(name: string, thrown: unknown): boolean {
    const { name: kind, message } = thrown instanceof Error ? thrown : { name: '', message: '' }
    const book = this.#books.get(name.replace(/^book /, ''))
    const isGap =
      name.startsWith('book ') && (kind === 'ChecksumError' || /nonce|checksum|out of (order|sync)/i.test(message))
    if (!isGap || book === undefined) return false
    book.levels = undefined
    this.#sink?.onBookLost(book.instrument, 'a message is missing')
    return true
  }

  #down(error: VenueError): void {
    const sink = this.#sink
    if (sink === undefined) return
    const giveUp = this.#giveUp
    this.#giveUp = undefined
    giveUp?.(error)
    void this.close()
    if (giveUp === undefined) sink.onDown(error)
  }

  #allBegun(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject
      const silent = () => [...this.#books.values()].filter(({ heardMs }) => Number.isNaN(heardMs))
      this.#forget.push(
        this.#parts.clock.after(BEGIN_MS, () => {
          const names = silent().map(({ instrument }) => instrument.id)
          this.#down(failure('NO_BOOK', `no book of ${names.join(', ')} within ${BEGIN_MS / 1_000} s`))
        }),
      )
      this.#began = () => {
        if (silent().length > 0) return
        for (const forget of this.#forget.splice(0)) forget()
        this.#began = undefined
        this.#giveUp = undefined
        resolve()
      }
      this.#began()
    })
  }

  #watch(sink: ConnectorSink): void {
    const forget = this.#parts.clock.after(WATCH_EVERY_MS, () => {
      if (this.#sink !== sink) return
      const nowMs = this.#parts.clock.monotonicMs()
      for (const { instrument, heardMs } of this.#books.values())
        if (nowMs - heardMs > SILENT_MS)
          return this.#down(failure('BOOK_SILENT', `${instrument.id}: no book for ${SILENT_MS / 1_000} s`))
      this.#watch(sink)
    })
    this.#forget = [forget]
  }

  // ---- what arrives --------------------------------------------------------------------------------------------------

  #orders(orders: readonly CcxtOrder[]): void {
    for (const order of orders) {
      const instrument = this.#books.get(order.symbol ?? '')?.instrument
      if (instrument !== undefined) this.#sink?.onOrder(readOrder(instrument, order))
    }
  }

  #fills(trades: readonly CcxtTrade[]): void {
    for (const trade of trades) {
      const instrument = this.#books.get(trade.symbol ?? '')?.instrument
      if (instrument !== undefined) this.#sink?.onFill(readTrade(instrument, trade))
    }
  }

  #trades(trades: readonly CcxtTrade[]): void {
    const columns = this.#trade
    for (const { symbol, price, amount, side, timestamp } of trades) {
      const instrument = this.#books.get(symbol ?? '')?.instrument
      const [at, qty] = [textOf(price), textOf(amount)]
      if (instrument === undefined || at === undefined || qty === undefined) continue
      const ticks = stepsIn(at, instrument.tickSize)
      const lots = stepsIn(qty, instrument.lotSize)
      // A print that no order could be is told to nobody.
      if (ticks === undefined || lots === undefined) continue
      columns.length = 1
      columns.recvTs[0] = this.#parts.clock.nowUs()
      columns.venueTs[0] = timestamp === undefined ? columns.recvTs[0] : timestamp * US_PER_MS
      columns.price[0] = ticks
      columns.qty[0] = lots
      columns.taker[0] = side === 'buy' ? 1 : side === 'sell' ? -1 : 0
      this.#sink?.onTrade(instrument, columns, 0)
    }
  }

  #heardBook(symbol: string, book: CcxtBook): void {
    const told = this.#books.get(symbol)
    if (told === undefined) return
    const bids = levelsOf(book.bids, told)
    const asks = levelsOf(book.asks, told)
    if (bids === undefined || asks === undefined || isCrossed(bids, asks)) {
      told.levels = undefined
      this.#sink?.onBookLost(told.instrument, bids && asks ? 'it crosses itself' : 'levels off the grid')
      return
    }
    told.heardMs = this.#parts.clock.monotonicMs()
    this.#tellBook(told, bids, asks, book.timestamp)
    this.#began?.()
  }

  /** What changed since it was last told; all of it where nothing was. */
  #tellBook(told: ToldBook, bids: Map<number, number>, asks: Map<number, number>, timestamp: number | undefined): void {
    const columns = this.#book
    let rows = 0
    const recvTs = this.#parts.clock.nowUs()
    const venueTs = timestamp === undefined ? recvTs : timestamp * US_PER_MS
    const push = (side: 1 | -1 | 0, price: number, qty: number) => {
      columns.venueTs[rows] = venueTs
      columns.recvTs[rows] = recvTs
      columns.side[rows] = side
      columns.price[rows] = price
      columns.qty[rows] = qty
      columns.last[rows++] = 0
    }
    const [oldBids, oldAsks] = told.levels ?? []
    if (told.levels === undefined) push(0, 0, 0)
    for (const [side, now, before] of [
      [1, bids, oldBids],
      [-1, asks, oldAsks],
    ] as const) {
      for (const [price, qty] of now) if (before?.get(price) !== qty) push(side, price, qty)
      for (const price of before?.keys() ?? []) if (!now.has(price)) push(side, price, 0)
    }
    told.levels = [bids, asks]
    if (rows === 0) return
    columns.length = rows
    columns.last[rows - 1] = 1
    this.#sink?.onBook(told.instrument, columns, 0, rows)
  }
}

/** The best levels of a side in ticks and lots; undefined where one is on no tick or lot. */
function levelsOf(side: CcxtBook['bids'], { tick, lot }: ToldBook): Map<number, number> | undefined {
  const levels = new Map<number, number>()
  for (let at = 0; at < Math.min(LEVELS, side.length); at++) {
    const [price, qty] = side[at] as readonly [unknown, unknown]
    const [ticks, lots] = [nearSteps(String(price), tick), nearSteps(String(qty), lot)]
    if (Number.isNaN(ticks) || Number.isNaN(lots)) return undefined
    if (lots > 0) levels.set(ticks, lots)
  }
  return levels
}

function isCrossed(bids: Map<number, number>, asks: Map<number, number>): boolean {
  const [bid] = bids.keys()
  const [ask] = asks.keys()
  return bid !== undefined && ask !== undefined && bid >= ask
}

function failure(code: string, detail: string): VenueError {
  return new VenueError({ kind: 'TRANSIENT', code, question: 'streams', detail })
}

function closedWhileOpening(): VenueError {
  return failure('CLOSED', 'it was closed while it was being opened')
}
