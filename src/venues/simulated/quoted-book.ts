import type { Random } from '../../domain/random.ts'
import type { BookColumns, TradeColumns } from '../../market/columns.ts'

/** Levels that each side has at least after every message, and at most. */
export const LEVELS_MIN = 24
const LEVELS_MAX = 32
/** A taker walks no further: what it would still want is gone by then. */
const WALK_MAX = 8

/** Rows that the largest message may have: a clearing row, or every level of both sides removed and laid anew. */
export const MESSAGE_ROWS = 1 + 2 * (LEVELS_MAX + 2 * LEVELS_MIN + 8)

/** Quotes keep at least this part of the typical half spread away from the fair price, so the sides never meet. */
const NEAREST = 0.35

/** Where market makers want to be: the fair price and half of a typical spread, in ticks, fractions allowed. */
export interface QuoteTarget {
  fair: number
  half: number
}

export interface SideState {
  readonly prices: readonly number[]
  readonly sizes: readonly number[]
}

/** One side, best level first. */
class Levels {
  readonly sign: 1 | -1
  readonly prices = new Float64Array(LEVELS_MAX + 8)
  readonly sizes = new Float64Array(LEVELS_MAX + 8)
  count = 0

  constructor(sign: 1 | -1) {
    this.sign = sign
  }

  insert(at: number, price: number, size: number): void {
    this.prices.copyWithin(at + 1, at, this.count)
    this.sizes.copyWithin(at + 1, at, this.count)
    this.prices[at] = price
    this.sizes[at] = size
    this.count++
  }

  /** Removes the first `n`. */
  drop(n: number): void {
    this.prices.copyWithin(0, n, this.count)
    this.sizes.copyWithin(0, n, this.count)
    this.count -= n
  }

  remove(at: number): void {
    this.prices.copyWithin(at, at + 1, this.count)
    this.sizes.copyWithin(at, at + 1, this.count)
    this.count--
  }

  save(): SideState {
    return { prices: [...this.prices.subarray(0, this.count)], sizes: [...this.sizes.subarray(0, this.count)] }
  }

  restore({ prices, sizes }: SideState): void {
    this.prices.set(prices)
    this.sizes.set(sizes)
    this.count = prices.length
  }
}

/**
 * The book of one invented market: makers keep quotes around a fair price, resize and withdraw them; takers walk it. After
 * every message the best bid is below the best ask and each side has {@link LEVELS_MIN} levels or more.
 */
export class QuotedBook {
  readonly #bids = new Levels(1)
  readonly #asks = new Levels(-1)
  readonly #levelLots: number
  readonly #random: Random
  readonly #rows: BookColumns
  readonly #prints: TradeColumns
  #ts = 0

  /** @param rows where messages are written: from row 0, whole, `length` rows of them @param prints where trades are */
  constructor(options: { levelLots: number; random: Random; rows: BookColumns; prints: TradeColumns }) {
    this.#levelLots = options.levelLots
    this.#random = options.random
    this.#rows = options.rows
    this.#prints = options.prints
  }

  get bestBid(): number {
    return this.#bids.prices[0] as number
  }

  get bestAsk(): number {
    return this.#asks.prices[0] as number
  }

