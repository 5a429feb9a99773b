import type { Decimal } from '../../domain/decimal.ts'
import { parseDecimal } from '../../domain/decimal.ts'

/**
 * How many steps a decimal text is, exactly: `"0.02"` in steps of 0.01 is 2.
 *
 * @returns undefined for text that is no number, or is no whole number of steps that a double can hold
 */
export function stepsIn(text: string, step: Decimal): number | undefined {
  const value = parseDecimal(text)
  if (value === undefined) return undefined
  const scale = BigInt(Math.max(value.scale, step.scale))
  const units = value.units * 10n ** (scale - BigInt(value.scale))
  const each = step.units * 10n ** (scale - BigInt(step.scale))
  if (units % each !== 0n) return undefined
  const steps = Number(units / each)
  return Number.isSafeInteger(steps) ? steps : undefined
}

/** {@link stepsIn} for the many numbers of a book: by doubles, and exact wherever the result is a whole number. */
export function nearSteps(text: string, step: number): number {
  const raw = Number(text) / step
  const whole = Math.round(raw)
  return Math.abs(raw - whole) <= 1e-6 && Number.isSafeInteger(whole) ? whole : Number.NaN
}
