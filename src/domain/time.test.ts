import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, formatTime, parseDuration, parseTime, timeUs, US_PER_DAY, US_PER_HOUR } from './time.ts'

test.each([
  ['1970-01-01', 0],
  ['1970-01-01T00:00Z', 0],
  ['1970-01-01 00:00:01Z', 1_000_000],
  ['2024-02-29', 1_709_164_800_000_000],
  ['2024-02-29T12:00:00.5Z', 1_709_208_000_500_000],
  ['2024-02-29T12:00:00.000001Z', 1_709_208_000_000_001],
  ['2024-03-01T00:30+09:00', 1_709_220_600_000_000],
  ['2024-02-29T23:30:00-05:30', 1_709_269_200_000_000],
  ['1969-12-31T23:59:59.5Z', -500_000],
] as const)('%s is read as an instant', (text, us) => {
  expect(parseTime(text)).toBe(us)
})

test.each([
  ['a day that no calendar has', '2023-02-30'],
  ['a leap day of a common year', '2023-02-29'],
  ['a leap day of a century', '1900-02-29'],
  ['a thirteenth month', '2024-13-01'],
  ['the day zero', '2024-01-00'],
  ['an impossible day with a zone', '2023-02-30T23:30-05:00'],
  ['hour 24', '2024-01-01T24:00Z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['no zone', '2024-01-01T00:00'],
  ['a zone that is none', '2024-01-01T00:00+99:99'],
  ['an hour alone', '2024-01-01T12Z'],
  ['seven fraction digits', '2024-01-01T00:00:00.1234567Z'],
  ['lower case', '2024-01-01t00:00z'],
  ['other calendars of writing', '01/02/2024'],
  ['an instant beyond whole microseconds', '9999-12-31T23:59Z'],
  ['nothing', ''],
])('%s is refused: %s', (_, text) => {
  expect(parseTime(text)).toBeUndefined()
})

test('every instant is written as it is read, in UTC, with as many digits as it needs', () => {
  const instants = fc.oneof(
    fc.integer({ min: -(2 ** 50), max: 2 ** 52 }),
    fc.integer({ min: -1e9, max: 4e9 }).map((s) => s * 1e6),
  )
  fc.assert(
    fc.property(instants, (raw) => {
      const text = formatTime(timeUs(raw))
      expect(parseTime(text)).toBe(raw)
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z$/)
    }),
  )
  expect(formatTime(timeUs(1_500_000))).toBe('1970-01-01T00:00:01.500Z')
  expect(formatTime(timeUs(1_000_001))).toBe('1970-01-01T00:00:01.000001Z')
  expect(formatTime(timeUs(-1))).toBe('1969-12-31T23:59:59.999999Z')
})

test('no zone has a summer: a day is 24 hours in March and in October', () => {
  for (const [day, next] of [
    ['2024-03-31', '2024-04-01'],
    ['2024-10-27', '2024-10-28'],
    ['2024-03-10', '2024-03-11'],
  ] as const)
    expect((parseTime(next) ?? 0) - (parseTime(day) ?? 0)).toBe(US_PER_DAY)
  expect(formatTime(timeUs((parseTime('2024-03-31T01:30Z') ?? 0) + US_PER_HOUR))).toBe('2024-03-31T02:30:00Z')
})

test('a time is whole microseconds', () => {
  for (const raw of [0.5, Number.NaN, 2 ** 53]) expect(() => timeUs(raw)).toThrow('whole microseconds')
})

test.each([
  ['250us', 250],
  ['50ms', 50_000],
  ['1.5s', 1_500_000],
  ['1.001s', 1_001_000],
  ['0.1ms', 100],
  ['5m', 300_000_000],
  ['1h', 3_600_000_000],
  ['1d', 86_400_000_000],
  ['0s', 0],
  ['0.5us', undefined],
  ['-1s', undefined],
  ['1', undefined],
  ['1w', undefined],
  ['1 s', undefined],
  ['999999999999d', undefined],
] as const)('a duration of %s is %j µs', (text, us) => {
  expect(parseDuration(text)).toBe(us)
})

test('a duration with three fraction digits is exact in any unit from milliseconds up', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (thousandths, unit) => {
      const one = parseDuration(`1${unit}`) ?? 0
      expect(parseDuration(`${(thousandths / 1000).toFixed(3)}${unit}`)).toBe((thousandths * one) / 1000)
    }),
  )
})

test.each([
  [0, '0us'],
  [999, '999us'],
  [1_500, '1.5ms'],
  [59_900_000, '59.9s'],
  [60_000_000, '1m'],
  [2_100_000_000, '35m'],
  [187_200_000_000, '2d 4h'],
  [90_061_000_000, '1d 1h'],
  [3_605_000_000, '1h 5s'],
  [-1_500, '-1.5ms'],
] as const)('%d µs are shown as %s', (us, shown) => {
  expect(formatDuration(us)).toBe(shown)
})
