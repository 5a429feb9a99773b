import { assert } from '../domain/brand.ts'
import {
  type BotId,
  type DecisionId,
  type IntentId,
  type OrderId,
  orderNumber,
  type TradeId,
  type VenueOrderId,
} from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Lots, Ticks } from '../domain/money.ts'
import type { OrderType, Side, TimeInForce } from '../domain/order.ts'

export type OrderState =
  | 'DRAFT'
  | 'VALIDATED'
  | 'ENQUEUED'
  | 'SENT'
  | 'OPEN'
  | 'PARTIAL'
  | 'CANCEL_REQUESTED'
  | 'AMEND_REQUESTED'
  | 'UNKNOWN'
  | 'FILLED'
  | 'CANCELED'
  | 'EXPIRED'
  | 'REJECTED'
  | 'BLOCKED'

/**
 * Exits of every state (UGF-D-002); anything else is INVALID_TRANSITION. A new state does not compile without its row.
 * A fill that overtakes a cancel or an amend, and an answer that never came, are ordinary rows. A state may be its own
 * exit where the venue can say the same again with new numbers.
 */
export const EXITS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  DRAFT: ['VALIDATED', 'BLOCKED', 'EXPIRED'], // what a crash found unsent has expired
  VALIDATED: ['ENQUEUED', 'BLOCKED', 'EXPIRED'],
  ENQUEUED: ['SENT', 'BLOCKED', 'EXPIRED', 'CANCELED'],
  SENT: ['OPEN', 'PARTIAL', 'FILLED', 'REJECTED', 'CANCELED', 'EXPIRED', 'CANCEL_REQUESTED', 'UNKNOWN'],
  OPEN: ['PARTIAL', 'FILLED', 'CANCEL_REQUESTED', 'AMEND_REQUESTED', 'EXPIRED', 'CANCELED', 'UNKNOWN'],
  PARTIAL: ['PARTIAL', 'FILLED', 'CANCEL_REQUESTED', 'AMEND_REQUESTED', 'EXPIRED', 'CANCELED', 'UNKNOWN'],
  CANCEL_REQUESTED: ['CANCEL_REQUESTED', 'CANCELED', 'FILLED', 'PARTIAL', 'OPEN', 'EXPIRED', 'REJECTED', 'UNKNOWN'],
  AMEND_REQUESTED: [
    'AMEND_REQUESTED',
    'OPEN',
    'PARTIAL',
    'FILLED',
    'CANCELED',
    'EXPIRED',
    'CANCEL_REQUESTED',
    'UNKNOWN',
  ],
  UNKNOWN: ['OPEN', 'PARTIAL', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'], // on venue evidence only
  FILLED: [], // terminal from here on: what still arrives is recorded as a late event
  CANCELED: [],
  EXPIRED: [],
  REJECTED: [],
  BLOCKED: [],
}

const TERMINAL: ReadonlySet<OrderState> = new Set(
  (Object.keys(EXITS) as OrderState[]).filter((state) => EXITS[state].length === 0),
)

export function isTerminal(state: OrderState): boolean {
  return TERMINAL.has(state)
}

export function canExit(from: OrderState, to: OrderState): boolean {
  return EXITS[from].includes(to)
}

export type OrderOrigin = 'strategy' | 'operator' | 'flatten' | 'bracket' | 'oco' | 'liquidation' | 'foreign'

/** What an order is, from its birth to its end. */
export interface OrderTerms {
  readonly id: OrderId
  readonly intentId: IntentId
  readonly botId: BotId
  /** Position of the instrument and of the bot in their kernel's lists. */
  readonly instrumentAt: number
  readonly botAt: number
  readonly instrument: Instrument
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly origin: OrderOrigin
  readonly reasonCode: string
  /** The entry whose fill wakes this order. */
  readonly parentId: OrderId | undefined
  /** Orders of one group cancel each other: the first to fill leaves the others nothing to do. */
  readonly ocoGroup: string | undefined
  readonly stopLoss: Ticks | undefined
  readonly takeProfit: Ticks | undefined
  readonly trace: number
  readonly createdTs: number
  /** Best opposite price or mark when decided; what slippage is measured from. Undefined where none was known. */
  readonly arrivalPrice: number | undefined
}

