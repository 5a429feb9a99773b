import { expect, test } from 'vitest'
import { quietPhase, TOKYO_NIGHT } from './quiet-hours.ts'

const HOUR = 3_600_000_000
const MINUTE = 60_000_000
const DAY = 24 * HOUR
/** A time of a day in Tokyo, of a day in this decade. */
const tokyo = (hour: number, minute = 0) => 20_000 * DAY + hour * HOUR + minute * MINUTE - 9 * HOUR

test.each([
  [23, 59, 'OPEN'],
  [0, 0, 'QUIET'],
  [2, 0, 'QUIET'],
  [5, 59, 'QUIET'],
  [6, 0, 'REARMING'],
  [6, 4, 'REARMING'],
  [6, 5, 'OPEN'],
  [12, 0, 'OPEN'],
] as const)('at %i:%i in Tokyo a live run is %s', (hour, minute, phase) => {
  for (const mode of ['live', 'canary'] as const) expect(quietPhase(undefined, mode, tokyo(hour, minute))).toBe(phase)
  expect(quietPhase(TOKYO_NIGHT, 'paper', tokyo(hour, minute))).toBe(phase)
  for (const mode of ['paper', 'backtest', 'shadow', 'forward'] as const)
    expect(quietPhase(undefined, mode, tokyo(hour, minute))).toBe('OPEN')
})

test('hours go over midnight, and equal ends are never quiet, not even live', () => {
  const night = { fromUs: 22 * HOUR, toUs: 2 * HOUR }
  const at = (hour: number) => quietPhase(night, 'paper', 5 * DAY + hour * HOUR)
  expect([21, 22, 23, 0, 1, 2, 3].map(at)).toEqual(['OPEN', 'QUIET', 'QUIET', 'QUIET', 'QUIET', 'REARMING', 'OPEN'])
  for (let hour = 0; hour < 24; hour++) expect(quietPhase({ fromUs: 5, toUs: 5 }, 'live', tokyo(hour))).toBe('OPEN')
})
