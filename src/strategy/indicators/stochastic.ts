import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { RollingExtreme } from './rolling-extreme.ts'
import { RollingSum } from './rolling-sum.ts'
import { SavedState, savedParts } from './saved-state.ts'

export interface StochasticPeriods {
  /** Bars of the range in which the close is placed. */
  readonly range: number
  /** Raw places in the mean that is %K; 1 for the fast stochastic. */
  readonly k: number
  /** %K in the mean that is %D. */
  readonly d: number
}

/**
 * Stochastic oscillator, 0 to 100: where the close stands between lowest low and highest high, smoothed once to %K and
 * again to %D. A range without height places the close in its middle, 50. %K is defined before %D; `value` is %D.
 */
export class Stochastic implements Indicator {
  readonly warmUp: number
  readonly #high: RollingExtreme
  readonly #low: RollingExtreme
  readonly #k: RollingSum
  readonly #d: RollingSum

  constructor(periods: StochasticPeriods) {
    const range = checkedPeriod(periods.range, 'range period')
    this.#high = new RollingExtreme(range, 'highest')
    this.#low = new RollingExtreme(range, 'lowest')
    this.#k = new RollingSum(checkedPeriod(periods.k, '%K period'))
    this.#d = new RollingSum(checkedPeriod(periods.d, '%D period'))
    this.warmUp = periods.range + periods.k + periods.d - 2
  }

  get k(): number {
    return this.#k.value / this.#k.warmUp
  }

  get d(): number {
    return this.#d.value / this.#d.warmUp
  }

  get value(): number {
    return this.d
  }

  get isReady(): boolean {
    return this.#d.isReady
  }

  update(high: number, low: number, close: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close)) return
    this.#high.update(high)
    this.#low.update(low)
    if (!this.#high.isReady) return
    const lowest = this.#low.value
    const height = this.#high.value - lowest
    this.#k.update(height === 0 ? 50 : (100 * (close - lowest)) / height)
    if (this.#k.isReady) this.#d.update(this.k)
  }

  reset(): void {
    this.#high.reset()
    this.#low.reset()
    this.#k.reset()
    this.#d.reset()
  }

  save(): number[] {
    return savedParts(this.#high, this.#low, this.#k, this.#d)
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('stochastic', state)
    saved.parts(this.#high, this.#low, this.#k, this.#d)
    saved.end()
  }
}
