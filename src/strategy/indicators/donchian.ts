import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { RollingExtreme } from './rolling-extreme.ts'
import { SavedState, savedParts } from './saved-state.ts'

/**
 * Donchian channel: highest high and lowest low of the last `period` bars, the newest included; `value` is midway.
 * A breakout compares the newest close with the channel as it was *before* the update.
 */
export class Donchian implements Indicator {
  readonly warmUp: number
  readonly #high: RollingExtreme
  readonly #low: RollingExtreme

  constructor(period: number) {
    this.#high = new RollingExtreme(period, 'highest')
    this.#low = new RollingExtreme(period, 'lowest')
    this.warmUp = period
  }

  get upper(): number {
    return this.#high.value
  }

  get lower(): number {
    return this.#low.value
  }

  get value(): number {
    return (this.#high.value + this.#low.value) / 2
  }

  get isReady(): boolean {
    return this.#high.isReady
  }

  update(high: number, low: number): void {
    if (!isObservation(high) || !isObservation(low)) return
    this.#high.update(high)
    this.#low.update(low)
  }

  reset(): void {
    this.#high.reset()
    this.#low.reset()
  }

  save(): number[] {
    return savedParts(this.#high, this.#low)
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('Donchian channel', state)
    saved.parts(this.#high, this.#low)
    saved.end()
  }
}
