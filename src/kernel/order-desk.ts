import type { ActionClass } from '../domain/action.ts'
import { assert } from '../domain/brand.ts'
import { type BotId, decisionIdAt, type IntentId, intentIdAt, type OrderId, orderIdAt } from '../domain/ids.ts'
import type { Effect } from '../domain/instruction.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Lots } from '../domain/money.ts'
import type { Side } from '../domain/order.ts'
import type { VenueReport } from '../domain/report.ts'
import { type Amendment, isTerminal, type Order, type OrderOrigin, openLots } from '../orders/order.ts'
import type { EngineState } from '../projection/engine-state.ts'
import { type Decision, Gate, isPermitted } from '../risk/gate.ts'
import type { KeyStatus, Role } from '../risk/gate-input.ts'
import type { PlaceRequest } from '../strategy/strategy.ts'
import { Brackets, childOf } from './brackets.ts'
import { recordable, told } from './evidence.ts'
import { type Facts, Judgement, type Question } from './judgement.ts'
import { type EndingRooms, isOrphan, isRequested, isUnsent, writeEnd, writeUnknown } from './order-endings.ts'
import type { Scribe } from './scribe.ts'
import { amendment, type Shaped, shape } from './shaping.ts'
import { type DeskListener, VenueReports } from './venue-reports.ts'

/** A wish from outside a strategy: the flatten routine, an operator, a bracket. */
interface Wish extends PlaceRequest {
  readonly origin: OrderOrigin
  /** Of an operator who asks, where the host told. */
  readonly role?: Role | undefined
  readonly parent?: Order | undefined
  readonly idempotencyKey?: string | undefined
}

/** Answers to answers that still leave with the input that started them. */
const FLUSH_ROUNDS = 4

const NO_PRICES = { limit: undefined, stop: undefined, trail: undefined } as const

/** An order's case before the gate: every rule's verdict, and the decision that they lead to. Or why it is no order at all. */
export type Explanation =
  | { readonly refused: string; readonly detail: string }
  | {
      readonly action: ActionClass
      readonly decision: Decision
      readonly rules: ReturnType<Gate['explain']>
    }

/**
 * Intent → gate → order → outbox. The only hand between a wish and the outbox: whoever asks, the same steps are taken and
 * the same events written. What comes back is taken in by {@link VenueReports}.
 */
export class OrderDesk {
  #outbox: Effect[] = []
  readonly #facts: Facts
  readonly #gate: Gate
  readonly #judgement: Judgement
  readonly #scribe: Scribe
  readonly #rooms: EndingRooms
  readonly #listener: DeskListener
  readonly #reports: VenueReports
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
  readonly #owed = new Map<
    OrderId,
    { readonly reasonCode: string; readonly origin: OrderOrigin; readonly role: Role | undefined }
  >()

