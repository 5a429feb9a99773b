import { formatTime, type TimeUs } from '../../src/domain/time.ts'

/** Wall-clock texts in the profile's zone. The offset is given: the same frame on every machine. */
export interface Zone {
  /** Minutes east of UTC at a moment. */
  readonly offsetMinutes: (ts: number) => number
  /** `JST`, `UTC`, … */
  readonly name: string
}

export const UTC: Zone = { offsetMinutes: () => 0, name: 'UTC' }

function iso(ts: number, zone: Zone): string {
  return formatTime((Math.floor(ts / 1_000) * 1_000 + zone.offsetMinutes(ts) * 60_000_000) as TimeUs)
}

/** `14:03:27` */
export function clock(ts: number, zone: Zone): string {
  return iso(ts, zone).slice(11, 19)
}
/** `14:03` */
export function minute(ts: number, zone: Zone): string {
  return iso(ts, zone).slice(11, 16)
}
/** `14:03:27.114` */
export function millis(ts: number, zone: Zone): string {
  const text = iso(ts, zone)
  return text.length > 20 ? text.slice(11, 23) : `${text.slice(11, 19)}.000`
}
/** `2026-02-14` */
export function day(ts: number, zone: Zone): string {
  return iso(ts, zone).slice(0, 10)
}
/** The time of today, with month and day before it on any other. */
export function when(ts: number, now: number, zone: Zone): string {
  return day(ts, zone) === day(now, zone) ? clock(ts, zone) : `${day(ts, zone).slice(5)} ${minute(ts, zone)}`
}
