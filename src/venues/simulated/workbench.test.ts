import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { barsOf, testInstrument, World, type WorldOptions } from '../../../fixtures/world.ts'
import { decimal } from '../../domain/decimal.ts'
import { money, rate } from '../../domain/money.ts'
import type { Side } from '../../domain/order.ts'
import { defineStrategy } from '../../strategy/strategy.ts'
import type { Assumptions } from './assumptions.ts'

/** One unit is one lot, one tick is 1, fees as given: an account can be followed in the head. */
function plainInstrument({ settlement, fee = 0, shortable = true }: Pick<Account, 'settlement' | 'fee' | 'shortable'>) {
  return testInstrument({
    settlement,
    shortable,
    tickSize: decimal('1'),
    lotSize: decimal('1'),
    fees: { maker: rate(fee), taker: rate(fee), perFill: money(0n) },
  })
}

interface Account {
  readonly settlement: 'cash' | 'margin'
  readonly fee?: number
  readonly shortable?: boolean
  readonly cash: number
  /** One price a bar, or its open and its close. */
  readonly prices: readonly (number | readonly [number, number])[]
  /** Market orders by the number of the bar that they are decided on. */
  readonly orders: Readonly<Record<number, readonly (readonly [Side, number])[]>>
  readonly assumptions?: Partial<Assumptions>
}

function barOf(price: number | readonly [number, number]): readonly number[] {
  const [open, close] = typeof price === 'number' ? [price, price] : price
  return [open, Math.max(open, close), Math.min(open, close), close]
}

/** Plays market orders. Returns what filled and why the rest did not. */
async function playAccount({ settlement, fee = 0, shortable = true, cash, prices, orders, assumptions = {} }: Account) {
  const strategy = defineStrategy({
    id: 'orders',
    version: '1.0.0',
    description: 'sends the orders of its test',
    params: z.strictObject({}),
    create(_params, context) {
      let bar = 0
      return {
        onBar() {
          for (const [side, qty] of orders[bar++] ?? [])
            context.place({ side, qty, type: 'MARKET', reasonCode: 'ENTRY_TEST' })
        },
      }
    },
  })
  const world = await new World({
    bots: [{ strategy: strategy as unknown as WorldOptions['bots'][number]['strategy'] }],
    instruments: [plainInstrument({ settlement, fee, shortable })],
    feeds: [{ columns: [barsOf(prices.map(barOf))] }],
    limits: { reserve: false },
    cash,
    assumptions,
  }).play()
  const refused = [...world.of('order.rejected'), ...world.of('order.canceled')]
  return {
    fills: world.of('fill.recorded').map(({ payload }) => [payload.side, payload.qty, payload.price]),
    refused: refused.map(({ payload }) => payload.reason_code),
    position: world.kernel.portfolio.botQty(0, 0),
    equity: world.kernel.portfolio.equity,
  }
}

describe('closing always passes', () => {
  test('a short is covered in cash even when the cash does not reach', async () => {
    const { fills, refused, equity } = await playAccount({
      settlement: 'cash',
      cash: 1_000,
      prices: [1_000, 1_000, 3_000, 3_000],
      orders: { 0: [['sell', 1]], 2: [['buy', 1]] },
    })
    expect({ fills, refused, equity }).toEqual({
      fills: [
        ['sell', 1, 1_000],
        ['buy', 1, 3_000],
      ],
      refused: [],
      equity: -1_000,
    })
  })

  test.each(['cash', 'margin'] as const)(
    '%s: an order that flips closes, and opens only if that is paid',
    async (settlement) => {
      const account = { settlement, cash: 10_000, prices: [1_000, 1_000, 2_000, 2_000] }
      const tooMuch = await playAccount({ ...account, orders: { 0: [['sell', 5]], 2: [['buy', 8]] } })
      expect(tooMuch).toMatchObject({ position: 0, refused: ['INSUFFICIENT_FUNDS'], equity: 5_000 })
      const enough = await playAccount({ ...account, orders: { 0: [['sell', 5]], 2: [['buy', 7]] } })
      expect(enough).toMatchObject({ position: 2, refused: [], equity: 5_000 })
    },
  )

  test('what closes of an order that cannot open pays no spread that only openings pay', async () => {
    const { fills } = await playAccount({
      settlement: 'margin',
      cash: 10_000,
      prices: [1_000, 1_000, 2_000, 2_000],
      orders: { 0: [['sell', 5]], 2: [['buy', 8]] },
      assumptions: { slippage: { name: 'on entry', meaning: 'test', ticks: ({ isOpening }) => (isOpening ? 10 : 0) } },
    })
    expect(fills).toEqual([
      ['sell', 5, 990],
      ['buy', 5, 2_000],
    ])
  })

  test('fees count: what is opened must be paid with its own and that of what is closed', async () => {
    const account = { cash: 1_000, fee: 0.1, prices: [100, 100, 100, 100] } as const
    for (const settlement of ['cash', 'margin'] as const) {
      expect(await playAccount({ settlement, ...account, orders: { 0: [['buy', 10]] } })).toMatchObject({
        position: 0,
        refused: ['INSUFFICIENT_FUNDS'],
      })
      expect(await playAccount({ settlement, ...account, orders: { 0: [['buy', 9]] } })).toMatchObject({ position: 9 })
    }
  })
})

