import type { OrderId } from '../domain/ids.ts'
import { US_PER_SECOND } from '../domain/time.ts'
import type { Order } from '../orders/order.ts'

/** An order that a kill forbids and that has not ended after this long is FROZEN: a person has to see to it (UGF-0-005). */
const FROZEN_AFTER_US = 60 * US_PER_SECOND

/** Orders that stay at a venue although a kill wants them gone. */
export class FrozenOrders {
  readonly #forbiddenSince = new Map<OrderId, number>()
  readonly #frozen = new Set<OrderId>()

  /**
   * @param forbidden every order that has not ended and that a kill does not let rest
   * @returns those that are found frozen now, with how long their end was waited for; each is told once
   */
  look(forbidden: readonly Order[], now: number): readonly { readonly order: Order; readonly waitedUs: number }[] {
    if (forbidden.length === 0 && this.#forbiddenSince.size === 0) return []
    const ids = new Set(forbidden.map(({ id }) => id))
    for (const id of this.#forbiddenSince.keys()) if (!ids.has(id)) this.#forget(id)
    const found: { order: Order; waitedUs: number }[] = []
    for (const order of forbidden) {
      const sinceTs = this.#forbiddenSince.getOrInsert(order.id, now)
      if (now - sinceTs < FROZEN_AFTER_US || this.#frozen.has(order.id)) continue
      this.#frozen.add(order.id)
      found.push({ order, waitedUs: now - sinceTs })
    }
    return found
  }

  #forget(id: OrderId): void {
    this.#forbiddenSince.delete(id)
    this.#frozen.delete(id)
  }
}
