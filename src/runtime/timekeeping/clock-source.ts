import { US_PER_MS } from '../../domain/time.ts'
import type { HostClock } from '../clock.ts'

/** How far a source's time is from our wall clock. */
export interface ClockReading {
  /** Source minus ours, µs. */
  readonly offsetUs: number
  /** The truth is at most this far from the offset, µs. */
  readonly uncertaintyUs: number
}

/** Somebody else's clock. */
export interface ClockSource {
  readonly name: string
  /** @returns undefined where there is no such source on this machine; rejects where it does not answer */
  sample(): Promise<ClockReading | undefined>
}

/**
 * Asks for a time and reckons with the way that question and answer took: the answer was true somewhere between, most likely
 * in the middle (F. Cristian, Probabilistic clock synchronization, 1989).
 *
 * @param ask answers with a time, µs
 * @param grainUs what the source rounds down to, µs
 */
export async function cristian(host: HostClock, ask: () => Promise<number>, grainUs = 0): Promise<ClockReading> {
  const startMs = host.monotonicMs()
  const saidTs = await ask()
  const roundTripUs = (host.monotonicMs() - startMs) * US_PER_MS
  const offsetUs = saidTs + grainUs / 2 - (host.wallTs() - roundTripUs / 2)
  return { offsetUs: Math.round(offsetUs), uncertaintyUs: Math.round((roundTripUs + grainUs) / 2) }
}
