import { US_PER_DAY, US_PER_MS } from '../domain/time.ts'
import type { DailyEquity } from './equity.ts'

/** One calendar year of returns, as fractions; undefined where the run has no day or equity was not above zero. */
export interface YearReturns {
  readonly year: number
  /** January first, twelve of them. */
  readonly months: readonly (number | undefined)[]
  /** From the last equity before the year (or the run's first) to the last in it. */
  readonly total: number | undefined
}

/**
 * Returns by UTC calendar month and year, each from the last equity before it. The first month begins with the equity
 * that the run began with.
 *
 * @param first equity of the run's first sample
 */
export function monthlyReturns({ day, equity }: DailyEquity, first: number): readonly YearReturns[] {
  const years: { year: number; months: (number | undefined)[]; total: number | undefined }[] = []
  let monthBase = first
  let yearBase = first
  for (let at = 0; at < day.length; at++) {
    const { year, month } = calendar(day[at] ?? 0)
    const next = at + 1 < day.length ? calendar(day[at + 1] ?? 0) : undefined
    if (next?.year === year && next.month === month) continue
    const last = equity[at] ?? 0
    let row = years[years.length - 1]
    if (row?.year !== year) {
      row = { year, months: Array.from({ length: 12 }, () => undefined), total: undefined }
      years.push(row)
    }
    row.months[month] = growth(monthBase, last)
    monthBase = last
    if (next?.year === year) continue
    row.total = growth(yearBase, last)
    yearBase = last
  }
  return years
}

function growth(base: number, last: number): number | undefined {
  return base > 0 ? last / base - 1 : undefined
}

function calendar(day: number): { year: number; month: number } {
  const date = new Date((day * US_PER_DAY) / US_PER_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() }
}
