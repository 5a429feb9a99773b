import { assert, type Brand } from './brand.ts'
import { decimal } from './decimal.ts'

/** Microseconds since the Unix epoch, UTC, a safe integer. */
export type TimeUs = Brand<number, 'TimeUs'>

export const US_PER_MS = 1_000
export const US_PER_SECOND = 1_000_000
export const US_PER_MINUTE = 60 * US_PER_SECOND
export const US_PER_HOUR = 60 * US_PER_MINUTE
export const US_PER_DAY = 24 * US_PER_HOUR

export function timeUs(raw: number): TimeUs {
  assert(Number.isSafeInteger(raw), `a time is whole microseconds, was ${raw}`)
  return raw as TimeUs
}

/** RFC 3339 in UTC, with as many fraction digits as the time needs: none, three or six. */
export function formatTime(ts: TimeUs): string {
  const millis = Math.floor(ts / US_PER_MS)
  const micros = ts - millis * US_PER_MS
  const iso = new Date(millis).toISOString()
  if (micros !== 0) return `${iso.slice(0, -1)}${String(micros).padStart(3, '0')}Z`
  return iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * Reads a day (`2024-02-29`, its first instant in UTC) or an instant with an explicit zone (`2024-02-29T12:00Z`).
 * A time without a zone is refused, because guessing one moves money by hours; so is a date that no calendar has.
 *
 * @returns undefined when the text is neither, or so far away that whole microseconds do not reach it (1684 to 2255)
 */
export function parseTime(text: string): TimeUs | undefined {
  const iso = DAY.test(text) ? `${text}T00:00:00Z` : text
  if (!INSTANT.test(iso)) return undefined
  const [, fraction = ''] = /\.(\d+)/.exec(iso) ?? []
  const millis = Date.parse(iso.replace(' ', 'T').replace(/\.\d+/, ''))
  if (Number.isNaN(millis)) return undefined
  // Date.parse rolls 2023-02-30 over to March; the calendar day must come back as it was written.
  const offset = /([+-])(\d{2}):(\d{2})$/.exec(iso)
  const shift = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000 : 0
  if (new Date(millis + shift).toISOString().slice(0, 10) !== iso.slice(0, 10)) return undefined
  const us = millis * US_PER_MS + Number(fraction.padEnd(6, '0'))
  return Number.isSafeInteger(us) ? timeUs(us) : undefined
}

const UNITS: Readonly<Record<string, number>> = {
  us: 1,
  ms: US_PER_MS,
  s: US_PER_SECOND,
  m: US_PER_MINUTE,
  h: US_PER_HOUR,
  d: US_PER_DAY,
}

/** Reads a duration such as `250us`, `50ms`, `1.5s`, `5m`, `1h`, `1d` into whole microseconds. */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(text)
  const unit = UNITS[found?.[2] ?? '']
  if (!found || unit === undefined) return undefined
  // In decimals: 1.001 s is 1 001 000 µs, and a double makes it a little less.
  const { units, scale } = decimal(found[1] ?? '')
  const [us, divisor] = [units * BigInt(unit), 10n ** BigInt(scale)]
  const whole = Number(us / divisor)
  return us % divisor === 0n && Number.isSafeInteger(whole) ? whole : undefined
}

/** A duration in its two largest units: `2d 4h`, `35m`, `1.5ms`. */
export function formatDuration(us: number): string {
  const sign = us < 0 ? '-' : ''
  const size = Math.abs(us)
  if (size < US_PER_MS) return `${sign}${Math.round(size)}us`
  if (size < US_PER_SECOND) return `${sign}${Number((size / US_PER_MS).toFixed(1))}ms`
  if (size < US_PER_MINUTE) return `${sign}${Number((size / US_PER_SECOND).toFixed(1))}s`
  const parts = [
    ['d', US_PER_DAY],
    ['h', US_PER_HOUR],
    ['m', US_PER_MINUTE],
    ['s', US_PER_SECOND],
  ] as const
  let rest = size
  const words: string[] = []
  for (const [name, unit] of parts) {
    const count = Math.floor(rest / unit)
    rest -= count * unit
    if (count > 0) words.push(`${count}${name}`)
    if (words.length === 2) break
  }
  return sign + words.join(' ')
}
