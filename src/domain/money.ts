import { assert, type Brand } from './brand.ts'
import { decimalToNumber, divHalfEven, formatUnits, parseDecimal } from './decimal.ts'

/** Price ÷ tick size of its instrument, a safe integer. */
export type Ticks = Brand<number, 'Ticks'>
/** Quantity ÷ lot size of its instrument, a safe integer, signed where a position is meant. */
export type Lots = Brand<number, 'Lots'>
/** An amount in quanta of 10^-18 of one currency. */
export type Money = Brand<bigint, 'Money'>
/** A proportion in parts per billion: a fee of 0.1 % is 1 000 000. Negative is a rebate. */
export type Rate = Brand<number, 'Rate'>

/** Fraction digits of a money quantum. Every currency has the same: the finest unit in use (wei) fits. */
export const MONEY_SCALE = 18
export const QUANTA_PER_UNIT = 10n ** BigInt(MONEY_SCALE)
export const RATE_UNIT = 1_000_000_000

export function ticks(raw: number): Ticks {
  if (!Number.isSafeInteger(raw)) assert(false, `ticks are safe integers, was ${raw}`)
  return raw as Ticks
}

export function lots(raw: number): Lots {
  if (!Number.isSafeInteger(raw)) assert(false, `lots are safe integers, was ${raw}`)
  return raw as Lots
}

export function money(quanta: bigint): Money {
  return quanta as Money
}

export const ZERO = money(0n)

/** @returns undefined unless the text is a decimal number whose size is at most 1 000 % (10) */
export function parseRate(text: string): Rate | undefined {
  const value = parseDecimal(text)
  if (value === undefined || value.scale > 9) return undefined
  const raw = decimalToNumber(value) * RATE_UNIT
  return Math.abs(raw) <= 10 * RATE_UNIT ? (Math.round(raw) as Rate) : undefined
}

export function rate(fraction: number): Rate {
  const raw = Math.round(fraction * RATE_UNIT)
  assert(Number.isSafeInteger(raw), `a rate is finite, was ${fraction}`)
  return raw as Rate
}

/** `amount × rate`, rounded half to even to a quantum. */
export function share(amount: Money, by: Rate): Money {
  return money(divHalfEven(amount * BigInt(by), BigInt(RATE_UNIT)))
}

export function abs(amount: Money): Money {
  return amount < 0n ? money(-amount) : amount
}

/** @returns undefined when the text is no decimal number or finer than a quantum */
export function parseMoney(text: string): Money | undefined {
  const value = parseDecimal(text)
  if (value === undefined || value.scale > MONEY_SCALE) return undefined
  return money(value.units * 10n ** BigInt(MONEY_SCALE - value.scale))
}

/** The nearest amount to a double, for marks and settings; books never pass through here. */
export function moneyFromNumber(amount: number): Money {
  assert(Number.isFinite(amount), `an amount is finite, was ${amount}`)
  const [mantissa = '0', exponent = '0'] = amount.toExponential(15).split('e')
  const digits = BigInt(mantissa.replace('.', ''))
  const shift = Number(exponent) - 15 + MONEY_SCALE
  return money(shift >= 0 ? digits * 10n ** BigInt(shift) : divHalfEven(digits, 10n ** BigInt(-shift)))
}

/** The nearest double, for eyes, marks and limits: whole units are exact, where Number(amount) ÷ 10^18 is not. */
export function moneyToNumber(amount: Money): number {
  const whole = amount / QUANTA_PER_UNIT
  return Number(whole) + Number(amount - whole * QUANTA_PER_UNIT) / 1e18
}

/** A decimal string, exact: trailing zeros dropped down to `minDigits`. */
export function formatMoney(amount: Money, minDigits = 0): string {
  let digits = MONEY_SCALE
  let rest: bigint = amount
  while (digits > minDigits && rest % 10n === 0n) {
    rest /= 10n
    digits--
  }
  return formatUnits(amount, MONEY_SCALE, digits)
}

/** A decimal string rounded half to even to `digits`, for people. */
export function roundMoney(amount: Money, digits: number): string {
  return formatUnits(divHalfEven(amount, 10n ** BigInt(MONEY_SCALE - digits)), digits)
}
