import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { RollingSum } from './rolling-sum.ts'
import { SavedState, savedParts } from './saved-state.ts'

/**
 * Volume-weighted average price over the last `period` observations: trades, or bars at their typical price.
 * Volumes are not negative. A window without volume has no such price, so it is not ready (again) until some trades.
 */
export class RollingVwap implements Indicator {
  readonly warmUp: number
  readonly #turnover: RollingSum
  readonly #volume: RollingSum

  constructor(period: number) {
    this.#turnover = new RollingSum(period)
    this.#volume = new RollingSum(period)
    this.warmUp = period
  }

  get value(): number {
    return this.isReady ? this.#turnover.value / this.#volume.value : Number.NaN
  }

  get isReady(): boolean {
    return this.#volume.value > 0
  }

  update(price: number, volume: number): void {
    if (!isObservation(price) || !isObservation(volume)) return
    this.#turnover.update(price * volume)
    this.#volume.update(volume)
  }

  reset(): void {
    this.#turnover.reset()
    this.#volume.reset()
  }

  save(): number[] {
    return savedParts(this.#turnover, this.#volume)
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('rolling VWAP', state)
    saved.parts(this.#turnover, this.#volume)
    saved.end()
  }
}

/**
 * Volume-weighted average price since the last `reset`: the caller knows when a session starts. Ready with the first
 * volume. Both sums only grow, so their error is that of adding up the session once.
 */
export class SessionVwap implements Indicator {
  readonly warmUp = 1
  #turnover = 0
  #volume = 0

  get value(): number {
    return this.isReady ? this.#turnover / this.#volume : Number.NaN
  }

  get isReady(): boolean {
    return this.#volume > 0
  }

  update(price: number, volume: number): void {
    if (!isObservation(price) || !isObservation(volume)) return
    this.#turnover += price * volume
    this.#volume += volume
  }

  reset(): void {
    this.#turnover = 0
    this.#volume = 0
  }

  save(): number[] {
    return [this.#turnover, this.#volume]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('session VWAP', state)
    this.#turnover = saved.number()
    this.#volume = saved.number()
    saved.end()
  }
}
