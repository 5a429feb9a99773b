import type { RunMode } from '../domain/action.ts'
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../domain/time.ts'

/** A span of every day, µs after midnight UTC, `[fromUs, toUs)`; one that ends before it begins goes over midnight. */
export interface QuietHours {
  readonly fromUs: number
  /** Equal to `fromUs`: never quiet. */
  readonly toUs: number
}

/** 00:00 to 06:00 in Asia/Tokyo, which knows no summer time. What canary and live have unless told otherwise. */
export const TOKYO_NIGHT: QuietHours = { fromUs: 15 * US_PER_HOUR, toUs: 21 * US_PER_HOUR }

/** After the quiet hours positions may only become smaller for a while, so that somebody can look first. */
const REARM_US = 5 * US_PER_MINUTE

/** Whether orders of a mode reach a venue's private endpoints. */
export function isLive(mode: RunMode): boolean {
  return mode === 'canary' || mode === 'live'
}

/** Where a moment stands to the quiet hours of a run: inside, in the minutes after them, or neither. */
export function quietPhase(hours: QuietHours | undefined, mode: RunMode, ts: number): 'QUIET' | 'REARMING' | 'OPEN' {
  const quiet = hours ?? (isLive(mode) ? TOKYO_NIGHT : undefined)
  if (quiet === undefined) return 'OPEN'
  const { fromUs, toUs } = quiet
  const lengthUs = since(fromUs, toUs)
  const intoUs = since(fromUs, ts)
  if (lengthUs === 0) return 'OPEN'
  if (intoUs < lengthUs) return 'QUIET'
  return intoUs < lengthUs + REARM_US ? 'REARMING' : 'OPEN'
}

/** µs of the day from one time of day to another. */
function since(fromUs: number, toUs: number): number {
  const us = toUs - fromUs
  return us - Math.floor(us / US_PER_DAY) * US_PER_DAY
}
