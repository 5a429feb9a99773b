import type { HostClock } from '../runtime/clock.ts'
import type { VenueClock } from '../venues/connector.ts'

interface Timer {
  readonly atMs: number
  readonly owner: object
  readonly act: () => void
}

/** Microtasks that a chain of promises may need before nothing more happens by itself. */
const SETTLING = 40

/** Lets everything go on that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let at = 0; at < SETTLING; at++) await Promise.resolve()
}

/**
 * The time of a simulated world. True time only goes forward, and only when it is told to; every process has a wall clock
 * that may be set wrong, and timers that are gone when it dies.
 */
export class VirtualTime {
  #ms = 0
  readonly #startUs: number
  #timers: Timer[] = []
  /** How far the wall clock of this machine is off, µs. */
  wallOffUs = 0

  /** @param startUs UTC at the beginning, µs */
  constructor(startUs: number) {
    this.#startUs = startUs
  }

  /** True time, µs UTC. */
  get us(): number {
    return this.#startUs + Math.round(this.#ms * 1_000)
  }

  get ms(): number {
    return this.#ms
  }

  after(ms: number, owner: object, act: () => void): () => void {
    const timer = { atMs: this.#ms + Math.max(0, ms), owner, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  /** Whoever this one wanted to be called by is not called. */
  forget(owner: object): void {
    this.#timers = this.#timers.filter((one) => one.owner !== owner)
  }

  /** Time passes and nobody does anything: a process that waits for its disk. */
  stall(ms: number): void {
    this.#ms += ms
  }

  /** Lets time pass; what was waited for happens at its moment, and what follows from it before the next does. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#ms + ms
    for (;;) {
      let next: Timer | undefined
      for (const timer of this.#timers)
        if (timer.atMs <= endMs && (next === undefined || timer.atMs < next.atMs)) next = timer
      if (next === undefined) break
      this.#timers.splice(this.#timers.indexOf(next), 1)
      this.#ms = Math.max(this.#ms, next.atMs)
      next.act()
      await settled()
    }
    this.#ms = Math.max(this.#ms, endMs)
  }

  /** The clocks of a process on this machine; `owner` is the process. */
  clocksOf(owner: object): HostClock & VenueClock {
    const wallTs = () => this.us + this.wallOffUs
    return {
      wallTs,
      nowUs: wallTs,
      monotonicMs: () => this.#ms,
      after: (ms, act) => this.after(ms, owner, act),
    }
  }
}
