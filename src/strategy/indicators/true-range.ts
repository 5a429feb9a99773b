import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { SavedState } from './saved-state.ts'

/** How far the price went in a bar, the gap from the close before included. The first bar has no gap: high − low. */
export class TrueRange implements Indicator {
  readonly warmUp = 1
  #range = 0
  #close = 0
  #isReady = false

  get value(): number {
    return this.#isReady ? this.#range : Number.NaN
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(high: number, low: number, close: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close)) return
    this.#range = high - low
    if (this.#isReady) {
      this.#range = Math.max(this.#range, Math.abs(high - this.#close), Math.abs(low - this.#close))
    }
    this.#close = close
    this.#isReady = true
  }

  reset(): void {
    this.#range = 0
    this.#close = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.#range, this.#close, Number(this.#isReady)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('true range', state)
    this.#range = saved.number()
    this.#close = saved.number()
    this.#isReady = saved.count(1) === 1
    saved.end()
  }
}
