import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTime, timeUs } from '../../src/domain/time.ts'
import { DatasetError } from './fault.ts'
import { TimeColumn } from './time-column.ts'

const at = (iso: string) => Date.parse(iso) * 1000

function read(column: TimeColumn, text: string, line = 1): number {
  const bytes = Buffer.from(`x${text}x`)
  return column.read(bytes, 1, bytes.length - 1, line)
}
const one = (text: string, name = 'time', zone?: string) => read(new TimeColumn('f.csv', name, zone), text)

test.each([
  ['1618951320', 's'],
  ['1618951320000', 'ms'],
  ['1618951320000000', 'us'],
  ['1618951320000000000', 'ns'],
  ['1618951320.0', 's'],
  ['1.61895132e12', 'ms'],
])('%s is read in %s by its size', (text) => {
  expect(one(text)).toBe(at('2021-04-20T20:42:00Z'))
})

test('fractions are kept to the microsecond, finer digits cut', () => {
  expect(one('1618951320.123456')).toBe(1618951320123456)
  expect(one('1618951320123.5')).toBe(1618951320123500)
  expect(one('1723161255030314667')).toBe(1723161255030314)
  expect(one('999999999999999999')).toBe(999999999999999)
  expect(one('2024-02-29T12:00:00.123456789Z')).toBe(at('2024-02-29T12:00:00.123Z') + 456)
})

test.each([
  ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00Z'],
  ['2024-02-29 12:00:00+00:00', '2024-02-29T12:00:00Z'],
  ['2024-02-29 12:00:00 UTC', '2024-02-29T12:00:00Z'],
  ['2024-02-29T12:00+0900', '2024-02-29T03:00:00Z'],
  ['2024-02-29', '2024-02-29T00:00:00Z'],
])('%s is %s', (text, iso) => {
  expect(one(text)).toBe(at(iso))
})

test.each([
  '',
  'x',
  'NaN',
  '2024-13-01',
  '2023-02-30',
  '2024-02-29T25:00:00Z',
  '9999-12-31',
  '12345678901234567',
  '1'.repeat(40),
])('%j is no time', (text) => {
  expect(one(text)).toBeNaN()
})

test('different offsets in one file are fine: each says what it means', () => {
  const column = new TimeColumn('f.csv', 'time')
  expect(read(column, '2024-02-29T12:00:00+09:00')).toBe(at('2024-02-29T03:00:00Z'))
  expect(read(column, '2024-02-29T12:00:00-05:00')).toBe(at('2024-02-29T17:00:00Z'))
})

test('a time without a zone is refused unless the reader is told the zone', () => {
  expect(() => one('2024-02-29 12:00:00')).toThrow(
    "TIME_ZONE f.csv:1 time: a time has a zone, Z or an offset, was '2024-02-29 12:00:00'",
  )
  expect(one('2024-02-29 12:00:00', 'time', '+09:00')).toBe(at('2024-02-29T03:00:00Z'))
  expect(() => one('2024-02-29 12:00:00', 'time', 'Asia/Tokyo')).toThrow(DatasetError)
})

test.each([
  ['2024-02-29T12:00:00Z', '2024-02-29T12:01:00', 'mixed time zones'],
  ['2024-02-29', '2024-03-01T00:00:00Z', 'mixed time zones'],
  ['1618951320000', '1618951380', 'mixed time units'],
  ['1618951320000', '1618951380000000', 'mixed time units'],
  ['1618951320000', '1618951380000000000', 'mixed time units'],
  ['1618951320000', '2024-02-29T12:00:00Z', 'mixed time units'],
])('%s, then %s: %s', (first, second, words) => {
  const column = new TimeColumn('f.csv', 'ts', 'Z')
  read(column, first)
  expect(() => read(column, second, 9)).toThrow(words)
})

test('a name that contradicts the size of the number is a fault, one that completes it is not', () => {
  expect(() => one('1618951320', 'ts_ms')).toThrow('in milliseconds, as the column')
  expect(one('60000', 'ts_ms')).toBe(60_000_000)
  expect(() => one('60000', 'ts')).toThrow('TIME_UNIT')
})

test('small numbers after the first are no time, not another unit', () => {
  const column = new TimeColumn('f.csv', 'ts')
  read(column, '1618951320000')
  expect(read(column, '17')).toBeNaN()
})

test('any microsecond comes back from its RFC 3339 text', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2e15, max: 8e15 }), (us) => {
      const iso = formatTime(timeUs(us))
      expect(one(iso)).toBe(us)
    }),
  )
})

test('any text is a time, no time, or a fault of the file, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30 }), { maxLength: 4 }), (texts) => {
      const column = new TimeColumn('f.csv', 'ts')
      try {
        for (const text of texts) {
          const us = read(column, text)
          expect(Number.isNaN(us) || Number.isSafeInteger(us)).toBe(true)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(DatasetError)
      }
    }),
  )
})
