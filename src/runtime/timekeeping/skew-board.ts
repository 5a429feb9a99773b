import { US_PER_MS } from '../../domain/time.ts'
import type { HostClock } from '../clock.ts'
import type { ClockReading, ClockSource } from './clock-source.ts'

/** `NONE`: nobody was to be asked. `UNKNOWN`: somebody was, and nobody has answered lately. */
export const CLOCK_STATES = ['NONE', 'UNKNOWN', 'OK', 'WARN', 'CRITICAL'] as const
export type ClockState = (typeof CLOCK_STATES)[number]

/** What one source said last. */
export interface SourceLine {
  readonly name: string
  readonly reading: ClockReading | undefined
  /** Since it was read, ms; undefined before the first answer. */
  readonly ageMs: number | undefined
  /** Why it did not answer; empty when it did. */
  readonly fault: string
}

export interface SkewReading extends ClockReading {
  /** Of the oldest sample that it rests on, ms. */
  readonly ageMs: number
}

/** More sources than these are not asked. */
const SOURCES_MAX = 3
const SAMPLE_EVERY_MS = 30_000
/** A sample that is older is no knowledge any more: three of its kind are missing since. */
const KEPT_MS = 4 * SAMPLE_EVERY_MS

interface Sampled {
  readonly source: ClockSource
  reading: ClockReading | undefined
  readMs: number
  fault: string
  /** Whether there is such a source on this machine. */
  isThere: boolean
}

/** Told of every sample that was taken. */
export type SampleKeeper = (name: string, reading: ClockReading) => void

/** Asks other clocks twice a minute how far ours is off, and takes the median of what they say (UGF-0-021). */
export class SkewBoard {
  readonly #host: HostClock
  readonly #sampled: readonly Sampled[]
  readonly #limits: { readonly warnMs: number; readonly criticalMs: number }
  readonly #keep: SampleKeeper
  readonly #bornMs: number
  #askedMs = Number.NEGATIVE_INFINITY

  constructor(
    sources: readonly ClockSource[],
    host: HostClock,
    limits: { readonly warnMs: number; readonly criticalMs: number },
    keep: SampleKeeper = () => undefined,
  ) {
    this.#host = host
    this.#limits = limits
    this.#keep = keep
    this.#bornMs = host.monotonicMs()
    this.#sampled = sources.slice(0, SOURCES_MAX).map((source) => ({
      source,
      reading: undefined,
      readMs: Number.NaN,
      fault: 'not asked yet',
      isThere: true,
    }))
  }

  /** Asks whoever is due; answers come between two looks. */
  look(): void {
    const nowMs = this.#host.monotonicMs()
    if (nowMs - this.#askedMs < SAMPLE_EVERY_MS) return
    this.#askedMs = nowMs
    for (const one of this.#sampled) void this.#ask(one)
  }

  get sources(): readonly SourceLine[] {
    const nowMs = this.#host.monotonicMs()
    return this.#sampled
      .filter(({ isThere }) => isThere)
      .map(({ source, reading, readMs, fault }) => ({
        name: source.name,
        reading,
        ageMs: reading === undefined ? undefined : nowMs - readMs,
        fault,
      }))
  }

  /** The median of what was said lately; undefined while nobody has spoken. */
  get reading(): SkewReading | undefined {
    const nowMs = this.#host.monotonicMs()
    const fresh = this.#sampled
      .flatMap(({ reading, readMs }) =>
        reading === undefined || nowMs - readMs > KEPT_MS ? [] : [{ ...reading, ageMs: nowMs - readMs }],
      )
      .toSorted((a, b) => a.offsetUs - b.offsetUs)
    const middle = fresh.slice(Math.floor((fresh.length - 1) / 2), Math.floor(fresh.length / 2) + 1)
    if (middle.length === 0) return undefined
    return {
      offsetUs: Math.round(middle.reduce((sum, { offsetUs }) => sum + offsetUs, 0) / middle.length),
      uncertaintyUs: Math.max(...middle.map(({ uncertaintyUs }) => uncertaintyUs)),
      ageMs: Math.max(...middle.map(({ ageMs }) => ageMs)),
    }
  }

  /** How far our clock is off for certain, µs with its sign: what the uncertainty leaves room for is not held against it. */
  get certainUs(): number {
    const { reading } = this
    if (reading === undefined) return 0
    const { offsetUs, uncertaintyUs } = reading
    return Math.sign(offsetUs) * Math.max(0, Math.abs(offsetUs) - uncertaintyUs)
  }

  get state(): ClockState {
    if (!this.#sampled.some(({ isThere }) => isThere)) return 'NONE'
    if (this.reading === undefined) {
      // The first question was only just put.
      return this.#host.monotonicMs() - this.#bornMs < SAMPLE_EVERY_MS ? 'NONE' : 'UNKNOWN'
    }
    const offMs = Math.abs(this.certainUs) / US_PER_MS
    if (offMs >= this.#limits.criticalMs) return 'CRITICAL'
    return offMs >= this.#limits.warnMs ? 'WARN' : 'OK'
  }

  async #ask(one: Sampled): Promise<void> {
    try {
      const reading = await one.source.sample()
      if (reading === undefined) {
        one.isThere = false
        return
      }
      one.reading = reading
      one.readMs = this.#host.monotonicMs()
      one.fault = ''
      this.#keep(one.source.name, reading)
    } catch (error) {
      one.fault = error instanceof Error ? error.message : String(error)
    }
  }
}
