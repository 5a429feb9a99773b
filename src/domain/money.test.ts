import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  abs,
  formatMoney,
  lots,
  MONEY_SCALE,
  money,
  moneyFromNumber,
  moneyToNumber,
  parseMoney,
  parseRate,
  QUANTA_PER_UNIT,
  RATE_UNIT,
  rate,
  roundMoney,
  share,
  ticks,
} from './money.ts'

const amounts = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(money)

test('ticks and lots are safe integers and nothing else', () => {
  for (const make of [ticks, lots]) {
    for (const raw of [0, -5, Number.MAX_SAFE_INTEGER]) expect(make(raw)).toBe(raw)
    for (const raw of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => make(raw)).toThrow('safe integers')
  }
})

test('an amount is written exactly and read back', () => {
  fc.assert(
    fc.property(amounts, (amount) => {
      expect(parseMoney(formatMoney(amount))).toBe(amount)
    }),
  )
  expect(formatMoney(money(1_500_000_000_000_000_000n))).toBe('1.5')
  expect(formatMoney(money(1_500_000_000_000_000_000n), 2)).toBe('1.50')
  expect(formatMoney(money(-1n))).toBe('-0.000000000000000001')
  expect(formatMoney(money(0n), 2)).toBe('0.00')
  expect(parseMoney('0.0000000000000000001')).toBeUndefined()
  expect(parseMoney('ten')).toBeUndefined()
})

test.each([
  ['0.125', '0.12'],
  ['0.135', '0.14'],
  ['0.1251', '0.13'],
  ['-0.125', '-0.12'],
  ['-0.135', '-0.14'],
  ['2', '2.00'],
] as const)('%s is shown as %s', (amount, shown) => {
  expect(roundMoney(parseMoney(amount) ?? money(1n), 2)).toBe(shown)
})

test('a double becomes an amount and back without losing what a double knows', () => {
  const doubles = fc.double({ min: -1e15, max: 1e15, noNaN: true })
  fc.assert(
    fc.property(doubles, (value) => {
      const back = moneyToNumber(moneyFromNumber(value))
      expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-15 + 1e-18)
    }),
  )
  const whole = fc.integer({ min: -(10 ** 15), max: 10 ** 15 })
  fc.assert(
    fc.property(whole, (units) => {
      expect(moneyToNumber(money(BigInt(units) * QUANTA_PER_UNIT))).toBe(units)
    }),
  )
  expect(moneyFromNumber(10_000)).toBe(10_000n * QUANTA_PER_UNIT)
  expect(moneyFromNumber(0.1)).toBe(QUANTA_PER_UNIT / 10n)
  expect(moneyFromNumber(-2.5e-18)).toBe(-2n)
  expect(moneyFromNumber(3.5e-18)).toBe(4n)
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => moneyFromNumber(value)).toThrow('finite')
})

test('a share of an amount is exact to half a quantum and symmetric', () => {
  const rates = fc.integer({ min: -10 * RATE_UNIT, max: 10 * RATE_UNIT }).map((raw) => rate(raw / RATE_UNIT))
  fc.assert(
    fc.property(amounts, rates, (amount, by) => {
      const exact = amount * BigInt(by)
      const off = share(amount, by) * BigInt(RATE_UNIT) - exact
      expect(2n * abs(money(off)) <= BigInt(RATE_UNIT)).toBe(true)
      expect(share(money(0n - amount), by)).toBe(0n - share(amount, by))
    }),
  )
  expect(share(money(2n), rate(0.25))).toBe(0n)
  expect(share(money(6n), rate(0.25))).toBe(2n)
  expect(share(parseMoney('65000') ?? money(0n), rate(0.001))).toBe(parseMoney('65'))
})

test.each([
  ['0.001', 1_000_000],
  ['-0.00025', -250_000],
  ['10', 10_000_000_000],
  ['1e-9', 1],
  ['10.000000001', undefined],
  ['-10.1', undefined],
  ['0.0000000001', undefined],
  ['half', undefined],
] as const)('a rate of %s is %j parts per billion', (text, raw) => {
  expect(parseRate(text)).toBe(raw)
})

test('a rate is finite, and quanta are finer than any currency in use', () => {
  expect(() => rate(Number.NaN)).toThrow('finite')
  expect(rate(0.0001)).toBe(100_000)
  expect(QUANTA_PER_UNIT).toBe(10n ** BigInt(MONEY_SCALE))
  expect(abs(money(-3n))).toBe(3n)
  expect(abs(money(3n))).toBe(3n)
})
