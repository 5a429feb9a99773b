import type { Indicator } from './indicator.ts'
import { isObservation } from './observation.ts'
import { checkedPeriod } from './period.ts'
import { SavedState } from './saved-state.ts'

/** Divide the squares by `period` (the window is all there is) or by `period − 1` (it is a sample of more). */
export type Spread = 'population' | 'sample'

/**
 * Mean and standard deviation of the last `period` inputs. `value` is the deviation; at least 2 inputs for `sample`.
 *
 * The window is a suffix of the last lap and a prefix of this one, as in `RollingSum`. Both carry their mean and sum of
 * squared deviations (Welford, Technometrics 4, 1962), and two such pairs merge exactly (Chan, Golub, LeVeque, The
 * American Statistician 37, 1983), so no square is ever subtracted: the textbook difference of squares loses all digits
 * when prices are large and quiet. Each lap measures from its own first input, the pivot, which keeps the digits that a
 * high price level would use up. A flat window has a deviation of exactly 0.
 */
export class RollingDeviation implements Indicator {
  readonly warmUp: number
  readonly #divisor: number
  /** Below `#at` this lap's inputs, from it on the means of the last lap from that slot to its end; less the lap's pivot. */
  readonly #means: Float64Array
  /** From `#at` on: the sums of squared deviations that go with those means. */
  readonly #squares: Float64Array
  #at = 0
  #lapMean = 0
  #lapSquares = 0
  #pivot = 0
  #lastPivot = 0
  #isReady = false

  constructor(period: number, spread: Spread) {
    this.warmUp = checkedPeriod(period, 'period', spread === 'sample' ? 2 : 1)
    this.#divisor = spread === 'sample' ? period - 1 : period
    this.#means = new Float64Array(period)
    this.#squares = new Float64Array(period)
  }

  get mean(): number {
    if (!this.#isReady) return Number.NaN
    const suffix = this.#means[this.#at] ?? Number.NaN
    return this.#lastPivot + (suffix + (this.#gap(suffix) * this.#at) / this.warmUp)
  }

  get value(): number {
    if (!this.#isReady) return Number.NaN
    const at = this.#at
    const gap = this.#gap(this.#means[at] ?? Number.NaN)
    const between = (gap * gap * at * (this.warmUp - at)) / this.warmUp
    return Math.sqrt(((this.#squares[at] ?? Number.NaN) + this.#lapSquares + between) / this.#divisor)
  }

  get isReady(): boolean {
    return this.#isReady
  }

  /** Mean of this lap less mean of the suffix. */
  #gap(suffix: number): number {
    return this.#pivot - this.#lastPivot + (this.#lapMean - suffix)
  }

  update(x: number): void {
    if (!isObservation(x)) return
    if (this.#at === 0) this.#pivot = x
    const y = x - this.#pivot
    this.#means[this.#at] = y
    this.#at++
    const away = y - this.#lapMean
    this.#lapMean += away / this.#at
    this.#lapSquares += away * (y - this.#lapMean)
    if (this.#at === this.warmUp) this.#turn()
  }

  #turn(): void {
    let mean = 0
    let squares = 0
    let count = 0
    for (let at = this.warmUp - 1; at >= 0; at--) {
      const y = this.#means[at] ?? Number.NaN
      const away = y - mean
      mean += away / ++count
      squares += away * (y - mean)
      this.#means[at] = mean
      this.#squares[at] = squares
    }
    this.#at = 0
    this.#lapMean = 0
    this.#lapSquares = 0
    this.#lastPivot = this.#pivot
    this.#isReady = true
  }

  reset(): void {
    this.#means.fill(0)
    this.#squares.fill(0)
    this.#at = 0
    this.#lapMean = 0
    this.#lapSquares = 0
    this.#pivot = 0
    this.#lastPivot = 0
    this.#isReady = false
  }

  save(): number[] {
    const place = [this.warmUp, this.#divisor, this.#at, Number(this.#isReady)]
    const lap = [this.#lapMean, this.#lapSquares, this.#pivot, this.#lastPivot]
    return [...place, ...lap, ...this.#means, ...this.#squares]
  }

  restore(state: readonly number[]): void {
    const saved = new SavedState('rolling deviation', state)
    saved.expect('period', this.warmUp)
    saved.expect('divisor', this.#divisor)
    this.#at = saved.count(this.warmUp - 1)
    this.#isReady = saved.count(1) === 1
    this.#lapMean = saved.number()
    this.#lapSquares = saved.number()
    this.#pivot = saved.number()
    this.#lastPivot = saved.number()
    saved.fill(this.#means)
    saved.fill(this.#squares)
    saved.end()
  }
}
