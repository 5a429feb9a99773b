import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { SavedState, savedParts } from './saved-state.ts'
import { TrueRange } from './true-range.ts'
import { WilderMean } from './wilder-mean.ts'

/**
 * Average directional index with its two directional indicators, all 0 to 100; `value` is the ADX.
 * The first bar only lends its prices, so ±DI are defined after `period + 1` bars and the ADX after `2 × period`.
 * Without any range there is no direction: 0. Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978).
 */
export class Adx implements Indicator {
  readonly warmUp: number
  readonly #range = new TrueRange()
  readonly #ranges: WilderMean
  readonly #ups: WilderMean
  readonly #downs: WilderMean
  readonly #index: WilderMean
  #high = 0
  #low = 0

  constructor(period: number) {
    this.#ranges = new WilderMean(period)
    this.#ups = new WilderMean(period)
    this.#downs = new WilderMean(period)
    this.#index = new WilderMean(period)
    this.warmUp = 2 * period
  }

  get plusDi(): number {
    return this.#share(this.#ups.value)
  }

  get minusDi(): number {
    return this.#share(this.#downs.value)
  }

  get value(): number {
    return this.#index.value
  }

  get isReady(): boolean {
    return this.#index.isReady
  }

  #share(movement: number): number {
    const range = this.#ranges.value
    return range === 0 ? 0 : (100 * movement) / range
  }

  update(high: number, low: number, close: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close)) return
    const isFirst = !this.#range.isReady
    this.#range.update(high, low, close)
    if (!isFirst) this.#move(high - this.#high, this.#low - low)
    this.#high = high
    this.#low = low
  }

  /** Only the larger of the two movements counts, and only outwards. */
  #move(up: number, down: number): void {
    this.#ranges.update(this.#range.value)
    this.#ups.update(up > down && up > 0 ? up : 0)
    this.#downs.update(down > up && down > 0 ? down : 0)
    if (!this.#ranges.isReady) return
    const plus = this.plusDi
    const minus = this.minusDi
    const both = plus + minus
    this.#index.update(both === 0 ? 0 : (100 * Math.abs(plus - minus)) / both)
  }

  reset(): void {
    this.#range.reset()
    this.#ranges.reset()
    this.#ups.reset()
    this.#downs.reset()
    this.#index.reset()
    this.#high = 0
    this.#low = 0
  }

  save(): number[] {
    return [this.#high, this.#low, ...savedParts(this.#range, this.#ranges, this.#ups, this.#downs, this.#index)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('ADX', state)
    this.#high = saved.number()
    this.#low = saved.number()
    saved.parts(this.#range, this.#ranges, this.#ups, this.#downs, this.#index)
    saved.end()
  }
}
