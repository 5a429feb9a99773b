import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { decimal } from './decimal.ts'
import {
  baseAmount,
  formatPrice,
  formatQty,
  notional,
  notionalValue,
  quantisePrice,
  quantiseQty,
  quantiseTicks,
  type Rounding,
} from './instrument.ts'
import { formatMoney, lots, ticks } from './money.ts'
import { opposite, type Side, signOf } from './order.ts'

const BTC = testInstrument()

test.each([
  [100.013, 'buy', 'aggressive', '100.02'],
  [100.013, 'buy', 'passive', '100.01'],
  [100.013, 'sell', 'aggressive', '100.01'],
  [100.013, 'sell', 'passive', '100.02'],
  [100.02, 'buy', 'aggressive', '100.02'],
  [100.02, 'sell', 'passive', '100.02'],
  [0.1 + 0.2, 'buy', 'aggressive', '0.30'],
  [0.1 + 0.2, 'sell', 'passive', '0.30'],
  [0.29999999999999993, 'buy', 'passive', '0.30'],
  [64_123.45, 'buy', 'passive', '64123.45'],
] as const)('a price of %d for a %s, %s, is %s', (price, side, rounding, shown) => {
  const quantised = quantisePrice(BTC, price, { side, rounding })
  expect(quantised).toBeDefined()
  expect(formatPrice(BTC, quantised ?? ticks(0))).toBe(shown)
})

const sides = fc.constantFrom<Side>('buy', 'sell')
const roundings = fc.constantFrom<Rounding>('passive', 'aggressive')
const rawTicks = fc.double({ min: 1, max: 1e9, noNaN: true })

test('a passive price is never worse for us than asked, an aggressive one never short of it, and both within a tick', () => {
  fc.assert(
    fc.property(rawTicks, sides, roundings, (raw, side, rounding) => {
      const whole = quantiseTicks(raw, { side, rounding }) ?? 0
      const beyond = (whole - raw) * signOf(side) * (rounding === 'passive' ? -1 : 1)
      expect(beyond).toBeGreaterThanOrEqual(-1e-6)
      expect(Math.abs(whole - raw)).toBeLessThan(1)
      expect(quantiseTicks(whole, { side, rounding })).toBe(whole)
    }),
  )
})

test('a whole price written with the noise of doubles costs no tick', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), sides, roundings, (whole, side, rounding) => {
      expect(quantisePrice(BTC, whole * 0.01, { side, rounding })).toBe(whole)
      expect(quantiseQty(BTC, whole * 0.00001)).toBe(whole)
    }),
  )
})

test('sizes are rounded toward zero', () => {
  expect(quantiseQty(BTC, 0.000019)).toBe(1)
  expect(quantiseQty(BTC, 1.999999)).toBe(199_999)
  fc.assert(
    fc.property(fc.double({ min: 1e-5, max: 1e4, noNaN: true }), (qty) => {
      const held = (quantiseQty(BTC, qty) ?? 0) * 1e-5
      expect(held).toBeLessThanOrEqual(qty * (1 + 1e-9))
      expect(qty - held).toBeLessThan(1e-5 * (1 + 1e-6))
    }),
  )
})

test.each([0, -1, 0.000001, Number.NaN, Number.POSITIVE_INFINITY, 1e300])('%d is neither a price nor a size', (raw) => {
  expect(quantisePrice(BTC, raw, { side: 'buy', rounding: 'passive' })).toBeUndefined()
  expect(quantiseQty(BTC, raw)).toBeUndefined()
})

test('price × quantity is exact beyond the doubles', () => {
  expect(formatMoney(notional(BTC, ticks(6_500_000), lots(100_000)))).toBe('65000')
  const [price, qty] = [9_007_199_254_740_991, 9_007_199_254_740_989]
  expect(notional(BTC, ticks(price), lots(-qty))).toBe(-BigInt(price) * BigInt(qty) * BTC.quantaPerTickLot)
  expect(notionalValue(BTC, 6_500_000, -100_000)).toBeCloseTo(-65_000, 6)
  expect(formatMoney(baseAmount(BTC, lots(-150_000)))).toBe('-1.5')
  const future = testInstrument({ multiplier: decimal('100') })
  expect(formatMoney(notional(future, ticks(100), lots(1)))).toBe('0.001')
})

test('numbers are shown in the precision of the instrument', () => {
  expect(formatPrice(BTC, ticks(6_412_340))).toBe('64123.40')
  expect(formatQty(BTC, lots(150_000))).toBe('1.50000')
  const stepped = testInstrument({ tickSize: decimal('0.5'), lotSize: decimal('10') })
  expect(formatPrice(stepped, ticks(3))).toBe('1.5')
  expect(formatQty(stepped, lots(3))).toBe('30')
})

test('a tick × lot finer than a quantum is refused, and so is nothing', () => {
  expect(() => testInstrument({ tickSize: decimal('1e-10'), lotSize: decimal('1e-9') })).toThrow('at most 18 decimals')
  expect(testInstrument({ tickSize: decimal('1e-10'), lotSize: decimal('1e-8') }).quantaPerTickLot).toBe(1n)
  for (const terms of [{ tickSize: decimal('0') }, { lotSize: decimal('-1') }, { multiplier: decimal('0') }])
    expect(() => testInstrument(terms)).toThrow('> 0')
})

test('an instrument cannot be changed by those who were shown it', () => {
  expect(Object.isFrozen(BTC)).toBe(true)
  for (const part of [BTC.fees, BTC.filters, BTC.tickSize, BTC.lotSize, BTC.multiplier])
    expect(Object.isFrozen(part)).toBe(true)
})

test('sides have a sign and an opposite', () => {
  expect([opposite('buy'), opposite('sell')]).toEqual(['sell', 'buy'])
  expect([signOf('buy'), signOf('sell')]).toEqual([1, -1])
})
