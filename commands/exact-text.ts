import { decimal, decimalToNumber, formatDecimal, formatUnits } from '../src/domain/decimal.ts'
import { formatDuration, formatTime, timeUs, US_PER_MS } from '../src/domain/time.ts'
import { number } from '../tui/paint/numbers.ts'

/** RFC 3339, UTC. */
export function isoTime(ts: number | undefined): string | undefined {
  return ts === undefined || !Number.isFinite(ts) ? undefined : formatTime(timeUs(Math.round(ts)))
}

/** A double as a decimal that reads back as the same double, never in exponent form. */
export function exactNumber(value: number | undefined): string | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined
  return formatDecimal(decimal(String(value)))
}

/** A double for people, thousands apart. */
export function shownNumber(value: number | undefined, digits: number, isSigned = false): string {
  return number(value, { digits, isSigned }).trim()
}

/** An age in its two largest units. */
export function shownAge(ms: number | undefined): string {
  return ms === undefined || !Number.isFinite(ms) ? '--' : formatDuration(Math.round(ms * US_PER_MS))
}

/** What prices and quantities of an instrument are written with. */
export interface InstrumentScale {
  readonly id: string
  readonly venueId: string
  readonly base: string
  readonly quote: string
  /** Decimals. */
  readonly tickSize: string
  readonly lotSize: string
  /** Quote currency per base unit and price; 1 where it is not told. */
  readonly multiplier?: string | undefined
}

/** Whole or fractional ticks as a price: whole ones in the instrument's own precision. */
export function priceText(
  ticks: number | undefined,
  { tickSize }: Pick<InstrumentScale, 'tickSize'>,
): string | undefined {
  return multipleText(ticks, tickSize)
}

/** A price for people: an average that falls between ticks has two digits more. */
export function shownPrice(ticks: number | undefined, { tickSize }: Pick<InstrumentScale, 'tickSize'>): string {
  if (ticks === undefined || !Number.isFinite(ticks)) return '--'
  const size = decimal(tickSize)
  const digits = Number.isSafeInteger(ticks) ? size.scale : size.scale + 2
  return (ticks * decimalToNumber(size)).toFixed(digits)
}

/** Lots as a quantity. */
export function qtyText(lots: number | undefined, { lotSize }: Pick<InstrumentScale, 'lotSize'>): string | undefined {
  return multipleText(lots, lotSize)
}

function multipleText(count: number | undefined, size: string): string | undefined {
  if (count === undefined || !Number.isFinite(count)) return undefined
  const { units, scale } = decimal(size)
  if (Number.isSafeInteger(count)) return formatUnits(BigInt(count) * units, scale)
  const fraction = decimal(String(count))
  const product = { units: fraction.units * units, scale: fraction.scale + scale }
  return formatDecimal(product)
}
