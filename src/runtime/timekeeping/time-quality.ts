import { US_PER_SECOND } from '../../domain/time.ts'

/**
 * How far the times of a message can be relied on (UGF-0-021). A: the venue's own. B: ours, or one that came while we warm up.
 * C: put right by us. D: suspect, kept and not traded on. E: impossible, put aside.
 */
export const TIME_GRADES = ['A', 'B', 'C', 'D', 'E'] as const
export type TimeGrade = (typeof TIME_GRADES)[number]

export interface MessageTimes {
  /** What the venue says, µs; NaN where it says nothing. */
  readonly venueTs: number
  /** When it came to us, µs. */
  readonly recvTs: number
  /** Of the message before it on the same stream; NaN for the first. */
  readonly lastVenueTs: number
  readonly lastRecvTs: number
  readonly isAdjusted?: boolean
  readonly isWarmingUp?: boolean
}

/** A venue's time may be this far ahead of ours. */
const AHEAD_MAX_US = 5 * US_PER_SECOND

export function gradeOf({
  venueTs,
  recvTs,
  lastVenueTs,
  lastRecvTs,
  isAdjusted = false,
  isWarmingUp = false,
}: MessageTimes): TimeGrade {
  // Our own clock goes forward: a message that came before the last one did not.
  if (!Number.isFinite(recvTs) || recvTs < lastRecvTs) return 'E'
  if (venueTs > recvTs + AHEAD_MAX_US || venueTs < lastVenueTs) return 'D'
  if (isAdjusted) return 'C'
  return Number.isNaN(venueTs) || isWarmingUp ? 'B' : 'A'
}
