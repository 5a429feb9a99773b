import { type TimeUs, timeUs, US_PER_MS } from '../domain/time.ts'

/** The wall clock, for labels and for ids born at an edge. The core is told the time; nobody else asks for it. */
export function wallTime(): TimeUs {
  return timeUs(Date.now() * 1_000)
}

/** Milliseconds that only go forward, for durations. */
export function monotonicMs(): number {
  return performance.now()
}

/** Calls `act` after each pause, measured from the end of the last call, until the returned function is called. */
export function every(pauseMs: number, act: () => void): () => void {
  let timer = setTimeout(function again() {
    act()
    timer = setTimeout(again, pauseMs)
  }, pauseMs)
  return () => clearTimeout(timer)
}

export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

/** Calls back when what is under way has been done, before anything that waits for a time. */
export function soon(act: () => void): void {
  setImmediate(act)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** The two clocks that engine time is made from. */
export interface HostClock {
  /** UTC, µs: may jump. */
  readonly wallTs: () => number
  /** Goes forward only, ms. */
  readonly monotonicMs: () => number
}

export const HOST_CLOCK: HostClock = { wallTs: wallTime, monotonicMs }

/**
 * Engine time: UTC as it was at the start, and from there on what the monotonic clock measured, times the speed. A wall
 * clock that is set forward or back moves neither durations nor the order of events; how far it went is {@link skewUs}.
 */
export class EngineClock {
  readonly speed: number
  readonly #host: HostClock
  readonly #originTs: number
  readonly #wallOrigin: number
  readonly #monotonicOrigin: number

  /** @param notBefore engine time goes on from here where the wall clock is behind it, µs */
  constructor(host: HostClock, { speed, notBefore = 0 }: { speed: number; notBefore?: number }) {
    this.#host = host
    this.speed = speed
    this.#wallOrigin = host.wallTs()
    this.#monotonicOrigin = host.monotonicMs()
    this.#originTs = Math.max(this.#wallOrigin, notBefore)
  }

  /** Engine time, µs. Never goes back. */
  now(): number {
    return this.#originTs + Math.round((this.#host.monotonicMs() - this.#monotonicOrigin) * US_PER_MS * this.speed)
  }

  /** How far the wall clock has moved against the monotonic one since the start, µs. */
  skewUs(): number {
    const elapsed = (this.#host.monotonicMs() - this.#monotonicOrigin) * US_PER_MS
    return Math.round(this.#host.wallTs() - this.#wallOrigin - elapsed)
  }
}
