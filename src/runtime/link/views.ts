import type { Condition } from '../live/ladder.ts'
import type { FlattenState } from '../../kernel/flatten.ts'

/**
 * What the engine shows, by topic: plain JSON that a screen, a script or another machine can read. Prices are whole ticks,
 * quantities whole lots of the instrument that `instruments` describes; money and percentages are doubles, for eyes only.
 * An absent field is a value that is not known: it is never sent as 0. Times are µs UTC. `rows` are keyed by id.
 */
export const VIEW_VERSION = 1

export type Health = 'OK' | 'DEGRADED' | 'FAILED' | 'UNKNOWN'
export type Severity = 'P0' | 'P1' | 'P2' | 'P3'

export interface InstrumentView {
  readonly id: string
  readonly venueId: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settlement: 'cash' | 'margin'
  /** Decimal strings. */
  readonly tickSize: string
  readonly lotSize: string
  readonly makerPpb: number
  readonly takerPpb: number
  /** Lots. */
  readonly minQty: number
  readonly maxLeverage: number
}

export interface InstrumentsView {
  readonly rows: Readonly<Record<string, InstrumentView>>
}

/** Steps of a start, and what each found. */
export interface StartupStep {
  readonly part: string
  readonly state: 'WAITING' | 'RUNNING' | 'OK' | 'FAILED'
  readonly fact: string
}

export interface AlertView {
  readonly id: string
  readonly severity: Severity
  readonly source: string
  readonly text: string
  readonly state: 'OPEN' | 'ACKED' | 'RESOLVED'
  readonly firstTs: number
  readonly lastTs: number
  readonly count: number
  readonly command: string
}

/** The two lines that are always on the screen. */
export interface RibbonView {
  readonly profile: string
  readonly runMode: 'paper' | 'forward' | 'shadow' | 'canary' | 'live'
  readonly phase: 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED'
  readonly startup: readonly StartupStep[]
  readonly pid: number
  readonly runId: string
  /** Engine seconds per wall second. */
  readonly speed: number
  readonly nowTs: number
  readonly startedTs: number
  readonly safetyMode: 'NORMAL' | 'DEGRADED' | 'SAFE_MODE' | 'HALTED'
  readonly killLevel: 'NONE' | 'CLOSE_ONLY' | 'FLATTEN' | 'HALT'
  /** What the gate would say to new risk now. */
  readonly gate: 'PASS' | 'WARN' | 'BLOCK' | 'UNKNOWN'
  /** Our books against the venue's, and the chain of the journal. */
  readonly integrity: 'PASS' | 'FAIL' | 'UNKNOWN'
  readonly reconciledTs?: number | undefined
  readonly venues: readonly {
    readonly id: string
    readonly health: Health
    readonly latencyMs?: number | undefined
    readonly dataAgeMs?: number | undefined
  }[]
  readonly dataAgeMs?: number | undefined
  readonly clockSkewMs?: number | undefined
  readonly currency: string
  readonly equity?: number | undefined
  readonly dayPnl?: number | undefined
  readonly dayPct?: number | undefined
  readonly weekPnl?: number | undefined
  readonly monthPnl?: number | undefined
  readonly unrealised?: number | undefined
  readonly realised?: number | undefined
  /** Fall from the highest equity, ≤ 0, and what it may be, both in percent. */
  readonly drawdownPct?: number | undefined
  readonly drawdownLimitPct?: number | undefined
  readonly grossPct?: number | undefined
  readonly netPct?: number | undefined
  readonly positions: number
  readonly orders: number
  readonly unknownOrders: number
  readonly commands: number
  readonly alerts: number
  /** Wait for a person's word. */
  readonly approvals?: number | undefined
  readonly botsRunning: number
  readonly bots: number
  /** Worst alert that nobody has acknowledged. */
  readonly alert?: AlertView | undefined
  /** Last result worth a line: a fill, an answered command. */
  readonly notice?: { readonly ts: number; readonly text: string; readonly severity: Severity } | undefined
  /** Counted since the start, never sampled: a screen that missed some can tell. */
  readonly fills: number
  readonly decisions: number
}

export type BotState = 'IDLE' | 'WARMING_UP' | 'RUNNING' | 'PAUSED' | 'STOPPING' | 'STOPPED' | 'ERROR' | 'QUARANTINED'

