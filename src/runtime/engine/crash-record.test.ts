import { expect, test } from 'vitest'
import { CRASH_WINDOW_US, countCrashes } from './crash-record.ts'

const NOON = 1_700_000_000_000_000

function record(): (wasCutOff: boolean, ts: number) => number {
  const values = new Map<string, string>()
  const notes = {
    get: (name: string) => values.get(name),
    set: (name: string, value: string) => void values.set(name, value),
  }
  return (wasCutOff, ts) => countCrashes({ notes, wasCutOff }, ts)
}

test('a start after a clean stop is none', () => {
  const start = record()
  expect([start(false, NOON), start(false, NOON + 1)]).toEqual([0, 0])
})

test('crashes are counted over restarts, and forgotten after ten minutes', () => {
  const start = record()
  expect([start(true, NOON), start(true, NOON + 1), start(false, NOON + 2)]).toEqual([1, 2, 2])
  expect(start(true, NOON + CRASH_WINDOW_US + 1)).toBe(2)
  expect(start(false, NOON + 3 * CRASH_WINDOW_US)).toBe(0)
})

test('a clock that was moved by an hour either way makes no loop', () => {
  for (const hour of [-3_600_000_000, 3_600_000_000]) {
    const start = record()
    start(true, NOON)
    start(true, NOON + 1)
    expect(start(true, NOON + hour)).toBe(1)
  }
})
