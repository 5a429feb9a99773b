import { decimal, decimalToNumber } from '../../src/domain/decimal.ts'
import type { InstrumentView } from '../../src/runtime/link/views.ts'
import type { Piece } from './row.ts'
import type { Tone } from './tone.ts'

/** No value: not known to be zero, not known to be anything. */
export const NONE = '--'

/** Thousands by commas; a zero is never signed. */
function grouped(size: number, digits: number): string {
  const [whole = '0', fraction] = size.toFixed(digits).split('.')
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? commas : `${commas}.${fraction}`
}

/** Rounds half to even at `digits` decimals, for show. */
function rounded(value: number, digits: number): number {
  const scale = 10 ** digits
  const scaled = value * scale
  const nearest = Math.round(scaled)
  const isTie = Math.abs(Math.abs(scaled - Math.trunc(scaled)) - 0.5) < 1e-9
  return (isTie && nearest % 2 !== 0 ? nearest - 1 : nearest) / scale
}

export interface NumberForm {
  readonly digits: number
  /** `+` before what is above zero. */
  readonly isSigned?: boolean
  readonly prefix?: string
}

/** A number as the screen shows it; {@link NONE} for what is not known. */
export function number(value: number | undefined, { digits, isSigned = false, prefix = '' }: NumberForm): string {
  if (value === undefined || !Number.isFinite(value)) return NONE
  const shown = rounded(value, digits)
  if (shown === 0) return `${isSigned ? ' ' : ''}${prefix}${grouped(0, digits)}`
  const sign = shown < 0 ? '-' : isSigned ? '+' : ''
  return `${sign}${prefix}${grouped(Math.abs(shown), digits)}`
}

/** Fraction digits that an instrument's prices and quantities have. */
export function priceDigits({ tickSize }: Pick<InstrumentView, 'tickSize'>): number {
  return decimal(tickSize).scale
}
export function qtyDigits({ lotSize }: Pick<InstrumentView, 'lotSize'>): number {
  return decimal(lotSize).scale
}

/** Ticks in the instrument's own precision; a fractional average is rounded to it. */
export function price(ticks: number | undefined, instrument: InstrumentView): string {
  if (ticks === undefined) return NONE
  return number(ticks * decimalToNumber(decimal(instrument.tickSize)), { digits: priceDigits(instrument) })
}

/** Lots in the instrument's own precision. */
export function qty(lots: number | undefined, instrument: InstrumentView, isSigned = false): string {
  if (lots === undefined) return NONE
  return number(lots * decimalToNumber(decimal(instrument.lotSize)), { digits: qtyDigits(instrument), isSigned }).trim()
}

const CURRENCIES: Readonly<Record<string, { readonly digits: number; readonly prefix: string }>> = {
  JPY: { digits: 0, prefix: '\u00a5' },
  USD: { digits: 2, prefix: '$' },
  USDT: { digits: 2, prefix: '' },
}

/** Fraction digits an amount of a currency is shown with. */
export function moneyDigits(currency: string): number {
  return CURRENCIES[currency]?.digits ?? 8
}

/** An amount with its currency's sign, or bare where the column names it. */
export function money(
  value: number | undefined,
  currency: string,
  options: { readonly isSigned?: boolean; readonly isBare?: boolean } = {},
): string {
  const { digits, prefix } = CURRENCIES[currency] ?? { digits: 8, prefix: '' }
  const text = number(value, {
    digits,
    isSigned: options.isSigned === true,
    prefix: options.isBare === true ? '' : prefix,
  })
  const needsCode = options.isBare !== true && prefix === '' && text !== NONE
  return needsCode ? `${text} ${currency}` : text
}

/** Percent with two decimals, signed. */
export function percent(value: number | undefined, digits = 2): string {
  return value === undefined || !Number.isFinite(value) ? NONE : `${number(value, { digits, isSigned: true })}%`
}

/** Share of a limit as whole percent. */
export function share(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? NONE : `${Math.round(value * 100)}%`
}

/** Volume and bytes in few characters: the only numbers that are shortened. */
export function short(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE
  const size = Math.abs(value)
  for (const [divisor, suffix] of [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'K'],
  ] as const)
    if (size >= divisor * 10) return `${number(value / divisor, { digits: 1 })}${suffix}`
  return number(value, { digits: size >= 100 ? 0 : 1 })
}

/** How old something is: `0.2s 42s 4m 3h 2d`. */
export function age(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return NONE
  const seconds = Math.max(0, ms) / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)}s`
  if (seconds < 100) return `${Math.floor(seconds)}s`
  if (seconds < 6_000) return `${Math.floor(seconds / 60)}m`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** Time left: `00:47`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

/** Direction has a tone and a sign; zero and unknown have neither. */
export function directionTone(value: number | undefined): Tone {
  if (value === undefined || !Number.isFinite(value)) return 'unknown'
  return value > 0 ? 'up' : value < 0 ? 'down' : 'plain'
}

/** A signed amount dressed by its direction. */
export function signed(value: number | undefined, text: string): Piece {
  return value === undefined || !Number.isFinite(value) ? [text, 'muted'] : [text, directionTone(value)]
}
