import { z } from 'zod'
import type { OrderId } from '../../domain/ids.ts'
import type { OrderView, StrategyContext } from '../strategy.ts'
import { hasEnded } from './order-end.ts'
import type { Evidence, ReasonCode } from './reason-codes.ts'
import { entryLots, tradedInstrument } from './sizing.ts'

/** Short, flat, long. */
export type Direction = -1 | 0 | 1

/** Where the position shall be, and why. */
export interface Aim {
  readonly direction: Direction
  /** Why what is held is closed. */
  readonly exit: ReasonCode
  /** Why the new position is opened; not read where `direction` is flat. */
  readonly entry: ReasonCode
  readonly evidence: Evidence
  /** Ticks; protect the entry. */
  readonly stopLoss?: number | undefined
  readonly takeProfit?: number | undefined
}

const SavedAim = z.strictObject({
  direction: z.literal([-1, 0, 1]),
  exit: z.string().transform((code) => code as ReasonCode),
  entry: z.string().transform((code) => code as ReasonCode),
  evidence: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  stopLoss: z.number().optional(),
  takeProfit: z.number().optional(),
})

export const SavedPursuit = z.strictObject({
  aim: SavedAim.nullable(),
  orders: z.array(z.string().transform((id) => id as OrderId)),
  step: z.enum(['settled', 'replacing', 'leaving']),
  wait: z.int().min(0),
  patience: z.int().min(1),
})
export type SavedPursuit = z.input<typeof SavedPursuit>

/** The longest a refused exit is left alone, in bars. */
const PATIENCE_MAX = 64

/**
 * Brings the position to where a decision wants it, with market orders: first closes what is against it (reduce-only, so
 * that no race sells twice), then opens. A newer decision cancels the orders of the older one and waits for their end,
 * because until then nobody knows what they still do. A refused entry is let go with its signal; a refused exit is tried
 * again, each time after twice as many bars, because the risk is still there.
 */
export class Pursuit {
  readonly #context: StrategyContext
  readonly #fraction: number
  readonly #canShort: boolean
  #aim: Aim | undefined
  /** Of decisions so far, not ended. */
  #orders: OrderId[] = []
  #step: SavedPursuit['step'] = 'settled'
  #wait = 0
  #patience = 1

  /** @param fraction of equity that a position is worth */
  constructor(context: StrategyContext, fraction: number) {
    this.#context = context
    this.#fraction = fraction
    const { settlement, shortable } = tradedInstrument(context)
    this.#canShort = settlement === 'margin' || shortable
  }

  /** Whether nothing is left to do but to hear of orders. When false, {@link resume} wants to be called every bar. */
  get isSettled(): boolean {
    return this.#step === 'settled'
  }

  /** Whether an order of a decision is still under way. */
  get isBusy(): boolean {
    return this.#orders.length > 0
  }

  /** Takes a new aim. A short that the instrument does not allow is no position at all. */
  pursue(aim: Aim): void {
    this.#aim = aim.direction < 0 && !this.#canShort ? { ...aim, direction: 0 } : aim
    this.#patience = 1
    this.#advance()
  }

  /** To be called for every change of an order of the bot. */
  onOrder(order: OrderView): void {
    if (!hasEnded(order)) return
    const at = this.#orders.indexOf(order.id)
    if (at < 0) return
    this.#orders.splice(at, 1)
    if (this.#orders.length > 0) return
    if (this.#step === 'replacing') this.#advance()
    else if (!this.#isAgainstAim()) this.#step = 'settled'
    // More was held than the venue takes in one order: the rest follows at once.
    else if (order.state === 'FILLED') this.#leave()
    else this.#leaveLater()
  }

  /** To be called for every fill: one that comes after its order was given up is undone. */
  onFill(): void {
    if (this.#orders.length === 0 && this.#step === 'settled' && this.#isAgainstAim()) this.#leaveLater()
  }

  /** A bar passed: an exit that was refused is tried again. */
  resume(): void {
    if (this.#step === 'settled' || this.#orders.length > 0) return
    // An order that ended while nobody listened, around a restart, left its replacement to us.
    if (this.#step === 'replacing') return this.#advance()
    if (!this.#isAgainstAim()) this.#step = 'settled'
    else if (this.#wait > 0) this.#wait--
    else this.#leave()
  }

  save(): SavedPursuit {
    const aim = this.#aim === undefined ? null : { ...this.#aim }
    return { aim, orders: [...this.#orders], step: this.#step, wait: this.#wait, patience: this.#patience }
  }

  restore(state: z.output<typeof SavedPursuit>): void {
    this.#aim = state.aim ?? undefined
    this.#orders = state.orders.filter((id) => this.#context.order(id) !== undefined)
    this.#step = state.step
    this.#wait = state.wait
    this.#patience = state.patience
  }

  /** Whether something is held that the aim does not want. */
  #isAgainstAim(): boolean {
    const position = this.#context.position()
    return position !== 0 && this.#aim !== undefined && Math.sign(position) !== this.#aim.direction
  }

  #advance(): void {
    if (this.#orders.length > 0) {
      this.#step = 'replacing'
      for (const id of this.#orders) this.#context.cancel(id, 'REBALANCE_OVERRULED' satisfies ReasonCode)
      return
    }
    this.#step = 'settled'
    const { direction } = this.#aim ?? { direction: 0 }
    const mustOpen = direction !== 0 && Math.sign(this.#context.position()) !== direction
    if (this.#isAgainstAim()) this.#leave()
    if (mustOpen) this.#enter()
  }

  #leave(): void {
    const { exit, evidence } = this.#aim as Aim
    const position = this.#context.position()
    const qty = Math.min(Math.abs(position), tradedInstrument(this.#context).filters.maxQty)
    const side = position > 0 ? 'sell' : 'buy'
    const id = this.#context.place({ side, qty, type: 'MARKET', reduceOnly: true, reasonCode: exit, evidence })
    if (id === undefined) this.#leaveLater()
    else this.#orders.push(id)
  }

  #leaveLater(): void {
    this.#step = 'leaving'
    this.#wait = this.#patience - 1
    this.#patience = Math.min(2 * this.#patience, PATIENCE_MAX)
  }

  #enter(): void {
    const { direction, entry, evidence, stopLoss, takeProfit } = this.#aim as Aim
    const mark = this.#context.mark()
    const ask = this.#context.book()?.bestAsk ?? mark
    const price = direction > 0 && ask > mark ? ask : mark
    const qty = entryLots(this.#context, this.#fraction, price)
    if (qty === 0) return
    const id = this.#context.place({
      side: direction > 0 ? 'buy' : 'sell',
      qty,
      type: 'MARKET',
      stopLoss: aboveZero(stopLoss),
      takeProfit: aboveZero(takeProfit),
      reasonCode: entry,
      evidence,
    })
    if (id !== undefined) this.#orders.push(id)
  }
}

/** A level at or below nothing protects from nothing, and is no price. */
function aboveZero(price: number | undefined): number | undefined {
  return price !== undefined && price >= 1 ? price : undefined
}
