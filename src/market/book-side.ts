import { assert } from '../domain/brand.ts'
import { FarLevels } from './book-far-levels.ts'

const WIDTH_MIN = 1_024
/** 65 536 ticks: 0.5 MB a side for an instrument whose traffic really is that wide. */
const WIDTH_MAX = 65_536

/**
 * One side of an order book. Prices are turned into keys so that the best level has the lowest key on both sides: an
 * ask's key is its price, a bid's is its negated price.
 *
 * Levels within `[base, base + width)` stand in an array indexed by `key − base`, with a bitmap of the occupied ones and
 * a summary bit per bitmap word, so that the next best after a removal is two `clz32`. Levels beyond it wait in
 * {@link FarLevels}. Invariants: the best level is in the window; every far key is at or beyond the window's end.
 */
export class BookSide {
  /** Key of the best level; NaN when the side is empty, so that every comparison with it is false. */
  bestKey = Number.NaN
  private base = 0.5
  private width = WIDTH_MIN
  /** Offset of the best level in the window; `width` when the side is empty. */
  private bestAt = WIDTH_MIN
  /** Size by offset; the element at `width` stays 0, so that an empty side has a best size without a branch. */
  private lots = new Float64Array(WIDTH_MIN + 1)
  /** Bit 31 of word 0 is offset 0, so that leading zeros count offsets upward. */
  private occupied = new Int32Array(WIDTH_MIN >> 5)
  /** One bit per word of `occupied` that is not 0. */
  private summary = new Int32Array(WIDTH_MIN >> 10)
  private readonly far = new FarLevels()
  /** Changes that missed the window since it was last fitted to the traffic: they pay for fitting it anew. */
  private misses = 0

  constructor() {
    // A field that begins as a fraction keeps V8's double representation: a later huge price costs no deoptimisation.
    this.base = 0
  }

  get isEmpty(): boolean {
    return this.bestAt === this.width
  }

  /** Size of the best level; 0 when the side is empty. */
  get bestQty(): number {
    return this.lots[this.bestAt] ?? 0
  }

  /**
   * Puts a size at a key; 0 removes the level, and removing an unknown level does nothing.
   *
   * Whether a level appears, changes or goes is as good as random in a live feed, so the paths of the three differ by
   * arithmetic: a branch there would be mispredicted every other time and cost more than all of the rest.
   *
   * @returns whether the best key or its size changed
   */
  set(key: number, qty: number): boolean {
    const offset = key - this.base
    const at = offset | 0
    if (at !== offset || at >>> 0 >= this.width || !(qty >= 0)) return this.setOutside(key, qty)
    const before = this.lots[at] ?? 0
    this.lots[at] = qty
    const bit = +(qty > 0)
    const word = at >> 5
    const bits = this.occupied[word] ?? 0
    const shift = 31 - (at & 31)
    const bitsAfter = (bits & ~(1 << shift)) | (bit << shift)
    this.occupied[word] = bitsAfter
    if (bits === 0 || bitsAfter === 0) this.summarise(word, bitsAfter)
    if (at > this.bestAt) return false
    if (bit === 0) {
      if (at !== this.bestAt) return false
      this.findBest()
      return true
    }
    if (at === this.bestAt) return qty !== before
    this.bestAt = at
    this.bestKey = key
    return true
  }

  clear(): void {
    this.lots.fill(0)
    this.occupied.fill(0)
    this.summary.fill(0)
    this.far.length = 0
    this.misses = 0
    this.bestAt = this.width
    this.bestKey = Number.NaN
  }

  /** Levels held. Counted when asked, because counting along would cost every change a little. */
  count(): number {
    let count = this.far.length
    for (const word of this.occupied) {
      for (let bits = word; bits !== 0; bits &= bits - 1) count++
    }
    return count
  }

  /** Size at a key, 0 where there is no level. */
  get(key: number): number {
    const at = key - this.base
    return at >= 0 && at < this.width ? (this.lots[at] ?? 0) : this.far.get(key)
  }

  // Walking from the best level to the worst. A position is an offset in the window, or width + n for the nth nearest
  // level beyond it; it is good until the next change, and −1 is the end.

  first(): number {
    return this.isEmpty ? -1 : this.bestAt
  }

