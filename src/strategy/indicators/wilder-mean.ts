import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/**
 * Wilder's smoothed mean: the plain mean of the first `period` inputs, then `(mean × (period − 1) + x) / period`.
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978); RSI, ATR and ADX stand on it.
 */
export class WilderMean implements Indicator {
  readonly warmUp: number
  /** The sum of the inputs so far until the seed is complete, the mean from then on. */
  #mean = 0
  #seen = 0

  constructor(period: number) {
    this.warmUp = checkedPeriod(period)
  }

  get value(): number {
    return this.#seen === this.warmUp ? this.#mean : Number.NaN
  }

  get isReady(): boolean {
    return this.#seen === this.warmUp
  }

  update(x: number): void {
    if (!isObservation(x)) return
    if (this.#seen === this.warmUp) {
      this.#mean += (x - this.#mean) / this.warmUp
      return
    }
    this.#mean += x
    if (++this.#seen === this.warmUp) this.#mean /= this.warmUp
  }

  reset(): void {
    this.#mean = 0
    this.#seen = 0
  }

  save(): number[] {
    return [this.warmUp, this.#seen, this.#mean]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState("Wilder's mean", state)
    saved.expect('period', this.warmUp)
    this.#seen = saved.count(this.warmUp)
    this.#mean = saved.number()
    saved.end()
  }
}
