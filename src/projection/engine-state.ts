import type { BotId, DecisionId, InstrumentId, IntentId, OrderId, TradeId, VenueOrderId } from '../domain/ids.ts'
import type { Lots, Money, Ticks } from '../domain/money.ts'
import type { Liquidity, OrderType, Side, TimeInForce } from '../domain/order.ts'

/** An order as the journal tells it: enough to go on with it after a restart, and to show it years later. */
export interface OrderRecord {
  readonly id: OrderId
  readonly intentId: IntentId
  readonly botId: BotId
  readonly instrumentId: InstrumentId
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly origin: string
  readonly reasonCode: string
  readonly parentId: OrderId | undefined
  readonly ocoGroup: string | undefined
  readonly stopLoss: Ticks | undefined
  readonly takeProfit: Ticks | undefined
  readonly idempotencyKey: string | undefined
  readonly trace: number
  readonly createdTs: number
  /** Best opposite price or mark when decided, whole ticks. */
  readonly arrivalPrice: number | undefined
  readonly state: string
  readonly qty: Lots
  readonly filled: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
  readonly trail: Ticks | undefined
  readonly venueOrderId: VenueOrderId | undefined
  readonly decisionId: DecisionId | undefined
  /** Last event about it. */
  readonly lastSeq: number
  readonly sinceTs: number
  readonly pendingAmend:
    | {
        readonly qty: Lots
        readonly limit: Ticks | undefined
        readonly stop: Ticks | undefined
        readonly trail: Ticks | undefined
      }
    | undefined
  /** Sum of price × lots over its fills; ÷ filled is the average price in ticks. */
  readonly filledTicks: number
  readonly tradeIds: readonly TradeId[]
  /** When it left, and when the venue first answered. */
  readonly sentTs: number | undefined
  readonly answeredTs: number | undefined
  /** Sum of fees, settle currency. */
  readonly fees: Money
  /** Why it ended, or what the gate said against it; undefined while it works or when it simply filled. */
  readonly endCode: string | undefined
  /** Of an entry with a stop-loss or a target: lots that its children, or the end of its position, have closed. */
  readonly closed?: Lots | undefined
}

export interface FillRecord {
  readonly tradeId: TradeId
  readonly orderId: OrderId
  readonly botId: BotId
  readonly instrumentId: InstrumentId
  readonly side: Side
  readonly price: Ticks
  readonly qty: Lots
  readonly liquidity: Liquidity
  readonly fee: Money
  readonly feeCurrency: string
  readonly venueTs: number
  readonly ts: number
  readonly arrivalPrice: number | undefined
  /** Profit that this fill booked, before its fee, quote currency. */
  readonly realised: Money
}

/** Books of one bot in one instrument. */
export interface HoldingRecord {
  readonly botId: BotId
  readonly instrumentId: InstrumentId
  readonly qty: Lots
  readonly cost: Money
  readonly realised: Money
  readonly fees: Money
  readonly funding: Money
  /** When the position was last opened from flat or flipped; undefined while flat. */
  readonly openedTs: number | undefined
}

/** One account of the ledger in one currency. */
export interface BalanceRecord {
  readonly account: string
  readonly currency: string
  readonly amount: Money
}

export interface BotRecord {
  readonly id: BotId
  readonly strategyId: string
  readonly strategyVersion: string
  readonly params: Readonly<Record<string, string | number | boolean>>
  readonly allocation: Money
  readonly instruments: readonly InstrumentId[]
  readonly state: string
  readonly reasonCode: string
  readonly detail: string
  readonly sinceTs: number
  /** Allocation and all that its fills and funding paid and received, by currency. */
  readonly cash: Readonly<Record<string, Money>>
  /** What the strategy saved, as JSON text, and the version of that shape. */
  readonly saved: { readonly stateVersion: number; readonly state: string } | undefined
}

export interface SafetyRecord {
  readonly mode: string
  readonly reasons: readonly {
    readonly code: string
    readonly mode: string
    readonly sinceTs: number
    readonly detail: string
  }[]
  /** When the last reason went away, and when the present mode was entered. */
  readonly clearSinceTs: number
  readonly modeSinceTs: number
  readonly degradedEntries: readonly number[]
  readonly kills: readonly {
    readonly scope: string
    readonly level: string
    readonly reason: string
    readonly actor: string
    readonly sinceTs: number
    /** When a person has to look at it again; absent where nobody said. */
    readonly reviewTs?: number | undefined
  }[]
  /** Nothing but a warm-up ever held the present SAFE_MODE: its end is enough to leave. Absent is no. */
  readonly isOnlyWarming?: boolean | undefined
}

/** Numbers that ids are made of: what comes next is one more. */
export interface Counters {
  readonly inputs: number
  readonly intents: number
  readonly decisions: number
  readonly orders: number
}

/**
 * All that a journal says is, now: what a restarted engine goes on from, what the tables of the database show, and what
 * reconciliation holds against the venue. Folded from events and from nothing else.
 */
export interface EngineState {
  /** Orders that have not ended, oldest first. */
  readonly working: readonly OrderRecord[]
  /** Lately ended, for late news, oldest first; at most 1 024. */
  readonly ended: readonly OrderRecord[]
  readonly holdings: readonly HoldingRecord[]
  readonly balances: readonly BalanceRecord[]
  readonly bots: readonly BotRecord[]
  readonly safety: SafetyRecord
  readonly counters: Counters
  /** Engine time of the last event, µs; 0 before the first. */
  readonly lastTs: number
  /** Currency of allocations; undefined before the first run. */
  readonly baseCurrency?: string | undefined
}
