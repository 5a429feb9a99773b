import type { z } from 'zod'
import type { OrderId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Lots, Money, Ticks } from '../domain/money.ts'
import type { Liquidity, OrderType, Side, TimeInForce } from '../domain/order.ts'

/**
 * A complete bar, known only since its close. Prices in ticks, volume in lots. It is a window that moves on with the next
 * bar: read it in the callback, do not keep it.
 */
export interface BarView {
  readonly openTs: number
  readonly closeTs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** Best bid and ask in ticks, sizes in lots (0 where the source has none). */
export interface QuoteView {
  readonly ts: number
  readonly bid: number
  readonly bidQty: number
  readonly ask: number
  readonly askQty: number
}

/** A public print. `taker` is 1 buy, −1 sell, 0 not told. */
export interface TradeView {
  readonly ts: number
  readonly price: number
  readonly qty: number
  readonly taker: number
}

/** The part of an order book that a strategy may read. Ticks and lots. */
export interface BookView {
  readonly hasBid: boolean
  readonly hasAsk: boolean
  readonly bestBid: number
  readonly bestAsk: number
  readonly bestBidQty: number
  readonly bestAskQty: number
  qtyAt(side: 1 | -1, price: number): number
  depth(side: 1 | -1, levels: number): number
}

/** What a strategy can see of one of its orders. */
export interface OrderView {
  readonly id: OrderId
  readonly side: Side
  readonly type: OrderType
  readonly qty: Lots
  readonly filled: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly reduceOnly: boolean
  readonly reasonCode: string
  readonly state: string
}

export interface FillView {
  readonly orderId: OrderId
  readonly side: Side
  readonly price: Ticks
  readonly qty: Lots
  readonly liquidity: Liquidity
  readonly fee: Money
  readonly ts: number
  /** Position in the bot's list of instruments. */
  readonly at: number
}

/**
 * A wish to trade. Prices may be fractional ticks and quantities fractional lots: they are rounded by the instrument's
 * rules (passive prices, sizes toward zero) before the gate sees them.
 */
export interface PlaceRequest {
  readonly side: Side
  /** Lots. */
  readonly qty: number
  readonly type: OrderType
  readonly limit?: number | undefined
  readonly stop?: number | undefined
  /** Distance of a trailing stop, ticks. */
  readonly trail?: number | undefined
  readonly timeInForce?: TimeInForce
  readonly reduceOnly?: boolean
  /** Protective stop and profit target that wake when this order fills, each cancelling the other. */
  readonly stopLoss?: number | undefined
  readonly takeProfit?: number | undefined
  /** Orders of one group cancel each other when one fills. */
  readonly ocoGroup?: string | undefined
  /** ENTRY_…, EXIT_…, STOP_…, REBALANCE_…, HEDGE_…: why. Without one there is no order. */
  readonly reasonCode: string
  readonly explain?: string | undefined
  readonly evidence?: Readonly<Record<string, number | string | boolean>> | undefined
  /** Position in the bot's list of instruments, default 0. */
  readonly at?: number
}

/**
 * All that a strategy can reach. There is no network, file, clock or mode here, and nothing of the future: what it reads is
 * what had been received by `now`.
 */
export interface StrategyContext {
  /** Engine time, µs. */
  readonly now: number
  readonly instruments: readonly Instrument[]
  /** Seeded: the same run draws the same numbers. Uniform in [0, 1). */
  random(): number
  /** Signed lots. */
  position(at?: number): number
  /** Average entry price in ticks; undefined when flat. */
  averagePrice(at?: number): number | undefined
  /** Last price in ticks; NaN before the first. */
  mark(at?: number): number
  /** What the bot is worth at marks, base currency. */
  readonly equity: number
  /** Cash of the bot in the instrument's quote currency. */
  cash(at?: number): number
  /** The bot's orders that have not ended, oldest first. */
  orders(at?: number): readonly OrderView[]
  order(id: OrderId): OrderView | undefined
  book(at?: number): BookView | undefined
  /** Asks for an order; undefined when it was refused (the decision is in the journal). */
  place(request: PlaceRequest): OrderId | undefined
  cancel(id: OrderId, reasonCode: string): boolean
  cancelAll(reasonCode: string, at?: number): void
  amend(id: OrderId, change: { qty?: number; limit?: number; stop?: number; reasonCode: string }): boolean
  signal(
    name: string,
    strength: number,
    evidence?: Readonly<Record<string, number | string | boolean>>,
    at?: number,
  ): void
  /** Calls `onTimer(id)` once, at the first later input at or after `ts`. Setting it again moves it. */
  setTimer(id: string, ts: number): void
  cancelTimer(id: string): void
}

/** What a strategy does when something happens. Each is optional; the ones that are absent cost nothing. */
export interface StrategyHandlers {
  onStart?(): void
  /** A bar of the instrument's own time frame closed; `frame` 0 is the data's, 1… are those asked for. */
  onBar?(bar: BarView, at: number, frame: number): void
  /** A bar opened: its opening price is known, nothing else of it. */
  onOpen?(openTs: number, open: number, at: number): void
  onQuote?(quote: QuoteView, at: number): void
  onTrade?(trade: TradeView, at: number): void
  /** The book is consistent after a message. */
  onBook?(book: BookView, ts: number, at: number): void
  onOrder?(order: OrderView, at: number): void
  onFill?(fill: FillView): void
  onTimer?(id: string): void
  onStop?(reason: string): void
  /** State that survives a restart, as JSON. */
  save?(): unknown
  restore?(state: unknown): void
}

/** A strategy: its name, its parameters, and how to make one. */
export interface StrategyDefinition<Params = unknown> {
  readonly id: string
  /** SemVer. */
  readonly version: string
  readonly description: string
  readonly params: z.ZodType<Params>
  /** Bars of larger time frames to be fed with, in µs, beside the data's own. */
  frames?(params: Params): readonly number[]
  /** Bars of the data's own frame that pass before the first wish is heard. */
  warmUp?(params: Params): number
  /** Bumped when `save` changes shape; state of a newer version is refused. */
  readonly stateVersion?: number
  create(params: Params, context: StrategyContext): StrategyHandlers
}

/** Declares a strategy. Parameters are a zod object: their defaults, ranges and descriptions are the documentation. */
export function defineStrategy<Schema extends z.ZodType>(
  definition: Omit<StrategyDefinition<z.output<Schema>>, 'params'> & { readonly params: Schema },
): StrategyDefinition<z.output<Schema>> {
  return definition as unknown as StrategyDefinition<z.output<Schema>>
}
