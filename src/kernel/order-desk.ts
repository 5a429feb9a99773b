import type { ActionClass } from '../domain/action.ts'
import { assert } from '../domain/brand.ts'
import {
  type BotId,
  decisionIdAt,
  type IntentId,
  intentIdAt,
  type OrderId,
  orderIdAt,
  type VenueOrderId,
} from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Effect } from '../domain/instruction.ts'
import { type Lots, moneyToNumber } from '../domain/money.ts'
import type { FillReport, FundingReport, LiquidationReport, VenueReport } from '../domain/report.ts'
import {
  type Amendment,
  canExit,
  isTerminal,
  type Order,
  type OrderOrigin,
  type OrderState,
  openLots,
} from '../orders/order.ts'
import { type Decision, Gate, isPermitted } from '../risk/gate.ts'
import type { EngineState } from '../projection/engine-state.ts'
import type { KeyStatus } from '../risk/gate-input.ts'
import type { PlaceRequest } from '../strategy/strategy.ts'
import { Brackets, childOf } from './brackets.ts'
import { recordable, told } from './evidence.ts'
import { type Facts, Judgement, type Question } from './judgement.ts'
import type { Scribe } from './scribe.ts'
import { amendment, type Shaped, shape } from './shaping.ts'

/** Who is told what became of an order. */
export interface DeskListener {
  orderChanged(order: Order): void
  /** `realised` is in the quote currency, before the fee. */
  fillBooked(order: Order, fill: FillReport, realised: number): void
  /** The venue contradicts itself or us: stop taking risk until someone has looked. */
  distrust(reasonCode: string, detail: string): void
}

/** A wish from outside a strategy: the flatten routine, an operator, a bracket. */
interface Wish extends PlaceRequest {
  readonly origin: OrderOrigin
  readonly parent?: Order | undefined
  readonly idempotencyKey?: string | undefined
}

/** Answers to answers that still leave with the input that started them. */
const FLUSH_ROUNDS = 4

const NO_PRICES = { limit: undefined, stop: undefined, trail: undefined } as const

/**
 * Intent → gate → order → report → fill → books. The only hand between a wish and the outbox: whoever asks, the same
 * steps are taken and the same events written.
 */
export class OrderDesk {
  #outbox: Effect[] = []
  readonly #facts: Facts
  readonly #gate: Gate
  readonly #judgement: Judgement
  readonly #scribe: Scribe
  readonly #listener: DeskListener
  /** Accepted in this input and not yet handed over. */
  #unsent: Order[] = []
  /** Why the last wish that was refused was. */
  #refusal: readonly string[] = []
  #intents = 0
  #decisions = 0
  #orders = 0
  readonly #keys = new Map<string, { readonly content: string; readonly orderId: OrderId }>()
  readonly #brackets: Brackets
  /** Cancels that must happen and that the pace did not allow yet. */
  readonly #owed = new Map<OrderId, { readonly reasonCode: string; readonly origin: OrderOrigin }>()