  constructor(facts: Facts, scribe: Scribe, listener: DeskListener) {
    this.#facts = facts
    this.#gate = new Gate(facts.limits)
    this.#judgement = new Judgement(facts)
    this.#scribe = scribe
    this.#rooms = { facts, scribe }
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
    this.#reports = new VenueReports(this.#rooms, listener, this.#brackets, {
      amend: (id, change, origin) => this.amend(id, change, origin),
      cancelSurely: (id, reasonCode, origin) => this.cancelSurely(id, reasonCode, origin),
      adopt: (botAt, instrumentAt, terms) => this.#adopt(botAt, instrumentAt, terms),
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
        writeEnd(this.#rooms, order, 'EXPIRED', { cause: this.#scribe.seq, reasonCode: 'NEVER_SENT' })
        if (order.origin === 'bracket' && order.parentId !== undefined) this.#brackets.missed(order.parentId)
      } else if (order.state === 'SENT' || isRequested(order.state)) writeUnknown(this.#rooms, order, 'RESTARTED', '')
      else continue
      moved.push(order)
    }
    for (const order of orders.working.slice()) {
      const reasonCode = isOrphan(this.#facts.portfolio, order)
        ? 'POSITION_GONE'
        : this.#hasFilledSibling(order)
          ? 'OCO_FILLED'
          : undefined
      if (reasonCode !== undefined) this.cancelSurely(order.id, reasonCode, 'oco')
    }
    return moved
  }

  /** Whether another of its group filled while it worked: a name that was used before says nothing of who has it now. */
  #hasFilledSibling({ ocoGroup, botAt, origin, createdTs }: Order): boolean {
    if (ocoGroup === undefined || origin === 'bracket') return false
    for (const other of this.#facts.orders.all()) {
      const isSibling = other.ocoGroup === ocoGroup && other.botAt === botAt
      if (isSibling && other.state === 'FILLED' && other.sinceTs > createdTs) return true
    }
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
    const question = this.#questionOf(order, 'accept', this.#classOf(order), known.status)
    const decision = this.#decide({ ...question, role: wish.role }, order, createdSeq, intentId)
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

  /** What every rule says of an order as things stand, without asking for it: nothing is written and no pace is used up. */
  explain(botAt: number, instrumentAt: number, wish: Wish): Explanation {
    const instrument = this.#facts.instruments[instrumentAt]
    assert(instrument !== undefined, `an order names one of the run's instruments, was number ${instrumentAt}`)
    const shaped = shape(instrument, wish)
    if ('refused' in shaped) return { refused: shaped.refused, detail: shaped.detail }
    const { side, type, origin, role, reasonCode, reduceOnly = false } = wish
    const { qty, limit, stop, trail } = shaped
    const action = this.#classOf({ botAt, instrumentAt, side, qty, reduceOnly })
    const now = this.#scribe.now
    const terms = { side, type, qty, limit, stop, trail, reduceOnly, reasonCode }
    const question: Question = {
      ...terms,
      stage: 'accept',
      action,
      origin,
      role,
      botAt,
      instrumentAt,
      createdTs: now,
      key: 'new',
      self: undefined,
    }
    return {
      action,
      decision: this.#gate.judge(this.#judgement.put(question, now)),
      rules: this.#gate.explain(this.#judgement.put(question, now)),
    }
  }

  /** Asks for an order's end. False when it has ended, is not known, or the gate says wait. */
  cancel(orderId: OrderId, reasonCode: string, origin: OrderOrigin, role?: Role): boolean {
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
    const question = { ...this.#cancelQuestion(order, origin, reasonCode), role }
    const decision = this.#decide(question, order, cause, intentId)
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
      writeEnd(this.#rooms, order, 'CANCELED', { cause: seq, reasonCode })
      this.#listener.orderChanged(order)
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
  cancelSurely(orderId: OrderId, reasonCode: string, origin: OrderOrigin, role?: Role): boolean {
    const order = this.#facts.orders.get(orderId)
    if (order === undefined || isTerminal(order.state) || order.state === 'CANCEL_REQUESTED') return false
    if (this.#facts.buckets.cancels.waitUs(this.#scribe.now) <= 0) return this.cancel(orderId, reasonCode, origin, role)
    this.#owed.set(orderId, { reasonCode, origin, role })
    return true
  }

  /** Whether the end of an order is owed to the pace. */
  owes(orderId: OrderId): boolean {
    return this.#owed.has(orderId)
  }

  #payOwed(): void {
    for (const [orderId, { reasonCode, origin, role }] of this.#owed) {
      if (this.#facts.buckets.cancels.waitUs(this.#scribe.now) > 0) return
      this.#owed.delete(orderId)
      this.cancel(orderId, reasonCode, origin, role)
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
        if (decision.decision === 'HALT') this.#listener.halted(decision.reasonCodes[0] ?? 'GATE_ERROR')
        this.#writeDecision(decision, order, 'send', this.#classOf(order), order.lastSeq, order.intentId)
        this.#block(order, decision)
        continue
      }
      this.#send(order, decision)
    }
  }

  /** Takes in what a venue says. */
  report(report: VenueReport): void {
    this.#reports.take(report)
  }

  /** An order that the venue made by itself: it closed what was held. */
  #adopt(botAt: number, instrumentAt: number, { side, qty }: { readonly side: Side; readonly qty: Lots }): Order {
    const orderId = orderIdAt(++this.#orders)
    return this.#create({
      orderId,
      intentId: `i-${orderId}` as IntentId,
      botAt,
      instrumentAt,
      wish: { origin: 'liquidation', side, qty, type: 'MARKET', reduceOnly: true, reasonCode: 'STOP_LIQUIDATION' },
      shaped: { qty, ...NO_PRICES, stopLoss: undefined, takeProfit: undefined, timeInForce: 'IOC' },
      trace: this.#scribe.input,
    })
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

  #decide(question: Question, order: Order, causeSeq: number, intentId: IntentId): Decision {
    const decision = this.#gate.judge(this.#judgement.put(question, this.#scribe.now))
    this.#listener.judged(this.#judgement, decision)
    if (decision.decision === 'HALT') this.#listener.halted(decision.reasonCodes[0] ?? 'GATE_ERROR')
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
        explain: wish.explain === undefined ? undefined : told(wish.explain),
        evidence: wish.evidence === undefined ? undefined : recordable(wish.evidence),
      },
      botId,
      trace,
      wish.parent?.lastSeq ?? 0,
    )
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
  #classOf(order: Exit): ActionClass {
    return order.reduceOnly || this.#isReducing(order) ? 'REDUCE' : 'OPEN'
  }

  #isReducing(order: Exit): boolean {
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

/** What tells whether an order can enlarge a position. */
type Exit = Pick<Order, 'botAt' | 'instrumentAt' | 'side' | 'qty' | 'reduceOnly'>

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

function intentOrigin(origin: OrderOrigin): 'strategy' | 'operator' | 'flatten' | 'bracket' | 'oco' {
  assert(origin !== 'liquidation' && origin !== 'foreign', 'the venue has no wishes')
  return origin
}
