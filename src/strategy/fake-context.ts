import { assert } from '../domain/brand.ts'
import { parseDecimal } from '../domain/decimal.ts'
import { instrumentId, type OrderId, orderIdAt, venueId } from '../domain/ids.ts'
import { defineInstrument, type Instrument } from '../domain/instrument.ts'
import { type Lots, lots, moneyFromNumber, rate, ticks, ZERO } from '../domain/money.ts'
import type { Liquidity, OrderType, Side } from '../domain/order.ts'
import { US_PER_MINUTE } from '../domain/time.ts'
import type {
  BarView,
  BookView,
  OrderView,
  PlaceRequest,
  QuoteView,
  StrategyContext,
  StrategyDefinition,
  StrategyHandlers,
} from './strategy.ts'

/** One thing that a strategy asked for. */
export type Asked =
  | { readonly kind: 'place'; readonly id: OrderId; readonly request: PlaceRequest }
  | { readonly kind: 'refused'; readonly request: PlaceRequest }
  | { readonly kind: 'cancel'; readonly id: OrderId; readonly reasonCode: string }
  | {
      readonly kind: 'amend'
      readonly id: OrderId
      readonly qty?: number
      readonly limit?: number
      readonly stop?: number
      readonly reasonCode: string
    }

export interface FakeOptions {
  readonly cash?: number
  readonly settlement?: 'cash' | 'margin'
  readonly maxLeverage?: number
  readonly takerFee?: number
  readonly minQty?: number
  readonly maxQty?: number
  readonly minNotional?: number
}

