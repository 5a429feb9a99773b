import type { KernelEvent, Payload } from '../events/event.ts'
import { BooksFold } from './books-fold.ts'
import { BotsFold } from './bots-fold.ts'
import type {
  BalanceRecord,
  BotRecord,
  Counters,
  EngineState,
  FillRecord,
  HoldingRecord,
  OrderRecord,
  SafetyRecord,
} from './engine-state.ts'
import { OrdersFold } from './orders-fold.ts'
import { SafetyFold } from './safety-fold.ts'

/** Rows as they are now that were other, or were not, when changes were last taken. */
export interface ProjectionChanges {
  readonly orders: readonly OrderRecord[]
  readonly fills: readonly FillRecord[]
  readonly holdings: readonly HoldingRecord[]
  readonly balances: readonly BalanceRecord[]
  readonly bots: readonly BotRecord[]
  /** Undefined when nothing about safety changed. */
  readonly safety: SafetyRecord | undefined
  readonly counters: Counters
  readonly baseCurrency: string | undefined
  /** Engine time of the last event, µs. */
  readonly lastTs: number
}

/**
 * Folds the events of all sessions, in order, into what they say is now. A later session goes on from the books of the ones
 * before it. What the kernel knows and the journal does not say (marks, indicators, timers) is not in here.
 */
export class Projection {
  readonly #orders: OrdersFold
  readonly #books: BooksFold
  readonly #bots: BotsFold
  readonly #safety: SafetyFold
  #counters: Counters
  #lastTs: number

  /** @param from what was folded before; undefined for the first event there is */
  constructor(from?: EngineState) {
    this.#orders = new OrdersFold(from)
    this.#books = new BooksFold(from)
    this.#bots = new BotsFold(from)
    this.#safety = new SafetyFold(from?.safety)
    this.#counters = from?.counters ?? { inputs: 0, intents: 0, decisions: 0, orders: 0 }
    this.#lastTs = from?.lastTs ?? 0
  }

  /** Takes the next event in. Events come in the order of the journal, each once. */
  apply(event: KernelEvent): void {
    this.#orders.apply(event)
    this.#books.apply(event)
    this.#bots.apply(event)
    this.#safety.apply(event)
    this.#count(event)
    this.#lastTs = Math.max(this.#lastTs, event.ts)
  }

  /** A state that stays as it is while the projection goes on. */
  get state(): EngineState {
    return {
      working: this.#orders.working,
      ended: this.#orders.ended,
      holdings: this.#books.holdings,
      balances: this.#books.balances,
      bots: this.#bots.bots,
      safety: this.#safety.record,
      counters: this.#counters,
      lastTs: this.#lastTs,
      baseCurrency: this.#bots.baseCurrency,
    }
  }

  /** What changed since the last call; a row that changed twice is told once. Fills are told once, when they happened. */
  takeChanges(): ProjectionChanges {
    return {
      ...this.#orders.takeChanges(),
      ...this.#books.takeChanges(),
      bots: this.#bots.takeChanges(),
      safety: this.#safety.takeChange(),
      counters: this.#counters,
      baseCurrency: this.#bots.baseCurrency,
      lastTs: this.#lastTs,
    }
  }

  #count({ type, trace, payload }: KernelEvent): void {
    const told = payload as Record<string, unknown>
    const { inputs, intents, decisions, orders } = this.#counters
    const isResumed = type === 'run.resumed'
    const before = isResumed ? (payload as Payload<'run.resumed'>) : undefined
    const counted = type === 'run.checkpoint' || type === 'run.ended' || isResumed ? (told['inputs'] as number) : 0
    const isWish = type === 'intent.created'
    const isBirth = isWish || type === 'order.adopted'
    this.#counters = {
      inputs: Math.max(inputs, trace, counted),
      intents: Math.max(intents, before?.intents ?? 0, isWish ? numberOf(told['intent_id']) : 0),
      decisions: Math.max(
        decisions,
        before?.decisions ?? 0,
        type === 'policy.decided' ? numberOf(told['decision_id']) : 0,
      ),
      orders: Math.max(orders, before?.orders ?? 0, isBirth ? numberOf(told['order_id']) : 0),
    }
  }
}

/** The number in an id such as `o12`; 0 where there is none. */
function numberOf(id: unknown): number {
  const number = Number(String(id).slice(1))
  return Number.isSafeInteger(number) && number > 0 ? number : 0
}
