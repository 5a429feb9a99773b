import { US_PER_DAY, US_PER_MINUTE } from '../../domain/time.ts'

/**
 * A time of day in a zone as it is on the day of a moment, in µs after midnight UTC; below 0 where the zone is ahead of its
 * midnight. A session that goes on over a change of summer time keeps what it began with.
 *
 * @param time "HH:MM"
 * @param zone a name of the time zone database
 */
export function timeOfDayUs(time: string, zone: string, ts: number): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  const offsetNs = new Temporal.ZonedDateTime(BigInt(Math.round(ts)) * 1_000n, zone).offsetNanoseconds
  return (Number(hours) * 60 + Number(minutes)) * US_PER_MINUTE - offsetNs / 1_000
}

/** The same moment of every day, from midnight UTC up to the next. */
export function withinDay(us: number): number {
  return us - Math.floor(us / US_PER_DAY) * US_PER_DAY
}
