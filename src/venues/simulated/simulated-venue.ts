import { assert } from '../../domain/brand.ts'
import type { OrderId, VenueOrderId } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../../domain/instruction.ts'
import { type Instrument, notional } from '../../domain/instrument.ts'
import { type Lots, type Money, moneyToNumber, type Rate, rate, share, type Ticks } from '../../domain/money.ts'
import type { Side } from '../../domain/order.ts'
import type { BarColumns, BookColumns, QuoteColumns, TradeColumns } from '../../market/columns.ts'
import type { Venue } from '../venue.ts'
import { type AccountState, VenueAccount } from './account.ts'
import type { Assumptions } from './assumptions.ts'
import { BarMatcher } from './bar-matcher.ts'
import { BookMatcher, type BookMatcherState, type QueueStatistics } from './book-matcher.ts'
import type { SimOrder } from './sim-order.ts'
import { TouchMatcher } from './touch-matcher.ts'
import { type ReportSink, Workbench, type WorkbenchState } from './workbench.ts'

export type MatchedOn = 'bars' | 'trades' | 'quotes' | 'book'

/** A venue that matches on books, in plain JSON. */
export interface SimulatedVenueState {
  readonly account: AccountState
  readonly bench: WorkbenchState
  readonly books: readonly BookMatcherState[]
}

/**
 * The simulated venue: it matches our orders against market data under stated {@link Assumptions}, keeps books of its own
 * and reports like any venue. It sees market data at venue time, before anyone else does.
 */
export class SimulatedVenue implements Venue {
  readonly account: VenueAccount
  readonly #instruments: readonly Instrument[]
  readonly #assumptions: Assumptions
  readonly #bench: Workbench
  readonly #matchedOn: readonly MatchedOn[]
  readonly #bars: readonly BarMatcher[]
  readonly #touches: readonly TouchMatcher[]
  readonly #books: readonly BookMatcher[]
  /** Whether the instrument's bar has opened and not yet closed. */
  readonly #underWay: Uint8Array
  readonly #opening: Uint8Array
  readonly #isMargin: Uint8Array
  /** Up to when funding was looked at; NaN before the first market event. */
  readonly #seenTs: Float64Array
  readonly #fillsAtClose: boolean
  /** Last price that bars have shown, ticks. The account's mark may be the close of a bar that has only opened. */
  readonly #lastOfBars: Float64Array
  /** Sum of what each batch of orders of one moment would leave in the account, for the check at submission. */
  #batchTs = Number.NaN
  #imagined = 0

  /** @param matchedOn for each instrument, the kind of data that its orders are matched on */
  constructor(options: {
    instruments: readonly Instrument[]
    matchedOn: readonly MatchedOn[]
    assumptions: Assumptions
    sink: ReportSink
  }) {
    const { instruments, assumptions, sink, matchedOn } = options
    this.#instruments = instruments
    this.#assumptions = assumptions
    this.#matchedOn = matchedOn
    this.account = new VenueAccount(instruments)
    this.#bench = new Workbench({ instruments, account: this.account, assumptions, sink })
    this.#bars = instruments.map((_, at) => new BarMatcher(this.#bench, at))
    this.#touches = instruments.map((_, at) => new TouchMatcher(this.#bench, at))
    this.#books = instruments.map((_, at) => new BookMatcher(this.#bench, at))
    this.#underWay = new Uint8Array(instruments.length)
    this.#opening = new Uint8Array(instruments.length)
    this.#isMargin = Uint8Array.from(instruments, ({ settlement }) => (settlement === 'margin' ? 1 : 0))
    this.#fillsAtClose = assumptions.marketFill === 'same-close'
    this.#lastOfBars = new Float64Array(instruments.length).fill(Number.NaN)
    this.#seenTs = new Float64Array(instruments.length).fill(Number.NaN)
  }

  deposit(currency: string, amount: Money): void {
    this.account.deposit(currency, amount)
  }

