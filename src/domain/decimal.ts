import { assert } from './brand.ts'

/** An exact decimal number: `units × 10^-scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

const PLAIN = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * Reads a decimal number exactly, trailing zeros dropped; no float on the way.
 *
 * @returns undefined when the text is not a finite decimal number
 */
export function parseDecimal(text: string): Decimal | undefined {
  const found = PLAIN.exec(text)
  if (!found) return undefined
  const [, sign, whole = '0', fraction = '', exponent = '0'] = found
  let units = BigInt(whole + fraction)
  let scale = fraction.length - Number(exponent)
  if (scale < 0) {
    units *= 10n ** BigInt(-scale)
    scale = 0
  }
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n
    scale--
  }
  return { units: sign === '-' ? -units : units, scale }
}

/** Like {@link parseDecimal}, for text that the program itself wrote. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text)
  assert(value !== undefined, `a decimal number, was '${text}'`)
  return value
}

/** The number with exactly `digits` fraction digits (default: as many as it has), never in exponent form. */
export function formatUnits(units: bigint, scale: number, digits: number = scale): string {
  const negative = units < 0n
  const text = (negative ? -units : units).toString().padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  const fraction = scale === 0 ? '' : text.slice(-scale)
  assert(digits >= scale || /^0*$/.test(fraction.slice(digits)), `${text}e-${scale} fits ${digits} fraction digits`)
  const shown = fraction.slice(0, digits).padEnd(digits, '0')
  return `${negative ? '-' : ''}${whole}${digits > 0 ? `.${shown}` : ''}`
}

export function formatDecimal(value: Decimal, digits?: number): string {
  return formatUnits(value.units, value.scale, digits)
}

export function decimalToNumber(value: Decimal): number {
  return Number(formatDecimal(value))
}

/**
 * Rounds a quotient to the nearest integer, ties to the even one, so that rounding has no drift.
 *
 * @param divisor positive
 */
export function divHalfEven(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, `a divisor is positive, was ${divisor}`)
  const quotient = dividend / divisor
  const rest = dividend - quotient * divisor
  if (rest === 0n) return quotient
  const twice = 2n * (rest < 0n ? -rest : rest)
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient
  return dividend < 0n ? quotient - 1n : quotient + 1n
}
