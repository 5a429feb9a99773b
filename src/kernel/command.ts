import type { CommandId } from '../domain/ids.ts'
import type { OrderType, Side, TimeInForce } from '../domain/order.ts'
import type { Role } from '../risk/gate-input.ts'
import type { KillLevel, KillScope } from '../risk/kill.ts'
import type { SafetyMode } from '../risk/mode.ts'
import type { BotCommandKind } from './bot-state.ts'

/**
 * What an operator may ask of a running kernel. The host has checked who asks, and that a challenge was answered.
 * Prices are ticks, quantities lots, and are rounded by the instrument's rules as a strategy's are.
 */
export type Command = {
  readonly id: CommandId
  readonly actor: string
  readonly reason: string
  /** Of the actor, where the host knows it: the gate looks at it besides. */
  readonly role?: Role
} & (
  | {
      readonly kind: 'KILL_RAISE'
      readonly scope: KillScope
      readonly level: KillLevel
      /** When a person has to look at it again, µs. */
      readonly reviewTs?: number
    }
  | { readonly kind: 'KILL_LOWER'; readonly scope: KillScope; readonly level: KillLevel }
  | { readonly kind: 'MODE_RAISE'; readonly mode: SafetyMode }
  /** `failedChecks`: release checks that are not green, as the host found them. */
  | { readonly kind: 'MODE_RELEASE'; readonly failedChecks: readonly string[] }
  /** Everything but what flattens; `global` unless told. */
  | { readonly kind: 'CANCEL_ALL'; readonly scope?: KillScope }
  | { readonly kind: Exclude<BotCommandKind, 'BOT_SET_PARAMS'>; readonly botId: string }
  /** `params` as they came: the strategy's own schema reads them. */
  | { readonly kind: 'BOT_SET_PARAMS'; readonly botId: string; readonly params: unknown }
  | ({ readonly kind: 'ORDER_PLACE'; readonly botId: string; readonly instrumentId: string } & ManualOrder)
  | { readonly kind: 'ORDER_CANCEL'; readonly orderId: string }
  | { readonly kind: 'POSITION_CLOSE'; readonly botId: string; readonly instrumentId: string }
  /** A command that the host answered itself: the journal has it, and nothing else comes of it. */
  | { readonly kind: 'NOTED'; readonly command: string; readonly outcome: CommandOutcome }
)

/** An order of the operator's own, through the same gate as everyone's. */
export interface ManualOrder {
  readonly side: Side
  readonly qty: number
  readonly type: OrderType
  readonly limit?: number | undefined
  readonly stop?: number | undefined
  readonly timeInForce?: TimeInForce
  readonly reduceOnly?: boolean
}

/** Why an order of an operator exists: fixed, so that what was done by hand is found by its name. */
export const MANUAL = {
  entry: 'MANUAL_ENTRY',
  exit: 'MANUAL_EXIT',
  close: 'MANUAL_CLOSE',
  cancel: 'MANUAL_CANCEL',
} as const

/** What became of a command. */
export interface CommandOutcome {
  readonly ok: boolean
  /** What stands against it, most telling first; empty when it was obeyed. */
  readonly reasonCodes: readonly string[]
  /** One sentence for people: the order's id, the bot's state, what was found instead. */
  readonly detail: string
  /** Plain JSON that a command answers with. */
  readonly result?: Readonly<Record<string, unknown>>
}

export function obeyed(detail: string, result?: Readonly<Record<string, unknown>>): CommandOutcome {
  return { ok: true, reasonCodes: [], detail, ...(result === undefined ? {} : { result }) }
}

export function refused(reasonCodes: readonly string[], detail = reasonCodes.join(' ')): CommandOutcome {
  return { ok: false, reasonCodes: reasonCodes.length > 0 ? reasonCodes : ['REFUSED'], detail }
}
