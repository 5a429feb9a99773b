import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/** What a recursive mean starts from: its first input, or the plain mean of the first `period` inputs. */
export type EmaSeed = 'first' | 'mean'

/**
 * Exponential moving average, `previous + α (x − previous)` with α = 2 / (period + 1).
 * In this form a constant stream stays exactly where it is. Ready with its seed: at once, or after `period` inputs.
 */
export class Ema implements Indicator {
  readonly warmUp: number
  readonly #period: number
  readonly #alpha: number
  /** The sum of the inputs so far until the seed is complete, the mean from then on. */
  #mean = 0
  #seen = 0

  constructor(period: number, seed: EmaSeed) {
    this.#period = checkedPeriod(period)
    this.#alpha = 2 / (period + 1)
    this.warmUp = seed === 'first' ? 1 : period
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
      this.#mean += (x - this.#mean) * this.#alpha
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
    return [this.#period, this.warmUp, this.#seen, this.#mean]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('EMA', state)
    saved.expect('period', this.#period)
    saved.expect('warm-up', this.warmUp)
    this.#seen = saved.count(this.warmUp)
    this.#mean = saved.number()
    saved.end()
  }
}
