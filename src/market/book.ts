import { assert } from '../domain/brand.ts'
import { BookSide } from './book-side.ts'
import type { BookColumns } from './columns.ts'

/** 1 the bids, −1 the asks, as in {@link BookColumns}. */
export type BookSign = 1 | -1

/** The sign of a row that is no clearing one. */
export function bookSign(side: number): BookSign {
  return side as BookSign
}

export interface BookLevel {
  readonly price: number
  readonly qty: number
}

/**
 * The resting orders of one instrument by price (an L2 book), in ticks and lots. It holds what the feed said, never
 * trimmed and never repaired: a crossed book stays crossed until the feed says otherwise.
 *
 * Reading the top is a load or two and allocates nothing. Prices of an empty side are NaN, so that no comparison with one is true, and
 * {@link hasBid} and {@link hasAsk} say it in words; sizes of an empty side are 0.
 */
export class OrderBook {
  // What the last sweep() found.

  /** Lots that were there, at most what was asked for. */
  sweptQty = 0
  /** Ticks per lot, a double; NaN when nothing was there. */
  sweptAverage = Number.NaN
  /** Price of the last level touched; NaN when nothing was there. */
  sweptWorst = Number.NaN

  private readonly bids = new BookSide()
  private readonly asks = new BookSide()
  /** Looked up by sign instead of chosen by a branch that an interleaved feed would make unpredictable. */
  private readonly sides = [this.asks, this.bids] as const
  private readonly ownBids = new Map<number, number>()
  private readonly ownAsks = new Map<number, number>()

  /**
   * Sets the size of one level; 0 removes it, and removing an unknown level does nothing.
   *
   * @param price whole ticks
   * @param qty absolute size in lots, at least 0
   * @returns whether the best price of that side or its size changed
   */
  set(side: BookSign, price: number, qty: number): boolean {
    return (this.sides[(side + 1) >> 1] ?? this.bids).set(0 - side * price, qty)
  }

  /** Applies rows `[from, to)` of a feed. A row of side 0 clears the book. */
  apply(columns: BookColumns, from: number, to: number): void {
    const { side, price, qty } = columns
    for (let row = from; row < to; row++) {
      const sign = side[row] ?? 0
      if (sign === 0) this.clear()
      else this.set(bookSign(sign), price[row] ?? 0, qty[row] ?? 0)
    }
  }

  /** Forgets every level, as before a snapshot. Own orders stay: they rest whether or not we hear of them. */
  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }

  get hasBid(): boolean {
    return !this.bids.isEmpty
  }

  get hasAsk(): boolean {
    return !this.asks.isEmpty
  }

  get bestBid(): number {
    return 0 - this.bids.bestKey
  }

  get bestAsk(): number {
    return this.asks.bestKey
  }

  get bestBidQty(): number {
    return this.bids.bestQty
  }

  get bestAskQty(): number {
    return this.asks.bestQty
  }

  /** Whether the best bid is above the best ask. A feed between two rows of a message may be. */
  get isCrossed(): boolean {
    return this.bestBid > this.bestAsk
  }

  /** Whether the best bid equals the best ask. */
  get isLocked(): boolean {
    return this.bestBid === this.bestAsk
  }

  /** Levels of one side. Linear in the width of the book: for screens and tests. */
  levelCount(side: BookSign): number {
    return this.sideOf(side).count()
  }

  /** Size at a price, 0 where there is no level. */
  qtyAt(side: BookSign, price: number): number {
    return side === 1 ? this.bids.get(0 - price) : this.asks.get(price)
  }

  /** Sum of the sizes of the best `count` levels. */
  depth(side: BookSign, count: number): number {
    const levels = this.sideOf(side)
    let sum = 0
    let left = count
    for (let at = levels.first(); at >= 0 && left > 0; at = levels.next(at)) {
      sum += levels.lotsAt(at)
      left--
    }
    return sum
  }

  /** The best `count` levels, best first. Allocates: for screens and tests. */
  levels(side: BookSign, count: number): readonly BookLevel[] {
    const levels = this.sideOf(side)
    const found: BookLevel[] = []
    for (let at = levels.first(); at >= 0 && found.length < count; at = levels.next(at)) {
      found.push({ price: 0 + side * -levels.keyAt(at), qty: levels.lotsAt(at) })
    }
    return found
  }

  /**
   * Walks one side from its best level as an order that takes would, and leaves the result in {@link sweptQty},
   * {@link sweptAverage} and {@link sweptWorst}. The book stays as it is.
   *
   * @param side the side that is walked: −1 for what a buyer takes
   * @param qty lots wanted
   * @param limit worst price accepted, in ticks; none by default
   * @returns lots found, {@link sweptQty}
   */
  sweep(side: BookSign, qty: number, limit = -side * Number.POSITIVE_INFINITY): number {
    const levels = this.sideOf(side)
    const worstKey = -side * limit
    let left = qty
    let value = 0
    let lastKey = Number.NaN
    for (let at = levels.first(); at >= 0 && left > 0; at = levels.next(at)) {
      const key = levels.keyAt(at)
      if (key > worstKey) break
      const taken = Math.min(left, levels.lotsAt(at))
      value += key * taken
      left -= taken
      lastKey = key
    }
    const found = qty - left
    this.sweptQty = found
    this.sweptAverage = (-side * value) / found
    this.sweptWorst = -side * lastKey
    return found
  }

  /** Notes that `qty` more lots of a level are ours. */
  addOwn(side: BookSign, price: number, qty: number): void {
    const own = this.ownOf(side)
    own.set(price, (own.get(price) ?? 0) + qty)
  }

  /** Notes that `qty` lots fewer of a level are ours. Asserts that they were. */
  removeOwn(side: BookSign, price: number, qty: number): void {
    const own = this.ownOf(side)
    const left = (own.get(price) ?? 0) - qty
    assert(left >= 0, `own lots at ${price} are at least the ${qty} removed, were ${left + qty}`)
    if (left === 0) own.delete(price)
    else own.set(price, left)
  }

  /**
   * Size at a price that is not ours, for a feed that shows our orders among the others. At least 0: the venue may have
   * told us of our order before the feed shows it.
   */
  othersQtyAt(side: BookSign, price: number): number {
    const own = this.ownOf(side)
    const qty = this.qtyAt(side, price)
    return own.size === 0 ? qty : Math.max(0, qty - (own.get(price) ?? 0))
  }

  private sideOf(side: BookSign): BookSide {
    return side === 1 ? this.bids : this.asks
  }

  private ownOf(side: BookSign): Map<number, number> {
    return side === 1 ? this.ownBids : this.ownAsks
  }
}
