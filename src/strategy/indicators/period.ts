import { assert } from '../../domain/brand.ts'

/**
 * Checks the length of a window, in observations.
 *
 * @param least the shortest that the statistic is defined for
 */
export function checkedPeriod(raw: number, name = 'period', least = 1): number {
  assert(Number.isSafeInteger(raw) && raw >= least, `${name} is a whole number of at least ${least}, was ${raw}`)
  return raw
}
