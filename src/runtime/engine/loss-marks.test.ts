import { expect, test } from 'vitest'
import { keepLossMarks, storedLossMarks } from './loss-marks.ts'

const DAY = 86_400_000_000

function store(peak: number | undefined, notes: Readonly<Record<string, unknown>> = {}) {
  const kept = new Map(Object.entries(notes).map(([name, value]) => [name, JSON.stringify(value)]))
  return {
    equity: { peak: () => peak, append: () => undefined, since: () => [] },
    notes: { get: (name: string) => kept.get(name), set: (name: string, value: string) => void kept.set(name, value) },
  }
}
const day = (ts: number, equity: number) => ({ 'equity.day': { ts, equity, gains: {}, bots: {} } })

test('what was kept comes back as it was', () => {
  const kept = store(undefined)
  expect(storedLossMarks(kept)).toBeUndefined()
  keepLossMarks(kept, undefined)
  expect(storedLossMarks(kept)).toBeUndefined()
  keepLossMarks(kept, { peak: 120, dayTs: DAY, dayStart: 100 })
  expect(storedLossMarks(kept)).toEqual({ peak: 120, dayTs: DAY, dayStart: 100 })
})

test('a session that died before it kept anything, or before it kept a new day, goes on from the equity book', () => {
  expect(storedLossMarks(store(130, day(DAY, 100)))).toEqual({ peak: 130, dayTs: DAY, dayStart: 100 })
  const old = store(130, day(2 * DAY, 110))
  keepLossMarks(old, { peak: 140, dayTs: DAY, dayStart: 100 })
  expect(storedLossMarks(old)).toEqual({ peak: 140, dayTs: 2 * DAY, dayStart: 110 })
})

test('the highest that anybody saw is the peak', () => {
  const seen = store(150, day(DAY, 101))
  keepLossMarks(seen, { peak: 140, dayTs: DAY, dayStart: 100 })
  expect(storedLossMarks(seen)).toEqual({ peak: 150, dayTs: DAY, dayStart: 100 })
})
