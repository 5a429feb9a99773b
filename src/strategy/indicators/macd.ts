import { assert } from '../../domain/brand.ts'
import { Ema, type EmaSeed } from './ema.ts'
import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState, savedParts } from './saved-state.ts'

export interface MacdPeriods {
  readonly fast: number
  /** Longer than `fast`. */
  readonly slow: number
  readonly signal: number
}

/**
 * Moving average convergence divergence: the line is EMA(fast) − EMA(slow), the signal an EMA of the line.
 * All three means take the same kind of seed; the signal's seed is made of the line's first values.
 * The line may be defined before the rest: it is NaN on its own account. `value` is the histogram.
 */
export class Macd implements Indicator {
  readonly warmUp: number
  readonly #fast: Ema
  readonly #slow: Ema
  readonly #signal: Ema

  constructor(periods: MacdPeriods, seed: EmaSeed) {
    this.#fast = new Ema(checkedPeriod(periods.fast, 'fast period'), seed)
    this.#slow = new Ema(checkedPeriod(periods.slow, 'slow period'), seed)
    this.#signal = new Ema(checkedPeriod(periods.signal, 'signal period'), seed)
    assert(periods.fast < periods.slow, `fast period ${periods.fast} is shorter than slow period ${periods.slow}`)
    this.warmUp = this.#slow.warmUp + this.#signal.warmUp - 1
  }

  get line(): number {
    return this.#fast.value - this.#slow.value
  }

  get signal(): number {
    return this.#signal.value
  }

  get histogram(): number {
    return this.line - this.signal
  }

  get value(): number {
    return this.histogram
  }

  get isReady(): boolean {
    return this.#signal.isReady
  }

  update(x: number): void {
    if (!isObservation(x)) return
    this.#fast.update(x)
    this.#slow.update(x)
    if (this.#slow.isReady) this.#signal.update(this.line)
  }

  reset(): void {
    this.#fast.reset()
    this.#slow.reset()
    this.#signal.reset()
  }

  save(): number[] {
    return savedParts(this.#fast, this.#slow, this.#signal)
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('MACD', state)
    saved.parts(this.#fast, this.#slow, this.#signal)
    saved.end()
  }
}
