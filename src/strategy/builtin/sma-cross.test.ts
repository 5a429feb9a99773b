import { describe, expect, test } from 'vitest'
import { orderIdAt } from '../../domain/ids.ts'
import { type FakeOptions, restart, run } from '../fake-context.ts'
import { smaCross } from './sma-cross.ts'

// fast 2, slow 3 on these closes: below until the 5th bar, above from there, below again from the 8th.
const UP_AND_DOWN = [1000, 990, 980, 970, 1010, 1020, 1030, 990, 950, 940]

/** What is asked on each bar, orders of the bar before filled at its close. */
function stories(closes: readonly number[], params: Record<string, unknown> = {}, options: FakeOptions = {}): string[] {
  const market = run(smaCross, { fast: 2, slow: 3, ...params }, options)
  return closes.flatMap((close, at) => {
    market.settle(close)
    market.bar(close)
    return market.story().map((line) => `${at}: ${line}`)
  })
}

describe('a moving-average cross', () => {
  test('buys when the fast average rises above the slow one and sells what it holds when it falls below', () => {
    expect(stories(UP_AND_DOWN, {}, { cash: 1000 })).toEqual([
      '4: buy 9405 MARKET ENTRY_CROSS_UP',
      '7: sell 9405 MARKET reduce EXIT_CROSS_DOWN',
    ])
  })

  test('turns around where shorts are wanted: first closes, then opens the other side', () => {
    expect(stories(UP_AND_DOWN, { direction: 'both' }, { cash: 1000 })).toEqual([
      '4: buy 9405 MARKET ENTRY_CROSS_UP',
      '7: sell 9405 MARKET reduce EXIT_CROSS_DOWN',
      expect.stringMatching(/^7: sell 9325 MARKET ENTRY_CROSS_DOWN$/),
    ])
  })

  test('never sells more than it holds on a spot instrument, whatever the direction', () => {
    expect(stories(UP_AND_DOWN, { direction: 'both' }, { cash: 1000, settlement: 'cash' })).toEqual([
      '4: buy 9405 MARKET ENTRY_CROSS_UP',
      '7: sell 9405 MARKET reduce EXIT_CROSS_DOWN',
    ])
  })

  test('a bar of equal averages hides a strict cross, and only delays the other kind', () => {
    // On the 4th bar both averages are 1000; before it the fast one is below, after it above.
    const touched = [1010, 1000, 1000, 1000, 1010]
    expect(stories(touched, { cross: 'strict' })).toEqual([])
    expect(stories(touched, { cross: 'last-nonzero' })).toEqual([expect.stringMatching(/^4: buy .* ENTRY_CROSS_UP$/)])
  })

  test.each([
    { why: 'fees are kept back', cash: 1000, options: { takerFee: 0.01 }, params: { fraction: 1 }, qty: 9802 },
    { why: 'a tenth of equity', cash: 1000, options: {}, params: { fraction: 0.1 }, qty: 990 },
    {
      why: 'spot never exceeds its cash',
      cash: 1000,
      options: { settlement: 'cash' },
      params: { fraction: 3 },
      qty: 9900,
    },
    {
      why: 'margin borrows what the venue lends',
      cash: 1000,
      options: { maxLeverage: 2 },
      params: { fraction: 3 },
      qty: 19801,
    },
    { why: 'the largest order is the cap', cash: 1000, options: { maxQty: 500 }, params: {}, qty: 500 },
    { why: 'below the least quantity nothing is sent', cash: 1000, options: { minQty: 20_000 }, params: {}, qty: 0 },
    { why: 'below the least notional nothing is sent', cash: 5, options: { minNotional: 10 }, params: {}, qty: 0 },
    { why: 'no money, no order', cash: 0, options: {}, params: {}, qty: 0 },
  ])('sizes an entry at 10.10 USD: $why', ({ cash, options, params, qty }) => {
    const asked = stories(UP_AND_DOWN.slice(0, 5), params, { cash, ...options } as FakeOptions)
    if (qty === 0) expect(asked).toEqual([])
    else expect(asked).toEqual([expect.stringMatching(/^4: buy \d+ MARKET ENTRY_CROSS_UP$/)])
    const lots = Number(asked[0]?.split(' ')[2] ?? 0)
    expect(Math.abs(lots - qty)).toBeLessThanOrEqual(qty * 0.01)
    const { takerFee = 0, maxLeverage = 1 } = options as FakeOptions
    expect((lots * 1010 * 0.0001) / maxLeverage + lots * 1010 * 0.0001 * takerFee).toBeLessThanOrEqual(cash + 1e-9)
  })

  test('a decision while an order is under way cancels it and waits for its end', () => {
    const market = run(smaCross, { fast: 2, slow: 3 })
    market.answersCancels = false
    for (const close of UP_AND_DOWN.slice(0, 8)) market.bar(close)
    expect(market.story().map((line) => line.replace(/buy \d+/, 'buy'))).toEqual([
      'buy MARKET ENTRY_CROSS_UP',
      'cancel o1 REBALANCE_OVERRULED',
    ])
    // The cancel came too late for a part of it: that part is sold.
    market.fill(orderIdAt(1), 950, 100)
    market.end(orderIdAt(1), 'CANCELED')
    expect(market.story()).toEqual(['sell 100 MARKET reduce EXIT_CROSS_DOWN'])
  })

  test('an exit that was refused is tried again, with longer and longer pauses', () => {
    const market = run(smaCross, { fast: 2, slow: 3 })
    market.refusing.add('EXIT_CROSS_DOWN')
    for (const close of UP_AND_DOWN) {
      market.settle(close)
      market.bar(close)
    }
    for (let bar = 0; bar < 20; bar++) market.bar(940 - bar)
    const refused = market.asked.filter(({ kind }) => kind === 'refused')
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(refused.length).toBeLessThanOrEqual(6)
    market.refusing.clear()
    for (let bar = 0; bar < 64; bar++) {
      market.bar(900 - bar)
      market.settle()
    }
    expect(market.position()).toBe(0)
  })

  test('an entry that was refused is let go', () => {
    const market = run(smaCross, { fast: 2, slow: 3 })
    market.refusing.add('ENTRY_CROSS_UP')
    for (const close of UP_AND_DOWN) market.bar(close)
    expect(market.asked).toHaveLength(1)
  })

  test('says with every order which numbers decided', () => {
    const market = run(smaCross, { fast: 2, slow: 3 })
    for (const close of UP_AND_DOWN.slice(0, 5)) market.bar(close)
    expect(market.placed[0]?.evidence).toEqual({ fast: 990, slow: (980 + 970 + 1010) / 3, close: 1010 })
  })

  test('state of another period is refused', () => {
    const market = run(smaCross, { fast: 2, slow: 3 })
    expect(() => restart(market, smaCross, { fast: 2, slow: 4 })).toThrow(/period/)
  })
})
