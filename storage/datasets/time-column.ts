import { parseTime } from '../../src/domain/time.ts'
import { asciiOf, parseNumber } from './csv-number.ts'
import { DatasetError, type FaultPlace } from './fault.ts'

/** A unit of times that are numbers since 1970. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

/** How the times of a column are written. It must be the same all over the file. */
export type TimeStyle = TimeUnit | 'zoned' | 'unzoned' | 'day'

const WORDS: Readonly<Record<TimeStyle, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  zoned: 'text with a zone',
  unzoned: 'text without a zone',
  day: 'days',
}

const US_PER: Readonly<Record<TimeUnit, number>> = { s: 1_000_000, ms: 1_000, us: 1, ns: 0.001 }

/** The last whole year whose microseconds are safe integers. */
const YEAR_MAX = 2254
/** Ten to the number of digits behind the first eight. */
const POWERS = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]
/** Day, clock, fraction, zone. */
const TEXT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i
const ZONE = /^(Z|[+-]\d{2}:\d{2})$/

/**
 * The unit of a number since 1970 by its size. The sizes do not overlap from 1973 to 5138, and a smaller number could
 * be of any unit.
 */
export function unitOf(value: number): TimeUnit | undefined {
  const size = Math.abs(value)
  if (size < 1e8) return undefined
  if (size < 1e11) return 's'
  if (size < 1e14) return 'ms'
  return size < 1e17 ? 'us' : 'ns'
}

/** Reads one column of times into µs, and holds the file to one way of writing them. */
export class TimeColumn {
  style: TimeStyle | undefined
  readonly #file: string
  readonly #column: string
  readonly #zone: string | undefined
  readonly #named: TimeUnit | undefined
  /** A number too small to tell its unit is read by the name of the column, and then so are all. */
  #byName = false

  /**
   * @param column its name; an end in `_s`, `_ms`, `_us` or `_ns` tells the unit of numbers too small to show it
   * @param zone `Z` or `+09:00`: what times without a zone mean
   */
  constructor(file: string, column: string, zone?: string) {
    if (zone !== undefined && !ZONE.test(zone)) {
      throw new DatasetError('TIME_ZONE', file, 'a zone is Z or an offset like +09:00', { value: zone })
    }
    this.#file = file
    this.#column = column
    this.#zone = zone
    this.#named = /_(s|ms|us|ns)$/i.exec(column.trim())?.[1]?.toLowerCase() as TimeUnit | undefined
  }

  /**
   * @returns µs, finer digits cut off; NaN when the bytes are no time at all
   * @throws DatasetError TIME_UNIT, TIME_ZONE
   */
  read(bytes: Uint8Array, start: number, end: number, line: number): number {
    // Whole numbers, nearly all there are, in two 32-bit halves; a time in µs has sixteen digits.
    let high = 0
    let low = 0
    for (let at = start; at < end; at++) {
      const digit = (bytes[at] as number) - 48
      if (digit < 0 || digit > 9) return this.#readOther(bytes, start, end, line)
      const place = at - start
      if (place < 8) high = (high * 10 + digit) | 0
      else if (place < 16) low = (low * 10 + digit) | 0
    }
    const digits = end - start
    if (digits <= 8) return digits === 0 ? Number.NaN : this.fromNumber(high, line)
    if (digits <= 16) return this.fromNumber(high * (POWERS[digits - 8] as number) + low, line)
    if (digits !== 18 && digits !== 19) return Number.NaN
    const value = high * 1e8 + low
    // Nanoseconds from 1973 to 2255, without their last three digits.
    this.#expect('ns', line, () => asciiOf(bytes, start, end))
    const us = digits === 18 ? high * 1e7 + Math.floor(low / 10) : value
    return Number.isSafeInteger(us) ? us : Number.NaN
  }

  /** µs of a number since 1970. */
  fromNumber(value: number, line: number): number {
    const unit = this.#byName ? this.#named : (unitOf(value) ?? this.#small(value, line))
    if (unit === undefined) return Number.NaN
    this.#expect(unit, line, () => String(value))
    const us = unit === 'ns' ? Math.floor(value / 1000) : Math.round(value * US_PER[unit])
    return Number.isSafeInteger(us) ? us : Number.NaN
  }

  /** {@link fromNumber} for whole numbers of which a double would lose digits. */
  fromBigInt(value: bigint, line: number): number {
    if (value < 100_000_000_000_000_000n && value > -100_000_000_000_000_000n)
      return this.fromNumber(Number(value), line)
    this.#expect('ns', line, () => String(value))
    const us = Number((value - (((value % 1000n) + 1000n) % 1000n)) / 1000n)
    return Number.isSafeInteger(us) ? us : Number.NaN
  }

  #small(value: number, line: number): TimeUnit | undefined {
    if (this.style !== undefined) return undefined
    if (this.#named !== undefined) {
      this.#byName = true
      return this.#named
    }
    throw this.#fault('TIME_UNIT', 'a time is a count of s, ms, µs or ns since 1970 from 1973 on', line, String(value))
  }

  #readOther(bytes: Uint8Array, start: number, end: number, line: number): number {
    const text = asciiOf(bytes, start, end).trim()
    const found = TEXT.exec(text)
    if (found === null) {
      const value = parseNumber(bytes, start, end)
      return Number.isNaN(value) ? value : this.fromNumber(value, line)
    }
    const [, day = '', clock, fraction = '', zone] = found
    if (Number(day.slice(0, 4)) > YEAR_MAX) return Number.NaN
    if (clock === undefined) {
      this.#expect('day', line, () => text)
      return parseTime(day) ?? Number.NaN
    }
    const unzoned = zone === undefined
    this.#expect(unzoned ? 'unzoned' : 'zoned', line, () => text)
    if (unzoned && this.#zone === undefined) {
      throw this.#fault('TIME_ZONE', 'a time has a zone, Z or an offset', line, text)
    }
    const offset =
      zone === undefined ? this.#zone : /^(Z|UTC)$/i.test(zone) ? 'Z' : zone.replace(/^(...)(\d\d)$/, '$1:$2')
    const micros = fraction === '' ? '' : `.${fraction.slice(0, 6)}`
    return parseTime(`${day}T${clock.length === 5 ? `${clock}:00` : clock}${micros}${offset}`) ?? Number.NaN
  }

  #expect(style: TimeStyle, line: number, value: () => string): void {
    if (style === this.style) return
    if (this.style === undefined) {
      this.style = style
      if (this.#named === undefined || this.#named === style || !(style in US_PER)) return
      const said = `a time in ${WORDS[this.#named]}, as the column's name says, not in ${WORDS[style]}`
      throw this.#fault('TIME_UNIT', said, line, value())
    }
    const zones = style === 'zoned' || style === 'unzoned' || style === 'day'
    const code = zones && !(this.style in US_PER) ? 'TIME_ZONE' : 'TIME_UNIT'
    const mixed = code === 'TIME_ZONE' ? 'mixed time zones' : 'mixed time units'
    throw this.#fault(
      code,
      `${mixed}: a time as ${WORDS[this.style]} like the rows before, not as ${WORDS[style]}`,
      line,
      value(),
    )
  }

  #fault(code: 'TIME_UNIT' | 'TIME_ZONE', said: string, line: number, value: string): DatasetError {
    const place: FaultPlace = { line, column: this.#column, value }
    return new DatasetError(code, this.#file, said, place)
  }
}
