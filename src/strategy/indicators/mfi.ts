import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { RollingSum } from './rolling-sum.ts'
import { SavedState, savedParts } from './saved-state.ts'
import { typicalPrice } from './typical-price.ts'

/**
 * Money flow index, 0 to 100: the share of turnover (typical price × volume) in bars whose typical price rose, over the
 * last `period` changes. 50 when no bar of the window moved. Prices and volumes are not negative.
 */
export class Mfi implements Indicator {
  readonly warmUp: number
  readonly #inflow: RollingSum
  readonly #outflow: RollingSum
  #price = 0
  #hasPrice = false

  constructor(period: number) {
    this.#inflow = new RollingSum(period)
    this.#outflow = new RollingSum(period)
    this.warmUp = period + 1
  }

  get value(): number {
    const inflow = this.#inflow.value
    const both = inflow + this.#outflow.value
    return both === 0 ? 50 : (100 * inflow) / both
  }

  get isReady(): boolean {
    return this.#inflow.isReady
  }

  update(high: number, low: number, close: number, volume: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close) || !isObservation(volume)) return
    const price = typicalPrice(high, low, close)
    if (this.#hasPrice) {
      this.#inflow.update(price > this.#price ? price * volume : 0)
      this.#outflow.update(price < this.#price ? price * volume : 0)
    }
    this.#price = price
    this.#hasPrice = true
  }

  reset(): void {
    this.#inflow.reset()
    this.#outflow.reset()
    this.#price = 0
    this.#hasPrice = false
  }

  save(): number[] {
    return [this.#price, Number(this.#hasPrice), ...savedParts(this.#inflow, this.#outflow)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('MFI', state)
    this.#price = saved.number()
    this.#hasPrice = saved.count(1) === 1
    saved.parts(this.#inflow, this.#outflow)
    saved.end()
  }
}