/** Price tick 0.01, lot 0.01, in USD: one tick × one lot is worth 0.0001. */
function fakeInstrument(options: FakeOptions = {}): Instrument {
  const hundredth = parseDecimal('0.01')
  const one = parseDecimal('1')
  assert(hundredth !== undefined && one !== undefined, 'the fake instrument has decimals')
  const settlement = options.settlement ?? 'margin'
  return defineInstrument({
    id: instrumentId('FAKE'),
    venueId: venueId('fake'),
    symbol: 'FAKE',
    settlement,
    base: 'FAK',
    quote: 'USD',
    tickSize: hundredth,
    lotSize: hundredth,
    multiplier: one,
    fees: { maker: rate(0), taker: rate(options.takerFee ?? 0), perFill: ZERO },
    filters: {
      minQty: lots(options.minQty ?? 1),
      maxQty: lots(options.maxQty ?? 1_000_000_000),
      minNotional: moneyFromNumber(options.minNotional ?? 0),
    },
    maxLeverage: options.maxLeverage ?? 1,
    maintenance: rate(0),
    shortable: settlement === 'margin',
  })
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type FakeOrder = Mutable<OrderView> & { ocoGroup: string | undefined; request: PlaceRequest }

const ENDED = new Set(['FILLED', 'CANCELED', 'REJECTED', 'BLOCKED'])

/**
 * A hand-written market for one strategy under test. It records what is asked, fills what it is told to, books the money,
 * and does for brackets and reduce-only what the kernel does. Answers come when {@link settle} is called, never inside a
 * call of the strategy, as in the kernel.
 */
export class FakeContext implements StrategyContext {
  readonly asked: Asked[] = []
  readonly instruments: readonly Instrument[]
  now = 0
  /** Orders with these codes are refused at once. */
  readonly refusing = new Set<string>()
  /** Whether cancels are answered by {@link settle}, or stay requested. */
  answersCancels = true
  handlers: StrategyHandlers = {}
  #position = 0
  #cost = 0
  #cash: number
  #mark = Number.NaN
  #book: BookView | undefined
  #orders: FakeOrder[] = []
  #count = 0

  constructor(options: FakeOptions = {}) {
    this.instruments = [fakeInstrument(options)]
    this.#cash = options.cash ?? 10_000
  }

  get instrument(): Instrument {
    const [instrument] = this.instruments
    assert(instrument !== undefined, 'the fake has an instrument')
    return instrument
  }

  // ---- what the strategy sees ------------------------------------------------------------------------------------

  random(): number {
    return 0.5
  }

  position(): number {
    return this.#position
  }

  averagePrice(): number | undefined {
    return this.#position === 0 ? undefined : this.#cost / (this.#position * this.instrument.valuePerTickLot)
  }

  mark(): number {
    return this.#mark
  }

  get equity(): number {
    const value = this.#position === 0 ? 0 : this.#position * this.#mark * this.instrument.valuePerTickLot
    return this.#cash + value - (this.instrument.settlement === 'margin' ? this.#cost : 0)
  }

  cash(): number {
    return this.#cash
  }

  orders(): readonly FakeOrder[] {
    return this.#orders.filter(({ state }) => !ENDED.has(state))
  }

  order(id: OrderId): FakeOrder | undefined {
    return this.#orders.find((order) => order.id === id)
  }

  book(): BookView | undefined {
    return this.#book
  }

  place(request: PlaceRequest): OrderId | undefined {
    if (this.refusing.has(request.reasonCode)) {
      this.asked.push({ kind: 'refused', request })
      return undefined
    }
    const id = orderIdAt(++this.#count)
    this.asked.push({ kind: 'place', id, request })
    this.#orders.push({
      id,
      side: request.side,
      type: request.type,
      qty: lots(request.qty),
      filled: lots(0),
      limit: request.limit === undefined ? undefined : ticks(request.limit),
      stop: request.stop === undefined ? undefined : ticks(request.stop),
      reduceOnly: request.reduceOnly ?? false,
      reasonCode: request.reasonCode,
      state: 'OPEN',
      ocoGroup: request.ocoGroup,
      request,
    })
    return id
  }

  cancel(id: OrderId, reasonCode: string): boolean {
    const order = this.order(id)
    if (order === undefined || ENDED.has(order.state) || order.state === 'CANCEL_REQUESTED') return false
    this.asked.push({ kind: 'cancel', id, reasonCode })
    order.state = 'CANCEL_REQUESTED'
    return true
  }

  cancelAll(reasonCode: string): void {
    for (const { id } of this.orders()) this.cancel(id, reasonCode)
  }

  amend(id: OrderId, change: { qty?: number; limit?: number; stop?: number; reasonCode: string }): boolean {
    const order = this.order(id)
    if (order === undefined || (order.state !== 'OPEN' && order.state !== 'PARTIAL')) return false
    this.asked.push({ kind: 'amend', id, ...change })
    if (change.qty !== undefined) order.qty = lots(change.qty)
    if (change.limit !== undefined) order.limit = ticks(change.limit)
    if (change.stop !== undefined) order.stop = ticks(change.stop)
    return true
  }

  signal(): void {}
  setTimer(): void {}
  cancelTimer(): void {}

  // ---- what a test does -------------------------------------------------------------------------------------------

  /** Feeds a bar and a minute of time. High and low default to the body. */
  bar(bar: number | { open?: number; high?: number; low?: number; close: number }): void {
    const { open, high, low, close } = typeof bar === 'number' ? { close: bar } : bar
    this.now += US_PER_MINUTE
    this.#mark = close
    const from = open ?? close
    const view: BarView = {
      openTs: this.now - US_PER_MINUTE,
      closeTs: this.now,
      open: from,
      high: high ?? Math.max(from, close),
      low: low ?? Math.min(from, close),
      close,
      volume: 1,
    }
    this.handlers.onBar?.(view, 0, 0)
  }

  /** Feeds best bid and ask, `afterUs` later. */
  quote(bid: number, ask: number, { bidQty = 0, askQty = 0, afterUs = 1_000_000 } = {}): void {
    this.now += afterUs
    this.#mark = (bid + ask) / 2
    const view: QuoteView = { ts: this.now, bid, bidQty, ask, askQty }
    this.handlers.onQuote?.(view, 0)
  }

  /** Feeds a book of one level a side; NaN for a side that is empty. */
  bookUpdate(bid: number, ask: number, { bidQty = 1, askQty = 1, afterUs = 1_000_000 } = {}): void {
    this.now += afterUs
    if (bid > 0 && ask > 0) this.#mark = (bid + ask) / 2
    const view: BookView = {
      hasBid: bid > 0,
      hasAsk: ask > 0,
      bestBid: bid,
      bestAsk: ask,
      bestBidQty: bidQty,
      bestAskQty: askQty,
      qtyAt: () => 0,
      depth: () => 0,
    }
    this.#book = view
    this.handlers.onBook?.(view, this.now, 0)
  }

  /** Fills an order, wholly unless told otherwise. */
  fill(id: OrderId, price: number, qty?: number): void {
    const order = this.order(id)
    assert(order !== undefined && !ENDED.has(order.state), `${id} can be filled`)
    const sign = order.side === 'buy' ? 1 : -1
    const open = order.qty - order.filled
    const most = order.reduceOnly ? Math.min(open, Math.max(0, -sign * this.#position)) : open
    const filled = lots(Math.min(qty ?? open, most))
    if (filled === 0) return this.end(id, 'CANCELED')
    const fee = this.#bookFill(sign * filled, price)
    order.filled = lots(order.filled + filled)
    if (order.state !== 'CANCEL_REQUESTED' || order.filled === order.qty)
      order.state = order.filled === order.qty ? 'FILLED' : 'PARTIAL'
    const liquidity: Liquidity = order.type === 'LIMIT' ? 'maker' : 'taker'
    const fill = { orderId: id, side: order.side, price: ticks(price), qty: filled, liquidity, ts: this.now, at: 0 }
    this.#wake(order, filled)
    this.handlers.onFill?.({ ...fill, fee: moneyFromNumber(fee) })
    this.handlers.onOrder?.(order, 0)
    if (order.ocoGroup !== undefined) this.#endAll((other) => other !== order && other.ocoGroup === order.ocoGroup)
    this.#endAll((other) => other.reduceOnly && (other.side === 'sell' ? this.#position <= 0 : this.#position >= 0))
  }

  end(id: OrderId, state: 'CANCELED' | 'REJECTED' | 'BLOCKED'): void {
    const order = this.order(id)
    if (order === undefined || ENDED.has(order.state)) return
    order.state = state
    this.handlers.onOrder?.(order, 0)
  }

  /** Answers what is under way: cancels end; market orders fill at `price`, the mark by default. */
  settle(price = this.#mark): void {
    if (this.answersCancels) this.#endAll(({ state }) => state === 'CANCEL_REQUESTED')
    // Orders that are placed in answer to fills get their turn as well, oldest first.
    for (let at = 0; at < this.#orders.length; at++) {
      const order = this.#orders[at]
      if (order?.type === 'MARKET' && order.state === 'OPEN') this.fill(order.id, price)
    }
  }

  /** Fills limits that a price trades through and stops that it reaches, at their own price. */
  trade(price: number): void {
    this.#mark = price
    for (const { id, side, limit, stop, state } of this.orders()) {
      if (this.order(id)?.state !== state || state === 'CANCEL_REQUESTED') continue
      const sign = side === 'buy' ? 1 : -1
      if (limit !== undefined && sign * (limit - price) > 0) this.fill(id, limit)
      else if (stop !== undefined && sign * (price - stop) >= 0) this.fill(id, stop)
    }
  }

  get placed(): readonly PlaceRequest[] {
    return this.asked.flatMap((asked) => (asked.kind === 'place' ? [asked.request] : []))
  }

  /** What was asked since the last call, one short line each, for tables: `buy 95 MARKET ENTRY_CROSS_UP`. */
  story(): string[] {
    return this.asked.splice(0).map((asked) => {
      if (asked.kind === 'place' || asked.kind === 'refused') return lineOf(asked.kind, asked.request)
      if (asked.kind === 'cancel') return `cancel ${asked.id} ${asked.reasonCode}`
      const { id, qty, limit, stop, reasonCode } = asked
      const terms = Object.entries({ qty, limit, stop }).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${value}`],
      )
      return `amend ${id} ${terms.join(' ')} ${reasonCode}`
    })
  }

  #wake(entry: FakeOrder, qty: Lots): void {
    const { stopLoss, takeProfit } = entry.request
    const side: Side = entry.side === 'buy' ? 'sell' : 'buy'
    const child = { side, qty, reduceOnly: true, ocoGroup: `bracket-${entry.id}` }
    const add = (type: OrderType, prices: { stop?: number; limit?: number }, reasonCode: string) =>
      void this.place({ ...child, type, ...prices, reasonCode })
    if (stopLoss !== undefined) add('STOP', { stop: Math.round(stopLoss) }, 'STOP_LOSS')
    if (takeProfit !== undefined) add('LIMIT', { limit: Math.round(takeProfit) }, 'EXIT_TAKE_PROFIT')
  }

  #endAll(which: (order: FakeOrder) => boolean): void {
    for (const order of this.orders()) if (which(order)) this.end(order.id, 'CANCELED')
  }

  /** Books cash, position and cost; returns the fee. */
  #bookFill(signed: number, price: number): number {
    const { valuePerTickLot, settlement, fees } = this.instrument
    const value = signed * price * valuePerTickLot
    const fee = (Math.abs(value) * fees.taker) / 1e9
    const closing =
      Math.sign(signed) === -Math.sign(this.#position) ? Math.min(Math.abs(signed), Math.abs(this.#position)) : 0
    const costOut = closing === 0 ? 0 : (this.#cost * closing) / Math.abs(this.#position)
    const closedValue = (value * closing) / Math.abs(signed)
    this.#cost += value - closedValue - costOut
    this.#position += signed
    this.#cash -= settlement === 'cash' ? value + fee : closedValue + costOut + fee
    return fee
  }
}

function lineOf(kind: 'place' | 'refused', request: PlaceRequest): string {
  const { side, qty, type, limit, stop, reduceOnly, stopLoss, takeProfit, reasonCode } = request
  const words = [
    ...(kind === 'refused' ? ['refused'] : []),
    side,
    String(qty),
    type,
    ...(limit === undefined ? [] : [`@${limit}`]),
    ...(stop === undefined ? [] : [`stop ${stop}`]),
    ...(stopLoss === undefined ? [] : [`sl ${stopLoss}`]),
    ...(takeProfit === undefined ? [] : [`tp ${takeProfit}`]),
    ...(reduceOnly === true ? ['reduce'] : []),
    reasonCode,
  ]
  return words.join(' ')
}

/** A strategy at work in a fake: parameters parsed by its own schema. */
export function run<Params>(
  definition: StrategyDefinition<Params>,
  params: Record<string, unknown> = {},
  options: FakeOptions = {},
): FakeContext {
  const context = new FakeContext(options)
  context.handlers = definition.create(definition.params.parse(params), context)
  return context
}

/** Takes the strategy away and puts a new one in its place, restored from what the old one saved, as after a restart. */
export function restart<Params>(
  context: FakeContext,
  definition: StrategyDefinition<Params>,
  params: Record<string, unknown> = {},
): void {
  const state: unknown = JSON.parse(JSON.stringify(context.handlers.save?.() ?? null))
  context.handlers = definition.create(definition.params.parse(params), context)
  context.handlers.restore?.(state)
}
