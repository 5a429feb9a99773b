import { assert } from '../../domain/brand.ts'

/** Checks how many deviations (or true ranges) the edges of a channel stand from its middle. */
export function checkedWidth(raw: number): number {
  assert(Number.isFinite(raw) && raw > 0, `width is a positive number, was ${raw}`)
  return raw
}
