import type { BotId, VenueOrderId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Lots, moneyToNumber } from '../domain/money.ts'
import type { Side } from '../domain/order.ts'
import type { FillReport, FundingReport, LiquidationReport, VenueReport } from '../domain/report.ts'
import { canExit, isTerminal, type Order, type OrderOrigin } from '../orders/order.ts'
import type { Decision } from '../risk/gate.ts'
import type { GateInput } from '../risk/gate-input.ts'
import type { Brackets } from './brackets.ts'
import { told } from './evidence.ts'
import type { Facts } from './judgement.ts'
import { type EndingRooms, isOrphan, isRequested, isWorking, writeEnd, writeUnknown } from './order-endings.ts'
import type { Scribe } from './scribe.ts'

/** Who is told what became of an order. */
export interface DeskListener {
  orderChanged(order: Order): void
  /** `realised` is in the quote currency, before the fee. */
  fillBooked(order: Order, fill: FillReport, realised: number): void
  /** The venue contradicts itself or us: stop taking risk until someone has looked. */
  distrust(reasonCode: string, detail: string): void
  /** The gate refused with HALT: more than this order is to stop. */
  halted(reasonCode: string): void
  /** The gate judged an intent; the input is only good while this is told. */
  judged(input: GateInput, decision: Decision): void
}

/** What answers a report, through the same gate as every wish. */
export interface ReportHands {
  amend(id: Order['id'], change: { qty: number; reasonCode: string }, origin: OrderOrigin): boolean
  cancelSurely(id: Order['id'], reasonCode: string, origin: OrderOrigin): boolean
  /** Makes an order of what the venue did by itself; it is a draft as all are. */
  adopt(botAt: number, instrumentAt: number, terms: { readonly side: Side; readonly qty: Lots }): Order
}

/** Report → order → fill → books: what a venue says, believed as far as the order machine has an exit for it. */
export class VenueReports {
  readonly #rooms: EndingRooms
  readonly #facts: Facts
  readonly #scribe: Scribe
  readonly #listener: DeskListener
  readonly #brackets: Brackets
  readonly #hands: ReportHands

  constructor(rooms: EndingRooms, listener: DeskListener, brackets: Brackets, hands: ReportHands) {
    this.#rooms = rooms
    this.#facts = rooms.facts
    this.#scribe = rooms.scribe
    this.#listener = listener
    this.#brackets = brackets
    this.#hands = hands
  }

  /** Takes in what a venue says. What the machine has no exit for is kept and not believed. */
  take(report: VenueReport): void {
    if (report.kind === 'funding') return this.#funding(report)
    if (report.kind === 'liquidation') return this.#liquidation(report)
    const order = this.#facts.orders.get(report.orderId)
    if (order === undefined) return this.#quarantine(undefined, report, 'ORDER_UNKNOWN')
    switch (report.kind) {
      case 'accepted':
        return this.#accepted(order, report.venueOrderId, report.ts)
      case 'triggered':
        return this.#note(order, 'order.triggered', report.ts)
      case 'fill':
        return this.#fill(order, report)
      case 'rejected':
        return this.#end(order, 'REJECTED', report)
      case 'canceled':
        return this.#end(order, 'CANCELED', report)
      case 'expired':
        return this.#end(order, 'EXPIRED', report)
      case 'cancel-refused':
      case 'amend-refused':
        return this.#refused(order, report)
      case 'amended':
        return this.#amended(order, report)
      case 'unknown':
        return this.#unknown(order, report)
    }
  }

