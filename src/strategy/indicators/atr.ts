import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { SavedState, savedParts } from './saved-state.ts'
import { TrueRange } from './true-range.ts'
import { WilderMean } from './wilder-mean.ts'

/** Whether the range of the very first bar, which knows no gap, enters the mean. */
export type FirstBar = 'counted' | 'skipped'

/** Average true range: Wilder's mean of the true range. Ready after `period` bars, one more if the first is skipped. */
export class Atr implements Indicator {
  readonly warmUp: number
  readonly #range = new TrueRange()
  readonly #mean: WilderMean
  readonly #skipsFirst: boolean

  constructor(period: number, firstBar: FirstBar) {
    this.#mean = new WilderMean(period)
    this.#skipsFirst = firstBar === 'skipped'
    this.warmUp = this.#skipsFirst ? period + 1 : period
  }

  get value(): number {
    return this.#mean.value
  }

  get isReady(): boolean {
    return this.#mean.isReady
  }

  update(high: number, low: number, close: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close)) return
    const isFirst = !this.#range.isReady
    this.#range.update(high, low, close)
    if (!isFirst || !this.#skipsFirst) this.#mean.update(this.#range.value)
  }

  reset(): void {
    this.#range.reset()
    this.#mean.reset()
  }

  save(): number[] {
    return [this.warmUp, ...savedParts(this.#range, this.#mean)]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('ATR', state)
    saved.expect('warm-up', this.warmUp)
    saved.parts(this.#range, this.#mean)
    saved.end()
  }
}
