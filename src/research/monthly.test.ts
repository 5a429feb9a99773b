import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { US_PER_DAY } from '../domain/time.ts'
import { EquityRecorder } from './equity.ts'
import { monthlyReturns } from './monthly.ts'

const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000

function returnsOf(rows: Readonly<Record<string, number>>, first: number) {
  const day = Int32Array.from(Object.keys(rows), dayOf)
  return monthlyReturns({ day, equity: Float64Array.from(Object.values(rows)) }, first)
}

test('no days, no years', () => {
  expect(returnsOf({}, 100)).toEqual([])
})

test('each month grows from the last equity before it, the first from where the run began', () => {
  const rows = { '2023-11-15': 105, '2023-11-30': 110, '2023-12-31': 99, '2024-02-10': 198 }
  const [first, second] = returnsOf(rows, 100)
  expect(first?.year).toBe(2023)
  expect(first?.months[9]).toBeUndefined()
  expect(first?.months[10]).toBeCloseTo(0.1, 12)
  expect(first?.months[11]).toBeCloseTo(-0.1, 12)
  expect(first?.total).toBeCloseTo(-0.01, 12)
  expect(second?.months[0]).toBeUndefined()
  expect(second?.months[1]).toBeCloseTo(1, 12)
  expect(second?.total).toBeCloseTo(1, 12)
})

test('a ruined account has no return from there on', () => {
  const [year] = returnsOf({ '2024-01-31': 0, '2024-02-29': 50 }, 100)
  expect(year?.months.slice(0, 2)).toEqual([-1, undefined])
  expect(year?.total).toBeCloseTo(-0.5, 12)
})

property.prop([fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 900 })])(
  'months compound to years and years to the whole run',
  (equity) => {
    const recorder = new EquityRecorder()
    equity.forEach((value, at) => recorder.sample((19_000 + at + 1) * US_PER_DAY, value, true))
    const years = monthlyReturns(recorder.daily(), equity[0] ?? 0)
    const grown = (values: readonly (number | undefined)[]): number =>
      values.reduce<number>((product, value) => product * (1 + (value ?? 0)), 1)
    for (const { months, total } of years) expect(grown(months)).toBeCloseTo(1 + (total ?? 0), 6)
    const whole = (equity[equity.length - 1] ?? 0) / (equity[0] ?? 1)
    expect(grown(years.map(({ total }) => total)) / whole).toBeCloseTo(1, 8)
  },
)
