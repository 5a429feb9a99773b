import { US_PER_DAY } from '../domain/time.ts'

/** What losses are measured from: equity at marks, base currency. */
export interface LossMarks {
  readonly peak: number
  /** Start of the day, µs, and what the account was worth at the first mark in it. */
  readonly dayTs: number
  readonly dayStart: number
}

/** Remembers what the account was worth at its best and when the day began. Unknown, NaN, until it was valued once. */
export class LossBook {
  readonly #dayOffsetUs: number
  #peak = Number.NaN
  #dayTs = Number.NaN
  #dayStart = Number.NaN

  /**
   * @param dayOffsetUs when a day begins, µs after midnight UTC
   * @param from how it stood when the last session ended
   */
  constructor(dayOffsetUs: number, from?: LossMarks) {
    this.#dayOffsetUs = dayOffsetUs
    if (from === undefined) return
    this.#peak = from.peak
    this.#dayTs = from.dayTs
    this.#dayStart = from.dayStart
  }

  /** Undefined before the first mark. */
  get marks(): LossMarks | undefined {
    if (Number.isNaN(this.#dayStart) || Number.isNaN(this.#peak)) return undefined
    return { peak: this.#peak, dayTs: this.#dayTs, dayStart: this.#dayStart }
  }

  /** Takes equity at a moment in; what cannot be valued marks nothing. */
  mark(ts: number, equity: number): void {
    if (!Number.isFinite(equity)) return
    if (!(equity <= this.#peak)) this.#peak = equity
    const dayTs = Math.floor((ts - this.#dayOffsetUs) / US_PER_DAY) * US_PER_DAY + this.#dayOffsetUs
    if (dayTs === this.#dayTs) return
    this.#dayTs = dayTs
    this.#dayStart = equity
  }

  /** What the account is worth less than when the day began; below 0 is a gain, NaN is not known. */
  dayLoss(equity: number): number {
    return this.#dayStart - equity
  }

  /** What the account is worth less than at its best. */
  drawdown(equity: number): number {
    return Math.max(this.#peak, equity) - equity
  }
}
