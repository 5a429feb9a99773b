import { assert } from '../../domain/brand.ts'
import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { RollingSum } from './rolling-sum.ts'
import { SavedState, savedParts } from './saved-state.ts'

/**
 * Realised volatility: `√(perYear × mean of the last period squared log returns)`, a fraction a year (0.6 is 60 %).
 * The mean return is taken as 0, as realised variance is defined (Andersen, Bollerslev, Diebold, Labys, Econometrica
 * 71, 2003): over short windows its estimate is mostly noise. A price that is not positive has no log return and is
 * ignored as if not finite.
 *
 * @param perYear observations in a year, by which variance grows; 1 for the volatility of one observation
 */
export class RealisedVolatility implements Indicator {
  readonly warmUp: number
  readonly #scale: number
  readonly #squares: RollingSum
  #price = 0

  constructor(period: number, perYear: number) {
    assert(Number.isFinite(perYear) && perYear > 0, `observations per year are a positive number, was ${perYear}`)
    this.#squares = new RollingSum(period)
    this.#scale = perYear / period
    this.warmUp = period + 1
  }

  get value(): number {
    return Math.sqrt(this.#scale * this.#squares.value)
  }

  get isReady(): boolean {
    return this.#squares.isReady
  }

  update(price: number): void {
    if (!isObservation(price) || price <= 0) return
    if (this.#price > 0) {
      const change = Math.log(price / this.#price)
      this.#squares.update(change * change)
    }
    this.#price = price
  }

  reset(): void {
    this.#squares.reset()
    this.#price = 0
  }

  save(): number[] {
    return [this.#price, ...savedParts(this.#squares)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('realised volatility', state)
    this.#price = saved.number()
    saved.parts(this.#squares)
    saved.end()
  }
}
