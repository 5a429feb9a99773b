import type { KernelEvent } from '../../src/events/event.ts'
import type {
  BalanceRecord,
  BotRecord,
  Counters,
  EngineState,
  FillRecord,
  HoldingRecord,
  OrderRecord,
  SafetyRecord,
} from '../../src/projection/engine-state.ts'

/** What events changed since it was last asked: whole records, as they are now. */
export interface Changes {
  readonly orders: readonly OrderRecord[]
  readonly fills: readonly FillRecord[]
  readonly holdings: readonly HoldingRecord[]
  readonly balances: readonly BalanceRecord[]
  readonly bots: readonly BotRecord[]
  readonly safety: SafetyRecord | undefined
  readonly counters: Counters
  readonly lastTs: number
}

/** What makes books of events. */
export interface Fold {
  apply(event: KernelEvent): void
  readonly state: EngineState
  takeChanges(): Changes
}

/** Begins a fold, from nothing or from books that stand. */
export type StartFold = (from?: EngineState) => Fold
