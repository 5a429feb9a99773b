import type { BotId, DecisionId, InstrumentId, IntentId, OrderId, TradeId, VenueOrderId } from '../domain/ids.ts'
import { type Lots, money, type Ticks, ZERO } from '../domain/money.ts'
import type { EventType, KernelEvent, Payload } from '../events/event.ts'
import type { EngineState, FillRecord, OrderRecord } from './engine-state.ts'

/** Ended orders that are kept for late news (UGF-D-002): as many as the order bookkeeper remembers. */
const ENDED_KEPT = 1_024

const TERMINAL: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'BLOCKED'])

function hasEnded({ state }: OrderRecord): boolean {
  return TERMINAL.has(state)
}

/** What one event says of an order that is known: what differs from before. */
type Change = Partial<OrderRecord>
type Place = Payload<'intent.created'>

/**
 * Orders and fills as the journal tells them: the same steps that the order machine took, taken again from their events
 * alone. Records are replaced and never written to, so that a state that was handed out stays what it was.
 */
export class OrdersFold {
  readonly #working = new Map<OrderId, OrderRecord>()
  /** In the order in which they ended. */
  readonly #ended = new Map<OrderId, OrderRecord>()
  /** Entries that a working child may still speak of, by how many do. */
  readonly #parents = new Map<OrderId, number>()
  readonly #changed = new Map<OrderId, OrderRecord>()
  readonly #fills = new Map<string, FillRecord>()

  constructor(from?: EngineState) {
    for (const order of from?.working ?? []) {
      this.#working.set(order.id, order)
      this.#countChild(order, 1)
    }
    for (const order of from?.ended ?? []) this.#ended.set(order.id, order)
  }

