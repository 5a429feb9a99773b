import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { timeUs } from '../domain/time.ts'
import { type SyntheticL2Options, syntheticL2 } from './synthetic-l2.ts'

const BASE: SyntheticL2Options = { seed: 1, startTs: timeUs(1_700_000_000_000_000), count: 50_000, depth: 40 }

/** Applies every row to a plain map and checks what must hold after each message. */
function replay(options: SyntheticL2Options) {
  const levels = { bid: new Map<number, number>(), ask: new Map<number, number>() }
  const seen = { rows: 0, messages: 0, trades: 0, spreads: 0, prices: new Set<number>(), largestChunk: 0 }
  let recvTs = 0
  for (const { book, trades } of syntheticL2(options)) {
    seen.largestChunk = Math.max(seen.largestChunk, book.length)
    let trade = 0
    for (let i = 0; i < book.length; i++) {
      const [side = 9, price = 0, qty = -1] = [book.side[i], book.price[i], book.qty[i]]
      const [venue = 0, recv = 0] = [book.venueTs[i], book.recvTs[i]]
      expect(recv).toBeGreaterThanOrEqual(venue)
      expect(recv).toBeGreaterThanOrEqual(recvTs)
      recvTs = recv
      const map = side === 1 ? levels.bid : levels.ask
      if (side !== 0) {
        expect(Number.isSafeInteger(price) && price >= 1).toBe(true)
        expect(Number.isSafeInteger(qty) && qty >= 0).toBe(true)
      }
      // A trade takes what the touch of the moment has, and its book change says what is left of it.
      if (trade < trades.length && trades.venueTs[trade] === venue) {
        const taken = trades.qty[trade] ?? 0
        expect(trades.price[trade]).toBe(price)
        expect(trades.taker[trade]).toBe(-side)
        expect(price).toBe(side === 1 ? Math.max(...levels.bid.keys()) : Math.min(...levels.ask.keys()))
        expect(taken).toBeGreaterThan(0)
        expect((map.get(price) ?? 0) - taken).toBe(qty)
        trade++
        seen.trades++
      }
      if (side === 0) {
        levels.bid.clear()
        levels.ask.clear()
      } else if (qty === 0) map.delete(price)
      else map.set(price, qty)
      seen.rows++
      if (book.last[i] !== 1) continue
      seen.messages++
      const [bid, ask] = [Math.max(...levels.bid.keys()), Math.min(...levels.ask.keys())]
      expect(bid).toBeLessThan(ask)
      expect(bid - Math.min(...levels.bid.keys())).toBeLessThan(options.depth ?? 200)
      expect(Math.max(...levels.ask.keys()) - ask).toBeLessThan(options.depth ?? 200)
      seen.spreads += ask - bid
      seen.prices.add(bid)
    }
    expect(book.last[book.length - 1]).toBe(1)
    expect(trade).toBe(trades.length)
  }
  return seen
}

test('the book is never crossed, trades take from the touch, and times never go back', () => {
  const seen = replay(BASE)
  expect(seen.rows).toBeGreaterThanOrEqual(50_000)
  expect(seen.trades / seen.messages).toBeGreaterThan(0.1)
  expect(seen.spreads / seen.messages).toBeLessThan(4)
  expect(seen.prices.size).toBeGreaterThan(20)
})

test('that holds for any seed, depth and pace, down to the lowest prices', () => {
  const options = fc.record({
    seed: fc.maxSafeNat(),
    depth: fc.integer({ min: 2, max: 70 }),
    count: fc.integer({ min: 1, max: 3000 }),
    meanGapUs: fc.constantFrom(2, 100, 1e6),
    latencyUs: fc.constantFrom(0, 1, 5000),
  })
  fc.assert(
    fc.property(options, (picked) => {
      replay({ ...BASE, ...picked, startBid: 2 * picked.depth + 1 })
    }),
    { numRuns: 40 },
  )
})

test('equal options give equal rows, reused arrays or not', () => {
  const prices = (seed: number, reuse: boolean) => {
    const found: number[] = []
    for (const { book } of syntheticL2({ ...BASE, count: 140_000, seed, reuse })) {
      for (let i = 0; i < book.length; i++) found.push((book.price[i] ?? 0) * 8192 + (book.qty[i] ?? 0))
    }
    return found
  }
  expect(prices(1, true)).toEqual(prices(1, false))
  expect(prices(1, true).slice(0, 200)).not.toEqual(prices(2, true).slice(0, 200))
})

test('it starts with a clearing row and every level of both sides', () => {
  const [{ book } = { book: undefined }] = [...syntheticL2({ ...BASE, count: 1 })]
  expect(book?.length).toBe(1 + 2 * 40)
  expect(book?.side[0]).toBe(0)
  expect([...(book?.last.subarray(0, 81) ?? [])].filter((mark) => mark === 1)).toHaveLength(1)
})

test.each([
  [{ depth: 1 }, 'depth'],
  [{ startBid: 80, depth: 40 }, 'first bid'],
  [{ count: 0.5 }, 'count'],
  [{ meanGapUs: 1 }, 'gap'],
  [{ latencyUs: -1 }, 'latency'],
])('%j is refused', (wrong, words) => {
  expect(() => [...syntheticL2({ ...BASE, ...wrong })]).toThrow(words)
})
