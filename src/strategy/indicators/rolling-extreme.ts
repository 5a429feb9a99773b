import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/**
 * Highest or lowest of the last `period` inputs.
 *
 * The window is a suffix of the last lap and a prefix of this one, as in `RollingSum`, each with its extreme (van Herk,
 * Pattern Recognition Letters 13, 1992). Two comparisons an input at most, as a monotonic queue would need, but
 * without its unpredictable branches.
 */
export class RollingExtreme implements Indicator {
  readonly warmUp: number
  /** 1 for the highest; −1 turns the numbers around, so that the lowest is the highest too. */
  readonly #sign: 1 | -1
  /** Below `#at` the inputs of this lap; from it on, the extremes from that slot to the end of the last lap. */
  readonly #slots: Float64Array
  #at = 0
  #lapExtreme = 0
  #isReady = false

  constructor(period: number, which: 'highest' | 'lowest') {
    this.warmUp = checkedPeriod(period)
    this.#sign = which === 'highest' ? 1 : -1
    this.#slots = new Float64Array(period)
  }

  get value(): number {
    if (!this.#isReady) return Number.NaN
    const suffix = this.#slots[this.#at] ?? Number.NaN
    return this.#sign * (this.#at === 0 || suffix > this.#lapExtreme ? suffix : this.#lapExtreme)
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(x: number): void {
    if (!isObservation(x)) return
    const slots = this.#slots
    const at = this.#at
    const y = this.#sign * x
    slots[at] = y
    if (at === 0 || y > this.#lapExtreme) this.#lapExtreme = y
    if (at + 1 < slots.length) this.#at = at + 1
    else this.#turn()
  }

  #turn(): void {
    const slots = this.#slots
    let extreme = slots[slots.length - 1] ?? Number.NaN
    for (let at = slots.length - 2; at >= 0; at--) {
      const y = slots[at] ?? Number.NaN
      if (y > extreme) extreme = y
      slots[at] = extreme
    }
    this.#at = 0
    this.#isReady = true
  }

  reset(): void {
    this.#slots.fill(0)
    this.#at = 0
    this.#lapExtreme = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.warmUp, this.#sign, this.#at, Number(this.#isReady), this.#lapExtreme, ...this.#slots]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('rolling extreme', state)
    saved.expect('period', this.warmUp)
    saved.expect('sign', this.#sign)
    this.#at = saved.count(this.warmUp - 1)
    this.#isReady = saved.count(1) === 1
    this.#lapExtreme = saved.number()
    saved.fill(this.#slots)
    saved.end()
  }
}
