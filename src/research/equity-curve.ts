import { assert } from '../domain/brand.ts'

/** Points of a line, in time order. */
export interface Curve {
  /** Microseconds UTC. */
  readonly ts: Float64Array
  readonly value: Float64Array
}

/** Most points a curve has. */
export const CURVE_POINTS = 4096

const FIELDS = 4 // of a bucket: lowest value and its time, highest value and its time
const BUCKETS = (CURVE_POINTS - 2) / 2 - 1 // two points each, and room for the first and the last sample

/**
 * Thins any number of samples to at most {@link CURVE_POINTS} points while they arrive, without keeping them.
 * Samples fall into buckets of equal count that remember their lowest and highest one, so no spike is lost; when the
 * buckets run out, neighbours merge and the count per bucket doubles.
 */
export class CurveThinner {
  readonly #buckets = new Float64Array(BUCKETS * FIELDS)
  readonly #first = new Float64Array(2)
  readonly #last = new Float64Array(2)
  /** First field of the bucket that fills. */
  #at = 0
  #perBucket = 1
  #inBucket = 0
  #isEmpty = true

  /** Adds the first `count` samples of two columns, which come after all earlier ones. */
  add(ts: Float64Array, value: Float64Array, count: number): void {
    if (count === 0) return
    if (this.#isEmpty) this.#first.set([ts[0] ?? 0, value[0] ?? 0])
    this.#isEmpty = false
    this.#last.set([ts[count - 1] ?? 0, value[count - 1] ?? 0])
    let row = 0
    while (row < count) {
      const rest = this.#perBucket - this.#inBucket
      const end = Math.min(count, row + rest)
      this.#widen(ts, value, row, end)
      this.#inBucket += end - row
      row = end
      if (this.#inBucket < this.#perBucket) return
      this.#inBucket = 0
      this.#at += FIELDS
      if (this.#at === BUCKETS * FIELDS) this.#merge()
    }
  }

  /** Takes rows `from` to `end` into the bucket that fills. */
  #widen(ts: Float64Array, value: Float64Array, from: number, end: number): void {
    const buckets = this.#buckets
    const at = this.#at
    const isNew = this.#inBucket === 0
    let low = isNew ? Number.POSITIVE_INFINITY : (buckets[at + 1] ?? 0)
    let high = isNew ? Number.NEGATIVE_INFINITY : (buckets[at + 3] ?? 0)
    for (let row = from; row < end; row++) {
      const here = value[row] ?? 0
      if (here < low) {
        low = here
        buckets[at] = ts[row] ?? 0
        buckets[at + 1] = here
      }
      if (here > high) {
        high = here
        buckets[at + 2] = ts[row] ?? 0
        buckets[at + 3] = here
      }
    }
  }

  #merge(): void {
    const buckets = this.#buckets
    const field = (at: number): number => buckets[at] ?? 0
    for (let pair = 0; pair < BUCKETS / 2; pair++) {
      const left = 2 * pair * FIELDS
      const right = left + FIELDS
      const low = field(right + 1) < field(left + 1) ? right : left
      const high = field(right + 3) > field(left + 3) ? right : left
      const lowTs = field(low)
      const lowValue = field(low + 1)
      const highTs = field(high + 2)
      const highValue = field(high + 3)
      const to = pair * FIELDS
      buckets[to] = lowTs
      buckets[to + 1] = lowValue
      buckets[to + 2] = highTs
      buckets[to + 3] = highValue
    }
    this.#at = (BUCKETS / 2) * FIELDS
    this.#perBucket *= 2
  }

  /** The curve so far: first sample, extremes of every bucket in time order, last sample; no point twice. */
  curve(): Curve {
    const ts = new Float64Array(CURVE_POINTS)
    const value = new Float64Array(CURVE_POINTS)
    let length = 0
    const push = (pointTs: number, pointValue: number): void => {
      if (length > 0 && ts[length - 1] === pointTs && value[length - 1] === pointValue) return
      ts[length] = pointTs
      value[length++] = pointValue
    }
    const [firstTs = 0, first = 0] = this.#first
    const [lastTs = 0, last = 0] = this.#last
    if (!this.#isEmpty) push(firstTs, first)
    const end = this.#inBucket > 0 ? this.#at + FIELDS : this.#at
    for (let at = 0; at < end; at += FIELDS) {
      const [lowTs = 0, low = 0, highTs = 0, high = 0] = this.#buckets.subarray(at, at + FIELDS)
      if (lowTs > highTs) push(highTs, high)
      push(lowTs, low)
      if (lowTs <= highTs) push(highTs, high)
    }
    if (!this.#isEmpty) push(lastTs, last)
    assert(length <= CURVE_POINTS, `a curve has at most ${CURVE_POINTS} points, has ${length}`)
    return { ts: ts.slice(0, length), value: value.slice(0, length) }
  }
}

/** How far below its running peak each point of an equity curve lies, as a fraction: 0 at the peak, −0.25 a quarter below. */
export function drawdownCurve(equity: Curve): Curve {
  const value = new Float64Array(equity.value.length)
  let peak = Number.NEGATIVE_INFINITY
  for (let at = 0; at < value.length; at++) {
    const here = equity.value[at] ?? 0
    if (here > peak) peak = here
    value[at] = peak > 0 && here < peak ? here / peak - 1 : 0
  }
  return { ts: equity.ts, value }
}