export interface BotRow {
  readonly id: string
  readonly strategyId: string
  readonly strategyVersion: string
  readonly venueId: string
  readonly instrumentIds: readonly string[]
  readonly runMode: RibbonView['runMode']
  readonly state: BotState
  readonly stateReason: string
  readonly stateDetail: string
  readonly stateSinceTs: number
  /** Signed lots in its first instrument; `average` in ticks, fractional. */
  readonly position: number
  readonly average?: number | undefined
  /** All in the account's currency. */
  readonly allocation: number
  readonly equity?: number | undefined
  readonly unrealised?: number | undefined
  readonly dayPnl?: number | undefined
  readonly totalPnl?: number | undefined
  readonly drawdownPct?: number | undefined
  readonly fees: number
  readonly wins: number
  readonly losses: number
  readonly profitFactor?: number | undefined
  readonly orders: number
  readonly fills: number
  /** Age of its last sign of life; absent when it has never run. */
  readonly heartbeatMs?: number | undefined
  /** Why it does, or does not, trade now, in a few words. */
  readonly why: string
  /** Its equity of the last day, oldest first, at most 48 points. */
  readonly spark: readonly number[]
  readonly params: Readonly<Record<string, string | number | boolean>>
  /** Share of each limit that is used, 0…1. */
  readonly use: readonly { readonly name: string; readonly share: number; readonly fact: string }[]
}

export interface BotsView {
  readonly rows: Readonly<Record<string, BotRow>>
}

export interface DecisionLine {
  readonly ts: number
  readonly seq: number
  readonly botId: string
  /** PLACE, CANCEL, AMEND, FILL, SIGNAL, STATE. */
  readonly kind: string
  readonly text: string
  /** What the gate said: ALLOW, BLOCK, …; absent where it was not asked. */
  readonly gate?: string | undefined
  /** Reason code and numbers of a refusal. */
  readonly gateText?: string | undefined
  readonly orderId?: string | undefined
  readonly evidence: string
}

export interface OrderRow {
  readonly id: string
  readonly ts: number
  readonly botId: string
  readonly venueId: string
  readonly instrumentId: string
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly timeInForce: string
  readonly reduceOnly: boolean
  readonly origin: string
  readonly reasonCode: string
  readonly limit?: number | undefined
  readonly stop?: number | undefined
  readonly qty: number
  readonly filled: number
  /** Average fill, fractional ticks. */
  readonly average?: number | undefined
  readonly state: string
  readonly endCode?: string | undefined
  readonly sinceTs: number
  /** From handing over to the venue's first answer. */
  readonly answerMs?: number | undefined
  readonly fee?: number | undefined
  readonly slippageBps?: number | undefined
  readonly venueOrderId?: string | undefined
  /** Share of the line before it that is left, 0…1, where the venue's book tells. */
  readonly queue?: number | undefined
  readonly isWorking: boolean
  /** A kill wants it gone, and the venue has not ended it: a person has to see to it. */
  readonly isFrozen?: boolean | undefined
}

export interface FillRow {
  readonly id: string
  readonly ts: number
  readonly orderId: string
  readonly botId: string
  readonly instrumentId: string
  readonly side: 'buy' | 'sell'
  readonly price: number
  readonly qty: number
  readonly fee: number
  readonly liquidity: 'maker' | 'taker'
  readonly slippageBps?: number | undefined
  readonly realised: number
}

/** One bot in depth: topic `bot/<id>`. */
export interface BotView {
  readonly id: string
  readonly decisions: readonly DecisionLine[]
  readonly orders: readonly OrderRow[]
  readonly fills: readonly FillRow[]
  /** Profit since the start, account currency, oldest first. */
  readonly pnl: readonly { readonly ts: number; readonly value: number }[]
  readonly health: readonly { readonly name: string; readonly health: Health; readonly fact: string }[]
  readonly next: readonly { readonly ts: number; readonly text: string }[]
}

export interface OrdersView {
  readonly rows: Readonly<Record<string, OrderRow>>
  readonly counts: {
    readonly working: number
    readonly today: number
    readonly fills: number
    readonly rejects: number
    readonly unknown: number
  }
  readonly fills: readonly FillRow[]
  readonly latency: readonly {
    readonly name: string
    readonly p50Ms?: number | undefined
    readonly p95Ms?: number | undefined
  }[]
  /** Fills per hour of the last day, oldest first. */
  readonly fillsPerHour: readonly number[]
  readonly makerPct?: number | undefined
}

