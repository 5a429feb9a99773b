import { US_PER_DAY, US_PER_MS } from '../../domain/time.ts'

/** The spans that profit is told for. */
export const PERIODS = ['day', 'week', 'month'] as const
export type Period = (typeof PERIODS)[number]

/** The start of the day that a moment falls in, for a day that begins `offsetUs` after midnight UTC. */
export function dayStart(ts: number, offsetUs: number): number {
  return Math.floor((ts - offsetUs) / US_PER_DAY) * US_PER_DAY + offsetUs
}

/** The start of the day, the week (from Monday, ISO 8601) or the calendar month that a moment falls in. */
export function periodStart(period: Period, ts: number, offsetUs: number): number {
  const day = dayStart(ts, offsetUs)
  if (period === 'day') return day
  const date = new Date((day - offsetUs) / US_PER_MS)
  const daysIn = period === 'week' ? (date.getUTCDay() + 6) % 7 : date.getUTCDate() - 1
  return day - daysIn * US_PER_DAY
}
