import { expect, test } from 'vitest'
import { barColumns } from '../market/columns.ts'
import { FillColumns } from './fill-columns.ts'
import { priceCurve } from './price-curve.ts'
import { tradeMarks } from './trade-marks.ts'

function bars(count: number) {
  const columns = barColumns(count)
  for (let bar = 0; bar < count; bar++) {
    columns.closeTs[bar] = bar + 1
    columns.open[bar] = 100 + bar
    columns.high[bar] = 110 + bar
    columns.low[bar] = 90 + bar
    columns.close[bar] = 101 + bar
  }
  columns.length = count
  return columns
}

test('no bars, no points', () => {
  expect(priceCurve(bars(0)).ts).toHaveLength(0)
})

test('few bars stay as they are', () => {
  const curve = priceCurve(bars(3))
  expect(curve.barsPerPoint).toBe(1)
  expect([...curve.high]).toEqual([110, 111, 112])
})

test('joined bars open with the first, close with the last, and keep their extremes', () => {
  const curve = priceCurve(bars(5), 2)
  expect(curve.barsPerPoint).toBe(3)
  expect([...curve.ts]).toEqual([3, 5])
  expect([...curve.open]).toEqual([100, 103])
  expect([...curve.high]).toEqual([112, 114])
  expect([...curve.low]).toEqual([90, 93])
  expect([...curve.close]).toEqual([103, 105])
})

test('marks are thinned evenly, first and last kept, and say of how many they are', () => {
  const fills = new FillColumns(1)
  for (let at = 0; at < 12_001; at++) {
    const row = { instrument: 1, bot: 0, qty: 1, notional: 1, fee: 0, slippage: 0, realised: 0, isMaker: false }
    fills.push({ ...row, ts: at, side: -1, price: at, orderNumber: at })
  }
  const marks = tradeMarks(fills)
  expect(marks.ts).toHaveLength(5000)
  expect(marks.fills).toBe(12_001)
  expect([marks.ts[0], marks.ts[4999]]).toEqual([0, 12_000])
  expect([marks.side[7], marks.instrument[7]]).toEqual([-1, 1])
  expect(marks.ts.every((ts, at) => at === 0 || ts > (marks.ts[at - 1] ?? 0))).toBe(true)
  expect(tradeMarks(fills, 20_000).ts).toHaveLength(12_001)
  expect(tradeMarks(new FillColumns()).ts).toHaveLength(0)
})
