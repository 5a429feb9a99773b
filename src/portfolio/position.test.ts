import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { notional } from '../domain/instrument.ts'
import { type Lots, lots, type Ticks, ticks } from '../domain/money.ts'
import { opposite, type Side, signOf } from '../domain/order.ts'
import { applyFill, averageTicks, FLAT } from './position.ts'

const BTC = testInstrument()

interface Fill {
  readonly side: Side
  readonly qty: Lots
  readonly price: Ticks
}

const fill = fc.record({
  side: fc.constantFrom<Side>('buy', 'sell'),
  qty: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 10_000_000 })).map(lots),
  price: fc.integer({ min: 1, max: 10_000_000 }).map(ticks),
})
const fills = fc.array(fill, { maxLength: 40 })

const of = (side: Side, qty: number, price: number): Fill => ({ side, qty: lots(qty), price: ticks(price) })
const after = (...history: readonly Fill[]) => history.reduce((held, one) => applyFill(held, one, BTC), FLAT)
const quanta = (tickLots: bigint) => tickLots * BTC.quantaPerTickLot

test.each<readonly [string, readonly Fill[], { qty: number; cost: bigint; realised: bigint }]>([
  ['a purchase', [of('buy', 10, 100)], { qty: 10, cost: 1_000n, realised: 0n }],
  ['two purchases average', [of('buy', 10, 100), of('buy', 30, 104)], { qty: 40, cost: 4_120n, realised: 0n }],
  ['a part sold books its part', [of('buy', 10, 100), of('sell', 4, 110)], { qty: 6, cost: 600n, realised: 40n }],
  ['all sold', [of('buy', 10, 100), of('sell', 10, 90)], { qty: 0, cost: 0n, realised: -100n }],
  ['a long flips short', [of('buy', 10, 100), of('sell', 25, 110)], { qty: -15, cost: -1_650n, realised: 100n }],
  ['a short', [of('sell', 10, 100)], { qty: -10, cost: -1_000n, realised: 0n }],
  ['a short bought back in part', [of('sell', 10, 100), of('buy', 4, 90)], { qty: -6, cost: -600n, realised: 40n }],
  ['a short flips long', [of('sell', 10, 100), of('buy', 11, 120)], { qty: 1, cost: 120n, realised: -200n }],
])('%s', (_, history, { qty, cost, realised }) => {
  expect(after(...history)).toEqual({ qty, cost: quanta(cost), realised: quanta(realised) })
})

test('rounding creates no money: cost − realised is the cash paid, for any fills', () => {
  fc.assert(
    fc.property(fills, (history) => {
      const position = after(...history)
      const paid = history.reduce((sum, one) => sum + notional(BTC, one.price, lots(one.qty * signOf(one.side))), 0n)
      expect(position.cost - position.realised).toBe(paid)
      expect(position.qty).toBe(history.reduce((sum, one) => sum + one.qty * signOf(one.side), 0))
    }),
  )
})

test('a flat position carries no cost, and a cost has the sign of its position', () => {
  fc.assert(
    fc.property(fills, (history) => {
      let position = FLAT
      for (const one of history) {
        position = applyFill(position, one, BTC)
        expect(Math.sign(Number(position.cost))).toBe(Math.sign(position.qty))
      }
      const side = position.qty > 0 ? 'sell' : 'buy'
      if (position.qty === 0) expect(position.cost).toBe(0n)
      else expect(after(...history, of(side, Math.abs(position.qty), 5)).cost).toBe(0n)
    }),
  )
})

test('only closing books a profit, and the price of what stays open stays what it was', () => {
  fc.assert(
    fc.property(fills, fill, (history, next) => {
      const before = after(...history)
      const position = applyFill(before, next, BTC)
      const closes = before.qty !== 0 && before.qty > 0 !== (next.side === 'buy')
      if (!closes) expect(position.realised).toBe(before.realised)
      else if (Math.abs(before.qty) > next.qty)
        expect(averageTicks(position, BTC)).toBeCloseTo(averageTicks(before, BTC) ?? 0, 6)
      else if (position.qty !== 0) expect(averageTicks(position, BTC)).toBeCloseTo(next.price, 6)
    }),
  )
})

test('a flip is the close and the opening, one after the other', () => {
  fc.assert(
    fc.property(fill, fill, (first, second) => {
      fc.pre(second.qty > first.qty)
      const flip = { ...second, side: opposite(first.side) }
      const opening = { ...flip, qty: lots(flip.qty - first.qty) }
      expect(after(first, flip)).toEqual(after(first, { ...flip, qty: first.qty }, opening))
    }),
  )
})

test('mirrored fills make the mirrored position with the same profit', () => {
  fc.assert(
    fc.property(fills, (history) => {
      const held = after(...history)
      const mirror = after(...history.map((one) => ({ ...one, side: opposite(one.side), price: one.price })))
      expect(mirror.qty + held.qty).toBe(0)
      expect(mirror.cost).toBe(0n - held.cost)
      expect(mirror.realised).toBe(0n - held.realised)
    }),
  )
})

test('a part of a cost that does not divide is rounded half to even', () => {
  // 3 lots for 10 tick-lots: one of them costs 3⅓.
  const position = after(of('buy', 1, 4), of('buy', 2, 3), of('sell', 1, 5))
  const third = (10n * BTC.quantaPerTickLot) / 3n
  expect(position.cost).toBe(10n * BTC.quantaPerTickLot - third)
  expect(averageTicks(FLAT, BTC)).toBeUndefined()
})
