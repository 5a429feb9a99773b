import { US_PER_MINUTE } from '../../domain/time.ts'
import type { EngineStore } from '../ports.ts'

/** Crashes further apart than this are no loop. */
export const CRASH_WINDOW_US = 10 * US_PER_MINUTE
const NOTE = 'engine.crashes'

/**
 * Keeps when the engine was found cut off, and tells how often that was lately, this time included.
 *
 * @param wallTs wall time of this start, µs: engine time may run faster
 */
export function countCrashes({ notes, wasCutOff }: Pick<EngineStore, 'notes' | 'wasCutOff'>, wallTs: number): number {
  const kept = notes.get(NOTE)
  const before = kept === undefined ? [] : (JSON.parse(kept) as readonly number[])
  const recent = before.filter((ts) => Math.abs(wallTs - ts) <= CRASH_WINDOW_US)
  if (wasCutOff) recent.push(wallTs)
  if (wasCutOff || recent.length < before.length) notes.set(NOTE, JSON.stringify(recent))
  return recent.length
}
