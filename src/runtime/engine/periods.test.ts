import { expect, test } from 'vitest'
import { parseTime } from '../../domain/time.ts'
import { periodStart } from './periods.ts'

const at = (text: string) => parseTime(text) as number
const HOUR = 3_600_000_000

test.each([
  ['day', '2026-11-22T23:30Z', 0, '2026-11-22'],
  ['week', '2026-11-22T23:30Z', 0, '2026-11-16'],
  ['month', '2026-11-22T23:30Z', 0, '2026-11-01'],
  ['week', '2026-11-23T00:00Z', 0, '2026-11-23'],
  ['week', '2027-01-01T12:00Z', 0, '2026-12-28'],
  ['month', '2024-02-29T12:00Z', 0, '2024-02-01'],
  ['month', '1969-12-31T12:00Z', 0, '1969-12-01'],
] as const)('the %s of %s begins, %d hours after midnight, on %s', (period, now, hours, start) => {
  expect(periodStart(period, at(now), hours * HOUR)).toBe(at(start))
})

test('a day that begins at nine in Tokyo begins at midnight UTC, and its month with it', () => {
  const tokyo = (9 - 9) * HOUR
  expect(periodStart('month', at('2026-12-01T08:59+09:00'), tokyo)).toBe(at('2026-11-01'))
  expect(periodStart('month', at('2026-12-01T09:00+09:00'), tokyo)).toBe(at('2026-12-01'))
})

test('a day that begins in the evening before belongs to the date that it mostly covers: New York at 17:00', () => {
  const offset = 22 * HOUR - 24 * HOUR
  expect(periodStart('day', at('2026-11-22T21:59Z'), offset)).toBe(at('2026-11-21T22:00Z'))
  expect(periodStart('day', at('2026-11-22T22:00Z'), offset)).toBe(at('2026-11-22T22:00Z'))
})
