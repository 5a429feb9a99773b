import type { EngineStore, EquitySeries } from '../ports.ts'
import { dayStart } from './chronicle.ts'

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

/** Equity over time: the account's curve, its peak, where the day began, and each bot's own curve. Marks, not books. */
export class EquityBook {
  readonly #series: EquitySeries
  readonly #dayOffsetUs: number
  #points: Point[] = []
  #peak = Number.NaN
  #dayTs = 0
  #dayEquity = Number.NaN
  #weekEquity = Number.NaN
  #monthEquity = Number.NaN
  readonly #notes: EngineStore['notes']
  #first: number
  readonly #bots = new Map<string, Point[]>()
  readonly #botDay = new Map<string, number>()

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
    this.#dayTs = dayStart(nowTs, dayOffsetUs)
    const at = (ts: number) => this.#points.find((point) => point.ts >= ts)?.value ?? Number.NaN
    this.#dayEquity = at(this.#dayTs)
    this.#weekEquity = at(nowTs - 7 * 86_400_000_000)
    this.#monthEquity = at(nowTs - 30 * 86_400_000_000)
  }

  /** Takes the account's equity in; kept every five seconds of engine time. */
  mark(ts: number, equity: number, bots: readonly { readonly id: string; readonly equity: number }[]): void {
    if (!Number.isFinite(equity)) return
    if (Number.isNaN(this.#first)) {
      this.#first = equity
      this.#notes.set(FIRST, String(equity))
    }
    const last = this.#points.at(-1)
    const isDue = last === undefined || ts - last.ts >= EVERY_US
    if (!(equity <= this.#peak)) this.#peak = equity
    if (!isDue) return
    if (dayStart(ts, this.#dayOffsetUs) > this.#dayTs || Number.isNaN(this.#dayEquity)) {
      this.#dayTs = dayStart(ts, this.#dayOffsetUs)
      this.#dayEquity = equity
      this.#botDay.clear()
    }
    if (Number.isNaN(this.#weekEquity)) this.#weekEquity = equity
    if (Number.isNaN(this.#monthEquity)) this.#monthEquity = equity
    this.#points.push({ ts, value: equity })
    if (this.#points.length > 2 * POINTS) this.#points = thin(this.#points)
    this.#series.append(ts, equity)
    for (const { id, equity: value } of bots) {
      if (!Number.isFinite(value)) continue
      if (!this.#botDay.has(id)) this.#botDay.set(id, value)
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
  /** Equity when the day, the last seven days, the last thirty began; NaN where that is not known. */
  get starts(): { readonly day: number; readonly week: number; readonly month: number } {
    return { day: this.#dayEquity, week: this.#weekEquity, month: this.#monthEquity }
  }

  bot(id: string): readonly Point[] {
    return this.#bots.get(id) ?? []
  }

  botDayStart(id: string): number {
    return this.#botDay.get(id) ?? Number.NaN
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

/** At most so many points: neighbours give way, ends stay. */
export function thin(points: readonly Point[], most = POINTS): Point[] {
  if (points.length <= most) return [...points]
  const step = (points.length - 1) / (most - 1)
  return Array.from({ length: most }, (_, at) => points[Math.round(at * step)] as Point)
}
