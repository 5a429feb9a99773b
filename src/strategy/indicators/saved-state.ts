import { assert } from '../../domain/brand.ts'
import type { Indicator } from './indicator.ts'

/** The states of several indicators as one, each behind its length. */
export function savedParts(...parts: readonly Indicator[]): number[] {
  return parts.flatMap((part) => {
    const state = part.save()
    return [state.length, ...state]
  })
}

/** Reads a saved state from front to back, and stops the program at the first number that cannot be right. */
export class SavedState {
  readonly #owner: string
  readonly #state: readonly number[]
  #at = 0

  constructor(owner: string, state: readonly number[]) {
    this.#owner = owner
    this.#state = state
  }

  number(): number {
    const found = this.#state[this.#at]
    assert(
      found !== undefined && Number.isFinite(found),
      `saved ${this.#owner} has a finite number at ${this.#at}, found ${found}`,
    )
    this.#at++
    return found
  }

  /** A whole number from 0 to `most`: a counter, a place in a ring, or (up to 1) a flag. */
  count(most: number): number {
    const found = this.number()
    assert(
      Number.isInteger(found) && found >= 0 && found <= most,
      `saved ${this.#owner} has a whole number from 0 to ${most} at ${this.#at - 1}, found ${found}`,
    )
    return found
  }

  /** A parameter that was saved to prove that the state belongs to an indicator like this one. */
  expect(parameter: string, expected: number): void {
    const found = this.number()
    assert(found === expected, `saved ${this.#owner} has ${parameter} ${expected}, found ${found}`)
  }

  fill(slots: Float64Array): void {
    for (let at = 0; at < slots.length; at++) slots[at] = this.number()
  }

  /** Restores indicators that `savedParts` saved, in the same order. */
  parts(...parts: readonly Indicator[]): void {
    for (const part of parts) {
      const length = this.count(this.#state.length - this.#at - 1)
      part.restore(this.#state.slice(this.#at, this.#at + length))
      this.#at += length
    }
  }

  end(): void {
    assert(this.#at === this.#state.length, `saved ${this.#owner} has ${this.#at} numbers, found ${this.#state.length}`)
  }
}
