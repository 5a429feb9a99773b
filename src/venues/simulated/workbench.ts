import { assert } from '../../domain/brand.ts'
import { type OrderId, type TradeId, tradeIdAt, type VenueOrderId, venueOrderIdAt } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../../domain/instruction.ts'
import { type Instrument, notional } from '../../domain/instrument.ts'
import { type Lots, moneyToNumber, type Ticks } from '../../domain/money.ts'
import type { Liquidity } from '../../domain/order.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { VenueAccount } from './account.ts'
import type { Assumptions } from './assumptions.ts'
import { openQty, restoreOrder, type SavedOrder, type SimOrder, saveOrder } from './sim-order.ts'

/** Takes the venue's reports. `settle` hands over what can be handed over now, and lets us answer. */
export interface ReportSink {
  report(report: VenueReport): void
  settle(): void
}

/** What a fill met: for slippage, and for the share of volume that may be ours. */
export interface Meeting {
  readonly price: number
  readonly liquidity: Liquidity
  readonly ts: number
  /** Most that there is to take, lots. */
  readonly available: number
  readonly volume: number
  readonly range: number
  /** A limit that slippage may not go beyond, ticks. */
  readonly bound: number | undefined
  /** More may be met in the same moment, at another level: what is left is not judged yet. */
  readonly hasMore?: boolean
}

/** The bench in plain JSON. */
export interface WorkbenchState {
  readonly orders: readonly (readonly SavedOrder[])[]
  readonly venueOrders: number
  readonly trades: number
}

/** The venue's orders of every instrument, and the steps that every kind of matching takes with them. */
export class Workbench {
  readonly instruments: readonly Instrument[]
  readonly account: VenueAccount
  readonly assumptions: Assumptions
  readonly #sink: ReportSink
  /** Live orders per instrument, in order of arrival. */
  readonly orders: SimOrder[][]
  #venueOrders = 0
  #trades = 0
  /** The order whose reports are being handed over: what arrives meanwhile answers it. */
  #answered: SimOrder | undefined

  constructor(options: {
    instruments: readonly Instrument[]
    account: VenueAccount
    assumptions: Assumptions
    sink: ReportSink
  }) {
    this.instruments = options.instruments
    this.account = options.account
    this.assumptions = options.assumptions
    this.#sink = options.sink
    this.orders = options.instruments.map(() => [])
  }

  /** Between two moments: while reports are being answered there is more to an order than is kept. */
  save(): WorkbenchState {
    return {
      orders: this.orders.map((orders) => orders.map(saveOrder)),
      venueOrders: this.#venueOrders,
      trades: this.#trades,
    }
  }

  restore({ orders, venueOrders, trades }: WorkbenchState): void {
    orders.forEach((saved, at) => (this.orders[at] as SimOrder[]).splice(0, Infinity, ...saved.map(restoreOrder)))
    this.#venueOrders = venueOrders
    this.#trades = trades
  }

  /** The id that the next order to arrive gets. */
  get nextVenueOrderId(): VenueOrderId {
    return venueOrderIdAt(this.#venueOrders + 1)
  }

  /** A live order. Few rest at a time, so they are looked through. */
  find(id: OrderId, instrumentAt: number): SimOrder | undefined {
    const orders = this.orders[instrumentAt] as SimOrder[]
    for (let at = orders.length - 1; at >= 0; at--) if ((orders[at] as SimOrder).orderId === id) return orders[at]
    return undefined
  }

  admit(order: AllowedOrder, ts: number, arrivedInBar: boolean): SimOrder {
    if (this.find(order.orderId, order.instrumentAt) !== undefined)
      assert(false, `${order.orderId} reaches the venue once`)
    const sim: SimOrder = {
      orderId: order.orderId,
      venueOrderId: venueOrderIdAt(++this.#venueOrders),
      instrumentAt: order.instrumentAt,
      side: order.side,
      sign: order.side === 'buy' ? 1 : -1,
      type: order.type,
      timeInForce: order.timeInForce,
      reduceOnly: order.reduceOnly,
      qty: order.qty,
      filled: 0,
      limit: order.limit,
      stop: order.stop,
      trail: order.trail,
      arrivalTs: ts,
      isTriggered: false,
      takesOnArrival: false,
      isAcknowledged: false,
      isDone: false,
      arrivedInBar,
      phase: 0,
      place: undefined,
      placePrice: Number.NaN,
      joinedTs: ts,
    }
    this.#list(sim).push(sim)
    return sim
  }

  acknowledge(order: SimOrder, ts: number): void {
    order.isAcknowledged = true
    this.#sink.report({ kind: 'accepted', orderId: order.orderId, venueOrderId: order.venueOrderId, ts })
  }

  trigger(order: SimOrder, ts: number): void {
    order.isTriggered = true
    this.#sink.report({ kind: 'triggered', orderId: order.orderId, ts })
  }

  /** Ends an order that did not fill (further). One that was never acknowledged is rejected. */
  end(order: SimOrder, kind: 'canceled' | 'expired', reasonCode: string, ts: number): void {
    this.#remove(order)
    if (!order.isAcknowledged && order.filled === 0 && kind === 'expired') {
      this.#sink.report({ kind: 'rejected', orderId: order.orderId, reasonCode, detail: '', ts })
    } else this.#sink.report({ kind, orderId: order.orderId, reasonCode, ts })
  }

  reject(order: SimOrder, reasonCode: string, detail: string, ts: number): void {
    this.#remove(order)
    this.#sink.report({ kind: 'rejected', orderId: order.orderId, reasonCode, detail, ts })
  }

  cancel(orderId: OrderId, instrumentAt: number, ts: number): void {
    const order = this.find(orderId, instrumentAt)
    if (order === undefined) {
      this.#sink.report({
        kind: 'cancel-refused',
        orderId,
        detail: 'no such working order',
        ts,
      })
      return
    }
    this.end(order, 'canceled', 'REQUESTED', ts)
  }