  constructor(facts: Facts, scribe: Scribe, listener: DeskListener) {
    this.#facts = facts
    this.#gate = new Gate(facts.limits)
    this.#judgement = new Judgement(facts)
    this.#scribe = scribe
    this.#listener = listener
    const { orders, buckets, portfolio } = facts
    this.#brackets = new Brackets(orders, {
      place: (entry, child) => this.place(entry.botAt, entry.instrumentAt, childOf(entry, child)) !== undefined,
      amend: (child, qty, reasonCode) => this.amend(child.id, { qty, reasonCode }, 'bracket'),
      cancel: (child, reasonCode) => this.cancelSurely(child.id, reasonCode, 'oco'),
      closable: ({ side, botAt, instrumentAt }) =>
        Math.max(0, (side === 'buy' ? 1 : -1) * portfolio.botQty(botAt, instrumentAt)),
      waitUs: () => Math.max(buckets.orders.waitUs(scribe.now), buckets.amends.waitUs(scribe.now)),
    })
  }

  get outbox(): readonly Effect[] {
    return this.#outbox
  }

  takeOutbox(): readonly Effect[] {
    const taken = this.#outbox
    this.#outbox = []
    return taken
  }

  /** Reason codes of the last wish that was refused. */
  get refusal(): readonly string[] {
    return this.#refusal
  }

  /** Numbers that ids were made of so far. */
  get numbers(): { readonly intents: number; readonly decisions: number; readonly orders: number } {
    return { intents: this.#intents, decisions: this.#decisions, orders: this.#orders }
  }

  // ---- recall ---------------------------------------------------------------------------------------------------

  /**
   * Goes on from an earlier session, whose orders the bookkeeper has: numbers go on, keys stay used, entries stay covered, and
   * the pace is reckoned as used up by what was done last.
   */
  recall({ counters, working, ended, lastTs }: EngineState): void {
    const { orders, buckets } = this.#facts
    this.#intents = counters.intents
    this.#decisions = counters.decisions
    this.#orders = counters.orders
    for (const window of [buckets.orders, buckets.cancels, buckets.amends, ...buckets.strategy]) window.fill(lastTs)
    const records = [...ended, ...working]
    const byChildren = new Map<string, number>()
    for (const { origin, parentId, filled } of records)
      if (origin === 'bracket' && parentId !== undefined)
        byChildren.set(parentId, (byChildren.get(parentId) ?? 0) + filled)
    for (const { id, idempotencyKey, closed = byChildren.get(id) ?? 0 } of records) {
      const order = orders.get(id)
      if (order === undefined) continue
      if (idempotencyKey !== undefined)
        this.#keys.set(idempotencyKey, { content: contentOfOrder(order), orderId: order.id })
      const isEntry = order.filled > 0 && (order.stopLoss !== undefined || order.takeProfit !== undefined)
      if (isEntry) this.#brackets.recall(order, closed)
    }
  }

  /**
   * Settles what was under way when the last session ended. What had not left has expired; what had is not known until the
   * venue says; what may not stay is asked to end. Nothing is sent again.
   *
   * @returns the orders that moved
   */
  resume(): readonly Order[] {
    const { orders } = this.#facts
    const moved: Order[] = []
    for (const order of orders.working.slice()) {
      if (isUnsent(order.state)) {
        this.#writeEnd(order, 'EXPIRED', { cause: this.#scribe.seq, reasonCode: 'NEVER_SENT' })
        if (order.origin === 'bracket' && order.parentId !== undefined) this.#brackets.missed(order.parentId)
      } else if (order.state === 'SENT' || isRequested(order.state)) this.#writeUnknown(order, 'RESTARTED', '')
      else continue
      moved.push(order)
    }
    for (const order of orders.working.slice()) {
      const reasonCode = this.#isOrphan(order)
        ? 'POSITION_GONE'
        : this.#hasFilledSibling(order)
          ? 'OCO_FILLED'
          : undefined
      if (reasonCode !== undefined) this.cancelSurely(order.id, reasonCode, 'oco')
    }
    return moved
  }

  #isOrphan({ reduceOnly, side, botAt, instrumentAt }: Order): boolean {
    const held = this.#facts.portfolio.botQty(botAt, instrumentAt)
    return reduceOnly && (side === 'sell' ? held <= 0 : held >= 0)
  }

  #hasFilledSibling({ ocoGroup, botAt, origin }: Order): boolean {
    if (ocoGroup === undefined || origin === 'bracket') return false
    for (const other of this.#facts.orders.all())
      if (other.ocoGroup === ocoGroup && other.botAt === botAt && other.state === 'FILLED') return true
    return false
  }

  // ---- wishes ---------------------------------------------------------------------------------------------------

  /** Shapes, judges and, where the gate permits, enqueues an order. Undefined when refused; the journal says why. */
  place(botAt: number, instrumentAt: number, wish: Wish): OrderId | undefined {
    const instrument = this.#facts.instruments[instrumentAt]
    assert(instrument !== undefined, `an order names one of the run's instruments, was number ${instrumentAt}`)
    const botId = this.#botId(botAt)
    const shaped = shape(instrument, wish)
    if ('refused' in shaped) {
      const payload = { instrument_id: instrument.id, reason_code: shaped.refused, detail: told(shaped.detail) }
      this.#scribe.write('intent.discarded', payload, botId)
      this.#refusal = [shaped.refused]
      return undefined
    }
    const known = this.#keyStatus([botAt, instrumentAt], wish, shaped)
    if (known.status === 'repeated') return known.orderId
    const intentId = intentIdAt(++this.#intents)
    const orderId = orderIdAt(++this.#orders)
    const trace = wish.parent?.trace ?? this.#scribe.input
    const createdSeq = this.#writeIntent(intentId, orderId, instrument, wish, shaped, botId, trace)
    const order = this.#create({ orderId, intentId, botAt, instrumentAt, wish, shaped, trace })
    if (wish.idempotencyKey !== undefined && known.status === 'new') {
      this.#keys.set(wish.idempotencyKey, { content: contentOf([botAt, instrumentAt], wish, shaped), orderId })
    }
    const decision = this.#judge(order, 'accept', this.#classOf(order), known.status, createdSeq, intentId)
    if (!isPermitted(decision.decision)) {
      this.#block(order, decision)
      return undefined
    }
    if (decision.clippedQty !== undefined) this.#facts.orders.clip(order, decision.clippedQty as Lots)
    this.#enqueue(order)
    this.#facts.buckets.orders.take(this.#scribe.now)
    if (wish.origin === 'strategy') this.#facts.buckets.strategy[botAt]?.take(this.#scribe.now)
    return orderId
  }

  /** Asks for an order's end. False when it has ended, is not known, or the gate says wait. */
  cancel(orderId: OrderId, reasonCode: string, origin: OrderOrigin): boolean {
    const { orders } = this.#facts
    const order = orders.get(orderId)
    if (order === undefined || isTerminal(order.state) || order.state === 'CANCEL_REQUESTED') return false
    const intentId = intentIdAt(++this.#intents)
    const { instrument, botId } = order
    const cause = this.#scribe.write(
      'intent.created',
      {
        intent_id: intentId,
        kind: 'CANCEL',
        origin: intentOrigin(origin),
        instrument_id: instrument.id,
        order_id: orderId,
        reason_code: reasonCode,
      },
      botId,
    )
    const decision = this.#decide(this.#cancelQuestion(order, origin, reasonCode), order, cause, intentId)
    if (decision.decision !== 'ALLOW') {
      this.#refusal = decision.reasonCodes
      return false
    }
    this.#facts.buckets.cancels.take(this.#scribe.now)
    const seq = this.#scribe.write(
      'order.cancel_requested',
      { order_id: orderId, instrument_id: instrument.id, intent_id: intentId },
      botId,
      order.trace,
      this.#scribe.seq,
    )
    if (order.state === 'ENQUEUED') {
      // It never left: it ends here.
      this.#unsent = this.#unsent.filter((other) => other !== order)
      this.#ended(order, 'CANCELED', { cause: seq, reasonCode })
      return true
    }
    if (order.state === 'UNKNOWN') orders.note(order, seq)
    else orders.move(order, 'CANCEL_REQUESTED', { seq, ts: this.#scribe.now })
    this.#outbox.push({ kind: 'cancel', orderId, instrumentAt: order.instrumentAt })
    return true
  }

  /**
   * Cancels what may not stay, for kills, groups and orphans: where the pace of cancels says wait, it is owed and asked again
   * with the next input that finds the pace free. False when there is nothing to cancel.
   */
  cancelSurely(orderId: OrderId, reasonCode: string, origin: OrderOrigin): boolean {
    const order = this.#facts.orders.get(orderId)
    if (order === undefined || isTerminal(order.state) || order.state === 'CANCEL_REQUESTED') return false
    if (this.#facts.buckets.cancels.waitUs(this.#scribe.now) <= 0) return this.cancel(orderId, reasonCode, origin)
    this.#owed.set(orderId, { reasonCode, origin })
    return true
  }

  /** Whether the end of an order is owed to the pace. */
  owes(orderId: OrderId): boolean {
    return this.#owed.has(orderId)
  }

  #payOwed(): void {
    for (const [orderId, { reasonCode, origin }] of this.#owed) {
      if (this.#facts.buckets.cancels.waitUs(this.#scribe.now) > 0) return
      this.#owed.delete(orderId)
      this.cancel(orderId, reasonCode, origin)
    }
  }

  /** Asks for new terms of a resting order. What stays unnamed stays as it is. */
  amend(
    orderId: OrderId,
    change: { qty?: number; limit?: number; stop?: number; reasonCode: string },
    origin: OrderOrigin,
  ): boolean {
    const { orders } = this.#facts
    const order = orders.get(orderId)
    if (order === undefined || !(order.state === 'OPEN' || order.state === 'PARTIAL')) return false
    const wanted = amendment(order, change)
    if (wanted === undefined) return false
    const asked = this.#withinPosition(order, wanted)
    if (asked === undefined) return false
    const intentId = intentIdAt(++this.#intents)
    const { instrument, botId } = order
    const cause = this.#scribe.write(
      'intent.created',
      {
        intent_id: intentId,
        kind: 'AMEND',
        origin: intentOrigin(origin),
        instrument_id: instrument.id,
        order_id: orderId,
        qty: asked.qty,
        limit: asked.limit,
        stop: asked.stop,
        reason_code: change.reasonCode,
      },
      botId,
    )
    const grows = asked.qty - order.filled > openLots(order)
    const action: ActionClass = order.reduceOnly || (!grows && this.#isReducing(order)) ? 'REDUCE' : 'AMEND'
    const decision = this.#decide(
      {
        ...this.#questionOf(order, 'accept', action, 'new'),
        ...asked,
        origin,
        // A promise to reduce is about what is still open; the rest has reduced already.
        qty: order.reduceOnly ? asked.qty - order.filled : asked.qty,
        reasonCode: change.reasonCode,
        createdTs: this.#scribe.now,
      },
      order,
      cause,
      intentId,
    )
    if (!isPermitted(decision.decision)) return false
    this.#facts.buckets.amends.take(this.#scribe.now)
    const allowed = this.#gate.allowAmend(decision, {
      orderId,
      decisionId: order.decisionId ?? decisionIdAt(this.#decisions),
      instrumentAt: order.instrumentAt,
      ...asked,
    })
    if (allowed === undefined) return false
    const seq = this.#scribe.write(
      'order.amend_requested',
      {
        order_id: orderId,
        instrument_id: instrument.id,
        intent_id: intentId,
        qty: asked.qty,
        limit: asked.limit,
        stop: asked.stop,
        trail: asked.trail,
      },
      botId,
      order.trace,
      this.#scribe.seq,
    )
    orders.askAmend(order, asked)
    orders.move(order, 'AMEND_REQUESTED', { seq, ts: this.#scribe.now })
    this.#outbox.push({ kind: 'amend', amend: allowed })
    return true
  }

  /** What an amend of an order that promised to reduce may ask for: no more open than the bot holds. */
  #withinPosition(order: Order, asked: Amendment): Amendment | undefined {
    if (!order.reduceOnly) return asked
    const held = this.#facts.portfolio.botQty(order.botAt, order.instrumentAt)
    const qty = Math.min(asked.qty, order.filled + Math.max(0, order.side === 'sell' ? held : -held))
    return qty > order.filled ? { ...asked, qty: qty as Lots } : undefined
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0 || this.#owed.size > 0 || this.#brackets.hasShort
  }

  /** The last look before orders leave: judged again with what is known now, written as sent, then put into the outbox. */
  flush(): void {
    if (this.#owed.size > 0) this.#payOwed()
    if (this.#brackets.hasShort) this.#brackets.retry()
    // What a strategy answers to a refusal at the last look leaves with it, and not with the next input.
    for (let round = 0; this.#unsent.length > 0 && round < FLUSH_ROUNDS; round++) this.#sendAll()
  }

  #sendAll(): void {
    const leaving = this.#unsent
    this.#unsent = []
    for (const order of leaving) {
      if (order.state !== 'ENQUEUED') continue
      const decision = this.#gate.judge(
        this.#judgement.put(this.#questionOf(order, 'send', this.#classOf(order), 'new'), this.#scribe.now),
      )
      if (!isPermitted(decision.decision)) {
        this.#writeDecision(decision, order, 'send', this.#classOf(order), order.lastSeq, order.intentId)
        this.#block(order, decision)
        continue
      }
      this.#send(order, decision)
    }
  }

  // ---- reports ---------------------------------------------------------------------------------------------------

  /** Takes in what a venue says. What the machine has no exit for is kept and not believed. */
  report(report: VenueReport): void {
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
    this.#ended(order, to, { cause: this.#scribe.seq, reasonCode: report.reasonCode, venueTs: report.ts, detail })
  }

  #ended(
    order: Order,
    to: 'REJECTED' | 'CANCELED' | 'EXPIRED',
    end: { readonly cause: number; readonly reasonCode: string; readonly venueTs?: number; readonly detail?: string },
  ): void {
    this.#writeEnd(order, to, end)
    this.#listener.orderChanged(order)
  }

  #writeEnd(
    order: Order,
    to: 'REJECTED' | 'CANCELED' | 'EXPIRED',
    end: { readonly cause: number; readonly reasonCode: string; readonly venueTs?: number; readonly detail?: string },
  ): void {
    const { cause, reasonCode, venueTs = this.#scribe.now, detail = '' } = end
    const { instrument, botId, trace } = order
    const answer = {
      order_id: order.id,
      instrument_id: instrument.id,
      venue_order_id: order.venueOrderId,
      venue_ts: venueTs,
      reason_code: reasonCode,
    }
    const causeSeq = order.lastSeq > 0 ? order.lastSeq : cause
    const seq =
      to === 'REJECTED'
        ? this.#scribe.write('order.rejected', { ...answer, detail: told(detail) }, botId, trace, causeSeq)
        : this.#scribe.write(to === 'CANCELED' ? 'order.canceled' : 'order.expired', answer, botId, trace, causeSeq)
    this.#facts.orders.move(order, to, { seq, ts: this.#scribe.now })
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
    if (!isWorking(order.state) || report.qty < order.filled)
      return this.#quarantine(order, report, 'INVALID_TRANSITION')
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
    if (order.state === 'AMEND_REQUESTED' || next === 'FILLED') orders.move(order, next, { seq, ts: this.#scribe.now })
    else orders.note(order, seq)
    this.#listener.orderChanged(order)
    this.#brackets.settled(order)
  }

  #unknown(order: Order, report: VenueReport & { kind: 'unknown' }): void {
    if (isTerminal(order.state)) return this.#late(order, 'unknown', {})
    if (!canExit(order.state, 'UNKNOWN')) return
    this.#writeUnknown(order, report.reasonCode, report.detail)
    this.#listener.orderChanged(order)
  }

  #writeUnknown(order: Order, reasonCode: string, detail: string): void {
    const { instrument, botId, trace } = order
    const seq = this.#scribe.write(
      'order.unknown',
      { order_id: order.id, instrument_id: instrument.id, reason_code: reasonCode, detail: told(detail) },
      botId,
      trace,
      order.lastSeq,
    )
    this.#facts.orders.move(order, 'UNKNOWN', { seq, ts: this.#scribe.now })
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
    const orderId = orderIdAt(++this.#orders)
    const wish: Wish = {
      origin: 'liquidation',
      side: report.side,
      qty,
      type: 'MARKET',
      reduceOnly: true,
      reasonCode: 'STOP_LIQUIDATION',
    }
    const shaped: Shaped = { qty, ...NO_PRICES, stopLoss: undefined, takeProfit: undefined, timeInForce: 'IOC' }
    const order = this.#create({
      orderId,
      intentId: `i-${orderId}` as IntentId,
      botAt,
      instrumentAt,
      wish,
      shaped,
      trace: this.#scribe.input,
    })
    const seq = this.#scribe.write(
      'order.adopted',
      {
        order_id: orderId,
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
      orderId,
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
      if (isPart && this.amend(sibling.id, { qty: left, reasonCode: 'OCO_SHRINKS' }, 'oco')) continue
      // What only reduces may stay too large for a moment: it closes no more than is held.
      if (isPart && sibling.reduceOnly) continue
      this.cancelSurely(sibling.id, 'OCO_FILLED', 'oco')
    }
  }

  /** Once a position is gone, what was only there to reduce it has nothing left to do. */
  #cancelOrphans(filled: Order): void {
    const orphans = this.#facts.orders.working.filter(
      (order) => order.botAt === filled.botAt && order.instrumentAt === filled.instrumentAt && this.#isOrphan(order),
    )
    for (const orphan of orphans) {
      this.#brackets.gone(orphan)
      this.cancelSurely(orphan.id, 'POSITION_GONE', 'oco')
    }
  }

  // ---- steps -----------------------------------------------------------------------------------------------------

  #create(birth: {
    orderId: OrderId
    intentId: IntentId
    botAt: number
    instrumentAt: number
    wish: Wish
    shaped: Shaped
    trace: number
  }): Order {
    const { wish, shaped } = birth
    const { market, orders, instruments } = this.#facts
    const touch = market.touch(birth.instrumentAt, wish.side)
    return orders.create(
      {
        id: birth.orderId,
        intentId: birth.intentId,
        botId: this.#botId(birth.botAt),
        instrumentAt: birth.instrumentAt,
        botAt: birth.botAt,
        instrument: instruments[birth.instrumentAt] as Instrument,
        side: wish.side,
        type: wish.type,
        timeInForce: shaped.timeInForce,
        reduceOnly: wish.reduceOnly ?? false,
        origin: wish.origin,
        reasonCode: wish.reasonCode,
        parentId: wish.parent?.id,
        ocoGroup: wish.ocoGroup,
        stopLoss: shaped.stopLoss,
        takeProfit: shaped.takeProfit,
        trace: birth.trace,
        createdTs: this.#scribe.now,
        arrivalPrice: Number.isNaN(touch) ? undefined : touch,
      },
      shaped,
    )
  }

  #enqueue(order: Order): void {
    const { orders } = this.#facts
    const at = { seq: this.#scribe.seq, ts: this.#scribe.now }
    const { instrument, botId, trace } = order
    orders.move(order, 'VALIDATED', at)
    const seq = this.#scribe.write(
      'order.enqueued',
      {
        order_id: order.id,
        instrument_id: instrument.id,
        intent_id: order.intentId,
        decision_id: order.decisionId ?? decisionIdAt(this.#decisions),
        side: order.side,
        qty: order.qty,
        order_type: order.type,
        limit: order.limit,
        stop: order.stop,
        trail: order.trail,
        time_in_force: order.timeInForce,
        reduce_only: order.reduceOnly,
        parent_order_id: order.parentId,
        oco_group: order.ocoGroup,
        arrival_price: order.arrivalPrice === undefined ? undefined : Math.round(order.arrivalPrice),
      },
      botId,
      trace,
      at.seq,
    )
    orders.move(order, 'ENQUEUED', { seq, ts: this.#scribe.now })
    this.#unsent.push(order)
  }

  #send(order: Order, decision: Decision): void {
    const { instrument, botId, trace } = order
    const decisionId = order.decisionId ?? decisionIdAt(this.#decisions)
    const allowed = this.#gate.allow(decision, {
      orderId: order.id,
      decisionId,
      instrumentAt: order.instrumentAt,
      side: order.side,
      type: order.type,
      timeInForce: order.timeInForce,
      reduceOnly: order.reduceOnly && !this.#isOpposed(order),
      qty: order.qty,
      limit: order.limit,
      stop: order.stop,
      trail: order.trail,
    })
    assert(allowed !== undefined, `${order.id} is sent only with a decision that permits it`)
    const seq = this.#scribe.write(
      'order.sent',
      { order_id: order.id, instrument_id: instrument.id, decision_id: decisionId },
      botId,
      trace,
      order.lastSeq,
    )
    this.#facts.orders.move(order, 'SENT', { seq, ts: this.#scribe.now })
    this.#outbox.push({ kind: 'place', order: allowed })
  }

  /**
   * Whether another bot holds the other way. A venue knows only the account: it would refuse, or cut short, a promise that
   * this bot can keep. The gate and the cancelling of orphans hold the bot to it.
   */
  #isOpposed({ botAt, instrumentAt }: Order): boolean {
    const { portfolio, botIds } = this.#facts
    const mine = portfolio.botQty(botAt, instrumentAt)
    return botIds.some((_, other) => other !== botAt && portfolio.botQty(other, instrumentAt) * mine < 0)
  }

  #block(order: Order, { reasonCodes }: Decision): void {
    this.#refusal = reasonCodes
    const { instrument, botId, trace } = order
    const seq = this.#scribe.write(
      'order.blocked',
      {
        order_id: order.id,
        instrument_id: instrument.id,
        decision_id: order.decisionId ?? decisionIdAt(this.#decisions),
        reason_code: reasonCodes[0] ?? 'GATE_ERROR',
      },
      botId,
      trace,
      this.#scribe.seq,
    )
    this.#facts.orders.move(order, 'BLOCKED', { seq, ts: this.#scribe.now })
    this.#listener.orderChanged(order)
  }

  #judge(
    order: Order,
    stage: 'accept' | 'send',
    action: ActionClass,
    key: KeyStatus,
    causeSeq: number,
    intentId: IntentId,
  ): Decision {
    return this.#decide(this.#questionOf(order, stage, action, key), order, causeSeq, intentId)
  }

  #decide(question: Question, order: Order, causeSeq: number, intentId: IntentId): Decision {
    const decision = this.#gate.judge(this.#judgement.put(question, this.#scribe.now))
    this.#writeDecision(decision, order, question.stage, question.action, causeSeq, intentId)
    return decision
  }

  #writeDecision(
    decision: Decision,
    order: Order,
    stage: 'accept' | 'send',
    action: ActionClass,
    causeSeq: number,
    intentId: IntentId,
  ): void {
    const decisionId = decisionIdAt(++this.#decisions)
    const seq = this.#scribe.write(
      'policy.decided',
      {
        decision_id: decisionId,
        intent_id: intentId,
        order_id: order.id,
        stage,
        action,
        decision: decision.decision,
        reason_codes: [...decision.reasonCodes],
        inputs: decision.inputs === undefined ? undefined : recordable(decision.inputs),
        clipped_qty: decision.clippedQty,
        retry_after_us: decision.retryAfterUs,
      },
      order.botId,
      order.trace,
      causeSeq,
    )
    if (intentId === order.intentId) {
      this.#facts.orders.setDecision(order, decisionId)
      this.#facts.orders.note(order, seq)
    }
  }

  #writeIntent(
    intentId: IntentId,
    orderId: OrderId,
    instrument: Instrument,
    wish: Wish,
    shaped: Shaped,
    botId: BotId,
    trace: number,
  ): number {
    return this.#scribe.write(
      'intent.created',
      {
        intent_id: intentId,
        kind: 'PLACE',
        origin: intentOrigin(wish.origin),
        instrument_id: instrument.id,
        order_id: orderId,
        side: wish.side,
        qty: shaped.qty,
        order_type: wish.type,
        limit: shaped.limit,
        stop: shaped.stop,
        trail: shaped.trail,
        time_in_force: shaped.timeInForce,
        reduce_only: wish.reduceOnly ?? false,
        stop_loss: shaped.stopLoss,
        take_profit: shaped.takeProfit,
        parent_order_id: wish.parent?.id,
        idempotency_key: wish.idempotencyKey,
        reason_code: wish.reasonCode,
        explain: wish.explain?.slice(0, 500),
        evidence: wish.evidence === undefined ? undefined : recordable(wish.evidence),
      },
      botId,
      trace,
      wish.parent?.lastSeq ?? 0,
    )
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

  #questionOf(order: Order, stage: 'accept' | 'send', action: ActionClass, key: KeyStatus): Question {
    return {
      stage,
      action,
      origin: order.origin,
      botAt: order.botAt,
      instrumentAt: order.instrumentAt,
      side: order.side,
      type: order.type,
      qty: order.qty,
      limit: order.limit,
      stop: order.stop,
      trail: order.trail,
      reduceOnly: order.reduceOnly,
      reasonCode: order.reasonCode,
      createdTs: order.createdTs,
      key,
      self: order,
    }
  }

  #cancelQuestion(order: Order, origin: OrderOrigin, reasonCode: string): Question {
    return {
      ...this.#questionOf(order, 'accept', 'CANCEL', 'new'),
      origin,
      reasonCode,
      qty: 0,
      createdTs: this.#scribe.now,
    }
  }

  /** REDUCE when it cannot enlarge the bot's position whatever else of the bot's fills first; OPEN otherwise. */
  #classOf(order: Order): ActionClass {
    return order.reduceOnly || this.#isReducing(order) ? 'REDUCE' : 'OPEN'
  }

  #isReducing(order: Order): boolean {
    const { portfolio, orders } = this.#facts
    const held = portfolio.botQty(order.botAt, order.instrumentAt)
    const reducible = order.side === 'sell' ? held : -held
    if (reducible < order.qty) return false
    let others = 0
    const groups = new Map<string, number>()
    for (const other of orders.working) {
      if (
        other === order ||
        other.botAt !== order.botAt ||
        other.instrumentAt !== order.instrumentAt ||
        other.side !== order.side
      )
        continue
      const open = openLots(other)
      // Orders of one group cancel each other: together they reduce by the largest of them.
      if (other.ocoGroup === undefined) others += open
      else groups.set(other.ocoGroup, Math.max(groups.get(other.ocoGroup) ?? 0, open))
    }
    for (const open of groups.values()) others += open
    return reducible >= order.qty + others
  }

  #keyStatus(
    where: readonly [botAt: number, instrumentAt: number],
    wish: Wish,
    shaped: Shaped,
  ): { readonly status: KeyStatus; readonly orderId?: OrderId } {
    const seen = wish.idempotencyKey === undefined ? undefined : this.#keys.get(wish.idempotencyKey)
    if (seen === undefined) return { status: 'new' }
    return seen.content === contentOf(where, wish, shaped)
      ? { status: 'repeated', orderId: seen.orderId }
      : { status: 'conflict' }
  }

  #botId(botAt: number): BotId {
    return this.#facts.botIds[botAt] as BotId
  }
}