  next(position: number): number {
    if (position < this.width) {
      const at = this.occupiedFrom(position + 1)
      return at < this.width || this.far.length > 0 ? at : -1
    }
    return position + 1 - this.width < this.far.length ? position + 1 : -1
  }

  keyAt(position: number): number {
    return position < this.width ? this.base + position : this.far.keyAt(this.far.length - 1 - (position - this.width))
  }

  lotsAt(position: number): number {
    return position < this.width
      ? (this.lots[position] ?? 0)
      : this.far.lotsAt(this.far.length - 1 - (position - this.width))
  }

  private summarise(word: number, bits: number): void {
    const group = word >> 5
    const bit = 1 << (31 - (word & 31))
    const words = this.summary[group] ?? 0
    this.summary[group] = bits === 0 ? words & ~bit : words | bit
  }

  /** First occupied offset at or after `at`; `width` where there is none. */
  private occupiedFrom(at: number): number {
    if (at >= this.width) return this.width
    const word = at >> 5
    const bits = (this.occupied[word] ?? 0) & (0xffffffff >>> (at & 31))
    if (bits !== 0) return (word << 5) + Math.clz32(bits)
    const summary = this.summary
    const after = word + 1
    let group = after >> 5
    if (group >= summary.length) return this.width
    let words = (summary[group] ?? 0) & (0xffffffff >>> (after & 31))
    while (words === 0) {
      if (++group === summary.length) return this.width
      words = summary[group] ?? 0
    }
    const found = (group << 5) + Math.clz32(words)
    return (found << 5) + Math.clz32(this.occupied[found] ?? 0)
  }

  /** After the best level went: nothing before it is occupied, so the next one is the best. */
  private findBest(): void {
    const at = this.occupiedFrom(this.bestAt)
    if (at === this.width && this.far.length > 0) {
      this.layOut(this.far.keyAt(this.far.length - 1), this.width)
      return
    }
    this.rememberBest(at)
  }

  private rememberBest(at: number): void {
    this.bestAt = at
    this.bestKey = at === this.width ? Number.NaN : this.base + at
  }

  /** The rare path of {@link set}: beyond the window on either end, or not a level at all. */
  private setOutside(key: number, qty: number): boolean {
    if (!Number.isSafeInteger(key)) assert(false, `a level's price is whole ticks, was ${Math.abs(key)}`)
    if (!(qty >= 0)) assert(false, `a level's size is at least 0 lots, was ${qty}`)
    if (key < this.base || this.isEmpty) {
      if (qty === 0) return false
      this.layOut(key, this.width)
      return this.set(key, qty)
    }
    this.far.set(key, qty)
    if (++this.misses >= this.width) this.follow()
    return false
  }

  /** The window misses much of the traffic: it follows a touch that went away from its start, else it doubles. */
  private follow(): void {
    this.misses = 0
    const behind = this.bestAt > this.width >> 1
    this.layOut(this.bestKey, behind || this.width === WIDTH_MAX ? this.width : this.width * 2)
  }

  /** Lays the window out around a new best key, a quarter of it free for better prices. Linear in the levels. */
  private layOut(key: number, width: number): void {
    this.spill()
    if (width !== this.width) {
      this.width = width
      this.lots = new Float64Array(width + 1)
      this.occupied = new Int32Array(width >> 5)
      this.summary = new Int32Array(width >> 10)
    }
    this.base = key - (width >> 2)
    const { far, lots } = this
    const end = this.base + width
    while (far.length > 0 && far.keyAt(far.length - 1) < end) {
      const at = far.keyAt(far.length - 1) - this.base
      const word = at >> 5
      lots[at] = far.lotsAt(far.length - 1)
      this.occupied[word] = (this.occupied[word] ?? 0) | (1 << (31 - (at & 31)))
      this.summarise(word, 1)
      far.pop()
    }
    this.rememberBest(this.occupiedFrom(0))
  }

  /** Hands the whole window to the far levels, worst first as they are kept. */
  private spill(): void {
    for (let word = this.occupied.length - 1; word >= 0; word--) {
      let bits = this.occupied[word] ?? 0
      while (bits !== 0) {
        const lowest = bits & -bits
        const at = (word << 5) + Math.clz32(lowest)
        this.far.push(this.base + at, this.lots[at] ?? 0)
        this.lots[at] = 0
        bits ^= lowest
      }
    }
    this.occupied.fill(0)
    this.summary.fill(0)
  }
}
