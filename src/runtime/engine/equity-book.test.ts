import { describe, expect, test } from 'vitest'
import type { Gains } from '../../portfolio/portfolio.ts'
import { EquityBook } from './equity-book.ts'

const DAY = 86_400_000_000
/** A Wednesday in the middle of a month. */
const NOON = Date.UTC(2026, 10, 18, 12) * 1_000

const gains = (realised: number): Gains => ({ realised, unrealised: 0, fees: 0, funding: 0 })

/** A book over a store in memory that outlives it. */
class Kept {
  readonly values = new Map<string, string>()
  readonly rows: { ts: number; equity: number }[] = []
  book!: EquityBook

  constructor() {
    this.reopen(NOON)
  }

  reopen(nowTs: number): void {
    const notes = {
      get: (name: string) => this.values.get(name),
      set: (name: string, value: string) => void this.values.set(name, value),
    }
    const series = {
      append: (ts: number, equity: number) => void this.rows.push({ ts, equity }),
      since: (ts: number) => this.rows.filter((row) => row.ts >= ts),
      peak: () => (this.rows.length === 0 ? undefined : Math.max(...this.rows.map(({ equity }) => equity))),
    }
    this.book = new EquityBook(series, { nowTs, dayOffsetUs: 0, notes })
  }

  mark(ts: number, equity: number, bots: Record<string, number> = {}): void {
    this.book.mark(ts, {
      equity,
      bots: Object.entries(bots).map(([id, value]) => ({ id, equity: value })),
      gains: () => gains(equity - 1_000),
    })
  }
}

describe('starts of periods', () => {
  test('nothing is known before the first mark', () => {
    const { book } = new Kept()
    expect(book.start('day')).toBeUndefined()
    expect(book.startEquity('week')).toBeNaN()
    expect(book.botDayStart('grid')).toBeNaN()
  })

  test('a day, a week and a month measure from their own first mark', () => {
    const kept = new Kept()
    kept.mark(NOON, 1_000)
    kept.mark(NOON + DAY, 1_010)
    kept.mark(NOON + 5 * DAY, 1_020)
    const { book } = kept
    expect([book.startEquity('day'), book.startEquity('week'), book.startEquity('month')]).toEqual([
      1_020, 1_020, 1_000,
    ])
    expect(book.start('day')?.gains.realised).toBe(20)
    kept.mark(NOON + 20 * DAY, 1_030)
    expect(book.startEquity('month')).toBe(1_030)
  })

  test('they outlive a restart within the period, and are measured anew after it', () => {
    const kept = new Kept()
    kept.mark(NOON, 1_000, { grid: 500 })
    kept.mark(NOON + 10_000_000, 900, { grid: 400 })
    kept.reopen(NOON + 60_000_000)
    expect(kept.book.startEquity('day')).toBe(1_000)
    expect(kept.book.botDayStart('grid')).toBe(500)
    kept.reopen(NOON + DAY)
    expect(kept.book.start('day')).toBeUndefined()
    expect(kept.book.startEquity('week')).toBe(1_000)
  })

  test('a bot that is new in the day measures from its own first mark', () => {
    const kept = new Kept()
    kept.mark(NOON, 1_000, { grid: 500 })
    kept.mark(NOON + 10_000_000, 1_000, { grid: 510, trend: 200 })
    expect([kept.book.botDayStart('grid'), kept.book.botDayStart('trend')]).toEqual([500, 200])
    expect(kept.book.startEquity('day')).toBe(1_000)
  })

  test('a value that is not known begins nothing', () => {
    const kept = new Kept()
    kept.mark(NOON, Number.NaN, { grid: 500 })
    expect(kept.book.start('day')).toBeUndefined()
    kept.mark(NOON + 1, 1_000, { grid: Number.NaN })
    expect(kept.book.botDayStart('grid')).toBeNaN()
    kept.mark(NOON + 10_000_000, 1_001, { grid: 7 })
    expect(kept.book.botDayStart('grid')).toBe(7)
  })
})