export interface ChainStep {
  readonly step: 'market' | 'signal' | 'intent' | 'safety' | 'gate' | 'send' | 'venue' | 'fill' | 'ledger' | 'audit'
  readonly mark: 'OK' | 'BAD' | 'NONE'
  readonly id?: string | undefined
  readonly ts?: number | undefined
  readonly fact: string
}

/** One order explained back to what caused it: topic `order/<id>`. */
export interface OrderView {
  readonly id: string
  readonly row?: OrderRow | undefined
  readonly chain: readonly ChainStep[]
  /** What the reader may do about it. */
  readonly advice: readonly string[]
  /** The gate's rules one by one, in their order. */
  readonly rules: readonly { readonly rule: string; readonly verdict: string; readonly fact: string }[]
}

export interface MarketRow {
  readonly instrumentId: string
  readonly venueId: string
  readonly bid?: number | undefined
  readonly ask?: number | undefined
  readonly last?: number | undefined
  readonly changePct?: number | undefined
  readonly high?: number | undefined
  readonly low?: number | undefined
  /** Of the last day, in lots. */
  readonly volume?: number | undefined
  readonly spreadBps?: number | undefined
  readonly ageMs?: number | undefined
  readonly quality: 'OK' | 'STALE' | 'THIN' | 'GAP' | 'CROSSED' | 'UNKNOWN'
  readonly sequence: 'IN_SYNC' | 'RESYNCING' | 'GAP' | 'UNKNOWN'
  /** What the gate lets through here: OPEN, CLOSE_ONLY, CANCEL. */
  readonly allowed: string
  readonly latencyMs?: number | undefined
  readonly gaps: number
  readonly messagesPerSecond?: number | undefined
}

export interface MarketsView {
  readonly rows: Readonly<Record<string, MarketRow>>
}

export type Timeframe = '1m' | '5m' | '15m' | '1h'

/** Bars as columns, oldest first; prices in ticks, volume in lots. The last one is still open. */
export interface BarsView {
  readonly openTs: readonly number[]
  readonly open: readonly number[]
  readonly high: readonly number[]
  readonly low: readonly number[]
  readonly close: readonly number[]
  readonly volume: readonly number[]
}

/** Topic `market/<instrument>`: the book, the tape and our own part in them; fast. */
export interface MarketView {
  readonly instrumentId: string
  /** Best first: price in ticks, quantity in lots. At most 40 levels a side. */
  readonly bids: readonly (readonly [price: number, qty: number])[]
  readonly asks: readonly (readonly [price: number, qty: number])[]
  readonly bookTs?: number | undefined
  /** Newest first, at most 60. `taker` is 1 for a buy, −1 for a sell. */
  readonly tape: readonly {
    readonly ts: number
    readonly price: number
    readonly qty: number
    readonly taker: number
  }[]
  /** Our resting orders, by price. */
  readonly own: readonly {
    readonly id: string
    readonly side: 'buy' | 'sell'
    readonly price: number
    readonly qty: number
  }[]
  readonly position: number
  readonly average?: number | undefined
  readonly unrealised?: number | undefined
  /** A resting stop at the venue that covers the position, ticks. */
  readonly stop?: number | undefined
  /** Of the last minute, lots. */
  readonly buys: number
  readonly sells: number
  /** Lots within one percent of the mid. */
  readonly bidDepth?: number | undefined
  readonly askDepth?: number | undefined
  /** What taking our usual size would cost, percent of the mid. */
  readonly slippage: readonly { readonly name: string; readonly pct: number }[]
  readonly facts: readonly { readonly name: string; readonly value: string }[]
}

/** Topic `bars/<instrument>/<timeframe>`. */
export interface ChartView {
  readonly instrumentId: string
  readonly timeframe: Timeframe
  readonly bars: BarsView
  readonly fills: readonly FillRow[]
}

export interface PositionRow {
  readonly id: string
  readonly instrumentId: string
  readonly venueId: string
  readonly botId: string
  readonly qty: number
  readonly average: number
  readonly mark?: number | undefined
  readonly unrealised?: number | undefined
  readonly unrealisedPct?: number | undefined
  /** Account currency, absolute. */
  readonly notional?: number | undefined
  readonly stop?: number | undefined
  readonly openedTs?: number | undefined
}

