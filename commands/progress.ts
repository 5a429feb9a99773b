import { formatDuration, US_PER_MS } from '../src/domain/time.ts'

/** Between two drawings of the line, milliseconds. */
const EVERY_MS = 100
/** Nothing is shown of what is over before this. */
const QUIET_MS = 1_000

/** One line on the terminal that says how far something is, how fast, and how long it will take; gone when it is over. */
export class Progress {
  readonly #write: (text: string) => void
  readonly #clock: () => number
  readonly #isShown: boolean
  readonly #startedMs: number
  #drawnMs = Number.NEGATIVE_INFINITY
  #width = 0

  /** @param options.isShown false where nobody watches: then nothing is ever written */
  constructor(options: { write: (text: string) => void; clock: () => number; isShown: boolean }) {
    this.#write = options.write
    this.#clock = options.clock
    this.#isShown = options.isShown
    this.#startedMs = options.clock()
  }

  /** @param total undefined where it is not known how much there is */
  update(what: string, done: number, total: number | undefined, unit: string): void {
    if (!this.#isShown) return
    const now = this.#clock()
    if (now - this.#drawnMs < EVERY_MS || now - this.#startedMs < QUIET_MS) return
    this.#drawnMs = now
    const seconds = Math.max(1e-3, (now - this.#startedMs) / 1_000)
    const parts = [
      what,
      total === undefined || total === 0 ? '' : `${Math.min(100, Math.floor((done / total) * 100))} %`,
      `${short(done)} ${unit}`,
      `${short(done / seconds)} ${unit}/s`,
    ]
    if (total !== undefined && done > 0 && done < total) {
      parts.push(`${formatDuration(Math.round(((total - done) / done) * seconds * 1_000) * US_PER_MS)} left`)
    }
    const line = parts.filter((part) => part !== '').join('  ')
    this.#write(`\r${line.padEnd(this.#width)}`)
    this.#width = line.length
  }

  clear(): void {
    if (this.#width === 0) return
    this.#write(`\r${' '.repeat(this.#width)}\r`)
    this.#width = 0
  }
}

/** 1 234 567 as 1.2M. */
function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)}G`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)}k`
  return value.toFixed(0)
}
