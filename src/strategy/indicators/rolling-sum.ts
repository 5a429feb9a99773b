import type { Indicator } from './indicator.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/**
 * Sum of the last `period` inputs; the ground under most means of this folder.
 *
 * The ring is filled in laps. At any moment the window is a suffix of the last lap and a prefix of this one, so when a
 * lap ends, its slots are turned from inputs into suffix sums, and from then on the window's sum is *suffix + prefix*.
 * Nothing is ever subtracted. A running sum (add the newest, subtract the oldest) costs as little but gathers the
 * rounding errors of the whole stream, and keeps the error of an outlier after the outlier has left; here the error is
 * that of summing `period` numbers afresh: `period × 2^-53 × Σ|x|` at most, over the window alone. Sums of integers
 * (ticks, lots) are exact, and a window of zeros sums to zero, which ratios such as RSI depend on.
 *
 * Inputs must be finite: the public indicators built on this one filter theirs.
 */
export class RollingSum implements Indicator {
  readonly warmUp: number
  /** Below `#at` the inputs of this lap; from it on, the sums from that slot to the end of the last lap. */
  readonly #slots: Float64Array
  #at = 0
  #prefix = 0
  #isReady = false

  constructor(period: number) {
    this.warmUp = checkedPeriod(period)
    this.#slots = new Float64Array(period)
  }

  get value(): number {
    return this.#isReady ? this.#prefix + (this.#slots[this.#at] ?? Number.NaN) : Number.NaN
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(x: number): void {
    const slots = this.#slots
    slots[this.#at] = x
    this.#prefix += x
    if (++this.#at === slots.length) this.#turn()
  }

  #turn(): void {
    const slots = this.#slots
    let sum = 0
    for (let at = slots.length - 1; at >= 0; at--) {
      sum += slots[at] ?? Number.NaN
      slots[at] = sum
    }
    this.#at = 0
    this.#prefix = 0
    this.#isReady = true
  }

  reset(): void {
    this.#slots.fill(0)
    this.#at = 0
    this.#prefix = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.warmUp, this.#at, Number(this.#isReady), this.#prefix, ...this.#slots]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('rolling sum', state)
    saved.expect('period', this.warmUp)
    this.#at = saved.count(this.warmUp - 1)
    this.#isReady = saved.count(1) === 1
    this.#prefix = saved.number()
    saved.fill(this.#slots)
    saved.end()
  }
}