export interface PortfolioView {
  readonly currency: string
  readonly equity: readonly { readonly ts: number; readonly value: number }[]
  readonly equityNow?: number | undefined
  readonly maxDrawdownPct?: number | undefined
  readonly totalPnl?: number | undefined
  readonly totalPct?: number | undefined
  /** 1 when every mark is known and fresh. */
  readonly confidence: number
  readonly unknown: readonly string[]
  readonly positions: Readonly<Record<string, PositionRow>>
  readonly notional?: number | undefined
  readonly unrealised?: number | undefined
  readonly exposures: readonly {
    readonly kind: 'asset' | 'venue' | 'bot' | 'cash'
    readonly name: string
    readonly pct?: number | undefined
    readonly limitPct?: number | undefined
  }[]
  readonly grossPct?: number | undefined
  readonly netPct?: number | undefined
  readonly pnl: readonly {
    readonly name: 'realised' | 'unrealised' | 'rates' | 'fees' | 'funding' | 'total'
    readonly today?: number | undefined
    readonly week?: number | undefined
    readonly month?: number | undefined
    readonly all?: number | undefined
  }[]
  readonly cash: readonly {
    readonly venueId: string
    readonly currency: string
    /** Decimal strings in the currency's own precision. */
    readonly total: string
    readonly free: string
    readonly rate?: number | undefined
    readonly rateAgeMs?: number | undefined
    readonly marginPct?: number | undefined
  }[]
  readonly reconciled: {
    readonly status: 'OK' | 'MISMATCH' | 'UNKNOWN'
    readonly ts?: number | undefined
    readonly differences: number
  }
  readonly limits: readonly RuleUse[]
}

/** A limit and how near it is. */
export interface RuleUse {
  readonly rule: string
  readonly scope: string
  /** As the instrument or currency writes it. */
  readonly value: string
  readonly limit: string
  /** How far away it is, in money and, where it is a loss, in percent; absent where that cannot be told. */
  readonly left?: string | undefined
  /** 0…; absent where either is unknown. */
  readonly share?: number | undefined
  readonly onBreach: string
  readonly lastBreachTs?: number | undefined
}

export interface SafetyView {
  readonly mode: RibbonView['safetyMode']
  readonly modeSinceTs: number
  readonly reasons: readonly {
    readonly code: string
    readonly mode: string
    readonly sinceTs: number
    readonly detail: string
  }[]
  readonly kills: readonly {
    readonly scope: string
    readonly level: RibbonView['killLevel']
    readonly reason: string
    readonly actor: string
    readonly sinceTs: number
    readonly reviewTs?: number | undefined
  }[]
  /** Interlocks that an operator has put aside, with the time that is left. */
  readonly suppressed?: readonly { readonly code: string; readonly leftMs: number }[] | undefined
  /** What stands between here and one step better. */
  readonly releaseChecks: readonly { readonly name: string; readonly isMet: boolean; readonly fact: string }[]
  readonly rules: readonly RuleUse[]
  readonly decisions: readonly DecisionLine[]
  readonly decisionCounts: Readonly<Record<string, number>>
  readonly history: readonly {
    readonly ts: number
    readonly from: string
    readonly to: string
    readonly reasonCode: string
  }[]
  /** Of a profile whose venue is real, or speaks like one. */
  readonly live?:
    | {
        readonly stage: RibbonView['runMode']
        readonly environment: 'dev' | 'stg' | 'prod'
        readonly isPractice: boolean
        readonly isArmed: boolean
        readonly leftMs: number
        /** Why it cannot be armed now; empty when it can, or is. */
        readonly obstacles: readonly string[]
        /** How far the profile may go, and what the next stage asks for. */
        readonly ladder: {
          readonly granted: string
          readonly next: string | undefined
          readonly conditions: readonly Condition[]
        }
      }
    | undefined
  /** Somebody acts beyond their role, or will in a moment. */
  readonly breakGlass?:
    | {
        readonly id: string
        readonly state: 'LOCKED' | 'OPEN'
        readonly ops: readonly string[]
        readonly scope: string
        readonly actor: string
        /** Until the lock or the life ends. */
        readonly leftMs: number
      }
    | undefined
  /** Orders that a kill wants gone and that are still there. */
  readonly frozen?: readonly string[] | undefined
  readonly policy: readonly string[]
  readonly flatten: readonly {
    readonly scope: string
    readonly state: string
    readonly detail: string
    readonly ts: number
  }[]
  readonly reconcile: readonly {
    readonly id: string
    readonly category: string
    readonly subject: string
    readonly reasonCode: string
    readonly fact: string
    readonly ts: number
  }[]
}

