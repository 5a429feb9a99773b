import { US_PER_DAY } from '../domain/time.ts'
import { type Curve, CurveThinner } from './equity-curve.ts'
import { grown } from './growing.ts'

/** The deepest fall from a peak. */
export interface DrawdownEpisode {
  /** Of the peak; above 1 when equity fell below zero. */
  readonly fraction: number
  /** First sample of the peak. */
  readonly peakTs: number
  readonly peak: number
  readonly troughTs: number
  readonly trough: number
  /** First sample back at the peak; undefined when the run ended below it. */
  readonly recoveryTs: number | undefined
}

/** What a run's equity did, from every sample. */
export interface EquitySummary {
  readonly samples: number
  readonly firstTs: number
  readonly lastTs: number
  readonly first: number
  readonly last: number
  readonly highest: number
  readonly lowest: number
  /** Arithmetic mean of all samples. */
  readonly mean: number
  /** Largest fall from a running peak, in money; not always the fall that is largest as a fraction. */
  readonly maxDrawdownMoney: number
  /** Largest fall as a fraction; undefined when equity never fell below a positive peak. */
  readonly deepest: DrawdownEpisode | undefined
  /** √ of the mean squared drawdown fraction over all samples (Martin, 1987), 0 to 1 unless equity fell below zero. */
  readonly ulcerIndex: number
  /** From the last sample at a peak to the first one back at it (or the end), the longest such time. */
  readonly longestUnderWaterUs: number
  /** Most consecutive samples below the running peak. */
  readonly longestUnderWaterSamples: number
  /** Samples with a position ÷ all samples. */
  readonly exposureShare: number
}

/** One point a UTC day that has samples. */
export interface DailyEquity {
  /** Days since the epoch. */
  readonly day: Int32Array
  /** Last equity of the day. */
  readonly equity: Float64Array
}

/** Short runs keep every sample up to this many, so that their returns need no daily series. */
export const SAMPLES_KEPT = 65_536

/** Samples that wait to be folded together. */
const BATCH = 1024

/**
 * Follows equity through a run: one call a bar, which allocates nothing once it is compiled into its caller.
 *
 * A call only notes the sample; what is known is brought up to date a batch at a time, or when somebody asks. So the
 * call is small enough for the compiler to inline (a call that is not makes heap objects of its doubles), and the
 * folding is one loop over arrays.
 *
 * A sample is stamped with the time at which its equity was known, so one at the stroke of midnight closes the day that
 * ends there: daily bars, which are known at midnight, belong to their own day and month.
 */
export class EquityRecorder {
  readonly #thinner = new CurveThinner()
  // Samples not folded yet.
  readonly #waitingTs = new Float64Array(BATCH)
  readonly #waiting = new Float64Array(BATCH)
  #waitingCount = 0
  #exposed = 0
  // Everything below is of the folded samples.
  #samples = 0
  #firstTs = 0
  #lastTs = 0
  #first = 0
  #last = 0
  #sum = 0
  #lowest = Number.POSITIVE_INFINITY
  // The running peak, its first sample, its last sample, and the samples below it since.
  #peak = Number.NEGATIVE_INFINITY
  #peakTs = 0
  #atPeakTs = 0
  #below = 0
  #belowMost = 0
  #underWaterUs = 0
  #squares = 0
  #fallMoney = 0
  #fall = 0
  #deepest: DrawdownEpisode | undefined
  #isRecovered = true
  // Days that have ended; the one under way is `#day`, its last equity the last sample.
  #days = new Int32Array(512)
  #dayEquity = new Float64Array(512)
  #dayCount = 0
  #day = 0
  #kept = new Float64Array(BATCH)

  /**
   * @param ts microseconds UTC, never before the previous sample
   * @param equity cash and positions at mark, in the reporting currency
   * @param isExposed whether any position is open
   */
  sample(ts: number, equity: number, isExposed: boolean): void {
    const at = this.#waitingCount
    this.#waitingTs[at] = ts
    this.#waiting[at] = equity
    if (isExposed) this.#exposed++
    this.#waitingCount = at + 1
    if (at + 1 === BATCH) this.#fold()
  }

  #fold(): void {
    const count = this.#waitingCount
    if (count === 0) return
    this.#waitingCount = 0
    const firstTs = this.#waitingTs[0] ?? 0
    if (this.#samples === 0) {
      this.#firstTs = firstTs
      this.#first = this.#waiting[0] ?? 0
      this.#day = dayOf(firstTs)
    }
    this.#foldDrawdown(count)
    this.#foldDays(count)
    if (this.#samples < SAMPLES_KEPT) this.#keep(count)
    this.#thinner.add(this.#waitingTs, this.#waiting, count)
    this.#samples += count
    this.#lastTs = this.#waitingTs[count - 1] ?? 0
    this.#last = this.#waiting[count - 1] ?? 0
  }

