import { z } from 'zod'
import type { OrderId } from '../../domain/ids.ts'
import type { Side } from '../../domain/order.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import type { OrderView, StrategyContext } from '../strategy.ts'
import { hasEnded } from './order-end.ts'
import type { Evidence, ReasonCode } from './reason-codes.ts'

export const SavedQuote = z.strictObject({
  id: z.string().nullable(),
  limit: z.number(),
  nextTs: z.number(),
  withdrawTs: z.number(),
})

export interface QuoteRules {
  /** amend: the order moves; cancel: it is withdrawn, and the next one placed when it has ended. */
  readonly requote: 'amend' | 'cancel'
  readonly minRequoteUs: number
}

/**
 * One post-only order on one side, kept near where it is wanted. It asks at most once every `minRequoteUs`, except to
 * withdraw, which never waits.
 */
export class RestingQuote {
  readonly #context: StrategyContext
  readonly #side: Side
  readonly #rules: QuoteRules
  #id: OrderId | undefined
  /** The price last asked for, ticks; 0 without an order. */
  limit = 0
  #nextTs = 0
  #withdrawTs = 0

  constructor(context: StrategyContext, side: Side, rules: QuoteRules) {
    this.#context = context
    this.#side = side
    this.#rules = rules
  }

  /** The order as it is now, if it has not ended. */
  get order(): OrderView | undefined {
    const order = this.#id === undefined ? undefined : this.#context.order(this.#id)
    return order === undefined || hasEnded(order) ? undefined : order
  }

  /** The price that an order of ours on the other side would meet: until an amend is answered, the nearer of old and new. */
  get reach(): number {
    const confirmed = this.order?.limit
    if (confirmed === undefined) return Number.NaN
    return this.#side === 'buy' ? Math.max(confirmed, this.limit) : Math.min(confirmed, this.limit)
  }

  /** Whether there is something to ask for now: no order, or one at least `threshold` ticks away, and the wait is over. */
  isDue(price: number, threshold: number): boolean {
    if (this.#context.now < this.#nextTs) return false
    return this.#id === undefined || Math.abs(price - this.limit) >= threshold
  }

  /** Places the quote, or brings it to a price. A change that is under way is waited for. */
  quote(limit: number, qty: number, evidence: Evidence): void {
    if (this.#id === undefined) this.#place(limit, qty, evidence)
    else this.#move(limit)
  }

  #place(limit: number, qty: number, evidence: Evidence): void {
    this.#wait()
    const reasonCode: ReasonCode = this.#side === 'buy' ? 'QUOTE_BID' : 'QUOTE_ASK'
    const wish = { side: this.#side, qty, type: 'LIMIT', limit, timeInForce: 'POST_ONLY', reasonCode } as const
    this.#id = this.#context.place({ ...wish, evidence })
    this.limit = this.#id === undefined ? 0 : limit
  }

  #move(limit: number): void {
    const { order } = this
    // An order that ended while nobody listened, around a restart, is not there any more.
    if (order === undefined) return this.#forget()
    if (order.state !== 'OPEN' && order.state !== 'PARTIAL') return
    this.#wait()
    const reasonCode: ReasonCode = 'QUOTE_MOVED'
    if (this.#rules.requote === 'cancel') this.#context.cancel(order.id, reasonCode)
    else if (this.#context.amend(order.id, { limit, reasonCode })) this.limit = limit
  }

  /** Withdraws the quote, at once. Where the order does not end, it is asked again every second. */
  withdraw(reasonCode: ReasonCode): void {
    if (this.#id === undefined || this.#context.now < this.#withdrawTs) return
    this.#withdrawTs = this.#context.now + US_PER_SECOND
    const { order } = this
    if (order === undefined) this.#forget()
    else this.#context.cancel(order.id, reasonCode)
  }

  onOrder(order: OrderView): void {
    if (order.id !== this.#id) return
    if (hasEnded(order)) this.#forget()
    // A refused amend leaves the order where it was.
    else if (order.limit !== undefined && order.state !== 'AMEND_REQUESTED') this.limit = order.limit
  }

  save(): z.input<typeof SavedQuote> {
    return { id: this.#id ?? null, limit: this.limit, nextTs: this.#nextTs, withdrawTs: this.#withdrawTs }
  }

  restore({ id, limit, nextTs, withdrawTs }: z.output<typeof SavedQuote>): void {
    this.#id = (id ?? undefined) as OrderId | undefined
    this.limit = limit
    this.#nextTs = nextTs
    this.#withdrawTs = withdrawTs
    if (this.order === undefined) this.#forget()
  }

  #forget(): void {
    this.#id = undefined
    this.limit = 0
    this.#withdrawTs = 0
  }

  #wait(): void {
    this.#nextTs = this.#context.now + this.#rules.minRequoteUs
  }
}
