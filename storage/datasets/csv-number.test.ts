import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fractionDigits, parseNumber, shortestDigits } from './csv-number.ts'

const number = (text: string) => {
  const bytes = Buffer.from(`,${text},`)
  return parseNumber(bytes, 1, bytes.length - 1)
}
const written = (text: string) => {
  const bytes = Buffer.from(`,${text},`)
  return fractionDigits(bytes, 1, bytes.length - 1)
}

test('any decimal is read as the double that Number reads', () => {
  const digits = fc.stringMatching(/^\d{1,25}$/)
  const decimal = fc.tuple(
    fc.constantFrom('', '-', '+'),
    digits,
    fc.option(digits),
    fc.option(fc.integer({ min: -30, max: 30 })),
  )
  fc.assert(
    fc.property(decimal, ([sign, whole, fraction, exponent]) => {
      const text = `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`
      expect(number(text)).toBe(Number(text))
    }),
    { numRuns: 2000 },
  )
})

test('any double comes back from its shortest text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(number(String(value))).toBe(value === 0 ? 0 : value)
    }),
  )
})

test.each([
  '',
  ' ',
  'NaN',
  'nan',
  'null',
  'x',
  '1,5',
  '1 000',
  '1e',
  '--1',
  '1.2.3',
  '.',
  '-',
  'Infinity',
  '0x10',
  '1e999',
  '١',
])('%j is no number', (text) => {
  expect(number(text)).toBeNaN()
})

test('spaces around a number are no fault', () => {
  expect(number(' 1.5 ')).toBe(1.5)
})

test.each([
  ['1', 0],
  ['1.', 0],
  ['61800.20', 2],
  ['0.00000908', 8],
  ['9.08e-6', 8],
  ['1.5e3', 0],
  ['-1.25', 2],
])('%s is written with %i fraction digits', (text, digits) => {
  expect(written(text)).toBe(digits)
})

test('the digits of a double are those of its shortest text', () => {
  const decimal = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 12 }))
  fc.assert(
    fc.property(decimal, fc.integer({ min: 0, max: 12 }), ([units, scale], known) => {
      const value = Number(`${units}e-${scale}`)
      const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
      expect(shortestDigits(value, known)).toBe(Math.max(known, fraction.length - Number(exponent), 0))
    }),
  )
})
