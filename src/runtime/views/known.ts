/** A number that is known; NaN and infinities are left out of a view, because they are no values. */
export function known(value: number | undefined): number | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : value
}

/** The value at a share of a sorted-on-demand sample, 0…1; undefined without samples. */
export function quantile(samples: readonly number[], share: number): number | undefined {
  if (samples.length === 0) return undefined
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
