import { quantile } from './returns.ts'

/** Draws per bootstrap (UGF-E): enough that a second seed moves the ends of the interval little. */
export const RESAMPLES = 1000

/** 95 % intervals of the mean return and of mean ÷ deviation, both per period. */
export interface BootstrapIntervals {
  readonly mean: { readonly low: number; readonly high: number }
  /** NaN ends when a resample had no deviation. */
  readonly ratio: { readonly low: number; readonly high: number }
}

/**
 * Resamples a series in blocks of random length, wrapped around its end, so that what clusters in time (volatility,
 * streaks) stays clustered; takes the 2.5 % and 97.5 % quantiles over the resamples.
 * The mean block length is the cube root of the number of returns, the order that is best for a mean.
 * Source: D. N. Politis and J. P. Romano, "The Stationary Bootstrap", JASA 89(428), 1994.
 *
 * @param random seeded, in [0, 1)
 */
export function stationaryBootstrap(
  returns: Float64Array,
  random: () => number,
  resamples: number = RESAMPLES,
): BootstrapIntervals {
  const size = returns.length
  const chanceOfNewBlock = 1 / Math.max(1, Math.round(Math.cbrt(size)))
  const means = new Float64Array(resamples)
  const ratios = new Float64Array(resamples)
  for (let draw = 0; draw < resamples; draw++) {
    let sum = 0
    let squares = 0
    let at = 0
    for (let step = 0; step < size; step++) {
      if (step === 0 || random() < chanceOfNewBlock) at = Math.floor(random() * size)
      else at = at + 1 === size ? 0 : at + 1
      const value = returns[at] ?? 0
      sum += value
      squares += value * value
    }
    const average = sum / size
    means[draw] = average
    ratios[draw] = average / Math.sqrt(Math.max(0, squares - size * average * average) / (size - 1))
  }
  return { mean: interval(means), ratio: interval(ratios) }
}

function interval(draws: Float64Array): { low: number; high: number } {
  const sorted = draws.sort()
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }
}
