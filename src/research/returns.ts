/**
 * Statistics of a series of returns. Each function says what it needs; where it is not met the result is NaN, and the
 * caller turns that into a withheld figure.
 */

/** `E[i] / E[i−1] − 1`; undefined when any base is not positive, because a loss beyond everything has no return. */
export function returnsOf(equity: Float64Array): Float64Array | undefined {
  const returns = new Float64Array(Math.max(0, equity.length - 1))
  for (let at = 0; at < returns.length; at++) {
    const before = equity[at] ?? 0
    if (!(before > 0)) return undefined
    returns[at] = (equity[at + 1] ?? 0) / before - 1
  }
  return returns
}

/** Arithmetic mean; needs one value. */
export function mean(values: Float64Array): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0
  return sum / values.length
}

/** Central moment of order 2, 3 or 4, divided by n. */
function moment(values: Float64Array, order: number): number {
  const centre = mean(values)
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += ((values[at] ?? 0) - centre) ** order
  return sum / values.length
}

/** Sample standard deviation (n − 1); needs two values. */
export function sampleDeviation(values: Float64Array): number {
  return Math.sqrt((moment(values, 2) * values.length) / (values.length - 1))
}

/** √ of the mean of `min(value − target, 0)²` over all values. */
export function downsideDeviation(values: Float64Array, target: number): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += Math.min((values[at] ?? 0) - target, 0) ** 2
  return Math.sqrt(sum / values.length)
}

/** `m3 / m2^1.5` with population moments; needs values that differ. */
export function skewness(values: Float64Array): number {
  return moment(values, 3) / moment(values, 2) ** 1.5
}

/** `m4 / m2² − 3` with population moments; 0 for a normal distribution; needs values that differ. */
export function excessKurtosis(values: Float64Array): number {
  return moment(values, 4) / moment(values, 2) ** 2 - 3
}

/** Interpolates linearly between order statistics. @param sorted ascending, not empty */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN
  return low + (high - low) * (place - below)
}

/** Mean of the values at or below a limit. */
export function meanUpTo(values: Float64Array, limit: number): number {
  let sum = 0
  let count = 0
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    if (value > limit) continue
    sum += value
    count++
  }
  return sum / count
}

/** Sums of the positive and of the negative values, and their counts. */
export function gainsAndLosses(values: Float64Array) {
  let gains = 0
  let losses = 0
  let positive = 0
  let negative = 0
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0
    if (value > 0) {
      gains += value
      positive++
    } else if (value < 0) {
      losses -= value
      negative++
    }
  }
  return { gains, losses, positive, negative }
}

/**
 * The standard normal distribution function, to double precision.
 * Source: G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4), 2004.
 */
export function normalCdf(z: number): number {
  if (z < -8) return 0
  if (z > 8) return 1
  let sum = z
  let term = z
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z - 0.5 * Math.log(2 * Math.PI))
}

/**
 * The probability that the true Sharpe ratio exceeds a benchmark, given how long the record is and how skewed and
 * fat-tailed its returns are: `Φ((SR − SR*)·√(n−1) / √(1 − γ3·SR + (γ4−1)/4·SR²))`, ratios per period, not annualised.
 * Source: D. H. Bailey and M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012.
 */
export function probabilisticSharpe({ ratio, size, skew, kurtosis }: SharpeRecord, benchmark: number): number {
  const spread = 1 - skew * ratio + ((kurtosis - 1) / 4) * ratio * ratio
  return normalCdf(((ratio - benchmark) * Math.sqrt(size - 1)) / Math.sqrt(spread))
}

/** What a track record says about its Sharpe ratio. */
export interface SharpeRecord {
  /** Mean excess return ÷ its sample deviation, per period. */
  readonly ratio: number
  /** Number of returns. */
  readonly size: number
  readonly skew: number
  /** Not in excess: 3 for a normal distribution. */
  readonly kurtosis: number
}

/** @param excess returns over the risk-free rate, that differ */
export function sharpeRecord(excess: Float64Array): SharpeRecord {
  const ratio = mean(excess) / sampleDeviation(excess)
  return { ratio, size: excess.length, skew: skewness(excess), kurtosis: excessKurtosis(excess) + 3 }
}
