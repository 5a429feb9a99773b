import type { Assumptions } from './assumptions.ts'
import { openQty, type SimOrder } from './sim-order.ts'
import type { Workbench } from './workbench.ts'

/**
 * Matches orders against best bid and ask, or against prints where there are no quotes. Takers meet the opposite touch and
 * no more than its size where one is told; a resting limit fills when the opposite touch comes to it.
 */
export class TouchMatcher {
  readonly #bench: Workbench
  readonly #at: number
  readonly #assumptions: Assumptions
  #bid = Number.NaN
  #ask = Number.NaN
  #bidLeft = Number.POSITIVE_INFINITY
  #askLeft = Number.POSITIVE_INFINITY

  constructor(bench: Workbench, at: number) {
    this.#bench = bench
    this.#at = at
    this.#assumptions = bench.assumptions
  }

  /** A new quote; a crossed one is no market, and nothing is matched on it. Sizes of 0 are unknown. */
  quote(bid: number, ask: number, { bidQty, askQty, ts }: { bidQty: number; askQty: number; ts: number }): void {
    if (bid > ask) return
    const { participation } = this.#assumptions
    this.#bid = bid
    this.#ask = ask
    this.#bidLeft = bidQty > 0 ? Math.floor(bidQty * Math.min(1, participation)) : Number.POSITIVE_INFINITY
    this.#askLeft = askQty > 0 ? Math.floor(askQty * Math.min(1, participation)) : Number.POSITIVE_INFINITY
    this.#matchAll(ts)
  }

  /** A print: it stands for both sides of the touch. Beyond our limit it fills us whole, at our limit only its size. */
  trade(price: number, qty: number, ts: number): void {
    const { participation } = this.#assumptions
    this.#bid = price
    this.#ask = price
    const left = participation === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : Math.floor(qty * participation)
    this.#bidLeft = left
    this.#askLeft = left
    this.#matchAll(ts)
  }

  /** An order arrives between two quotes and meets the one that stands. */
  arrive(order: SimOrder, ts: number): void {
    if (!Number.isNaN(this.#ask)) this.#match(order, ts)
  }

  #matchAll(ts: number): void {
    const orders = this.#bench.orders[this.#at] as SimOrder[]
    for (let i = 0; i < orders.length; i++) {
      const order = orders[i] as SimOrder
      this.#match(order, ts)
      if (orders[i] !== order) i = -1
    }
  }

  #match(order: SimOrder, ts: number): void {
    const touch = order.sign > 0 ? this.#ask : this.#bid
    if (openQty(order) === 0) return
    if (order.stop !== undefined && !order.isTriggered && !this.#isStopReached(order, touch, ts)) return
    if (order.limit === undefined) return this.#fill(order, touch, 'taker', ts)
    const beyond = (order.limit - touch) * order.sign
    const takes = order.takesOnArrival || order.timeInForce === 'IOC' || order.timeInForce === 'FOK'
    order.takesOnArrival = false
    if (takes) {
      if (beyond >= 0) this.#fill(order, touch, 'taker', ts)
      else if (order.timeInForce === 'IOC' || order.timeInForce === 'FOK') {
        this.#bench.end(order, 'expired', 'NOT_ENOUGH_LIQUIDITY', ts)
        this.#bench.settle()
      }
    } else if (beyond > 0 || (beyond === 0 && this.#assumptions.limitFill === 'touch'))
      this.#fill(order, order.limit, 'maker', ts)
  }

  /** A stop looks at the price it would pay. A trailing one follows that price first. */
  #isStopReached(order: SimOrder, touch: number, ts: number): boolean {
    if (order.trail !== undefined && order.stop !== undefined) {
      order.stop =
        order.sign > 0 ? Math.min(order.stop, touch + order.trail) : Math.max(order.stop, touch - order.trail)
    }
    const stop = order.stop as number
    if (order.sign > 0 ? touch < stop : touch > stop) return false
    this.#bench.trigger(order, ts)
    this.#bench.settle()
    order.takesOnArrival = true
    return !order.isDone
  }

  #fill(order: SimOrder, price: number, liquidity: 'maker' | 'taker', ts: number): void {
    const available = order.sign > 0 ? this.#askLeft : this.#bidLeft
    const meeting = { price, liquidity, ts, available, volume: available, range: Number.NaN, bound: order.limit }
    const filled = this.#bench.fill(order, meeting)
    if (order.sign > 0) this.#askLeft -= filled
    else this.#bidLeft -= filled
  }
}
