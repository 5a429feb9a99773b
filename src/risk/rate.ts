/** A token bucket on the engine's clock: `burst` at once, one more every `perUs ÷ burst`. */
export class TokenBucket {
  readonly #burst: number
  readonly #refillUs: number
  #tokens: number
  #ts = 0

  constructor({ burst, perUs }: { readonly burst: number; readonly perUs: number }) {
    this.#burst = burst
    this.#refillUs = perUs / burst
    this.#tokens = burst
  }

  /** Microseconds until one more is allowed; 0 when it is allowed now. Takes nothing. */
  waitUs(ts: number): number {
    if (this.#burst === Infinity) return 0
    this.#refill(ts)
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * this.#refillUs)
  }

  take(ts: number): void {
    if (this.#burst === Infinity) return
    this.#refill(ts)
    this.#tokens -= 1
  }

  #refill(ts: number): void {
    // A clock that went back earns nothing and loses nothing.
    if (ts <= this.#ts) return
    this.#tokens = Math.min(this.#burst, this.#tokens + (ts - this.#ts) / this.#refillUs)
    this.#ts = ts
  }
}
