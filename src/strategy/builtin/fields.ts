import { z } from 'zod'

// Fields that several strategies share, so that they mean the same and read the same everywhere.

export const fraction = z
  .number()
  .gt(0)
  .max(100)
  .default(0.95)
  .describe('share of equity that a position is worth, fees included; more than 1 borrows, which only margin can')

export const direction = z
  .enum(['long', 'both'])
  .default('long')
  .describe('long: buys and sells what it bought; both: also sells short where the instrument allows it')

/** The length of a window, in bars. */
export function bars(least: number, usual: number, description: string) {
  return z.int().min(least).max(100_000).default(usual).describe(description)
}

export const orderSize = z.number().gt(0).max(1e12).default(1).describe('size of one order, in the unit of sizeUnit')

export const sizeUnit = z
  .enum(['lots', 'percent'])
  .default('percent')
  .describe('lots: smallest steps of the instrument; percent: of equity at the current price')
