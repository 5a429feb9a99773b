import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'
import { typicalPrice } from './typical-price.ts'

/**
 * Commodity channel index: how far the typical price stands from its moving mean, in units of 0.015 mean absolute
 * deviations of the same window; 0 in a flat one. Source: D. Lambert, Commodities magazine, October 1980.
 *
 * The mean absolute deviation moves with the mean, so reading `value` costs two passes over the window; `update` does
 * not. Both passes measure from the newest price, so that a flat window is exactly flat.
 */
export class Cci implements Indicator {
  readonly warmUp: number
  readonly #slots: Float64Array
  #at = 0
  #newest = 0
  #isReady = false

  constructor(period: number) {
    this.warmUp = checkedPeriod(period)
    this.#slots = new Float64Array(period)
  }

  get value(): number {
    if (!this.#isReady) return Number.NaN
    const slots = this.#slots
    const period = slots.length
    const newest = this.#newest
    let sum = 0
    for (let at = 0; at < period; at++) sum += (slots[at] ?? Number.NaN) - newest
    const mean = sum / period
    let deviations = 0
    for (let at = 0; at < period; at++) deviations += Math.abs((slots[at] ?? Number.NaN) - newest - mean)
    return deviations === 0 ? 0 : -mean / ((0.015 * deviations) / period)
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(high: number, low: number, close: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close)) return
    this.#newest = typicalPrice(high, low, close)
    this.#slots[this.#at] = this.#newest
    if (++this.#at < this.warmUp) return
    this.#at = 0
    this.#isReady = true
  }

  reset(): void {
    this.#slots.fill(0)
    this.#at = 0
    this.#newest = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.warmUp, this.#at, this.#newest, Number(this.#isReady), ...this.#slots]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('CCI', state)
    saved.expect('period', this.warmUp)
    this.#at = saved.count(this.warmUp - 1)
    this.#newest = saved.number()
    this.#isReady = saved.count(1) === 1
    saved.fill(this.#slots)
    saved.end()
  }
}