  #foldDrawdown(count: number): void {
    const times = this.#waitingTs
    const values = this.#waiting
    // Locals, because a double in a field is a heap object and a field in a loop is read again after every call.
    let sum = this.#sum
    let squares = this.#squares
    let lowest = this.#lowest
    let peak = this.#peak
    let peakTs = this.#peakTs
    let atPeakTs = this.#atPeakTs
    let below = this.#below
    let fallMoney = this.#fallMoney
    let fall = this.#fall
    let deepestAt = -1
    for (let at = 0; at < count; at++) {
      const equity = values[at] ?? 0
      sum += equity
      if (equity < peak) {
        below++
        if (equity < lowest) lowest = equity
        if (peak - equity > fallMoney) fallMoney = peak - equity
        if (peak <= 0) continue
        const fraction = 1 - equity / peak
        squares += fraction * fraction
        if (fraction <= fall) continue
        fall = fraction
        deepestAt = at
        this.#isRecovered = false
        continue
      }
      const ts = times[at] ?? 0
      if (below > 0) {
        if (deepestAt >= 0) this.#deepen({ fall, peak, peakTs }, deepestAt)
        deepestAt = -1
        this.#surface(ts, { below, us: ts - atPeakTs })
        below = 0
      }
      atPeakTs = ts
      if (equity < lowest) lowest = equity
      if (equity === peak) continue
      peak = equity
      peakTs = ts
    }
    if (deepestAt >= 0) this.#deepen({ fall, peak, peakTs }, deepestAt)
    this.#sum = sum
    this.#squares = squares
    this.#lowest = lowest
    this.#peak = peak
    this.#peakTs = peakTs
    this.#atPeakTs = atPeakTs
    this.#below = below
    this.#fallMoney = fallMoney
    this.#fall = fall
  }

  /** Notes the deepest fall, whose trough is row `at` of the batch. */
  #deepen({ fall, peak, peakTs }: { fall: number; peak: number; peakTs: number }, at: number): void {
    this.#deepest = {
      fraction: fall,
      peakTs,
      peak,
      troughTs: this.#waitingTs[at] ?? 0,
      trough: this.#waiting[at] ?? 0,
      recoveryTs: undefined,
    }
  }

  /** Equity is back at its peak after `below` samples and `us` microseconds. */
  #surface(ts: number, { below, us }: { below: number; us: number }): void {
    this.#underWaterUs = Math.max(this.#underWaterUs, us)
    this.#belowMost = Math.max(this.#belowMost, below)
    if (this.#isRecovered || this.#deepest === undefined) return
    this.#isRecovered = true
    this.#deepest = { ...this.#deepest, recoveryTs: ts }
  }

  #foldDays(count: number): void {
    const times = this.#waitingTs
    let endTs = (this.#day + 1) * US_PER_DAY
    // A batch within one day, the usual case for short bars, is seen by its last row.
    if ((times[count - 1] ?? 0) <= endTs) return
    for (let at = 0; at < count; at++) {
      const ts = times[at] ?? 0
      if (ts <= endTs) continue
      this.#closeDay(at === 0 ? this.#last : (this.#waiting[at - 1] ?? 0))
      this.#day = dayOf(ts)
      endTs = (this.#day + 1) * US_PER_DAY
    }
  }

  #closeDay(equity: number): void {
    if (this.#dayCount === this.#days.length) {
      this.#days = grown(this.#days)
      this.#dayEquity = grown(this.#dayEquity)
    }
    this.#days[this.#dayCount] = this.#day
    this.#dayEquity[this.#dayCount++] = equity
  }

  #keep(count: number): void {
    while (this.#samples + count > this.#kept.length) this.#kept = grown(this.#kept)
    this.#kept.set(this.#waiting.subarray(0, count), this.#samples)
  }

  /** @returns undefined before the first sample */
  summary(): EquitySummary | undefined {
    this.#fold()
    if (this.#samples === 0) return undefined
    const openUs = this.#below > 0 ? this.#lastTs - this.#atPeakTs : 0
    return {
      samples: this.#samples,
      firstTs: this.#firstTs,
      lastTs: this.#lastTs,
      first: this.#first,
      last: this.#last,
      highest: this.#peak,
      lowest: this.#lowest,
      mean: this.#sum / this.#samples,
      maxDrawdownMoney: this.#fallMoney,
      deepest: this.#deepest,
      ulcerIndex: Math.sqrt(this.#squares / this.#samples),
      longestUnderWaterUs: Math.max(this.#underWaterUs, openUs),
      longestUnderWaterSamples: Math.max(this.#below, this.#belowMost),
      exposureShare: this.#exposed / this.#samples,
    }
  }

  /** Last equity of each UTC day that has samples, the day under way included. */
  daily(): DailyEquity {
    this.#fold()
    const length = this.#samples === 0 ? 0 : this.#dayCount + 1
    const day = new Int32Array(length)
    const equity = new Float64Array(length)
    day.set(this.#days.subarray(0, this.#dayCount))
    equity.set(this.#dayEquity.subarray(0, this.#dayCount))
    if (length > 0) {
      day[length - 1] = this.#day
      equity[length - 1] = this.#last
    }
    return { day, equity }
  }

  /** Every sample, while there are at most {@link SAMPLES_KEPT}; undefined for longer runs. */
  everySample(): Float64Array | undefined {
    this.#fold()
    return this.#samples <= SAMPLES_KEPT ? this.#kept.slice(0, this.#samples) : undefined
  }

  /** Equity over time, thinned to what a chart can show. */
  curve(): Curve {
    this.#fold()
    return this.#thinner.curve()
  }
}

/** The UTC day, counted from the epoch, that a sample at `ts` belongs to: midnight ends a day. */
function dayOf(ts: number): number {
  return Math.ceil(ts / US_PER_DAY) - 1
}
