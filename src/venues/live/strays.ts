import type { VenueOrderId } from '../../domain/ids.ts'
import type { ListedFill, ListedOrder } from '../connector.ts'

/** News whose order nobody claimed within this is somebody else's. */
const KEPT_MS = 120_000
const KEPT_MAX = 1_024

interface Stray {
  order: ListedOrder | undefined
  readonly fills: ListedFill[]
  readonly sinceMs: number
}

/** News of orders that are not known to be ours: it may have overtaken the answer that says that they are. */
export class Strays {
  readonly #strays = new Map<VenueOrderId, Stray>()

  order(order: ListedOrder, nowMs: number): void {
    this.#of(order.venueOrderId, nowMs).order = order
  }

  fill(fill: ListedFill, nowMs: number): void {
    if (fill.venueOrderId !== undefined) this.#of(fill.venueOrderId, nowMs).fills.push(fill)
  }

  take(id: VenueOrderId): { readonly order: ListedOrder | undefined; readonly fills: readonly ListedFill[] } {
    const stray = this.#strays.get(id)
    this.#strays.delete(id)
    return stray ?? { order: undefined, fills: [] }
  }

  /** Orders that somebody may still claim. */
  orders(): readonly ListedOrder[] {
    return [...this.#strays.values()].flatMap(({ order }) => order ?? [])
  }

  #of(id: VenueOrderId, nowMs: number): Stray {
    for (const [old, { sinceMs }] of this.#strays) {
      if (nowMs - sinceMs < KEPT_MS && this.#strays.size < KEPT_MAX) break
      this.#strays.delete(old)
    }
    let stray = this.#strays.get(id)
    if (stray === undefined) {
      stray = { order: undefined, fills: [], sinceMs: nowMs }
      this.#strays.set(id, stray)
    }
    return stray
  }
}
