import { describe, expect, test } from 'vitest'
import { orderIdAt } from '../../domain/ids.ts'
import { restart, run } from '../fake-context.ts'
import { simpleMm } from './simple-mm.ts'

const PLAIN = {
  halfSpread: 10,
  spreadUnit: 'ticks',
  size: 100,
  sizeUnit: 'lots',
  maxInventory: 3,
  momentumPeriod: 0,
  requoteThreshold: 2,
  minRequoteMs: 0,
}

function quoting(params: Record<string, unknown> = {}, options = {}) {
  return run(simpleMm, { ...PLAIN, ...params }, { cash: 1_000_000, ...options })
}

describe('the market maker', () => {
  test('quotes both sides around the middle, post-only', () => {
    const market = quoting()
    market.quote(9_995, 10_005)
    expect(market.placed.map(({ timeInForce }) => timeInForce)).toEqual(['POST_ONLY', 'POST_ONLY'])
    expect(market.story()).toEqual(['buy 100 LIMIT @9990 QUOTE_BID', 'sell 100 LIMIT @10010 QUOTE_ASK'])
  })

  test('hears bars, quotes and books, and of several only the finest', () => {
    const market = quoting()
    market.bar(10_000)
    expect(market.story()).toEqual(['buy 100 LIMIT @9990 QUOTE_BID', 'sell 100 LIMIT @10010 QUOTE_ASK'])
    market.quote(9_985, 9_995)
    expect(market.story()).toEqual(['amend o1 limit=9980 QUOTE_MOVED', 'amend o2 limit=10000 QUOTE_MOVED'])
    market.bar(11_000)
    expect(market.story()).toEqual([])
    market.bookUpdate(9_975, 9_985)
    expect(market.story()).toEqual(['amend o1 limit=9970 QUOTE_MOVED', 'amend o2 limit=9990 QUOTE_MOVED'])
    market.quote(11_000, 11_010)
    expect(market.story()).toEqual([])
  })

  test('reads the half-spread in basis points, and leans to the thinner side on request', () => {
    const market = quoting({ spreadUnit: 'bps', halfSpread: 10, fair: 'micro' })
    market.bookUpdate(9_900, 10_100, { bidQty: 1, askQty: 3 })
    // 3 asks press on 1 bid: (9900 × 3 + 10100 × 1) / 4 = 9950, and ten basis points of it are 9.95.
    expect(market.story()).toEqual(['buy 100 LIMIT @9940 QUOTE_BID', 'sell 100 LIMIT @9960 QUOTE_ASK'])
  })

  test('stays on its own side of the touch', () => {
    const market = quoting({ halfSpread: 1, requoteThreshold: 1, skew: 100 })
    market.quote(9_990, 10_010)
    market.fill(orderIdAt(1), 9_999)
    market.story()
    // Long a third of the limit with all that skew: the ask would go far below the bid.
    market.quote(9_990, 10_010)
    expect(market.story()).toContain('amend o2 limit=9991 QUOTE_MOVED')
  })

  test('leans against its inventory, and stops buying when it is full', () => {
    const market = quoting()
    market.quote(9_995, 10_005)
    market.fill(orderIdAt(1), 9_990)
    market.story()
    market.quote(9_995, 10_005)
    // A third of the inventory moves both quotes down by a third of the half-spread.
    expect(market.story()).toEqual(['buy 100 LIMIT @9986 QUOTE_BID', 'amend o2 limit=10007 QUOTE_MOVED'])
    market.fill(orderIdAt(3), 9_986)
    market.quote(9_995, 10_005)
    const third = market.orders().find(({ side }) => side === 'buy')?.id ?? orderIdAt(0)
    market.fill(third, 9_983)
    market.story()
    market.quote(9_995, 10_005)
    expect(market.orders().map(({ side }) => side)).toEqual(['sell'])
    expect(market.position()).toBe(300)
  })

  test('never holds more than its largest inventory, whatever fills', () => {
    const market = quoting()
    for (let round = 0; round < 20; round++) {
      market.quote(9_995, 10_005)
      for (const { id, side, limit } of market.orders()) if (side === 'buy') market.fill(id, limit ?? 0)
      expect(Math.abs(market.position())).toBeLessThanOrEqual(300)
    }
  })

  test('withdraws the side that a trend would run over, and comes back after it', () => {
    const market = quoting({ momentumPeriod: 3, momentumBps: 10 })
    for (let update = 0; update < 3; update++) market.quote(9_995, 10_005)
    market.story()
    market.quote(10_095, 10_105)
    expect(market.story()).toEqual(['cancel o2 QUOTE_MOMENTUM_UP'])
    market.settle()
    for (let update = 0; update < 20; update++) market.quote(10_095, 10_105)
    expect(market.story()).toEqual(['amend o1 limit=10090 QUOTE_MOVED', 'sell 100 LIMIT @10110 QUOTE_ASK'])
    market.quote(9_995, 10_005)
    expect(market.story()[0]).toBe('cancel o1 QUOTE_MOMENTUM_DOWN')
  })

  test('is silent until its average is warm', () => {
    const market = quoting({ momentumPeriod: 5 })
    for (let update = 0; update < 4; update++) market.quote(9_995, 10_005)
    expect(market.story()).toEqual([])
    market.quote(9_995, 10_005)
    expect(market.story()).toHaveLength(2)
  })

  test('moves only by the threshold or more, and not more often than allowed', () => {
    const market = quoting({ requoteThreshold: 5, minRequoteMs: 500 })
    market.quote(9_995, 10_005)
    market.story()
    market.quote(9_999, 10_009)
    expect(market.story()).toEqual([])
    market.quote(10_000, 10_010)
    expect(market.story()).toHaveLength(2)
    market.quote(10_010, 10_020, { afterUs: 499_999 })
    expect(market.story()).toEqual([])
    market.quote(10_010, 10_020, { afterUs: 1 })
    expect(market.story()).toHaveLength(2)
  })

  test('the side that retreats goes first, so that own orders never meet', () => {
    const market = quoting()
    market.quote(9_995, 10_005)
    market.story()
    market.quote(10_095, 10_105)
    expect(market.story()).toEqual(['amend o2 limit=10110 QUOTE_MOVED', 'amend o1 limit=10090 QUOTE_MOVED'])
    market.quote(9_995, 10_005)
    expect(market.story()).toEqual(['amend o1 limit=9990 QUOTE_MOVED', 'amend o2 limit=10010 QUOTE_MOVED'])
  })

  test('with cancel and replace, the new quote waits for the end of the old one', () => {
    const market = quoting({ requote: 'cancel' })
    market.quote(9_995, 10_005)
    market.story()
    market.quote(10_095, 10_105)
    market.quote(10_095, 10_105)
    // Until the old ask has ended, a higher bid could meet it.
    expect(market.story()).toEqual(['cancel o2 QUOTE_MOVED'])
    market.settle()
    market.quote(10_095, 10_105)
    expect(market.story()).toEqual(['cancel o1 QUOTE_MOVED', 'sell 100 LIMIT @10110 QUOTE_ASK'])
    market.settle()
    market.quote(10_095, 10_105)
    expect(market.story()).toEqual(['buy 100 LIMIT @10090 QUOTE_BID'])
  })

  test.each([
    { why: 'one side is empty', bid: Number.NaN, ask: 10_005 },
    { why: 'the book is crossed', bid: 10_010, ask: 10_005 },
    { why: 'the book is locked', bid: 10_005, ask: 10_005 },
  ])('withdraws both quotes when $why', ({ bid, ask }) => {
    const market = quoting()
    market.bookUpdate(9_995, 10_005)
    market.story()
    market.bookUpdate(bid, ask)
    expect(market.story()).toEqual(['cancel o1 QUOTE_NO_MARKET', 'cancel o2 QUOTE_NO_MARKET'])
  })

  test('offers only what it holds of a spot instrument, and bids only what it can pay', () => {
    const market = quoting({}, { settlement: 'cash', cash: 60 })
    market.quote(9_995, 10_005)
    expect(market.story()).toEqual(['buy 60 LIMIT @9990 QUOTE_BID'])
    market.fill(orderIdAt(1), 9_990)
    market.quote(9_995, 10_005)
    expect(market.story()).toEqual([expect.stringMatching(/^sell 60 LIMIT @\d+ QUOTE_ASK$/)])
  })

  test('a neutral position above zero lets it offer from what it keeps', () => {
    const market = quoting({ neutral: 2 }, { settlement: 'cash' })
    market.quote(9_995, 10_005)
    // Two thirds below neutral: both quotes stand two thirds of the half-spread higher.
    expect(market.story()).toEqual(['buy 100 LIMIT @9996 QUOTE_BID'])
  })

  test('a rejected quote is placed again', () => {
    const market = quoting()
    market.quote(9_995, 10_005)
    market.end(orderIdAt(1), 'REJECTED')
    market.story()
    market.quote(9_995, 10_005)
    expect(market.story()).toEqual(['buy 100 LIMIT @9990 QUOTE_BID'])
  })

  test('a restart does not shorten the time between two changes', () => {
    const params = { ...PLAIN, minRequoteMs: 5_000 }
    const market = quoting(params)
    market.quote(9_995, 10_005)
    market.story()
    restart(market, simpleMm, params)
    market.quote(10_095, 10_105)
    expect(market.story()).toEqual([])
    market.quote(10_095, 10_105, { afterUs: 4_000_000 })
    expect(market.story()).toHaveLength(2)
  })

  test('leaves no quote behind when it stops', () => {
    const market = quoting()
    market.quote(9_995, 10_005)
    market.story()
    market.handlers.onStop?.('completed')
    expect(market.story()).toEqual(['cancel o1 QUOTE_STOPPED', 'cancel o2 QUOTE_STOPPED'])
  })
})
