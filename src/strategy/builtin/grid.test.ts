import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { orderIdAt } from '../../domain/ids.ts'
import { restart, run } from '../fake-context.ts'
import { grid } from './grid.ts'
import { linePrice } from './grid-ladder.ts'

const SMALL = { levels: 2, spacing: 100, spacingUnit: 'ticks', size: 10, sizeUnit: 'lots', maxInventory: 4 }

function laid(params: Record<string, unknown> = {}, options = {}) {
  return run(grid, { ...SMALL, ...params }, { cash: 1_000_000, ...options })
}

function resting(market: ReturnType<typeof laid>): string[] {
  return market
    .orders()
    .map(({ side, qty, limit }) => `${side} ${qty} @${limit}`)
    .sort()
}

describe('the grid', () => {
  test('rests its levels on both sides of the first price', () => {
    const market = laid()
    market.bar(10_000)
    expect(resting(market)).toEqual(['buy 10 @9800', 'buy 10 @9900', 'sell 10 @10100', 'sell 10 @10200'])
  })

  test('answers a fill one level back, and that one again', () => {
    const market = laid()
    market.bar(10_000)
    market.story()
    market.trade(9_850)
    expect(market.story()).toEqual(['sell 10 LIMIT @10000 EXIT_GRID_SELL'])
    market.trade(10_050)
    expect(market.story()).toEqual(['buy 10 LIMIT @9900 ENTRY_GRID_BUY'])
    expect(market.position()).toBe(0)
    expect(market.cash()).toBeCloseTo(1_000_000 + 10 * 100 * 0.0001, 9)
    market.trade(10_150)
    expect(market.story()).toEqual(['buy 10 LIMIT @10000 EXIT_GRID_BUY'])
  })

  test('a level turns around only when it is wholly filled', () => {
    const market = laid()
    market.bar(10_000)
    market.story()
    const nearest = market.orders()[0]?.id ?? orderIdAt(0)
    market.fill(nearest, 9_900, 4)
    expect(market.story()).toEqual([])
    // The venue ends the rest: it is placed again, and counts with what was filled before.
    market.end(nearest, 'CANCELED')
    market.bar(10_000)
    expect(market.story()).toEqual(['buy 6 LIMIT @9900 ENTRY_GRID_BUY'])
    market.trade(9_850)
    expect(market.story()).toEqual(['sell 10 LIMIT @10000 EXIT_GRID_SELL'])
  })

  test('a refused level is tried again a second later, not with every update', () => {
    const market = laid()
    market.refusing.add('ENTRY_GRID_SELL')
    for (let update = 0; update < 10; update++) market.quote(9_995, 10_005, { afterUs: 90_000 })
    expect(market.asked.filter(({ kind }) => kind === 'refused')).toHaveLength(1)
    restart(market, grid, SMALL)
    market.quote(9_995, 10_005, { afterUs: 1 })
    expect(market.asked.filter(({ kind }) => kind === 'refused')).toHaveLength(1)
    market.refusing.clear()
    market.quote(9_995, 10_005, { afterUs: 1_000_000 })
    expect(resting(market)).toHaveLength(4)
  })

  test('on a spot instrument it starts with bids alone, as many as it can pay', () => {
    const market = laid({}, { settlement: 'cash', cash: 15 })
    market.bar(10_000)
    expect(resting(market)).toEqual(['buy 10 @9900'])
  })

  test.each([
    { recentre: 'never', left: ['sell 10 @10000', 'sell 10 @10100', 'sell 10 @10200', 'sell 10 @9900'] },
    // 20 lots are held and 40 is the most: two bids, and both offers.
    { recentre: 'keep', left: ['buy 10 @9490', 'buy 10 @9590', 'sell 10 @9790', 'sell 10 @9890'] },
    { recentre: 'flatten', left: ['buy 10 @9490', 'buy 10 @9590', 'sell 10 @9790', 'sell 10 @9890'] },
  ])('when the price leaves the grid: $recentre', ({ recentre, left }) => {
    const market = laid({ recentre })
    market.bar(10_000)
    market.trade(9_790)
    market.bar(9_700)
    expect(resting(market)).toHaveLength(4)
    market.bar(9_690)
    market.settle()
    market.bar(9_690)
    market.settle()
    market.bar(9_690)
    expect(resting(market)).toEqual(left)
    expect(market.position()).toBe(recentre === 'flatten' ? 0 : 20)
  })

  test('keeps within its largest inventory while the price runs away and it follows', () => {
    const market = laid({ recentre: 'keep' }, { maxLeverage: 10 })
    for (let price = 10_000; price > 5_000; price -= 45) {
      market.trade(price)
      market.bar(price)
      market.settle()
      expect(Math.abs(market.position())).toBeLessThanOrEqual(40)
    }
  })

  test('waits for the end of every order before it lays a new grid', () => {
    const market = laid({ recentre: 'keep' })
    market.answersCancels = false
    market.bar(10_000)
    market.bar(11_000)
    market.bar(11_000)
    expect(market.placed).toHaveLength(4)
    market.answersCancels = true
    market.settle()
    market.bar(11_000)
    expect(market.placed).toHaveLength(8)
  })

  test('an order that filled while the program was down is answered after the restart', () => {
    const market = laid()
    market.bar(10_000)
    market.story()
    const { handlers } = market
    market.handlers = {}
    market.trade(9_850)
    market.handlers = handlers
    restart(market, grid, SMALL)
    market.bar(9_850)
    expect(market.story()).toEqual(['sell 10 LIMIT @10000 EXIT_GRID_SELL'])
  })

  test('leaves no order behind when it stops', () => {
    const market = laid()
    market.bar(10_000)
    market.handlers.onStop?.('completed')
    market.settle()
    expect(market.orders()).toEqual([])
  })

  test('lines rise by at least a tick, whatever the spacing', () => {
    const terms = fc.record({
      centre: fc.integer({ min: 1_000, max: 10_000_000 }),
      levels: fc.integer({ min: 1, max: 50 }),
      spacing: fc.double({ min: 0.01, max: 1_000, noNaN: true }),
      spacingUnit: fc.constantFrom('ticks' as const, 'bps' as const),
    })
    fc.assert(
      fc.property(terms, (ladder) => {
        for (let line = -ladder.levels; line < ladder.levels; line++)
          expect(linePrice(ladder, line + 1)).toBeGreaterThan(linePrice(ladder, line))
      }),
    )
  })

  test('never rests two orders that could meet', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 9_500, max: 10_500 }), { maxLength: 60 }), (path) => {
        const market = laid({ levels: 4, maxInventory: 8, spacing: 50 })
        market.bar(10_000)
        for (const price of path) {
          market.trade(price)
          const bids = market.orders().flatMap(({ side, limit }) => (side === 'buy' ? [limit ?? 0] : []))
          const asks = market.orders().flatMap(({ side, limit }) => (side === 'sell' ? [limit ?? 0] : []))
          expect(Math.max(...bids, 0)).toBeLessThan(Math.min(...asks, Infinity))
        }
      }),
    )
  })
})
