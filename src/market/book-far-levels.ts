/**
 * The levels of one side that lie beyond the window of {@link BookSide}: two parallel arrays sorted by key, worst
 * first, so that the nearest level is the last element. Growing the window takes from that end, shrinking it gives to
 * that end, and most changes happen near it, so the tail that an insertion moves is short.
 */
export class FarLevels {
  /** Levels held; index `length - 1` is the nearest to the touch. */
  length = 0
  private keys = new Float64Array(0)
  private lots = new Float64Array(0)

  keyAt(index: number): number {
    return this.keys[index] ?? 0
  }

  lotsAt(index: number): number {
    return this.lots[index] ?? 0
  }

  /** Size at a key, 0 where there is no level. */
  get(key: number): number {
    const index = this.indexOf(key)
    return index < this.length && this.keys[index] === key ? (this.lots[index] ?? 0) : 0
  }

  /** Puts a size at a key; 0 removes the level, if there is one. */
  set(key: number, qty: number): void {
    const index = this.indexOf(key)
    if (index < this.length && this.keys[index] === key) {
      if (qty !== 0) this.lots[index] = qty
      else this.move(index + 1, index)
      return
    }
    if (qty === 0) return
    this.reserve()
    this.move(index, index + 1)
    this.keys[index] = key
    this.lots[index] = qty
  }

  /** Adds a level that is nearer than all others. */
  push(key: number, qty: number): void {
    this.reserve()
    this.keys[this.length] = key
    this.lots[this.length] = qty
    this.length++
  }

  /** Drops the nearest level. */
  pop(): void {
    this.length--
  }

  /**
   * First index whose key is not worse than `key`: keys fall from the front to the back. Each halving is arithmetic,
   * because its outcome is a coin toss that a branch predictor loses half the time.
   */
  private indexOf(key: number): number {
    const keys = this.keys
    let from = 0
    let left = this.length
    while (left > 1) {
      const half = left >> 1
      from += half & -+((keys[from + half - 1] ?? 0) > key)
      left -= half
    }
    return from + (left & +((keys[from] ?? 0) > key))
  }

  /** Moves everything from `source` on to `target`, one step up or down. */
  private move(source: number, target: number): void {
    this.keys.copyWithin(target, source, this.length)
    this.lots.copyWithin(target, source, this.length)
    this.length += target - source
  }

  private reserve(): void {
    if (this.length < this.keys.length) return
    const capacity = Math.max(16, this.keys.length * 2)
    const { keys, lots } = this
    this.keys = new Float64Array(capacity)
    this.lots = new Float64Array(capacity)
    this.keys.set(keys)
    this.lots.set(lots)
  }
}