  /** Asserts that every instrument is matched on its book: bars under way are not kept. */
  save(): SimulatedVenueState {
    assert(
      this.#matchedOn.every((kind) => kind === 'book'),
      `a venue that is saved matches on books, was ${this.#matchedOn.join(', ')}`,
    )
    return {
      account: this.account.save(),
      bench: this.#bench.save(),
      books: this.#books.map((book) => book.save()),
    }
  }

  /** Goes on exactly where {@link save} left off. */
  restore({ account, bench, books }: SimulatedVenueState): void {
    this.account.restore(account)
    this.#bench.restore(bench)
    this.#books.forEach((book, at) => book.restore(books[at] as BookMatcherState))
  }

  /** The id that the next order to arrive gets. */
  get nextVenueOrderId(): VenueOrderId {
    return this.#bench.nextVenueOrderId
  }

  // ---- orders --------------------------------------------------------------------------------------------------------

  place(order: AllowedOrder, ts: number): void {
    const at = order.instrumentAt
    const sim = this.#bench.admit(order, ts, this.#underWay[at] === 1 && !this.#isInTimeForOpen(at))
    const last = (this.#matchedOn[at] === 'bars' ? this.#lastOfBars[at] : this.account.marks[at]) as number
    if (this.#assumptions.submissionCheck && !this.#passesSubmission(sim, last, ts)) {
      this.#bench.reject(sim, 'INSUFFICIENT_FUNDS', 'cash would go below zero at the last price', ts)
      return
    }
    if (this.#matchedOn[at] === 'book') return (this.#books[at] as BookMatcher).arrive(sim, ts)
    sim.takesOnArrival = sim.limit !== undefined && sim.stop === undefined && (sim.limit - last) * sim.sign >= 0
    if (sim.timeInForce === 'POST_ONLY' && sim.takesOnArrival) {
      this.#bench.reject(sim, 'POST_ONLY_WOULD_TAKE', `limit ${sim.limit} meets the last price ${last}`, ts)
      return
    }
    if (sim.type !== 'MARKET') this.#bench.acknowledge(sim, ts)
    if (this.#matchedOn[at] !== 'bars') return (this.#touches[at] as TouchMatcher).arrive(sim, ts)
    const takesNow = sim.type === 'MARKET' || sim.takesOnArrival
    if (this.#fillsAtClose && takesNow && this.#underWay[at] === 0 && !Number.isNaN(last)) {
      ;(this.#bars[at] as BarMatcher).fillNow(sim, last, ts)
    }
  }

  /** At the open, only what answers a waiting order may have to leave the bar alone: what fills at its price fills inside. */
  #isInTimeForOpen(at: number): boolean {
    return this.#opening[at] === 1 && !(this.#assumptions.inBar === 'next-bar' && this.#bench.answersResting)
  }

  amend(amend: AllowedAmend, ts: number): void {
    this.#bench.amend(amend, ts)
    const order = this.#bench.find(amend.orderId, amend.instrumentAt)
    if (order !== undefined && !order.isDone && this.#matchedOn[amend.instrumentAt] === 'book') {
      ;(this.#books[amend.instrumentAt] as BookMatcher).requeue(order, ts)
    }
  }

  cancel(orderId: OrderId, instrumentAt: number, ts: number): void {
    this.#bench.cancel(orderId, instrumentAt, ts)
  }

  /** How resting orders in the instrument's book came to be filled. */
  queueStatistics(at: number): Readonly<QueueStatistics> {
    return (this.#books[at] as BookMatcher).statistics
  }

  /** Orders that rest or wait in an instrument. */
  working(at: number): number {
    return (this.#bench.orders[at] as SimOrder[]).length
  }

  /** Nothing of ours can happen in the instrument: no order, nothing to liquidate, no funding. Then its bars need only pass. */
  isQuiet(at: number): boolean {
    return (
      (this.#bench.orders[at] as SimOrder[]).length === 0 &&
      (this.#isMargin[at] === 0 || this.account.position(at) === 0)
    )
  }

  /** A whole bar goes by a quiet instrument. */
  passBar(at: number, bars: BarColumns, row: number): void {
    this.#price(at, bars.close[row] as number)
    if (this.#fillsAtClose) (this.#bars[at] as BarMatcher).begin(bars, row)
    this.#seenTs[at] = bars.closeTs[row] as number
  }

  // ---- market ----------------------------------------------------------------------------------------------------------

  onBarOpen(at: number, bars: BarColumns, row: number): void {
    this.#underWay[at] = 1
    this.#opening[at] = 1
    this.#price(at, bars.open[row] as number)
    if (this.#assumptions.marginMark === 'bar-close') this.account.marks[at] = bars.close[row] as number
    const matcher = this.#bars[at] as BarMatcher
    matcher.begin(bars, row)
    if (this.working(at) > 0) matcher.open(bars, row)
  }

  /** What reacted to the open has arrived: it still meets the open. */
  onBarOpened(at: number, bars: BarColumns, row: number): void {
    if (this.working(at) > 0) (this.#bars[at] as BarMatcher).opened(bars, row)
  }

  /** From here on, what arrives is inside the bar. */
  endOpening(at: number): void {
    this.#opening[at] = 0
  }

  onBarClose(at: number, bars: BarColumns, row: number): void {
    if (this.working(at) > 0) (this.#bars[at] as BarMatcher).inside(bars, row)
    if (this.account.position(at) !== 0) this.#liquidate(at, bars, row)
    if (this.working(at) > 0) (this.#bars[at] as BarMatcher).close(bars, row)
    this.#price(at, bars.close[row] as number)
    this.#underWay[at] = 0
    if (this.#assumptions.funding.rate !== 0) this.#fundBar(at, bars, row)
  }

  onQuote(at: number, quotes: QuoteColumns, row: number): void {
    const bid = quotes.bid[row] as number
    const ask = quotes.ask[row] as number
    const ts = quotes.venueTs[row] as number
    this.account.marks[at] = (bid + ask) / 2
    if (this.#matchedOn[at] !== 'quotes') return
    const sizes = { bidQty: quotes.bidQty[row] as number, askQty: quotes.askQty[row] as number, ts }
    ;(this.#touches[at] as TouchMatcher).quote(bid, ask, sizes)
    if (this.#assumptions.funding.rate !== 0) this.#fund(at, ts)
  }

  onTrade(at: number, trades: TradeColumns, row: number): void {
    const price = trades.price[row] as number
    const ts = trades.venueTs[row] as number
    const matchedOn = this.#matchedOn[at]
    if (matchedOn === 'book')
      return (this.#books[at] as BookMatcher).trade(price, trades.qty[row] as number, {
        taker: trades.taker[row] as number,
        ts,
      })
    this.account.marks[at] = price
    if (matchedOn !== 'trades') return
    ;(this.#touches[at] as TouchMatcher).trade(price, trades.qty[row] as number, ts)
    if (this.#assumptions.funding.rate !== 0) this.#fund(at, ts)
  }

  onBook(at: number, book: BookColumns, row: number): void {
    ;(this.#books[at] as BookMatcher).update(book, row)
  }

  /**
   * Closes the margin position of an instrument that is matched on its book, once the account's equity in its currency is
   * below what the positions in it must keep. What the book cannot take now is for the next message.
   */
  liquidateOnBook(at: number, ts: number): void {
    const { quote, settlement } = this.#instruments[at] as Instrument
    const position = this.account.position(at)
    if (settlement !== 'margin' || position === 0) return
    if (this.account.equity(quote) >= this.account.maintenance(quote)) return
    const side = position > 0 ? 'sell' : 'buy'
    const met = (this.#books[at] as BookMatcher).quoteFor(side, Math.abs(position))
    if (met !== undefined) this.#close(at, { side, qty: met.qty as Lots, price: met.price as Ticks, ts })
  }

  #price(at: number, price: number): void {
    this.#lastOfBars[at] = price
    this.account.marks[at] = price
  }

  // ---- account ---------------------------------------------------------------------------------------------------------

  /** Orders of one moment are looked at in the order they came, each as if the earlier ones had filled at the last price. */
  #passesSubmission(order: SimOrder, last: number, ts: number): boolean {
    const instrument = this.#instruments[order.instrumentAt] as Instrument
    if (this.#batchTs !== ts) {
      this.#batchTs = ts
      this.#imagined = moneyToNumber(this.account.balance(instrument.quote))
    }
    const price = order.limit ?? order.stop ?? last
    const value = order.qty * price * instrument.valuePerTickLot
    const fee = moneyToNumber(
      this.#assumptions.fees({
        instrument,
        side: order.side,
        qty: order.qty as Lots,
        price: price as Ticks,
        liquidity: 'taker',
      }),
    )
    const after = this.#imagined - order.sign * value - fee
    if (after < 0 && order.sign > 0 && !order.reduceOnly) return false
    this.#imagined = after
    return true
  }

  /**
   * Closes a margin position once equity falls below its maintenance. The price that does it follows from the account, and a
   * bar that opened beyond it closes at its open.
   */
  #liquidate(at: number, bars: BarColumns, row: number): void {
    const instrument = this.#instruments[at] as Instrument
    if (instrument.settlement !== 'margin') return
    const { valuePerTickLot, quote, maintenance } = instrument
    const position = this.account.position(at)
    const isLong = position > 0
    const worst = (isLong ? bars.low[row] : bars.high[row]) as number
    const others = this.account.equity(quote) - this.account.unrealised(at)
    const atZero = this.account.unrealised(at, 0)
    // equity(p) = others + atZero + position × p × v must stay above maintenance × |position| × p × v
    const slope = (position - (Math.abs(position) * maintenance) / 1e9) * valuePerTickLot
    const trigger = -(others + atZero) / slope
    if (!(isLong ? worst <= trigger : worst >= trigger) || trigger <= 0) return
    const open = bars.open[row] as number
    const price = Math.max(1, isLong ? Math.floor(Math.min(open, trigger)) : Math.ceil(Math.max(open, trigger)))
    const qty = Math.abs(position) as Lots
    this.#close(at, { side: isLong ? 'sell' : 'buy', qty, price: price as Ticks, ts: bars.closeTs[row] as number })
  }

  #close(at: number, { side, qty, price, ts }: { side: Side; qty: Lots; price: Ticks; ts: number }): void {
    const instrument = this.#instruments[at] as Instrument
    const fee = this.#assumptions.fees({ instrument, side, qty, price, liquidity: 'taker' })
    this.account.book(at, { side, qty, price, fee })
    const tradeId = this.#bench.nextTradeId()
    this.#bench.tell({ kind: 'liquidation', instrumentId: instrument.id, tradeId, side, price, qty, fee, ts })
    this.#bench.settle()
  }

  /** Charges or pays funding on what is held in an instrument now, at its mark. Nothing where nothing is held. */
  fund(at: number, fraction: Rate, ts: number): void {
    const instrument = this.#instruments[at] as Instrument
    const position = this.account.position(at)
    if (position === 0 || instrument.settlement !== 'margin') return
    const mark = Math.round(this.account.marks[at] as number) as Ticks
    const paid = share(notional(instrument, mark, position as Lots), fraction)
    this.account.fund(at, paid)
    this.#bench.tell({ kind: 'funding', instrumentId: instrument.id, rate: fraction, mark, ts })
    this.#bench.settle()
  }

  /** The first bar is looked at from its open on, later ones from the close before. */
  #fundBar(at: number, bars: BarColumns, row: number): void {
    const seenTs = this.#seenTs[at] as number
    this.#fund(at, bars.closeTs[row] as number, Number.isNaN(seenTs) ? bars.openTs[row] : seenTs)
  }

  /** Whoever holds when an interval ends pays or receives: in `(sinceTs, ts]` for the last that ended in it. */
  #fund(at: number, ts: number, sinceTs = this.#seenTs[at] as number): void {
    const { intervalUs, rate: fraction } = this.#assumptions.funding
    this.#seenTs[at] = ts
    if (!(Math.floor(ts / intervalUs) * intervalUs > sinceTs)) return
    this.fund(at, rate(fraction), ts)
  }
}
