import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { FillColumns, type FillRow } from './fill-columns.ts'
import { fifoLots, flatToFlat } from './trades.ts'

const PLAIN: FillRow = {
  ts: 0,
  instrument: 0,
  bot: 0,
  side: 1,
  price: 100,
  qty: 1,
  notional: 100,
  fee: 0,
  slippage: 0,
  realised: 0,
  isMaker: false,
  orderNumber: 1,
}

/** Fills of 1 a tick-lot: signed quantity, price, fee. */
function fillsOf(rows: readonly (readonly [qty: number, price: number, fee?: number])[], more: Partial<FillRow> = {}) {
  const fills = new FillColumns(1)
  rows.forEach(([qty, price, fee = 0], at) => {
    const size = Math.abs(qty)
    fills.push({ ...PLAIN, ...more, ts: at, side: qty > 0 ? 1 : -1, price, qty: size, notional: size * price, fee })
  })
  return fills
}

describe('flatToFlat', () => {
  test('no fills, no trades', () => {
    expect(flatToFlat(new FillColumns())).toMatchObject({ closed: { length: 0 }, open: 0 })
  })

  test('scaling in and out is one trade at average prices', () => {
    const { closed, open } = flatToFlat(
      fillsOf([
        [1, 100, 1],
        [3, 120, 3],
        [-2, 130, 2],
        [-2, 140, 2],
      ]),
    )
    expect(closed.length).toBe(1)
    expect(open).toBe(0)
    expect(closed.direction[0]).toBe(1)
    expect(closed.qty[0]).toBe(4)
    expect(closed.entryPrice[0]).toBe(115)
    expect(closed.exitPrice[0]).toBe(135)
    expect(closed.entryFee[0]).toBe(4)
    expect(closed.exitFee[0]).toBe(4)
    expect(closed.pnl[0]).toBe(72)
    expect(closed.returnFraction[0]).toBeCloseTo(72 / 460, 15)
    expect([closed.entryTs[0], closed.exitTs[0]]).toEqual([0, 3])
  })

  test('a flip ends one trade, begins the next, and shares its fee by quantity', () => {
    const { closed, open } = flatToFlat(
      fillsOf([
        [2, 100],
        [-5, 90, 5],
        [3, 80],
      ]),
    )
    expect(closed.length).toBe(2)
    expect(open).toBe(0)
    expect([...closed.pnl.subarray(0, 2)]).toEqual([-22, 27])
    expect([...closed.direction.subarray(0, 2)]).toEqual([1, -1])
    expect([...closed.exitFee.subarray(0, 2)]).toEqual([2, 0])
    expect([...closed.entryFee.subarray(0, 2)]).toEqual([0, 3])
  })

  test('each bot and instrument has its own position', () => {
    const fills = fillsOf([[1, 100]])
    fills.push({ ...PLAIN, side: -1, bot: 1 })
    fills.push({ ...PLAIN, side: -1, instrument: 1 })
    expect(flatToFlat(fills)).toMatchObject({ closed: { length: 0 }, open: 3 })
    expect(fifoLots(fills)).toMatchObject({ closed: { length: 0 }, open: 3 })
  })
})

describe('fifoLots', () => {
  test('a closing fill takes the oldest lots first, each its own record', () => {
    const { closed, open } = fifoLots(
      fillsOf([
        [2, 100, 2],
        [2, 110, 4],
        [-3, 120, 3],
      ]),
    )
    expect(closed.length).toBe(2)
    expect(open).toBe(1)
    expect([...closed.qty.subarray(0, 2)]).toEqual([2, 1])
    expect([...closed.entryPrice.subarray(0, 2)]).toEqual([100, 110])
    expect([...closed.entryFee.subarray(0, 2)]).toEqual([2, 2])
    expect([...closed.exitFee.subarray(0, 2)]).toEqual([2, 1])
    expect([...closed.pnl.subarray(0, 2)]).toEqual([36, 7])
  })

  const signed = fc.array(
    fc.tuple(
      fc.integer({ min: -5, max: 5 }).filter((qty) => qty !== 0),
      fc.integer({ min: 50, max: 150 }),
      fc.integer({ min: 0, max: 3 }),
    ),
    { minLength: 1, maxLength: 80 },
  )

  property.prop([signed])('both cuts of the same fills earn the same money once the position is flat', (rows) => {
    const held = rows.reduce((sum, [qty]) => sum + qty, 0)
    const flat = held === 0 ? rows : [...rows, [-held, 100, 1] as const]
    const fills = fillsOf(flat)
    const cash = flat.reduce((sum, [qty, price, fee = 0]) => sum - qty * price - fee, 0)
    for (const trips of [flatToFlat(fills), fifoLots(fills)]) {
      const pnl = trips.closed.pnl.subarray(0, trips.closed.length).reduce((sum, value) => sum + value, 0)
      expect(trips.open).toBe(0)
      expect(pnl).toBeCloseTo(cash, 8)
    }
  })

  test('690 000 fills are cut in both ways', () => {
    const fills = new FillColumns()
    for (let at = 0; at < 690_000; at++) {
      fills.push({ ...PLAIN, ts: at, side: at % 3 === 2 ? -1 : 1, qty: at % 3 === 2 ? 2 : 1, orderNumber: at })
    }
    expect(flatToFlat(fills).closed.length).toBe(230_000)
    expect(fifoLots(fills).closed.length).toBe(460_000)
  })

  test('a queue that never empties drops what is closed', () => {
    const rows = Array.from({ length: 6000 }, (_, at): [number, number] => (at % 2 === 0 ? [2, 100] : [-1, 101]))
    const { closed, open } = fifoLots(fillsOf(rows))
    expect(closed.length).toBe(3000)
    expect(closed.entryTs[2999]).toBe(2998) // lots of two, closed one at a time
    expect(open).toBe(1500)
  })
})