  amend(change: AllowedAmend, ts: number): void {
    const order = this.find(change.orderId, change.instrumentAt)
    if (order === undefined || change.qty <= order.filled) {
      this.#sink.report({ kind: 'amend-refused', orderId: change.orderId, detail: 'nothing left to amend', ts })
      return
    }
    order.qty = change.qty
    order.limit = change.limit
    order.stop = change.stop
    const { qty, limit, stop, trail } = change
    this.#sink.report({ kind: 'amended', orderId: change.orderId, qty, limit, stop, trail, ts })
  }

  /**
   * Fills as much of an order as there is, the account can pay and reduce-only allows; ends what may not wait. Reports are
   * settled before it returns, so that whoever reacts to the fill has reacted.
   *
   * @returns lots filled
   */
  fill(order: SimOrder, meeting: Meeting): number {
    const before = order.filled
    const qty = this.#payable(
      order,
      this.#reducible(order, Math.min(openQty(order), Math.floor(meeting.available))),
      meeting,
    )
    if (order.isDone) {
      this.#settle(order)
      return order.filled - before // what closed, where the opening part could not be paid
    }
    const { timeInForce } = order
    const isJudged = meeting.hasMore !== true
    if (qty <= 0 || (isJudged && timeInForce === 'FOK' && qty < openQty(order))) {
      if (timeInForce === 'FOK' || (timeInForce === 'IOC' && order.type !== 'MARKET'))
        this.end(order, 'expired', 'NOT_ENOUGH_LIQUIDITY', meeting.ts)
      this.#settle(order)
      return 0
    }
    this.#execute(order, qty, this.#priceOf(order, qty, meeting), meeting)
    if (isJudged && !order.isDone && timeInForce === 'IOC' && order.type !== 'MARKET')
      this.end(order, 'expired', 'IOC_REST', meeting.ts)
    this.#settle(order)
    return qty
  }

  settle(): void {
    this.#sink.settle()
  }

  /** Whether what arrives now answers the fill of an order that waited for its price. */
  get answersResting(): boolean {
    return this.#answered !== undefined && this.#answered.type !== 'MARKET'
  }

  #settle(order: SimOrder): void {
    const outer = this.#answered
    this.#answered = order
    this.#sink.settle()
    this.#answered = outer
  }

  /** Hands over a report that no order of ours stands behind. */
  tell(report: VenueReport): void {
    this.#sink.report(report)
  }

  nextTradeId(): TradeId {
    return tradeIdAt(++this.#trades)
  }

  #execute(order: SimOrder, qty: number, price: number, { liquidity, ts }: Meeting): void {
    const instrument = this.instruments[order.instrumentAt] as Instrument
    const fill = { instrument, side: order.side, qty: qty as Lots, price: price as Ticks, liquidity }
    const fee = this.assumptions.fees(fill)
    this.account.book(order.instrumentAt, { ...fill, fee })
    order.filled += qty
    if (order.filled === order.qty) this.#remove(order)
    this.#sink.report({
      kind: 'fill',
      orderId: order.orderId,
      tradeId: this.nextTradeId(),
      price: fill.price,
      qty: fill.qty,
      liquidity,
      fee,
      ts,
    })
  }

  #priceOf(order: SimOrder, qty: number, meeting: Meeting): number {
    if (meeting.liquidity === 'maker') return meeting.price
    const instrument = this.instruments[order.instrumentAt] as Instrument
    const isOpening = this.account.closing(order.instrumentAt, order.side, qty) < qty
    const { price, volume, range } = meeting
    const worse = this.assumptions.slippage.ticks({
      instrument,
      side: order.side,
      qty,
      price,
      volume,
      range,
      isOpening,
    })
    if (worse === 0) return price
    const slipped = order.sign > 0 ? Math.ceil(price + worse - 1e-9) : Math.max(1, Math.floor(price - worse + 1e-9))
    if (meeting.bound === undefined) return slipped
    return order.sign > 0 ? Math.min(slipped, meeting.bound) : Math.max(slipped, meeting.bound)
  }

  /** Reduce-only orders are clipped to what the account holds, and end when it holds nothing. */
  #reducible(order: SimOrder, qty: number): number {
    if (!order.reduceOnly) return qty
    const closing = this.account.closing(order.instrumentAt, order.side, qty)
    return closing
  }

  /** What the account can pay: closing always passes, the opening part needs cash or margin, all of it or none. */
  #payable(order: SimOrder, qty: number, meeting: Meeting): number {
    if (order.reduceOnly && qty <= 0 && meeting.available >= 1) {
      this.end(order, 'canceled', 'REDUCE_ONLY_NO_POSITION', meeting.ts)
      return 0
    }
    if (this.assumptions.funds === 'unchecked' || qty <= 0) return qty
    const instrument = this.instruments[order.instrumentAt] as Instrument
    const price = this.#priceOf(order, qty, meeting)
    const closing = this.account.closing(order.instrumentAt, order.side, qty)
    const opening = qty - closing
    const isPaid =
      opening === 0 ||
      (instrument.settlement === 'cash'
        ? this.#cashFor(order, qty, price)
        : this.#marginFor(order, opening, closing, price))
    if (isPaid) return qty
    // Who sells more than is there, where nothing can be borrowed, is refused whole.
    if (closing <= 0 || (instrument.settlement === 'cash' && order.side === 'sell')) {
      this.end(order, 'expired', 'INSUFFICIENT_FUNDS', meeting.ts)
      return 0
    }
    this.#execute(order, closing, this.#priceOf(order, closing, meeting), meeting)
    if (!order.isDone) this.end(order, 'canceled', 'INSUFFICIENT_FUNDS', meeting.ts)
    return 0
  }

  #cashFor(order: SimOrder, qty: number, price: number): boolean {
    const instrument = this.instruments[order.instrumentAt] as Instrument
    if (order.side === 'sell') return instrument.shortable
    const fill = { instrument, side: order.side, qty: qty as Lots, price: price as Ticks, liquidity: 'taker' as const }
    return (
      this.account.balance(instrument.quote) >= notional(instrument, fill.price, fill.qty) + this.assumptions.fees(fill)
    )
  }

  /** Margin is looked at after the closing part has been booked in thought: its profit counts, its margin is free. */
  #marginFor(order: SimOrder, opening: number, closing: number, price: number): boolean {
    const at = order.instrumentAt
    const instrument = this.instruments[at] as Instrument
    const { valuePerTickLot, maxLeverage, quote } = instrument
    const mark = this.account.marks[at] as number
    const fill = { instrument, side: order.side, price: price as Ticks, liquidity: 'taker' as const }
    const freedValue = closing * mark * valuePerTickLot
    const freed = freedValue / maxLeverage + closing * (price - mark) * -order.sign * valuePerTickLot
    const closingFee = closing > 0 ? moneyToNumber(this.assumptions.fees({ ...fill, qty: closing as Lots })) : 0
    const fee = moneyToNumber(this.assumptions.fees({ ...fill, qty: opening as Lots }))
    const free = this.account.freeMargin(quote) + freed - closingFee
    return opening * price * valuePerTickLot + fee * maxLeverage <= Math.max(0, free) * maxLeverage * (1 + 1e-12)
  }

  #list(order: SimOrder): SimOrder[] {
    return this.orders[order.instrumentAt] as SimOrder[]
  }

  #remove(order: SimOrder): void {
    order.isDone = true
    const list = this.#list(order)
    const at = list.indexOf(order)
    if (at >= 0) list.splice(at, 1)
  }
}
