import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { SavedState } from './saved-state.ts'

/**
 * What `a` crosses from when it touched `b` on the way. `strict`: from the observation just before, so a touch in
 * between hides the cross. `last-nonzero`: from the last time they differed, so it is reported when they part again.
 */
export type CrossRule = 'strict' | 'last-nonzero'

/**
 * Tells when one line crosses another: +1 when `a` rose above `b`, −1 when it fell below, 0 otherwise.
 * Pairs that are not finite, such as indicators that warm up, are ignored and answer 0.
 */
export class CrossDetector implements Indicator {
  readonly warmUp = 2
  readonly #isStrict: boolean
  #seen = 0
  /** Sign of a − b that the next pair is compared with. */
  #before: -1 | 0 | 1 = 0
  #cross: -1 | 0 | 1 = 0

  constructor(rule: CrossRule) {
    this.#isStrict = rule === 'strict'
  }

  /** The last answer of `update`. */
  get value(): number {
    return this.isReady ? this.#cross : Number.NaN
  }

  get isReady(): boolean {
    return this.#seen === 2
  }

  update(a: number, b: number): -1 | 0 | 1 {
    if (!isObservation(a) || !isObservation(b)) return 0
    const now = signOf(a - b)
    this.#cross = now * this.#before < 0 ? now : 0
    if (now !== 0 || this.#isStrict) this.#before = now
    if (this.#seen < 2) this.#seen++
    return this.#cross
  }

  reset(): void {
    this.#seen = 0
    this.#before = 0
    this.#cross = 0
  }

  save(): number[] {
    return [Number(this.#isStrict), this.#seen, this.#before, this.#cross]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('cross detector', state)
    saved.expect('strictness', Number(this.#isStrict))
    this.#seen = saved.count(2)
    this.#before = signOf(saved.number())
    this.#cross = signOf(saved.number())
    saved.end()
  }
}

function signOf(difference: number): -1 | 0 | 1 {
  return difference > 0 ? 1 : difference < 0 ? -1 : 0
}