  save(): { readonly bids: SideState; readonly asks: SideState } {
    return { bids: this.#bids.save(), asks: this.#asks.save() }
  }

  restore({ bids, asks }: { readonly bids: SideState; readonly asks: SideState }): void {
    this.#bids.restore(bids)
    this.#asks.restore(asks)
  }

  /** Writes the whole book: a clearing row and every level. */
  snapshot(ts: number): void {
    this.#begin(ts)
    this.#row(0, 0, 0)
    for (const side of [this.#bids, this.#asks])
      for (let at = 0; at < side.count; at++) this.#row(side.sign, side.prices[at] as number, side.sizes[at] as number)
    this.#end()
  }

  /** Lays the first levels and writes them as a snapshot. */
  open(target: QuoteTarget, ts: number): void {
    this.#begin(ts)
    for (const side of [this.#bids, this.#asks]) {
      this.#improve(side, target)
      this.#extend(side, target.half)
    }
    this.snapshot(ts)
  }

  /** Makers look at the fair price: what is too close is withdrawn, an open spread is quoted into, sizes change. */
  quote(target: QuoteTarget, ts: number): void {
    this.#begin(ts)
    this.#withdraw(this.#bids, target)
    this.#withdraw(this.#asks, target)
    const drawn = this.#random.uint32()
    if ((drawn & 3) !== 0 || this.#bids.count === 0) this.#improve(this.#bids, target)
    if ((drawn & 12) !== 0 || this.#asks.count === 0) this.#improve(this.#asks, target)
    const side = (drawn & 16) === 0 ? this.#bids : this.#asks
    this.#resize(side)
    if ((drawn & 32) !== 0) this.#resize(side === this.#bids ? this.#asks : this.#bids)
    this.#extend(this.#bids, target.half)
    this.#extend(this.#asks, target.half)
    this.#end()
  }

  /**
   * A taker walks the book. Prints, one a level, are written first, then the message of what is left of the levels.
   *
   * @param taker 1 buys, −1 sells @param qty lots wanted
   */
  take(taker: 1 | -1, qty: number, { half, ts }: { half: number; ts: number }): void {
    this.#begin(ts)
    const prints = this.#prints
    prints.length = 0
    const side = taker === 1 ? this.#asks : this.#bids
    let left = qty
    let eaten = 0
    while (left > 0 && eaten < WALK_MAX) {
      const price = side.prices[eaten] as number
      const there = side.sizes[eaten] as number
      const taken = Math.min(left, there)
      const print = prints.length++
      prints.venueTs[print] = ts
      prints.recvTs[print] = ts
      prints.price[print] = price
      prints.qty[print] = taken
      prints.taker[print] = taker
      left -= taken
      this.#row(side.sign, price, there - taken)
      if (taken < there) {
        side.sizes[eaten] = there - taken
        break
      }
      eaten++
    }
    side.drop(eaten)
    this.#extend(side, half)
    this.#end()
  }

  #withdraw(side: Levels, { fair, half }: QuoteTarget): void {
    const bound = fair - side.sign * NEAREST * half
    let stale = 0
    while (stale < side.count && ((side.prices[stale] as number) - bound) * side.sign > 0) {
      this.#row(side.sign, side.prices[stale] as number, 0)
      stale++
    }
    if (stale > 0) side.drop(stale)
  }

  /** A new best price where the best one is further away than a maker now wants to be. */
  #improve(side: Levels, { fair, half }: QuoteTarget): void {
    const wanted = fair - side.sign * half * (0.6 + 0.9 * this.#random.float())
    const price = side.sign > 0 ? Math.floor(wanted) : Math.ceil(wanted)
    if (side.count > 0 && (price - (side.prices[0] as number)) * side.sign <= 0) return
    this.#put(side, 0, price)
  }

  /** A level gets another size, or goes, or a new one comes in behind it: mostly near the touch. */
  #resize(side: Levels): void {
    const random = this.#random
    const drawn = random.uint32()
    const at = Math.floor((((drawn & 0xffff) * (drawn >>> 16)) / 4_294_967_296) * side.count)
    if (at >= side.count) return
    const price = side.prices[at] as number
    const kind = random.uint32() & 15
    if (kind < 3 && at > 0) {
      side.remove(at)
      this.#row(side.sign, price, 0)
      return
    }
    const next = side.prices[at + 1] as number
    if (kind < 7 && at + 1 < side.count && side.count < LEVELS_MAX && Math.abs(next - price) > 1) {
      this.#put(side, at + 1, Math.round((price + next) / 2 + 0.25 * side.sign))
      return
    }
    const size = this.#size(at)
    side.sizes[at] = size
    this.#row(side.sign, price, size)
  }

  /** The far end: as many levels as there must be, and no more than there may be. */
  #extend(side: Levels, half: number): void {
    while (side.count < LEVELS_MIN) {
      const { count } = side
      const gap = half * (0.2 + 0.8 * this.#random.float()) * (1 + 0.15 * count)
      this.#put(side, count, (side.prices[count - 1] as number) - side.sign * Math.max(1, Math.round(gap)))
    }
    while (side.count > LEVELS_MAX) {
      side.count--
      this.#row(side.sign, side.prices[side.count] as number, 0)
    }
  }

  #put(side: Levels, at: number, price: number): void {
    const size = this.#size(at)
    side.insert(at, price, size)
    this.#row(side.sign, price, size)
  }

  /** Whole lots, heavy-tailed (Pareto with exponent 2, cut off), more of them further away from the touch. */
  #size(at: number): number {
    const heavy = Math.min(30, 1 / Math.sqrt(1 - this.#random.float()))
    return Math.max(1, Math.round(this.#levelLots * (heavy - 0.8) * (0.5 + 0.08 * at)))
  }

  #begin(ts: number): void {
    this.#ts = ts
    this.#rows.length = 0
  }

  #row(side: 1 | 0 | -1, price: number, qty: number): void {
    const rows = this.#rows
    const row = rows.length++
    rows.venueTs[row] = this.#ts
    rows.recvTs[row] = this.#ts
    rows.side[row] = side
    rows.price[row] = price
    rows.qty[row] = qty
    rows.last[row] = 0
  }

  #end(): void {
    if (this.#rows.length > 0) this.#rows.last[this.#rows.length - 1] = 1
  }
}
