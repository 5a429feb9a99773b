import type { VenueClock } from '../connector.ts'

export interface PacerTerms {
  readonly perSecond: number
  /** How many may go at once after a pause. */
  readonly burst: number
}

/** A token bucket: whoever asks goes when there is a token, the urgent before the others. */
export class Pacer {
  readonly #clock: VenueClock
  readonly #terms: PacerTerms
  #tokens: number
  #atMs: number
  readonly #urgent: (() => void)[] = []
  readonly #waiting: (() => void)[] = []
  #timer: (() => void) | undefined

  constructor(clock: VenueClock, terms: PacerTerms) {
    this.#clock = clock
    this.#terms = terms
    this.#tokens = terms.burst
    this.#atMs = clock.monotonicMs()
  }

  /** Resolves when it may go. */
  take(isUrgent = false): Promise<void> {
    return new Promise((resolve) => {
      ;(isUrgent ? this.#urgent : this.#waiting).push(resolve)
      this.#release()
    })
  }

  /** Nothing goes for so long: the venue asked for it. */
  rest(ms: number): void {
    this.#refill()
    this.#tokens = Math.min(this.#tokens, -(ms / 1_000) * this.#terms.perSecond)
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs()
    const { perSecond, burst } = this.#terms
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#atMs) / 1_000) * perSecond)
    this.#atMs = nowMs
  }

  #release(): void {
    this.#refill()
    while (this.#tokens >= 1) {
      const next = this.#urgent.shift() ?? this.#waiting.shift()
      if (next === undefined) return
      this.#tokens--
      next()
    }
    if (this.#timer !== undefined || this.#urgent.length + this.#waiting.length === 0) return
    const waitMs = ((1 - this.#tokens) / this.#terms.perSecond) * 1_000
    this.#timer = this.#clock.after(Math.ceil(waitMs), () => {
      this.#timer = undefined
      this.#release()
    })
  }
}
