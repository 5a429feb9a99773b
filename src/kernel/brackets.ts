import type { OrderId } from '../domain/ids.ts'
import { type Lots, lots } from '../domain/money.ts'
import { opposite } from '../domain/order.ts'
import { isTerminal, type Order, type OrderBookkeeper } from '../orders/order.ts'

/** What a bracket does, through the same gate as everyone. */
export interface BracketHands {
  /** Places a child; false when it was refused. */
  place(entry: Order, child: { type: 'STOP' | 'LIMIT'; qty: Lots }): boolean
  amend(child: Order, qty: number, reasonCode: string): boolean
  cancel(child: Order, reasonCode: string): void
  /** Lots that a child of the entry could close now. */
  closable(entry: Order): number
  /** µs until the pace of orders and amends allows one more; 0 when it does now. */
  waitUs(): number
}

interface Kept {
  readonly entry: Order
  /** Lots of the entry that its children, or the end of its position, have closed. */
  closed: number
}

/**
 * Keeps entries covered that were placed with a stop-loss or a target: the stops of one, and its targets, each total what
 * of it was filled and is not yet closed, however its fills, theirs and the venue's confirmations interleave.
 */
export class Brackets {
  readonly #orders: OrderBookkeeper
  readonly #hands: BracketHands
  readonly #kept = new Map<OrderId, Kept>()
  /** Entries whose cover is short because the pace allowed no more yet. */
  readonly #short = new Set<OrderId>()

  constructor(orders: OrderBookkeeper, hands: BracketHands) {
    this.#orders = orders
    this.#hands = hands
  }

  /** Goes on with an entry of an earlier session, of which so many lots were closed. */
  recall(entry: Order, closed: number): void {
    this.#kept.set(entry.id, { entry, closed })
  }

  /** A child of an entry never left: its cover is short until another takes its place. */
  missed(entryId: OrderId): void {
    if (this.#kept.has(entryId)) this.#short.add(entryId)
  }

  /** An entry was filled (further). */
  entered(entry: Order): void {
    if (entry.stopLoss === undefined && entry.takeProfit === undefined) return
    if (!this.#kept.has(entry.id)) {
      this.#forget()
      this.#kept.set(entry.id, { entry, closed: 0 })
    }
    this.#fit(entry.id)
  }

  /** A child was filled. */
  left(child: Order, qty: number): void {
    const kept = child.parentId === undefined ? undefined : this.#kept.get(child.parentId)
    if (kept === undefined) return
    kept.closed += qty
    this.#fit(kept.entry.id)
  }

  /** The venue confirmed a child or its new terms: what could not be said to it before can be now. */
  settled(child: Order): void {
    if (child.parentId !== undefined) this.#fit(child.parentId)
  }

  /** The position that a child stood for is gone, by whatever hand. */
  gone(child: Order): void {
    const kept = child.parentId === undefined ? undefined : this.#kept.get(child.parentId)
    if (kept !== undefined) kept.closed = kept.entry.filled
  }

  get hasShort(): boolean {
    return this.#short.size > 0
  }

  /** Tries again where the pace did not allow enough. */
  retry(): void {
    const due = [...this.#short]
    for (const id of due) if (this.#hands.waitUs() <= 0) this.#fit(id)
  }

  #fit(id: OrderId): void {
    const kept = this.#kept.get(id)
    if (kept === undefined) return
    this.#short.delete(id)
    const { entry, closed } = kept
    const desired = Math.min(entry.filled - closed, this.#hands.closable(entry))
    if (entry.stopLoss !== undefined) this.#cover(entry, 'STOP', desired)
    if (entry.takeProfit !== undefined) this.#cover(entry, 'LIMIT', desired)
  }

  #cover(entry: Order, type: 'STOP' | 'LIMIT', desired: number): void {
    const children = this.#orders.working.filter(
      (order) => order.parentId === entry.id && order.type === type && order.state !== 'CANCEL_REQUESTED',
    )
    let excess = -desired
    for (const child of children) excess += asked(child)
    if (excess < 0) {
      if (children.some((child) => this.#hands.amend(child, child.qty - excess, 'BRACKET_GROWS'))) return
      if (!this.#hands.place(entry, { type, qty: lots(-excess) }) && this.#hands.waitUs() > 0) this.#short.add(entry.id)
      return
    }
    for (const child of children.toReversed()) {
      if (excess === 0) return
      const open = asked(child)
      if (open <= excess) {
        this.#hands.cancel(child, 'OCO_FILLED')
        excess -= open
      } else if (this.#hands.amend(child, child.qty - excess, 'OCO_SHRINKS')) return
    }
  }

  /** Lets go of entries that the bookkeeper has let go and that nothing works for any more. */
  #forget(): void {
    for (const [id, { entry }] of this.#kept) {
      const isOver = isTerminal(entry.state) && this.#orders.get(id) === undefined
      if (!isOver || this.#orders.working.some((order) => order.parentId === id)) return
      this.#kept.delete(id)
    }
  }
}

/** Lots that a child will still close once the venue has done what it was asked. */
function asked(child: Order): number {
  return (child.pendingAmend?.qty ?? child.qty) - child.filled
}

/** Terms of a child of an entry. */
export function childOf(entry: Order, { type, qty }: { type: 'STOP' | 'LIMIT'; qty: Lots }) {
  const shared = {
    side: opposite(entry.side),
    qty,
    reduceOnly: true,
    ocoGroup: `bracket-${entry.id}`,
    origin: 'bracket',
    parent: entry,
  } as const
  return type === 'STOP'
    ? ({ ...shared, type, stop: entry.stopLoss, reasonCode: 'STOP_LOSS' } as const)
    : ({ ...shared, type, limit: entry.takeProfit, reasonCode: 'EXIT_TAKE_PROFIT' } as const)
}
