import { type TimeUs, timeUs } from '../../src/domain/time.ts'

export interface Gap {
  /** Time of the last bar before it. */
  readonly afterTs: TimeUs
  /** Time of the first bar behind it. */
  readonly untilTs: TimeUs
  /** Bars that are not there. */
  readonly missing: number
}

export interface Gaps {
  readonly count: number
  /** Bars missing in all of them. */
  readonly missing: number
  /** The largest few, largest first. */
  readonly largest: readonly Gap[]
}

/** Different distances counted one by one; a file with more of them settles its step on what it has shown so far. */
const DISTANCES_MAX = 4096
const LARGEST = 5

/**
 * Finds the step of bars, which is the most common distance between neighbours, and what is missing by that step.
 * A market that closes has gaps at every close; nothing here knows calendars.
 */
export class BarSteps {
  readonly #counts = new Map<number, number>()
  #before = Number.NaN
  /** The present run of equal distances: most files are one long run. */
  #run = { distance: 0, count: 0 }
  #settled: number | undefined
  #count = 0
  #missing = 0
  readonly #largest: { afterTs: number; distance: number }[] = []

  /** @param ts of the next bar, later than the one before */
  add(ts: number): void {
    const distance = ts - this.#before
    const before = this.#before
    this.#before = ts
    if (!(distance > 0)) return
    if (distance === this.#run.distance) this.#run.count++
    else {
      this.#flush()
      this.#run = { distance, count: 1 }
    }
    const smallest = this.#largest.at(-1)
    if (this.#largest.length < LARGEST || (smallest !== undefined && distance > smallest.distance)) {
      this.#largest.push({ afterTs: before, distance })
      this.#largest.sort((a, b) => b.distance - a.distance)
      this.#largest.length = Math.min(this.#largest.length, LARGEST)
    }
  }

  /** µs; undefined for fewer than two bars. */
  step(): number | undefined {
    this.#flush()
    if (this.#settled !== undefined) return this.#settled
    let [step, most] = [0, 0]
    for (const [distance, count] of this.#counts) {
      // Of equally common distances the shortest: a longer one is some bars missing.
      if (count > most || (count === most && distance < step)) [step, most] = [distance, count]
    }
    return step === 0 ? undefined : step
  }

  gaps(step: number): Gaps {
    this.#flush()
    let [count, missing] = [this.#count, this.#missing]
    for (const [distance, times] of this.#counts) {
      const absent = absentIn(distance, step)
      if (absent === 0) continue
      count += times
      missing += times * absent
    }
    const largest = this.#largest
      .map(({ afterTs, distance }) => {
        return { afterTs: timeUs(afterTs), untilTs: timeUs(afterTs + distance), missing: absentIn(distance, step) }
      })
      .filter((gap) => gap.missing > 0)
    return { count, missing, largest }
  }

  #flush(): void {
    const { distance, count } = this.#run
    this.#run = { distance: 0, count: 0 }
    if (count === 0) return
    if (this.#settled === undefined && this.#counts.size >= DISTANCES_MAX && !this.#counts.has(distance)) {
      this.#settled = this.step()
    }
    if (this.#settled === undefined || this.#counts.has(distance)) {
      this.#counts.set(distance, (this.#counts.get(distance) ?? 0) + count)
      return
    }
    const absent = absentIn(distance, this.#settled)
    if (absent === 0) return
    this.#count += count
    this.#missing += count * absent
  }
}

function absentIn(distance: number, step: number): number {
  return Math.max(0, Math.round(distance / step) - 1)
}