  #accepted(order: Order, venueOrderId: VenueOrderId, venueTs: number): void {
    const { orders } = this.#facts
    const { state } = order
    if (isTerminal(state)) return this.#late(order, 'accepted', {})
    if (!(state === 'SENT' || state === 'UNKNOWN' || isWorking(state))) {
      return this.#quarantine(
        order,
        { kind: 'accepted', orderId: order.id, venueOrderId, ts: venueTs },
        'INVALID_TRANSITION',
      )
    }
    const seq = this.#writeAnswer('order.open', order, venueTs, venueOrderId)
    orders.setVenueOrderId(order, venueOrderId)
    // An acknowledgement that was overtaken by a fill, or by our wish to cancel, tells only the venue's id.
    if (state === 'SENT' || state === 'UNKNOWN')
      orders.move(order, order.filled > 0 ? 'PARTIAL' : 'OPEN', { seq, ts: this.#scribe.now })
    else orders.note(order, seq)
    this.#listener.orderChanged(order)
    this.#brackets.settled(order)
  }

  #fill(order: Order, fill: FillReport): void {
    const { orders, portfolio } = this.#facts
    const { instrument, botId } = order
    const outcome = orders.judgeFill(order, fill.tradeId, fill.qty)
    if (outcome === 'duplicate') {
      this.#scribe.write(
        'fill.duplicate',
        { order_id: order.id, trade_id: fill.tradeId, instrument_id: instrument.id },
        botId,
        order.trace,
        order.lastSeq,
      )
      return
    }
    if (outcome === 'overfill') return this.#quarantine(order, fill, 'OVERFILL')
    const wasSent = order.state !== 'DRAFT' && order.state !== 'VALIDATED' && order.state !== 'ENQUEUED'
    if (!wasSent || order.state === 'BLOCKED') return this.#quarantine(order, fill, 'INVALID_TRANSITION')
    const before = order.state
    const leadsTo = orders.countFill(order, fill)
    const next = outcome === 'late' ? before : leadsTo === 'PARTIAL' && isRequested(before) ? before : leadsTo
    const seq = this.#scribe.write(
      'fill.recorded',
      {
        order_id: order.id,
        trade_id: fill.tradeId,
        instrument_id: instrument.id,
        side: order.side,
        price: fill.price,
        qty: fill.qty,
        liquidity: fill.liquidity,
        fee: fill.fee,
        fee_currency: instrument.settle,
        venue_ts: fill.ts,
        order_state: next,
        filled_qty: order.filled,
        arrival_price: order.arrivalPrice === undefined ? undefined : Math.round(order.arrivalPrice),
      },
      botId,
      order.trace,
      order.lastSeq,
    )
    if (outcome === 'late') this.#late(order, 'fill', { qty: fill.qty, price: fill.price })
    else orders.move(order, next, { seq, ts: this.#scribe.now })
    const booking = portfolio.bookFill(order, { side: order.side, qty: fill.qty, price: fill.price, fee: fill.fee })
    this.#scribe.write(
      'portfolio.updated',
      {
        cause: 'fill',
        instrument_id: instrument.id,
        order_id: order.id,
        trade_id: fill.tradeId,
        position: booking.position.qty,
        cost: booking.position.cost,
        realised: booking.realised,
        postings: [...booking.postings],
      },
      botId,
      order.trace,
      seq,
    )
    this.#brackets.entered(order)
    this.#listener.fillBooked(order, fill, moneyToNumber(booking.realised))
    if (outcome !== 'late') this.#listener.orderChanged(order)
    if (order.origin === 'bracket') this.#brackets.left(order, fill.qty)
    else if (order.ocoGroup !== undefined) this.#cancelSiblings(order, fill.qty)
    this.#cancelOrphans(order)
  }

  #end(
    order: Order,
    to: 'REJECTED' | 'CANCELED' | 'EXPIRED',
    report: VenueReport & { kind: 'rejected' | 'canceled' | 'expired' },
  ): void {
    if (isTerminal(order.state)) return this.#late(order, report.kind, { reason: report.reasonCode })
    // What filled was taken on: to be told that it never was contradicts what was told before.
    const contradicts = to === 'REJECTED' && order.filled > 0
    if (contradicts || !canExit(order.state, to)) return this.#quarantine(order, report, 'INVALID_TRANSITION')
    const detail = report.kind === 'rejected' ? report.detail : ''
    writeEnd(this.#rooms, order, to, {
      cause: this.#scribe.seq,
      reasonCode: report.reasonCode,
      venueTs: report.ts,
      detail,
    })
    this.#listener.orderChanged(order)
  }

  #refused(order: Order, report: VenueReport & { kind: 'cancel-refused' | 'amend-refused' }): void {
    const { orders } = this.#facts
    if (isTerminal(order.state)) return this.#late(order, report.kind, {})
    const waiting = report.kind === 'cancel-refused' ? 'CANCEL_REQUESTED' : 'AMEND_REQUESTED'
    const type = report.kind === 'cancel-refused' ? 'order.cancel_refused' : 'order.amend_refused'
    const { instrument, botId, trace } = order
    const seq = this.#scribe.write(
      type,
      {
        order_id: order.id,
        instrument_id: instrument.id,
        venue_order_id: order.venueOrderId,
        venue_ts: report.ts,
        detail: told(report.detail),
      },
      botId,
      trace,
      order.lastSeq,
    )
    if (report.kind === 'amend-refused') orders.dropAmend(order)
    if (order.state === waiting)
      orders.move(order, order.filled > 0 ? 'PARTIAL' : 'OPEN', { seq, ts: this.#scribe.now })
    else orders.note(order, seq)
    this.#listener.orderChanged(order)
  }

  #amended(order: Order, report: VenueReport & { kind: 'amended' }): void {
    const { orders } = this.#facts
    if (isTerminal(order.state)) return this.#late(order, 'amended', { qty: report.qty })
    const isAlive = isWorking(order.state) || order.state === 'UNKNOWN'
    if (!isAlive || report.qty < order.filled) return this.#quarantine(order, report, 'INVALID_TRANSITION')
    const { qty, limit, stop, trail } = report
    const { instrument, botId, trace } = order
    const seq = this.#scribe.write(
      'order.amended',
      {
        order_id: order.id,
        instrument_id: instrument.id,
        venue_order_id: order.venueOrderId,
        venue_ts: report.ts,
        qty,
        limit,
        stop,
        trail,
      },
      botId,
      trace,
      order.lastSeq,
    )
    orders.confirmAmend(order, { qty, limit, stop, trail })
    const next = qty === order.filled ? 'FILLED' : order.filled > 0 ? 'PARTIAL' : 'OPEN'
    // What was not known is: new terms are given to an order that works.
    const settles = order.state === 'AMEND_REQUESTED' || order.state === 'UNKNOWN' || next === 'FILLED'
    if (settles) orders.move(order, next, { seq, ts: this.#scribe.now })
    else orders.note(order, seq)
    this.#listener.orderChanged(order)
    this.#brackets.settled(order)
  }

  #unknown(order: Order, report: VenueReport & { kind: 'unknown' }): void {
    if (isTerminal(order.state)) return this.#late(order, 'unknown', {})
    if (!canExit(order.state, 'UNKNOWN')) return
    writeUnknown(this.#rooms, order, report.reasonCode, report.detail)
    this.#listener.orderChanged(order)
  }

  #note(order: Order, type: 'order.triggered', venueTs: number): void {
    if (isTerminal(order.state)) return this.#late(order, 'triggered', {})
    this.#facts.orders.note(order, this.#writeAnswer(type, order, venueTs, order.venueOrderId))
  }

  #late(order: Order, report: string, evidence: Record<string, string | number>): void {
    const { instrument, botId, trace } = order
    const payload = { order_id: order.id, instrument_id: instrument.id, state: order.state, report, evidence }
    this.#facts.orders.note(order, this.#scribe.write('order.late_event', payload, botId, trace, order.lastSeq))
  }

  #quarantine(
    order: Order | undefined,
    report: Exclude<VenueReport, FundingReport | LiquidationReport>,
    reasonCode: string,
  ): void {
    const evidence: Record<string, string | number> = { venue_ts: report.ts }
    if (report.kind === 'fill') {
      evidence['trade_id'] = report.tradeId
      evidence['qty'] = report.qty
      evidence['price'] = report.price
    }
    this.#scribe.write(
      'order.quarantined',
      { order_id: report.orderId, state: order?.state, report: report.kind, reason_code: reasonCode, evidence },
      order?.botId,
    )
    this.#listener.distrust(reasonCode, `${report.kind} for ${report.orderId} in ${order?.state ?? 'no known state'}`)
  }

  #funding(report: FundingReport): void {
    const { instruments, botIds, portfolio } = this.#facts
    const instrumentAt = instruments.findIndex(({ id }) => id === report.instrumentId)
    if (instrumentAt < 0) return this.#listener.distrust('INSTRUMENT_UNKNOWN', `funding for ${report.instrumentId}`)
    const cause = this.#scribe.write('marketdata.funding', {
      instrument_id: report.instrumentId,
      rate_ppb: report.rate,
      mark: report.mark,
      funding_ts: report.ts,
    })
    botIds.forEach((botId, botAt) => {
      const booking = portfolio.bookFunding({ botAt, instrumentAt }, report)
      if (booking === undefined) return
      this.#scribe.write(
        'portfolio.updated',
        {
          cause: 'funding',
          instrument_id: report.instrumentId,
          position: booking.position.qty,
          cost: booking.position.cost,
          realised: 0n,
          postings: [...booking.postings],
        },
        botId as BotId,
        this.#scribe.input,
        cause,
      )
    })
  }

  /** The venue closed what we held. It becomes an order of its own, so that every fill has one, split over the bots that held it. */
  #liquidation(report: LiquidationReport): void {
    const { instruments, botIds, portfolio } = this.#facts
    const instrumentAt = instruments.findIndex(({ id }) => id === report.instrumentId)
    if (instrumentAt < 0) return this.#listener.distrust('INSTRUMENT_UNKNOWN', `liquidation of ${report.instrumentId}`)
    let rest: number = report.qty
    for (let botAt = 0; botAt < botIds.length && rest > 0; botAt++) {
      const held = portfolio.botQty(botAt, instrumentAt)
      const closes = report.side === 'sell' ? held : -held
      if (closes <= 0) continue
      const qty = Math.min(closes, rest) as Lots
      rest -= qty
      this.#adoptLiquidation(report, botAt, instrumentAt, qty, qty === report.qty)
    }
    if (rest > 0)
      this.#listener.distrust('LIQUIDATION_EXCEEDS_POSITION', `${report.instrumentId}: ${rest} lots more than held`)
  }

  #adoptLiquidation(report: LiquidationReport, botAt: number, instrumentAt: number, qty: Lots, isWhole: boolean): void {
    const { orders, instruments } = this.#facts
    const instrument = instruments[instrumentAt] as Instrument
    const order = this.#hands.adopt(botAt, instrumentAt, { side: report.side, qty })
    const seq = this.#scribe.write(
      'order.adopted',
      {
        order_id: order.id,
        instrument_id: instrument.id,
        venue_ts: report.ts,
        origin: 'liquidation',
        side: report.side,
        qty,
        order_type: 'MARKET',
      },
      order.botId,
    )
    const at = { seq, ts: this.#scribe.now }
    for (const state of ['VALIDATED', 'ENQUEUED', 'SENT'] as const) orders.move(order, state, at)
    const tradeId = isWhole ? report.tradeId : (`${report.tradeId}-${botAt}` as FillReport['tradeId'])
    const fee = (report.qty === 0 ? 0n : (report.fee * BigInt(qty)) / BigInt(report.qty)) as FillReport['fee']
    this.#fill(order, {
      kind: 'fill',
      orderId: order.id,
      tradeId,
      price: report.price,
      qty,
      liquidity: 'taker',
      fee,
      ts: report.ts,
    })
  }

  // ---- groups ---------------------------------------------------------------------------------------------------

  #cancelSiblings(filled: Order, qty: number): void {
    const siblings = this.#facts.orders.working.filter(
      (order) =>
        order !== filled &&
        order.ocoGroup === filled.ocoGroup &&
        order.botAt === filled.botAt &&
        order.origin !== 'bracket',
    )
    for (const sibling of siblings) {
      // A part of the group's quantity is done: the sibling keeps the rest.
      const left = sibling.qty - qty
      const isPart = !isTerminal(filled.state) && left > sibling.filled
      if (isPart && this.#hands.amend(sibling.id, { qty: left, reasonCode: 'OCO_SHRINKS' }, 'oco')) continue
      // What only reduces may stay too large for a moment: it closes no more than is held.
      if (isPart && sibling.reduceOnly) continue
      this.#hands.cancelSurely(sibling.id, 'OCO_FILLED', 'oco')
    }
  }

  /** Once a position is gone, what was only there to reduce it has nothing left to do. */
  #cancelOrphans(filled: Order): void {
    const orphans = this.#facts.orders.working.filter(
      (order) =>
        order.botAt === filled.botAt &&
        order.instrumentAt === filled.instrumentAt &&
        isOrphan(this.#facts.portfolio, order),
    )
    for (const orphan of orphans) {
      this.#brackets.gone(orphan)
      this.#hands.cancelSurely(orphan.id, 'POSITION_GONE', 'oco')
    }
  }

  #writeAnswer(
    type: 'order.open' | 'order.triggered',
    order: Order,
    venueTs: number,
    venueOrderId: VenueOrderId | undefined,
  ): number {
    const { instrument, botId, trace } = order
    const payload = {
      order_id: order.id,
      instrument_id: instrument.id,
      venue_order_id: venueOrderId,
      venue_ts: venueTs,
    }
    return this.#scribe.write(type, payload, botId, trace, order.lastSeq)
  }
}
