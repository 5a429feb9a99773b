import type { Journal, KernelEvent } from '../events/event.ts'
import type { RunCounts, Tally } from './result.ts'

/** Counts what passes into a journal: decisions by reason, orders by how they ended, intents, fills. */
export class TallyingJournal implements Journal {
  readonly #inner: Journal | undefined
  readonly #decisions = new Map<string, number>()
  readonly #orders = new Map<string, number>()
  #intents = 0
  #fills = 0
  #events = 0

  /** @param inner where events go on to; without one they are only counted */
  constructor(inner?: Journal) {
    this.#inner = inner
  }

  append(event: KernelEvent): void {
    this.#inner?.append(event)
    this.#events++
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- everything else is only counted
    switch (event.type) {
      case 'intent.created':
        this.#intents++
        return
      case 'policy.decided':
        for (const code of (event as KernelEvent<'policy.decided'>).payload.reason_codes) count(this.#decisions, code)
        return
      case 'intent.discarded':
        count(this.#decisions, (event as KernelEvent<'intent.discarded'>).payload.reason_code)
        return
      case 'fill.recorded':
        this.#fills++
        if ((event as KernelEvent<'fill.recorded'>).payload.order_state === 'FILLED') count(this.#orders, 'FILLED')
        return
      case 'order.canceled':
      case 'order.expired':
      case 'order.rejected':
      case 'order.blocked':
        count(this.#orders, event.type.slice('order.'.length).toUpperCase())
        return
      default:
        return
    }
  }

  get events(): number {
    return this.#events
  }

  counts(bars: number): RunCounts {
    return {
      bars,
      intents: this.#intents,
      decisions: tally(this.#decisions),
      orders: tally(this.#orders),
      fills: this.#fills,
    }
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function tally(counts: ReadonlyMap<string, number>): Tally {
  return [...counts]
    .map(([name, of]) => ({ name, count: of }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}