  get working(): readonly OrderRecord[] {
    return [...this.#working.values()]
  }

  get ended(): readonly OrderRecord[] {
    return [...this.#ended.values()]
  }

  get(id: OrderId): OrderRecord | undefined {
    return this.#working.get(id) ?? this.#ended.get(id)
  }

  /** Rows that changed since the last call, as they are now. */
  takeChanges(): { readonly orders: readonly OrderRecord[]; readonly fills: readonly FillRecord[] } {
    const taken = { orders: [...this.#changed.values()], fills: [...this.#fills.values()] }
    this.#changed.clear()
    this.#fills.clear()
    return taken
  }

  apply(event: KernelEvent): void {
    const { type, payload } = event as { readonly type: EventType; readonly payload: unknown }
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the other types say nothing of orders
    switch (type) {
      case 'intent.created':
        if ((payload as Place).kind === 'PLACE') this.#put(born(event, payload as Place))
        return
      case 'order.adopted':
        return this.#put(adopted(event, payload as Payload<'order.adopted'>))
      case 'policy.decided':
        return this.#decided(event, payload as Payload<'policy.decided'>)
      case 'fill.recorded':
        return this.#filled(event, payload as Payload<'fill.recorded'>)
      case 'portfolio.updated':
        return this.#booked(event, payload as Payload<'portfolio.updated'>)
      default:
        if (type.startsWith('order.') && type !== 'order.quarantined') this.#answered(event)
    }
  }

  #answered(event: KernelEvent): void {
    const { order_id: id } = event.payload as Payload<'order.sent'>
    const order = this.get(id as OrderId)
    if (order === undefined) return
    const change = changeOf(order, event)
    const { state } = change
    // Entering a state anew counts as entering it: a part that is filled follows a part that was.
    this.#put({ ...order, ...change, lastSeq: event.seq, sinceTs: state === undefined ? order.sinceTs : event.ts })
  }

  #decided({ seq }: KernelEvent, decided: Payload<'policy.decided'>): void {
    const order = this.get(decided.order_id as OrderId)
    if (order === undefined || order.intentId !== decided.intent_id) return
    this.#put({ ...order, decisionId: decided.decision_id as DecisionId, lastSeq: seq })
  }

  #filled({ seq, ts }: KernelEvent, fill: Payload<'fill.recorded'>): void {
    const order = this.get(fill.order_id as OrderId)
    if (order === undefined) return
    const isLate = hasEnded(order)
    const tradeId = fill.trade_id as TradeId
    const { price, qty } = fill
    this.#put({
      ...order,
      state: isLate ? order.state : fill.order_state,
      sinceTs: isLate ? order.sinceTs : ts,
      lastSeq: seq,
      filled: fill.filled_qty as Lots,
      filledTicks: order.filledTicks + price * qty,
      tradeIds: [...order.tradeIds, tradeId],
      fees: money(order.fees + fill.fee),
      arrivalPrice: order.arrivalPrice ?? fill.arrival_price,
      answeredTs: order.answeredTs ?? ts,
    })
    this.#fills.set(keyOf(order.id, tradeId), {
      tradeId,
      orderId: order.id,
      botId: order.botId,
      instrumentId: order.instrumentId,
      side: fill.side,
      price: price as Ticks,
      qty: qty as Lots,
      liquidity: fill.liquidity,
      fee: money(fill.fee),
      feeCurrency: fill.fee_currency,
      venueTs: fill.venue_ts,
      ts,
      arrivalPrice: fill.arrival_price,
      realised: ZERO,
    })
    if (order.origin !== 'bracket' || order.parentId === undefined) return
    const entry = this.get(order.parentId)
    if (entry !== undefined) this.#put({ ...entry, closed: ((entry.closed ?? 0) + qty) as Lots })
  }

  /** The books took a fill in: what it realised is known, and what only reduced a position that is gone has done its work. */
  #booked({ botId }: KernelEvent, booked: Payload<'portfolio.updated'>): void {
    const { trade_id: tradeId, order_id: orderId, position } = booked
    if (booked.cause !== 'fill' || tradeId === undefined || orderId === undefined) return
    const key = keyOf(orderId as OrderId, tradeId as TradeId)
    const fill = this.#fills.get(key)
    if (fill !== undefined) this.#fills.set(key, { ...fill, realised: money(booked.realised) })
    for (const child of this.#working.values()) {
      if (child.parentId === undefined || child.botId !== botId || child.instrumentId !== booked.instrument_id) continue
      const isGone = child.side === 'sell' ? position <= 0 : position >= 0
      const entry = child.reduceOnly && isGone ? this.get(child.parentId) : undefined
      if (entry !== undefined && entry.closed !== entry.filled) this.#put({ ...entry, closed: entry.filled })
    }
  }

  #put(order: OrderRecord): void {
    const { id } = order
    this.#changed.set(id, order)
    if (this.#ended.has(id)) return void this.#ended.set(id, order)
    const isNew = !this.#working.has(id)
    if (!hasEnded(order)) {
      this.#working.set(id, order)
      if (isNew) this.#countChild(order, 1)
      return
    }
    if (!isNew) this.#countChild(order, -1)
    this.#working.delete(id)
    this.#ended.set(id, order)
    if (this.#ended.size > ENDED_KEPT) this.#forget()
  }

  /** Lets the oldest go that no working child belongs to: a stop of last month still covers the entry of last month. */
  #forget(): void {
    for (const id of this.#ended.keys()) {
      if (this.#parents.has(id)) continue
      this.#ended.delete(id)
      return
    }
  }

  #countChild({ parentId }: OrderRecord, more: 1 | -1): void {
    if (parentId === undefined) return
    const children = (this.#parents.get(parentId) ?? 0) + more
    if (children > 0) this.#parents.set(parentId, children)
    else this.#parents.delete(parentId)
  }
}

function keyOf(orderId: OrderId, tradeId: TradeId): string {
  return `${orderId}/${tradeId}`
}

/** What an event of the order family changes, as the order machine moves on it. Absent `state`: it is only noted. */
function changeOf(order: OrderRecord, { type, ts, payload }: KernelEvent): Change {
  const resumed = order.filled > 0 ? 'PARTIAL' : 'OPEN'
  const answered = order.sentTs === undefined ? {} : { answeredTs: order.answeredTs ?? ts }
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the other types say nothing of terms or states
  switch (type) {
    case 'order.enqueued':
      return enqueued(payload as Payload<'order.enqueued'>)
    case 'order.sent':
      return { state: 'SENT', sentTs: ts }
    case 'order.blocked':
      return { state: 'BLOCKED', endCode: (payload as Payload<'order.blocked'>).reason_code }
    case 'order.open': {
      const venueOrderId = (payload as Payload<'order.open'>).venue_order_id as VenueOrderId | undefined
      const isHeardOf = order.state === 'SENT' || order.state === 'UNKNOWN'
      return { venueOrderId, ...answered, ...(isHeardOf ? { state: resumed } : {}) }
    }
    case 'order.cancel_requested':
      return order.state === 'ENQUEUED' || order.state === 'UNKNOWN' ? {} : { state: 'CANCEL_REQUESTED' }
    case 'order.cancel_refused':
      return order.state === 'CANCEL_REQUESTED' ? { state: resumed } : {}
    case 'order.amend_requested':
      return { state: 'AMEND_REQUESTED', pendingAmend: termsOf(payload as Payload<'order.amend_requested'>) }
    case 'order.amend_refused':
      return { pendingAmend: undefined, ...(order.state === 'AMEND_REQUESTED' ? { state: resumed } : {}) }
    case 'order.amended': {
      const terms = termsOf(payload as Payload<'order.amended'>)
      const isDone = terms.qty === order.filled
      const moves = isDone || order.state === 'AMEND_REQUESTED' || order.state === 'UNKNOWN'
      return { ...terms, pendingAmend: undefined, ...(moves ? { state: isDone ? 'FILLED' : resumed } : {}) }
    }
    case 'order.canceled':
    case 'order.expired':
    case 'order.rejected': {
      const { reason_code: endCode } = payload as Payload<'order.canceled'>
      return { state: ENDS[type], endCode, ...answered }
    }
    case 'order.unknown':
      return { state: 'UNKNOWN' }
    default:
      return {}
  }
}

