import type { Gains } from '../../portfolio/portfolio.ts'
import type { EngineStore, EquitySeries } from '../ports.ts'
import { PERIODS, type Period, periodStart } from './periods.ts'

/** A point of a curve. */
export interface Point {
  readonly ts: number
  readonly value: number
}

const EVERY_US = 5_000_000
const BOT_EVERY_US = 60_000_000
const BOT_POINTS = 1_440
const POINTS = 4_000
const FIRST = 'equity.first'

/** What a period is measured from: how things stood at its first mark. */
export interface Standing {
  /** Start of the period, µs. */
  readonly ts: number
  readonly equity: number
  readonly gains: Gains
  /** Equity of each bot. */
  readonly bots: Readonly<Record<string, number>>
}

/** What is marked. */
export interface Mark {
  readonly equity: number
  readonly bots: readonly { readonly id: string; readonly equity: number }[]
  /** Asked only when a period begins. */
  readonly gains: () => Gains
}

/** Equity over time: the account's curve, its peak, where day, week and month began, each bot's own curve. Marks, not books. */
export class EquityBook {
  readonly #series: EquitySeries
  readonly #dayOffsetUs: number
  #points: Point[] = []
  #peak = Number.NaN
  readonly #starts = new Map<Period, Standing>()
  readonly #notes: EngineStore['notes']
  #first: number
  readonly #bots = new Map<string, Point[]>()

  constructor(
    series: EquitySeries,
    { nowTs, dayOffsetUs, notes }: { nowTs: number; dayOffsetUs: number; notes: EngineStore['notes'] },
  ) {
    this.#series = series
    this.#notes = notes
    this.#first = Number(notes.get(FIRST) ?? Number.NaN)
    this.#dayOffsetUs = dayOffsetUs
    const stored = series.since(nowTs - 31 * 86_400_000_000)
    this.#points = thin(stored.map(({ ts, equity }) => ({ ts, value: equity })))
    this.#peak = series.peak() ?? Number.NaN
    for (const period of PERIODS) {
      const standing = standingOf(notes, period)
      if (standing?.ts === periodStart(period, nowTs, dayOffsetUs)) this.#starts.set(period, standing)
    }
  }

  /** Takes the account's equity in; kept every five seconds of engine time. */
  mark(ts: number, { equity, bots, gains }: Mark): void {
    if (!Number.isFinite(equity)) return
    if (Number.isNaN(this.#first)) {
      this.#first = equity
      this.#notes.set(FIRST, String(equity))
    }
    const last = this.#points.at(-1)
    const isDue = last === undefined || ts - last.ts >= EVERY_US
    if (!(equity <= this.#peak)) this.#peak = equity
    if (!isDue) return
    for (const period of PERIODS) this.#begin(period, ts, { equity, bots, gains })
    this.#points.push({ ts, value: equity })
    if (this.#points.length > 2 * POINTS) this.#points = thin(this.#points)
    this.#series.append(ts, equity)
    for (const { id, equity: value } of bots) {
      if (!Number.isFinite(value)) continue
      const points = this.#bots.getOrInsertComputed(id, () => [])
      if (ts - (points.at(-1)?.ts ?? Number.NEGATIVE_INFINITY) < BOT_EVERY_US && points.length > 1) continue
      points.push({ ts, value })
      if (points.length > 2 * BOT_POINTS) points.splice(0, points.length - BOT_POINTS)
    }
  }

  get points(): readonly Point[] {
    return this.#points
  }
  /** Equity when the account was first valued; NaN before. */
  get first(): number {
    return this.#first
  }
  get peak(): number {
    return this.#peak
  }
  /** How things stood when the day, the week or the month began; undefined before the first mark. */
  start(period: Period): Standing | undefined {
    return this.#starts.get(period)
  }

  /** Equity when a period began; NaN before the first mark. */
  startEquity(period: Period): number {
    return this.#starts.get(period)?.equity ?? Number.NaN
  }

  bot(id: string): readonly Point[] {
    return this.#bots.get(id) ?? []
  }

  botDayStart(id: string): number {
    return this.#starts.get('day')?.bots[id] ?? Number.NaN
  }

  /** A period that began measures from now on; a bot that is new in the day measures from its first mark. */
  #begin(period: Period, markTs: number, { equity, bots, gains }: Mark): void {
    const ts = periodStart(period, markTs, this.#dayOffsetUs)
    const before = this.#starts.get(period)
    const isNew = before === undefined || ts > before.ts
    const known = bots.filter((bot) => Number.isFinite(bot.equity))
    if (!isNew && known.every(({ id }) => id in before.bots)) return
    const first = Object.fromEntries(known.map((bot) => [bot.id, bot.equity]))
    const standing = isNew
      ? { ts, equity, gains: gains(), bots: first }
      : { ...before, bots: { ...first, ...before.bots } }
    this.#starts.set(period, standing)
    this.#notes.set(noteOf(period), JSON.stringify(standing))
  }

  /** Largest fall from a peak over the curve, percent, ≤ 0. */
  maxDrawdownPct(): number | undefined {
    let peak = Number.NEGATIVE_INFINITY
    let worst = 0
    for (const { value } of this.#points) {
      peak = Math.max(peak, value)
      if (peak > 0) worst = Math.min(worst, value / peak - 1)
    }
    return this.#points.length === 0 ? undefined : 100 * worst
  }
}

/** How things stood when a period began, as it was kept; of whichever day, week or month that was. */
export function standingOf(notes: Pick<EngineStore['notes'], 'get'>, period: Period): Standing | undefined {
  const kept = notes.get(noteOf(period))
  return kept === undefined ? undefined : (JSON.parse(kept) as Standing)
}

function noteOf(period: Period): string {
  return `equity.${period}`
}

/** At most so many points: neighbours give way, ends stay. */
export function thin(points: readonly Point[], most = POINTS): Point[] {
  if (points.length <= most) return [...points]
  const step = (points.length - 1) / (most - 1)
  return Array.from({ length: most }, (_, at) => points[Math.round(at * step)] as Point)
}
