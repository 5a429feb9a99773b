import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal, decimalToNumber, divHalfEven, formatDecimal, formatUnits, parseDecimal } from './decimal.ts'

test.each([
  ['0', 0n, 0],
  ['-0', 0n, 0],
  ['+1', 1n, 0],
  ['007', 7n, 0],
  ['0.1', 1n, 1],
  ['1.50', 15n, 1],
  ['100', 100n, 0],
  ['-12.345', -12345n, 3],
  ['1e3', 1000n, 0],
  ['1.5E-3', 15n, 4],
  ['2.50e1', 25n, 0],
  ['0.000000000000000001', 1n, 18],
  ['123456789012345678901234567890.1', 1234567890123456789012345678901n, 1],
] as const)('%s is read exactly', (text, units, scale) => {
  expect(parseDecimal(text)).toEqual({ units, scale })
})

test.each(['', ' 1', '1 ', '.5', '5.', '1,5', '1_000', '0x10', 'NaN', 'Infinity', '1e', '1e1000', '--1', '１'])(
  '%j is no decimal number',
  (text) => {
    expect(parseDecimal(text)).toBeUndefined()
    expect(() => decimal(text)).toThrow('a decimal number')
  },
)

const decimals = fc.record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.nat(20) })

test('what is written is read back as the same number, whatever zeros it carries', () => {
  fc.assert(
    fc.property(decimals, fc.nat(5), ({ units, scale }, extra) => {
      const text = formatUnits(units, scale, scale + extra)
      const back = decimal(text)
      expect(back.units * 10n ** BigInt(scale)).toBe(units * 10n ** BigInt(back.scale))
      expect(back.scale === 0 || back.units % 10n !== 0n).toBe(true)
      expect(decimal(formatDecimal(back))).toEqual(back)
    }),
  )
})

test('digits are dropped only when they say nothing', () => {
  expect(formatUnits(12300n, 4, 2)).toBe('1.23')
  expect(formatUnits(-5n, 2, 4)).toBe('-0.0500')
  expect(formatUnits(0n, 0)).toBe('0')
  expect(formatUnits(7n, 0, 2)).toBe('7.00')
  expect(formatUnits(100n, 2, 0)).toBe('1')
  expect(() => formatUnits(12345n, 4, 2)).toThrow('fits 2 fraction digits')
  expect(decimalToNumber(decimal('0.1'))).toBe(0.1)
})

test.each([
  [5n, 2n, 2n],
  [7n, 2n, 4n],
  [-5n, 2n, -2n],
  [-7n, 2n, -4n],
  [1n, 3n, 0n],
  [2n, 3n, 1n],
  [-2n, 3n, -1n],
  [6n, 3n, 2n],
  [0n, 5n, 0n],
  [1n, 2n, 0n],
  [-1n, 2n, 0n],
  [3n, 2n, 2n],
] as const)('%d ÷ %d rounds half to even', (dividend, divisor, quotient) => {
  expect(divHalfEven(dividend, divisor)).toBe(quotient)
})

test('the rounded quotient is never more than half a unit off, and a tie is even', () => {
  const dividends = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
  const divisors = fc.oneof(fc.bigInt({ min: 1n, max: 20n }), fc.bigInt({ min: 1n, max: 10n ** 20n }))
  fc.assert(
    fc.property(dividends, divisors, (dividend, divisor) => {
      const quotient = divHalfEven(dividend, divisor)
      const off = 2n * (dividend - quotient * divisor)
      const size = off < 0n ? -off : off
      expect(size <= divisor).toBe(true)
      if (size === divisor) expect(quotient % 2n).toBe(0n)
      expect(divHalfEven(-dividend, divisor)).toBe(-quotient)
    }),
  )
})

test('nothing is divided by zero or less', () => {
  expect(() => divHalfEven(1n, 0n)).toThrow('a divisor is positive')
  expect(() => divHalfEven(1n, -2n)).toThrow('a divisor is positive')
})
