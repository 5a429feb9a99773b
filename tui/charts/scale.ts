/** Lowest and highest value in sight. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** The range of the finite ones among the values; undefined when there is none. */
export function rangeOf(values: Iterable<number>): Range | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? { low, high } : undefined
}

/**
 * Where a value stands between the highest, 0, and the lowest, 1. In the middle where both are the same. Halves keep a range
 * from overflowing that is wider than the largest double.
 */
export function depthIn({ low, high }: Range, value: number): number {
  const share = (high / 2 - value / 2) / (high / 2 - low / 2)
  return Number.isFinite(share) ? Math.max(0, Math.min(1, share)) : 0.5
}

/** The dot, from the top, of a value in a column of `dots` dots. */
export function dotIn(range: Range, value: number, dots: number): number {
  return Math.round(depthIn(range, value) * (dots - 1))
}

/** The value at a share of the way from the highest, 0, to the lowest, 1. */
export function valueAt({ low, high }: Range, depth: number): number {
  return high * (1 - depth) + low * depth
}

/** Rows that carry a label: the first, the last and some evenly between, one for about ten rows. */
export function labelledRows(rows: number): readonly number[] {
  if (rows <= 1) return [0].slice(0, rows)
  const count = 2 + Math.floor((rows - 1) / 9 + 0.12)
  const kept = rows < 4 ? 2 : count
  return Array.from({ length: kept }, (_, at) => Math.round((at * (rows - 1)) / (kept - 1)))
}
