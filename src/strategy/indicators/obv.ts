import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { SavedState } from './saved-state.ts'

/** On-balance volume: 0 at the first bar, then plus the volume of each bar that closed higher, minus that of each lower. */
export class Obv implements Indicator {
  readonly warmUp = 1
  #balance = 0
  #close = 0
  #isReady = false

  get value(): number {
    return this.#isReady ? this.#balance : Number.NaN
  }

  get isReady(): boolean {
    return this.#isReady
  }

  update(close: number, volume: number): void {
    if (!isObservation(close) || !isObservation(volume)) return
    if (this.#isReady && close > this.#close) this.#balance += volume
    if (this.#isReady && close < this.#close) this.#balance -= volume
    this.#close = close
    this.#isReady = true
  }

  reset(): void {
    this.#balance = 0
    this.#close = 0
    this.#isReady = false
  }

  save(): number[] {
    return [this.#balance, this.#close, Number(this.#isReady)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('OBV', state)
    this.#balance = saved.number()
    this.#close = saved.number()
    this.#isReady = saved.count(1) === 1
    saved.end()
  }
}