/** One thing that a kill level would do now. */
export interface KillLeg {
  readonly venueId: string
  readonly instrumentId: string
  readonly kind: 'cancel' | 'close'
  /** `6 orders`, or the signed position as the instrument writes it. */
  readonly item: string
  readonly action: string
  /** Account currency; absent when it cannot be estimated. */
  readonly spread?: number | undefined
  readonly fee?: number | undefined
  readonly impact?: number | undefined
  readonly cost?: number | undefined
  /** Share of the visible depth, 0…1. */
  readonly depth?: number | undefined
  readonly seconds?: number | undefined
  readonly side?: 'buy' | 'sell' | undefined
  /** Whether it is being done now: a cancel was asked for, or a closing order is at the venue. */
  readonly isAtWork: boolean
}

/** What each level would do now in a scope: topic `kill/<scope>`. */
export interface KillView {
  readonly scope: string
  /** Scopes that may be picked. */
  readonly scopes: readonly string[]
  readonly level: RibbonView['killLevel']
  readonly ts: number
  readonly positions: number
  readonly notional?: number | undefined
  readonly orders: number
  /** Orders that reduce or protect: CLOSE_ONLY leaves them. */
  readonly reducing: number
  readonly stops: number
  readonly bots: number
  readonly unprotected: readonly string[]
  readonly legs: readonly KillLeg[]
  readonly cost?: number | undefined
  readonly seconds?: number | undefined
  readonly worstCase?: number | undefined
  /** SHA-256 prefix over what would be done: typed confirmations are for this and nothing else. */
  readonly intentHash: string
  /** What a standing FLATTEN last said of itself; absent before it says anything. */
  readonly flatten?: { readonly state: FlattenState; readonly detail: string } | undefined
  readonly lastUse?: { readonly ts: number; readonly level: string; readonly reason: string } | undefined
}

export interface HealthCheck {
  readonly name: string
  readonly health: Health
  readonly reasonCode?: string | undefined
  readonly fact: string
  readonly observedTs: number
}

/** What other clocks say of ours, and how far the times that come can be relied on. */
export interface TimekeepingView {
  readonly state: 'NONE' | 'UNKNOWN' | 'OK' | 'WARN' | 'CRITICAL'
  /** Median of what the sources say, source minus ours; absent while none has spoken. */
  readonly offsetUs?: number | undefined
  readonly uncertaintyUs?: number | undefined
  readonly ageMs?: number | undefined
  /** Against the monotonic clock since the start. */
  readonly localSkewUs: number
  readonly sources: readonly {
    readonly name: string
    readonly offsetUs?: number | undefined
    readonly uncertaintyUs?: number | undefined
    readonly ageMs?: number | undefined
    readonly fault: string
  }[]
  readonly feeds: readonly {
    readonly instrumentId: string
    readonly last?: number | undefined
    readonly gaps: number
    readonly missed: number
    readonly late: number
    readonly isDirty: boolean
    readonly grades: Readonly<Record<'A' | 'B' | 'C' | 'D' | 'E', number>>
  }[]
}

