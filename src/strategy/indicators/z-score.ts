import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { RollingDeviation, type Spread } from './rolling-deviation.ts'
import { SavedState, savedParts } from './saved-state.ts'

/** How many standard deviations the newest input stands from the mean of its window, itself included; 0 in a flat one. */
export class ZScore implements Indicator {
  readonly warmUp: number
  readonly #window: RollingDeviation
  #newest = 0

  constructor(period: number, spread: Spread) {
    this.#window = new RollingDeviation(period, spread)
    this.warmUp = period
  }

  get value(): number {
    const deviation = this.#window.value
    return deviation === 0 ? 0 : (this.#newest - this.#window.mean) / deviation
  }

  get isReady(): boolean {
    return this.#window.isReady
  }

  update(x: number): void {
    if (!isObservation(x)) return
    this.#window.update(x)
    this.#newest = x
  }

  reset(): void {
    this.#window.reset()
    this.#newest = 0
  }

  save(): number[] {
    return [this.#newest, ...savedParts(this.#window)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('z-score', state)
    this.#newest = saved.number()
    saved.parts(this.#window)
    saved.end()
  }
}