/** An order's life. Others read it; only the {@link OrderBookkeeper} moves it. */
export interface Order extends OrderTerms {
  readonly state: OrderState
  readonly qty: Lots
  readonly filled: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly trail: Ticks | undefined
  readonly venueOrderId: VenueOrderId | undefined
  readonly decisionId: DecisionId | undefined
  /** Last event about it: the cause of the next. */
  readonly lastSeq: number
  /** When it entered its state. */
  readonly sinceTs: number
  /** Terms asked of the venue and not yet confirmed. */
  readonly pendingAmend: Amendment | undefined
  /** Sum of price × lots over its fills; ÷ filled = average price in ticks. */
  readonly filledTicks: number
  /** The venue's executions that were counted. */
  readonly tradeIds: readonly TradeId[]
}

const NO_TRADES: readonly TradeId[] = []

/**
 * Ended orders are remembered for late news, this many of them. News of one that was let go finds no order, and what
 * finds no order stops new risk until someone has looked: forgetting is safe, and a run of a year fits in memory.
 */
const ENDED_KEPT = 1_024

export interface Amendment {
  readonly qty: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly trail: Ticks | undefined
}

/** Lots that may still trade: what reservation, exposure and the kill switch must count. */
export function openLots(order: Order): Lots {
  switch (order.state) {
    case 'DRAFT':
    case 'VALIDATED':
    case 'ENQUEUED':
    case 'SENT':
    case 'OPEN':
    case 'PARTIAL':
    case 'CANCEL_REQUESTED':
    case 'AMEND_REQUESTED':
    case 'UNKNOWN': {
      // May be working: counted until the venue says otherwise, at the larger of what is and what was asked.
      const asked = order.pendingAmend === undefined ? order.qty : (Math.max(order.qty, order.pendingAmend.qty) as Lots)
      return Math.max(0, asked - order.filled) as Lots
    }
    case 'FILLED':
    case 'CANCELED':
    case 'EXPIRED':
    case 'REJECTED':
    case 'BLOCKED':
      return 0 as Lots
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What a fill does to an order: counted, counted late (it had ended), a duplicate, or more than was ordered. */
export type FillOutcome = 'counted' | 'late' | 'duplicate' | 'overfill'

/**
 * The orders of one kernel and the only hand that moves them.
 * Invariants: filled never falls; each trade id counts once; filled ≤ quantity; no exit that {@link EXITS} lacks.
 */
export class OrderBookkeeper {
  /** By the number in the id: whole numbers are found faster than text. */
  readonly #byNumber = new Map<number, Mutable<Order>>()
  /** Ended orders in the order they ended, from `#forgotten` on: the oldest are let go. */
  #ended: number[] = []
  #forgotten = 0
  #count = 0
  /** Not yet ended, in order of birth, for everyone who must look at all of them. */
  readonly #working: Mutable<Order>[] = []

  create(terms: OrderTerms, size: Amendment): Order {
    const number = orderNumber(terms.id)
    if (number === undefined || this.#byNumber.has(number))
      assert(false, `order ids are o1, o2, … and used once, was ${terms.id}`)
    const order: Mutable<Order> = {
      id: terms.id,
      intentId: terms.intentId,
      botId: terms.botId,
      instrumentAt: terms.instrumentAt,
      botAt: terms.botAt,
      instrument: terms.instrument,
      side: terms.side,
      type: terms.type,
      timeInForce: terms.timeInForce,
      reduceOnly: terms.reduceOnly,
      origin: terms.origin,
      reasonCode: terms.reasonCode,
      parentId: terms.parentId,
      ocoGroup: terms.ocoGroup,
      stopLoss: terms.stopLoss,
      takeProfit: terms.takeProfit,
      trace: terms.trace,
      createdTs: terms.createdTs,
      arrivalPrice: terms.arrivalPrice,
      state: 'DRAFT',
      qty: size.qty,
      filled: 0 as Lots,
      limit: size.limit,
      stop: size.stop,
      trail: size.trail,
      venueOrderId: undefined,
      decisionId: undefined,
      lastSeq: 0,
      sinceTs: terms.createdTs,
      pendingAmend: undefined,
      filledTicks: 0,
      tradeIds: NO_TRADES,
    }
    this.#count++
    this.#byNumber.set(number, order)
    this.#working.push(order)
    return order
  }

  /**
   * Takes over an order of an earlier session as it was. Ended ones come in the order in which they ended, working ones in
   * the order of their birth.
   */
  recall(order: Order): void {
    const number = orderNumber(order.id)
    if (number === undefined || this.#byNumber.has(number))
      assert(false, `order ids are o1, o2, … and used once, was ${order.id}`)
    const mine: Mutable<Order> = { ...order }
    this.#count++
    this.#byNumber.set(number, mine)
    if (TERMINAL.has(order.state)) this.#remember(number)
    else this.#working.push(mine)
  }

  get(id: OrderId): Order | undefined {
    const number = orderNumber(id)
    return number === undefined ? undefined : this.#byNumber.get(number)
  }

  /** Orders that have not ended, oldest first. Do not keep the array across a transition. */
  get working(): readonly Order[] {
    return this.#working
  }

  get count(): number {
    return this.#count
  }

  /** Every order that is remembered, oldest first. */
  all(): IterableIterator<Order> {
    return this.#byNumber.values()
  }

  /** Moves an order. Asserts the exit: callers ask {@link canExit} first wherever a venue, not we, decides. */
  move(order: Order, to: OrderState, { seq, ts }: { seq: number; ts: number }): void {
    if (!canExit(order.state, to)) assert(false, `${order.id}: ${order.state} has an exit to ${to}`)
    const mine = this.#own(order)
    mine.state = to
    mine.lastSeq = seq
    mine.sinceTs = ts
    if (TERMINAL.has(to)) this.#end(mine)
  }

  /** Notes an event about an order that leaves its state as it is. */
  note(order: Order, seq: number): void {
    this.#own(order).lastSeq = seq
  }

  setDecision(order: Order, decisionId: DecisionId): void {
    this.#own(order).decisionId = decisionId
  }

  setVenueOrderId(order: Order, venueOrderId: VenueOrderId): void {
    this.#own(order).venueOrderId = venueOrderId
  }

  /** Shrinks a draft to what the gate lets through. */
  clip(order: Order, qty: Lots): void {
    assert(order.state === 'DRAFT' && qty > 0 && qty <= order.qty, `${order.id}: a draft is clipped to 1…${order.qty}`)
    this.#own(order).qty = qty
  }

  askAmend(order: Order, amendment: Amendment): void {
    this.#own(order).pendingAmend = amendment
  }

  /** Makes asked terms the order's own, as the venue confirmed them. */
  confirmAmend(order: Order, amendment: Amendment): void {
    const mine = this.#own(order)
    mine.qty = amendment.qty
    mine.limit = amendment.limit
    mine.stop = amendment.stop
    mine.trail = amendment.trail
    mine.pendingAmend = undefined
  }

  dropAmend(order: Order): void {
    this.#own(order).pendingAmend = undefined
  }

  /** Tells what a fill would do, without doing it. */
  judgeFill(order: Order, tradeId: TradeId, qty: Lots): FillOutcome {
    if (order.tradeIds.includes(tradeId)) return 'duplicate'
    if (order.filled + qty > order.qty) return 'overfill'
    return isTerminal(order.state) ? 'late' : 'counted'
  }

  /** Counts a fill that {@link judgeFill} let pass, and returns the state it leads to. */
  countFill(order: Order, fill: { tradeId: TradeId; qty: Lots; price: Ticks }): OrderState {
    const mine = this.#own(order)
    mine.tradeIds = mine.tradeIds.length === 0 ? [fill.tradeId] : [...mine.tradeIds, fill.tradeId]
    mine.filled = (mine.filled + fill.qty) as Lots
    mine.filledTicks += fill.price * fill.qty
    assert(mine.filled <= mine.qty, `${order.id}: filled ${mine.filled} is at most the quantity ${mine.qty}`)
    return mine.filled === mine.qty ? 'FILLED' : 'PARTIAL'
  }

  #own(order: Order): Mutable<Order> {
    const mine = this.get(order.id)
    if (mine !== order) assert(false, `${order.id} belongs to this bookkeeper`)
    return mine
  }

  #end(order: Mutable<Order>): void {
    const at = this.#working.indexOf(order)
    if (at >= 0) this.#working.splice(at, 1)
    this.#remember(orderNumber(order.id) as number)
  }

  #remember(number: number): void {
    this.#ended.push(number)
    if (this.#ended.length - this.#forgotten <= ENDED_KEPT) return
    this.#byNumber.delete(this.#ended[this.#forgotten++] as number)
    if (this.#forgotten < ENDED_KEPT) return
    this.#ended = this.#ended.slice(this.#forgotten)
    this.#forgotten = 0
  }
}