/** All that makes a repeated wish the same wish. */
function contentOf(where: readonly [botAt: number, instrumentAt: number], wish: Wish, shaped: Shaped): string {
  const { side, type, reduceOnly = false, ocoGroup = null } = wish
  return JSON.stringify([...where, side, type, reduceOnly, ocoGroup, shaped])
}

/** The same of an order as it is now: one that was amended since is another wish than it was, and is not made twice. */
function contentOfOrder(order: Order): string {
  const { qty, timeInForce, limit, stop, trail, stopLoss, takeProfit } = order
  const shaped = { qty, timeInForce, limit, stop, trail, stopLoss, takeProfit }
  const { botAt, instrumentAt, side, type, reduceOnly, ocoGroup = null } = order
  return JSON.stringify([botAt, instrumentAt, side, type, reduceOnly, ocoGroup, shaped])
}

/** Not handed over yet. */
function isUnsent(state: OrderState): boolean {
  return state === 'DRAFT' || state === 'VALIDATED' || state === 'ENQUEUED'
}

function isRequested(state: OrderState): boolean {
  return state === 'CANCEL_REQUESTED' || state === 'AMEND_REQUESTED'
}

function isWorking(state: OrderState): boolean {
  return state === 'OPEN' || state === 'PARTIAL' || isRequested(state)
}

function intentOrigin(origin: OrderOrigin): 'strategy' | 'operator' | 'flatten' | 'bracket' | 'oco' {
  assert(origin !== 'liquidation' && origin !== 'foreign', 'the venue has no wishes')
  return origin
}
