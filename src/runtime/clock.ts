import { type TimeUs, timeUs } from '../domain/time.ts'

/** The wall clock, for labels and for ids born at an edge. The core is told the time; nobody else asks for it. */
export function wallTime(): TimeUs {
  return timeUs(Date.now() * 1_000)
}

/** Milliseconds that only go forward, for durations. */
export function monotonicMs(): number {
  return performance.now()
}
