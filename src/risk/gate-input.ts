import type { ActionClass, DecisionKind, RunMode } from '../domain/action.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderType, Side } from '../domain/order.ts'
import type { GuardName, GuardState } from './guards.ts'
import type { KillLevel } from './kill.ts'
import type { LeaseState } from './leases.ts'
import type { Limits } from './limits.ts'
import type { SafetyMode } from './mode.ts'

/** Whether an idempotency key was seen before, and with the same content. */
export type KeyStatus = 'new' | 'repeated' | 'conflict'
export type FeedState = 'OK' | 'STALE' | 'GAP' | 'DOWN'
/** What an actor may do (conventions C5). */
/** Trading comes back a little at a time after our books were wrong (UGF-0-010). */
export interface RecoveryCap {
  /** What one order may be, as a share of its usual caps. */
  readonly share: number
  /** The one bot and instrument that may take risk; undefined where all may. */
  readonly botId: string | undefined
  readonly instrumentId: string | undefined
}

export type Role = 'viewer' | 'researcher' | 'operator' | 'admin' | 'break_glass'

/**
 * Everything a rule may look at: the intent and what is known when it is judged. One record is filled anew for every
 * judgement, so judging allocates nothing. An unknown number is NaN and compares as a refusal, never as a zero.
 * Prices are ticks, quantities lots, money doubles in the run's base currency unless the name says quote.
 */
export interface GateInput {
  stage: 'accept' | 'send'
  action: ActionClass
  origin: 'strategy' | 'operator' | 'flatten' | 'bracket' | 'oco' | 'liquidation' | 'foreign'
  /** Of an operator who asks, and of nobody else; undefined where the host did not tell. */
  role: Role | undefined
  runMode: RunMode
  botId: string
  strategyId: string
  instrument: Instrument
  side: Side
  type: OrderType
  /** What would be traded; for an amend what it may grow to, for a cancel 0. */
  qty: number
  limit: number | undefined
  stop: number | undefined
  trail: number | undefined
  reduceOnly: boolean
  reasonCode: string
  createdTs: number
  now: number
  key: KeyStatus

  safetyMode: SafetyMode
  /** Whether a reason stands that holds the mode: what the host found, by its code. */
  hasReason(code: string): boolean
  killLevel: KillLevel
  /** Whether somebody acts beyond their role at the moment. */
  isGlassBroken: boolean
  /** What a case of reconciliation that comes to its end still forbids; undefined when none does. */
  recoveryCap: RecoveryCap | undefined
  /** Whether every guard that the limits require is OK. */
  guardsAreFine: boolean
  /** What is known of an input that the gate cannot see itself. */
  guard(name: GuardName): GuardState
  /** What the leases of the bot and of the venue permit. */
  lease: LeaseState

  feed: FeedState
  /** Price that this order is measured against; NaN when none is known. */
  reference: number
  referenceAgeUs: number
  bid: number
  ask: number
  /** Visible lots on the side that the order would take; Infinity where no book is known. */
  takeableQty: number

  /** The bot's signed position and the account's. */
  botPosition: number
  accountPosition: number
  /** Lots of the bot's other working orders on the order's side that could add to what it reduces. */
  botReducingQty: number
  /** Own resting prices that this order must not cross: the best ask of ours for a buy, the best bid for a sell. */
  ownOpposite: number

  /** Worst-case value of the order. */
  orderValue: number
  orderNotionalQuote: number
  openOrders: number
  /** With resting orders, before this one. */
  grossExposure: number
  netExposure: number
  instrumentExposure: number
  venueExposure: number
  equity: number
  /** What the account lost since the day began, and since its best, at marks; NaN until it was valued. */
  dayLoss: number
  drawdown: number
  allocation: number
  botExposure: number

  /** What must be set aside for the worst case, and what is free for it, in the same currency. */
  reserveNeed: number
  reserveFree: number

  waitOrdersUs: number
  waitCancelsUs: number
  waitAmendsUs: number
  waitStrategyUs: number
}

/** What one rule has against an intent. `inputs` are what it saw and the limit that it met. */
export interface Verdict {
  readonly decision: DecisionKind
  readonly reasonCode: string
  readonly inputs: Readonly<Record<string, string | number | boolean>>
  /** With REDUCE_ONLY: the lots that may pass. */
  readonly clippedQty?: number
  /** With THROTTLE: when to ask again. */
  readonly retryAfterUs?: number
}

/** One rule of the gate. Adding one touches its own file, its test and the ordered list. */
export interface Rule {
  /** Its place in the order of UGF-D-003. */
  readonly number: number
  readonly reasonCodes: readonly string[]
  /** Classes of action that it judges. */
  readonly judges: readonly ActionClass[]
  /** Whether it is asked again when the order is about to leave. */
  readonly atSend: boolean
  /** Whether it can speak at all under these limits; always where this is absent. What cannot is spared the asking. */
  inForce?(limits: Limits): boolean
  judge(input: GateInput, limits: Limits): Verdict | undefined
}

export const EVERY_ACTION: readonly ActionClass[] = ['CANCEL', 'REDUCE', 'AMEND', 'OPEN']
export const ORDER_ACTIONS: readonly ActionClass[] = ['REDUCE', 'AMEND', 'OPEN']
export const RISK_ACTIONS: readonly ActionClass[] = ['AMEND', 'OPEN']
