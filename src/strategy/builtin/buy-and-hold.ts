import { z } from 'zod'
import {
  type BarView,
  type BookView,
  defineStrategy,
  type FillView,
  type OrderView,
  type QuoteView,
  type StrategyContext,
  type StrategyHandlers,
  type TradeView,
} from '../strategy.ts'
import { fraction } from './fields.ts'
import { Pursuit, SavedPursuit } from './pursuit.ts'

const Params = z.strictObject({ fraction })

const Saved = z.strictObject({
  isDone: z.boolean(),
  wait: z.int().min(0),
  patience: z.int().min(1),
  pursuit: SavedPursuit,
})

/** The most inputs that pass between two attempts. */
const PATIENCE_MAX = 65_536

class BuyAndHold implements StrategyHandlers {
  readonly #context: StrategyContext
  readonly #pursuit: Pursuit
  #isDone = false
  /** Inputs until the next attempt: twice as many after each that was refused. */
  #wait = 0
  #patience = 1

  constructor(params: z.output<typeof Params>, context: StrategyContext) {
    this.#context = context
    this.#pursuit = new Pursuit(context, params.fraction)
  }

  onBar(_bar: BarView, at: number): void {
    if (!this.#isDone && at === 0) this.#attempt()
  }

  onQuote(_quote: QuoteView, at: number): void {
    if (!this.#isDone && at === 0) this.#attempt()
  }

  onTrade(_trade: TradeView, at: number): void {
    if (!this.#isDone && at === 0) this.#attempt()
  }

  onBook(_book: BookView, _ts: number, at: number): void {
    if (!this.#isDone && at === 0) this.#attempt()
  }

  onOrder(order: OrderView): void {
    this.#pursuit.onOrder(order)
  }

  onFill(_fill: FillView): void {
    this.#isDone = true
  }

  save(): z.input<typeof Saved> {
    return { isDone: this.#isDone, wait: this.#wait, patience: this.#patience, pursuit: this.#pursuit.save() }
  }

  restore(state: unknown): void {
    const { isDone, wait, patience, pursuit } = Saved.parse(state)
    this.#isDone = isDone
    this.#wait = wait
    this.#patience = patience
    this.#pursuit.restore(pursuit)
  }

  #attempt(): void {
    if (this.#pursuit.isBusy) return
    if (this.#wait > 0) {
      this.#wait--
      return
    }
    const mark = this.#context.mark()
    if (!(mark > 0)) return
    this.#wait = this.#patience - 1
    this.#patience = Math.min(2 * this.#patience, PATIENCE_MAX)
    this.#pursuit.pursue({ direction: 1, exit: 'ENTRY_HOLD', entry: 'ENTRY_HOLD', evidence: { price: mark } })
  }
}

/** Buys once, at the first price, and keeps it: what every other strategy is compared with. */
export const buyAndHold = defineStrategy({
  id: 'buy-and-hold',
  version: '1.0.0',
  description: 'Buys at the first price and keeps it: the yardstick.',
  params: Params,
  create: (params, context) => new BuyAndHold(params, context),
})