const ENDS = { 'order.canceled': 'CANCELED', 'order.expired': 'EXPIRED', 'order.rejected': 'REJECTED' } as const

function enqueued(payload: Payload<'order.enqueued'>): Change {
  return {
    state: 'ENQUEUED',
    decisionId: payload.decision_id as DecisionId,
    ocoGroup: payload.oco_group,
    arrivalPrice: payload.arrival_price,
    ...termsOf(payload),
  }
}

function termsOf(terms: {
  readonly qty: number
  readonly limit?: number | undefined
  readonly stop?: number | undefined
  readonly trail?: number | undefined
}) {
  return {
    qty: terms.qty as Lots,
    limit: terms.limit as Ticks | undefined,
    stop: terms.stop as Ticks | undefined,
    trail: terms.trail as Ticks | undefined,
  }
}

/** What every order begins with. */
function draft({ botId, trace, ts, seq }: KernelEvent) {
  return {
    botId: botId as BotId,
    trace,
    createdTs: ts,
    sinceTs: ts,
    lastSeq: seq,
    state: 'DRAFT',
    filled: 0 as Lots,
    filledTicks: 0,
    fees: ZERO,
    tradeIds: [],
    arrivalPrice: undefined,
    venueOrderId: undefined,
    decisionId: undefined,
    pendingAmend: undefined,
    sentTs: undefined,
    answeredTs: undefined,
    endCode: undefined,
    parentId: undefined,
    ocoGroup: undefined,
    stopLoss: undefined,
    takeProfit: undefined,
    idempotencyKey: undefined,
    ...termsOf({ qty: 0 }),
  } as const
}

function born(event: KernelEvent, wish: Place): OrderRecord {
  return {
    ...draft(event),
    id: wish.order_id as OrderId,
    intentId: wish.intent_id as IntentId,
    instrumentId: wish.instrument_id as InstrumentId,
    side: wish.side ?? 'buy',
    type: wish.order_type ?? 'MARKET',
    timeInForce: wish.time_in_force ?? 'GTC',
    reduceOnly: wish.reduce_only ?? false,
    origin: wish.origin,
    reasonCode: wish.reason_code,
    parentId: wish.parent_order_id as OrderId | undefined,
    stopLoss: wish.stop_loss as Ticks | undefined,
    takeProfit: wish.take_profit as Ticks | undefined,
    idempotencyKey: wish.idempotency_key,
    ...termsOf({ ...wish, qty: wish.qty ?? 0 }),
  }
}

/** An order that the venue made: it is there from the start, and no wish of ours led to it. */
function adopted(event: KernelEvent, order: Payload<'order.adopted'>): OrderRecord {
  return {
    ...draft(event),
    id: order.order_id as OrderId,
    intentId: `i-${order.order_id}` as IntentId,
    instrumentId: order.instrument_id as InstrumentId,
    side: order.side,
    type: order.order_type,
    timeInForce: 'IOC',
    reduceOnly: order.origin === 'liquidation',
    origin: order.origin,
    reasonCode: order.origin === 'liquidation' ? 'STOP_LIQUIDATION' : 'VENUE_ORDER',
    venueOrderId: order.venue_order_id as VenueOrderId | undefined,
    state: 'SENT',
    sentTs: event.ts,
    qty: order.qty as Lots,
  }
}
