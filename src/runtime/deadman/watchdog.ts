/** The other process that watches an engine, as the engine sees it. */
export interface Watchdog {
  /** Says that the engine lives. Called once a second from the turn that does the engine's work. */
  beat(): void
  /** How long ago it last answered a beat, ms; undefined before its first answer. What is armed is what answers. */
  readonly answeredMs: number | undefined
  readonly timeoutMs: number
  /** Lets it go: an engine that ends on purpose is not missed. */
  close(): void
}

export const WATCHDOG_BEAT_MS = 1_000

/** How a watchdog decides: a silence of `timeoutMs` of monotonic time calls once, and it is armed again by the next beat. */
export class SilenceTimer {
  readonly #timeoutMs: number
  #beatMs: number
  #hasCalled = false

  constructor(timeoutMs: number, nowMs: number) {
    this.#timeoutMs = timeoutMs
    this.#beatMs = nowMs
  }

  beat(nowMs: number): void {
    this.#beatMs = nowMs
    this.#hasCalled = false
  }

  /** Milliseconds of silence when it is time to act; undefined otherwise. */
  look(nowMs: number): number | undefined {
    const silentMs = nowMs - this.#beatMs
    if (this.#hasCalled || silentMs < this.#timeoutMs) return undefined
    this.#hasCalled = true
    return silentMs
  }
}