const shared = sharedFolder()

interface NettingReference {
  readonly trades: readonly {
    units: number
    entry_bar: number
    exit_bar: number
    entry_price: number
    exit_price: number
    pnl: number
    commission: number
    return_pct: number
  }[]
  readonly open_trades_at_end: readonly { units: number; entry_bar: number; entry_price: number }[]
  readonly engine_parameters: { readonly commission_rate: number; readonly commission_fixed: number }
}

/**
 * The reference lists matched lots, not fills. Its fills are the entries added up by bar and the exits added up by bar,
 * exits first, as its netting rule says.
 */
function netFills({ trades, open_trades_at_end, engine_parameters }: NettingReference): FillColumns {
  const net = new Map<string, { bar: number; isEntry: boolean; units: number; price: number }>()
  const add = (bar: number, isEntry: boolean, units: number, price: number): void => {
    const key = `${bar} ${isEntry} ${price}`
    const found = net.get(key) ?? { bar, isEntry, units: 0, price }
    found.units += units
    net.set(key, found)
  }
  for (const trade of trades) {
    add(trade.entry_bar, true, trade.units, trade.entry_price)
    add(trade.exit_bar, false, -trade.units, trade.exit_price)
  }
  for (const trade of open_trades_at_end) add(trade.entry_bar, true, trade.units, trade.entry_price)
  const fills = new FillColumns()
  for (const fill of [...net.values()].sort((a, b) => a.bar - b.bar || Number(a.isEntry) - Number(b.isEntry))) {
    const qty = Math.abs(fill.units)
    const notional = qty * fill.price
    const fee = notional * engine_parameters.commission_rate
    fills.push({ ...PLAIN, ts: fill.bar, side: fill.units > 0 ? 1 : -1, price: fill.price, qty, notional, fee })
  }
  return fills
}

test.skipIf(shared === undefined)('FIFO lots are those of the shared reference results', () => {
  const file = `${shared}/oracles/bt_fifo_netting_goog.json`
  const reference = JSON.parse(readFileSync(file, 'utf8')) as NettingReference
  const { closed, open } = fifoLots(netFills(reference))
  expect(closed.length).toBe(reference.trades.length)
  expect(open).toBe(reference.open_trades_at_end.length)
  reference.trades.forEach((trade, at) => {
    expect((closed.direction[at] ?? 0) * (closed.qty[at] ?? 0)).toBe(trade.units)
    expect(closed.entryTs[at]).toBe(trade.entry_bar)
    expect(closed.exitTs[at]).toBe(trade.exit_bar)
    expect(closed.entryPrice[at]).toBe(trade.entry_price)
    expect(closed.exitPrice[at]).toBe(trade.exit_price)
    // The reference charges its fixed commission once a record and side, a venue once a fill: that part is left out.
    const fixed = 2 * reference.engine_parameters.commission_fixed
    expect(closed.pnl[at]).toBeCloseTo(trade.pnl + fixed, 9)
    expect((closed.entryFee[at] ?? 0) + (closed.exitFee[at] ?? 0)).toBeCloseTo(trade.commission - fixed, 9)
    expect(closed.returnFraction[at]).toBeCloseTo(
      trade.return_pct + fixed / Math.abs(trade.units * trade.entry_price),
      12,
    )
  })
})
