/** At most `burst` in any `perUs`, on the engine's clock: it remembers when the last ones were. */
export class RateWindow {
  readonly #perUs: number
  /** Times of the last `burst`, a ring; the next place is the oldest. */
  readonly #times: Float64Array
  #next = 0

  constructor({ burst, perUs }: { readonly burst: number; readonly perUs: number }) {
    this.#perUs = perUs
    this.#times = new Float64Array(burst === Infinity ? 0 : burst).fill(Number.NEGATIVE_INFINITY)
  }

  /** Microseconds until one more is allowed; 0 when it is allowed now. Takes nothing. */
  waitUs(ts: number): number {
    if (this.#times.length === 0) return 0
    return Math.max(0, (this.#times[this.#next] as number) + this.#perUs - ts)
  }

  /** Reckons as if all that is allowed had happened at `ts`: what is not known to be free is not free. */
  fill(ts: number): void {
    this.#times.fill(ts)
  }

  take(ts: number): void {
    if (this.#times.length === 0) return
    this.#times[this.#next] = ts
    this.#next = (this.#next + 1) % this.#times.length
  }
}
