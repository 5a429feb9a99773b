import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/**
 * Simple moving average: the plain mean of the last `period` inputs. For integers, their exact sum divided once.
 *
 * This one keeps a running sum (add the newest, subtract the oldest), because it is the hottest of all and that halves
 * its time against `RollingSum`. Running sums of non-integers drift, so a second sum starts afresh with every lap
 * around the ring; when the lap ends it *is* the sum of the whole window, and replaces the first. No rounding error
 * lives longer than two laps: at most `2 × period` roundings at the size of what those laps held.
 */
export class Sma implements Indicator {
  readonly warmUp: number
  readonly #slots: Float64Array
  #at = 0
  #sum = 0
  #lapSum = 0
  #isReady = false

  constructor(period: number) {
    this.warmUp = checkedPeriod(period)
    this.#slots = new Float64Array(period)
  }

  get value(): number {
    return this.#isReady ? this.#sum / this.warmUp : Number.NaN
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(x: number): void {
    if (!isObservation(x)) return
    const slots = this.#slots
    const at = this.#at
    this.#sum += x - (slots[at] ?? Number.NaN)
    this.#lapSum += x
    slots[at] = x
    if (at + 1 < slots.length) {
      this.#at = at + 1
    } else {
      this.#at = 0
      this.#sum = this.#lapSum
      this.#lapSum = 0
      this.#isReady = true
    }
  }

  reset(): void {
    this.#slots.fill(0)
    this.#at = 0
    this.#sum = 0
    this.#lapSum = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.warmUp, this.#at, Number(this.#isReady), this.#sum, this.#lapSum, ...this.#slots]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('SMA', state)
    saved.expect('period', this.warmUp)
    this.#at = saved.count(this.warmUp - 1)
    this.#isReady = saved.count(1) === 1
    this.#sum = saved.number()
    this.#lapSum = saved.number()
    saved.fill(this.#slots)
    saved.end()
  }
}
