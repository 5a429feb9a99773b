import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/**
 * Linearly weighted moving average: weights 1 (oldest) to `period` (newest), divided by their sum.
 *
 * Kept as `RollingSum` keeps its window, without subtraction: the weighted sum of a suffix of the last lap is the sum
 * of its suffix sums, and the inputs of this lap are weighted by their place plus the length of that suffix.
 */
export class Wma implements Indicator {
  readonly warmUp: number
  readonly #weights: number
  /** Below `#at` the inputs of this lap; from it on, the weighted sums from that slot to the end of the last lap. */
  readonly #slots: Float64Array
  #at = 0
  #lapSum = 0
  /** Of this lap, weights counted from 1. */
  #lapWeighted = 0
  #isReady = false

  constructor(period: number) {
    this.warmUp = checkedPeriod(period)
    this.#weights = (period * (period + 1)) / 2
    this.#slots = new Float64Array(period)
  }

  get value(): number {
    if (!this.#isReady) return Number.NaN
    const older = this.warmUp - this.#at
    const suffix = this.#slots[this.#at] ?? Number.NaN
    return (suffix + this.#lapWeighted + older * this.#lapSum) / this.#weights
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(x: number): void {
    if (!isObservation(x)) return
    const slots = this.#slots
    slots[this.#at] = x
    this.#at++
    this.#lapSum += x
    this.#lapWeighted += this.#at * x
    if (this.#at === slots.length) this.#turn()
  }

  #turn(): void {
    const slots = this.#slots
    let sum = 0
    let weighted = 0
    for (let at = slots.length - 1; at >= 0; at--) {
      sum += slots[at] ?? Number.NaN
      weighted += sum
      slots[at] = weighted
    }
    this.#at = 0
    this.#lapSum = 0
    this.#lapWeighted = 0
    this.#isReady = true
  }

  reset(): void {
    this.#slots.fill(0)
    this.#at = 0
    this.#lapSum = 0
    this.#lapWeighted = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.warmUp, this.#at, Number(this.#isReady), this.#lapSum, this.#lapWeighted, ...this.#slots]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('WMA', state)
    saved.expect('period', this.warmUp)
    this.#at = saved.count(this.warmUp - 1)
    this.#isReady = saved.count(1) === 1
    this.#lapSum = saved.number()
    this.#lapWeighted = saved.number()
    saved.fill(this.#slots)
    saved.end()
  }
}
