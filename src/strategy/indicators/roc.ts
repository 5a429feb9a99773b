import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/**
 * Rate of change: by how many percent the newest input exceeds the one `period` before it.
 * There is no percentage of 0 (a spread can be there), so it is not ready while the older input is 0.
 */
export class Roc implements Indicator {
  readonly warmUp: number
  readonly #slots: Float64Array
  #at = 0
  #seen = 0
  #older = 0
  #newest = 0

  constructor(period: number) {
    this.#slots = new Float64Array(checkedPeriod(period))
    this.warmUp = period + 1
  }

  get value(): number {
    return this.isReady ? (100 * (this.#newest - this.#older)) / this.#older : Number.NaN
  }

  get isReady(): boolean {
    return this.#seen === this.warmUp && this.#older !== 0
  }

  update(x: number): void {
    if (!isObservation(x)) return
    this.#older = this.#slots[this.#at] ?? Number.NaN
    this.#slots[this.#at] = x
    this.#newest = x
    this.#at = this.#at + 1 < this.#slots.length ? this.#at + 1 : 0
    if (this.#seen < this.warmUp) this.#seen++
  }

  reset(): void {
    this.#slots.fill(0)
    this.#at = 0
    this.#seen = 0
    this.#older = 0
    this.#newest = 0
  }

  save(): number[] {
    return [this.#slots.length, this.#at, this.#seen, this.#older, this.#newest, ...this.#slots]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('ROC', state)
    saved.expect('period', this.#slots.length)
    this.#at = saved.count(this.#slots.length - 1)
    this.#seen = saved.count(this.warmUp)
    this.#older = saved.number()
    this.#newest = saved.number()
    saved.fill(this.#slots)
    saved.end()
  }
}
