import { Atr } from './atr.ts'
import { checkedWidth } from './band-width.ts'
import { Ema } from './ema.ts'
import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState, savedParts } from './saved-state.ts'

export interface KeltnerTerms {
  /** Of the moving average in the middle. */
  readonly period: number
  readonly atrPeriod: number
  /** Average true ranges from the middle to an edge. */
  readonly width: number
}

/**
 * Keltner channel in its present-day form: an EMA of the close (seeded with the plain mean), and `width` average true
 * ranges (first bar counted) to either side. `value` is the middle; all three outputs start together.
 */
export class Keltner implements Indicator {
  readonly warmUp: number
  readonly #middle: Ema
  readonly #range: Atr
  readonly #width: number

  constructor(terms: KeltnerTerms) {
    this.#middle = new Ema(terms.period, 'mean')
    this.#range = new Atr(checkedPeriod(terms.atrPeriod, 'ATR period'), 'counted')
    this.#width = checkedWidth(terms.width)
    this.warmUp = Math.max(this.#middle.warmUp, this.#range.warmUp)
  }

  get value(): number {
    return this.#range.isReady ? this.#middle.value : Number.NaN
  }

  get upper(): number {
    return this.#middle.value + this.#width * this.#range.value
  }

  get lower(): number {
    return this.#middle.value - this.#width * this.#range.value
  }

  get isReady(): boolean {
    return this.#middle.isReady && this.#range.isReady
  }

  update(high: number, low: number, close: number): void {
    if (!isObservation(high) || !isObservation(low) || !isObservation(close)) return
    this.#middle.update(close)
    this.#range.update(high, low, close)
  }

  reset(): void {
    this.#middle.reset()
    this.#range.reset()
  }

  save(): number[] {
    return savedParts(this.#middle, this.#range)
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('Keltner channel', state)
    saved.parts(this.#middle, this.#range)
    saved.end()
  }
}