test('the margin of an order that flips knows the profit and the fee of what it closes', async () => {
  const risen = {
    settlement: 'margin',
    cash: 10_000,
    prices: [1_000, 1_000, [2_000, 2_500], 2_500],
    assumptions: { marginMark: 'bar-close' },
  } as const
  expect(await playAccount({ ...risen, orders: { 0: [['sell', 5]], 1: [['buy', 7]] } })).toMatchObject({ position: 2 })
  expect(await playAccount({ ...risen, orders: { 0: [['sell', 5]], 1: [['buy', 8]] } })).toMatchObject({ position: 0 })
  const charged = { settlement: 'margin', cash: 1_040, fee: 0.1, prices: [100, 100, 100, 100] } as const
  expect(await playAccount({ ...charged, orders: { 0: [['buy', 5]], 1: [['sell', 13]] } })).toMatchObject({
    position: -8,
  })
  expect(await playAccount({ ...charged, orders: { 0: [['buy', 5]], 1: [['sell', 14]] } })).toMatchObject({
    position: 0,
  })
})

test('where nothing can be borrowed, a sale of more than is held is refused whole', async () => {
  const account = { settlement: 'cash', cash: 1_000, prices: [100, 100, 100, 100], shortable: false } as const
  const { position, refused } = await playAccount({ ...account, orders: { 0: [['buy', 5]], 1: [['sell', 6]] } })
  expect({ position, refused }).toEqual({ position: 5, refused: ['INSUFFICIENT_FUNDS'] })
})

describe('the check at submission', () => {
  const account = { settlement: 'cash', cash: 1_000, assumptions: { submissionCheck: true } } as const

  test('refuses at the last price what the next open would have let through', async () => {
    const cheaper = { ...account, prices: [1_100, 900, 900], orders: { 0: [['buy', 1]] } } as const
    expect((await playAccount(cheaper)).refused).toEqual(['INSUFFICIENT_FUNDS'])
    expect((await playAccount({ ...cheaper, assumptions: {} })).fills).toEqual([['buy', 1, 900]])
  })

  test('looks at orders of one moment in turn: the first one leaves less for the second', async () => {
    const prices = [600, 400, 400]
    const two = await playAccount({
      ...account,
      prices,
      orders: {
        0: [
          ['buy', 1],
          ['buy', 1],
        ],
      },
    })
    expect(two).toMatchObject({ position: 1, refused: ['INSUFFICIENT_FUNDS'] })
    const freed = await playAccount({
      ...account,
      prices: [600, 600, 600, 600],
      orders: {
        0: [['buy', 1]],
        1: [
          ['sell', 1],
          ['buy', 1],
        ],
      },
    })
    expect(freed).toMatchObject({ position: 1, refused: [] })
  })
})

test('margin is measured at the open that fills, or at the close of that bar where a run says so', async () => {
  const after = (marginMark: 'fill' | 'bar-close') =>
    playAccount({
      settlement: 'margin',
      cash: 1_000,
      prices: [100, 100, [100, 140]],
      orders: { 0: [['sell', 5]], 1: [['sell', 5]] },
      assumptions: { marginMark },
    })
  expect(await after('fill')).toMatchObject({ position: -10, refused: [] })
  expect(await after('bar-close')).toMatchObject({ position: -5, refused: ['INSUFFICIENT_FUNDS'] })
})