export interface SystemView {
  readonly time?: TimekeepingView | undefined
  readonly health: Health
  readonly checks: readonly HealthCheck[]
  /** Inputs with an age limit. */
  readonly inputs: readonly {
    readonly name: string
    readonly ageMs?: number | undefined
    readonly limitMs: number
    readonly isOk: boolean
  }[]
  /** What has to be heard from, how long it has been silent, and what its silence leads to. */
  readonly deadMan: readonly {
    readonly name: string
    /** Absent: it was never heard. */
    readonly silentMs?: number | undefined
    readonly timeoutMs: number
    readonly action: string
    readonly isTripped: boolean
    readonly trips: number
  }[]
  readonly alerts: readonly AlertView[]
  readonly queues: readonly {
    readonly name: string
    readonly depth: number
    readonly limit: number
    /** Merged into newer ones since the start, where this one does that instead of growing. */
    readonly conflated?: number | undefined
  }[]
  /** What stops asking a venue that fails; absent where nothing guards one. Times are ms from now. */
  readonly breakers?:
    | readonly {
        readonly venue: string
        readonly group: string
        readonly state: 'CLOSED' | 'OPEN' | 'HALF_OPEN'
        readonly sinceMs: number
        /** In a row. */
        readonly failures: number
        /** Absent: no call was measured within the last minute. */
        readonly p95Ms?: number | undefined
        /** Absent unless it is open. */
        readonly nextTryMs?: number | undefined
        readonly reason: string
      }[]
    | undefined
  /** Permissions to take new risk; absent where none is needed. Times are engine time. */
  readonly leases?:
    | readonly {
        readonly kind: 'bot' | 'venue'
        readonly id: string
        readonly state: 'VALID' | 'CLOSE_ONLY' | 'EXPIRED' | 'MISSING'
        readonly constraint: 'NONE' | 'CLOSE_ONLY'
        readonly issuedTs: number
        readonly renewedTs: number
        readonly expiresTs: number
      }[]
    | undefined
  /** What waits to leave for a venue, the most urgent first. */
  readonly lanes?:
    | readonly {
        readonly venue: string
        readonly lane: string
        readonly depth: number
        readonly cap: number
        /** Since the engine's start. */
        readonly refused: number
        readonly coalesced: number
      }[]
    | undefined
  readonly latency: readonly {
    readonly name: string
    readonly p50Ms?: number | undefined
    readonly p95Ms?: number | undefined
    readonly p99Ms?: number | undefined
    readonly targetMs?: number | undefined
  }[]
  readonly storage: readonly { readonly name: string; readonly value: string }[]
  readonly config: readonly { readonly name: string; readonly value: string }[]
  readonly logs: readonly { readonly ts: number; readonly level: string; readonly text: string }[]
}

export interface CommandLine {
  readonly id: string
  readonly type: string
  readonly actor: string
  readonly issuedTs: number
  readonly status: string
  readonly message: string
}

export interface AuditView {
  readonly chain: { readonly events: number; readonly head: string; readonly verifiedTs?: number | undefined }
  readonly events: readonly {
    readonly seq: number
    readonly ts: number
    readonly type: string
    readonly botId?: string | undefined
    readonly text: string
  }[]
  readonly commands: readonly CommandLine[]
}

/** Views by topic; the part after the slash is chosen by the reader. */
/** Topic `approvals`: what waits for a person, the first to expire first, then what ended lately. */
export interface ApprovalsView {
  readonly approvals: readonly {
    readonly id: string
    readonly state: string
    readonly kind: string
    readonly subject: string
    readonly summary: string
    readonly requestedBy: string
    readonly rules: readonly string[]
    readonly votes: readonly {
      readonly actor: string
      readonly isYes: boolean
      readonly reason: string
      readonly ts: number
    }[]
    readonly required: number
    readonly createdTs: number
    readonly expiresTs: number
    readonly changedTs: number
    /** How it ended; empty while it waits. */
    readonly why: string
    /** Of one that waits: what the answer rests on, as it is now. */
    readonly checks: readonly { readonly name: string; readonly isMet: boolean; readonly fact: string }[]
  }[]
  readonly rules: readonly { readonly id: string; readonly text: string; readonly isOn: boolean }[]
  /** Engine time, µs. */
  readonly nowTs: number
}
export type ApprovalRow = ApprovalsView['approvals'][number]

export interface Views {
  instruments: InstrumentsView
  ribbon: RibbonView
  bots: BotsView
  [bot: `bot/${string}`]: BotView
  orders: OrdersView
  [order: `order/${string}`]: OrderView
  markets: MarketsView
  [market: `market/${string}`]: MarketView
  [chart: `bars/${string}`]: ChartView
  portfolio: PortfolioView
  safety: SafetyView
  [kill: `kill/${string}`]: KillView
  system: SystemView
  audit: AuditView
  approvals: ApprovalsView
}
export type Topic = keyof Views
export type ViewOf<T extends Topic> = Views[T]

/** How often a topic is sent at most, µs of wall time. */
export function paceUs(topic: Topic): number {
  if (topic.startsWith('market/')) return 100_000
  if (topic === 'ribbon') return 500_000
  if (topic.startsWith('kill/')) return 1_000_000
  return 250_000
}
