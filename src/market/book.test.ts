import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, gunzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedFolder } from '../../fixtures/shared-folder.ts'
import { formatUnits, parseDecimal } from '../domain/decimal.ts'
import { type BookLevel, type BookSign, OrderBook } from './book.ts'
import { bookColumns } from './columns.ts'

/** The obvious book: a map a side, sorted whenever somebody asks. */
class SlowBook {
  private readonly bids = new Map<number, number>()
  private readonly asks = new Map<number, number>()

  set(side: BookSign, price: number, qty: number): void {
    if (qty === 0) this.of(side).delete(price)
    else this.of(side).set(price, qty)
  }

  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }

  levels(side: BookSign): readonly BookLevel[] {
    return [...this.of(side)].map(([price, qty]) => ({ price, qty })).sort((a, b) => side * (b.price - a.price))
  }

  of(side: BookSign): Map<number, number> {
    return side === 1 ? this.bids : this.asks
  }
}

type Step = Readonly<{ side: BookSign; price: number; qty: number }> | 'clear'

const side = fc.constantFrom<BookSign>(1, -1)
const qty = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 1e6 }) },
)

/** Near the touch, deep, and absurd: a fat finger at the end of the safe range must not disturb the rest. */
const price = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 9_990, max: 10_010 }) },
  { weight: 6, arbitrary: fc.integer({ min: 9_000, max: 11_000 }) },
  { weight: 4, arbitrary: fc.integer({ min: -200_000, max: 200_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: fc.record({ side, price, qty }) },
  { weight: 1, arbitrary: fc.constant<Step>('clear') },
)

function expectTwin(book: OrderBook, twin: SlowBook): void {
  for (const sign of [1, -1] as const) {
    const levels = twin.levels(sign)
    const best = levels[0]
    expect(sign === 1 ? book.bestBid : book.bestAsk).toBe(best?.price ?? Number.NaN)
    expect(sign === 1 ? book.bestBidQty : book.bestAskQty).toBe(best?.qty ?? 0)
    expect(sign === 1 ? book.hasBid : book.hasAsk).toBe(best !== undefined)
    expect(book.levelCount(sign)).toBe(levels.length)
  }
}

function expectSameLevels(book: OrderBook, twin: SlowBook): void {
  for (const sign of [1, -1] as const) {
    expect(book.levels(sign, Number.POSITIVE_INFINITY)).toEqual(twin.levels(sign))
  }
}

/** A small seeded generator (mulberry32), for streams longer than a property shrinks well. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('an order book', () => {
  test('agrees with a map that is sorted on demand, for any stream of changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const book = new OrderBook()
        const twin = new SlowBook()
        for (const next of steps) {
          if (next === 'clear') {
            book.clear()
            twin.clear()
          } else {
            book.set(next.side, next.price, next.qty)
            twin.set(next.side, next.price, next.qty)
          }
          expectTwin(book, twin)
        }
        expectSameLevels(book, twin)
      }),
      { numRuns: 300 },
    )
  })

  test.each([1, 2, 3, 4])(
    'agrees with it over a long walk that drifts, jumps and widens its window (seed %i)',
    (seed) => {
      const random = seeded(seed)
      const book = new OrderBook()
      const twin = new SlowBook()
      let middle = 1_000_000
      for (let n = 0; n < 60_000; n++) {
        middle += Math.round((random() - 0.5) * 6 + (seed % 2 === 0 ? 1 : -1))
        if (random() < 0.0005) middle += Math.round((random() - 0.5) * 400_000)
        const sign = random() < 0.5 ? 1 : -1
        const reach = random() < 0.7 ? 40 : random() < 0.9 ? 4_000 : 300_000
        const price = middle - sign * Math.round(random() ** 2 * reach)
        // What the drift leaves behind on the wrong side is taken away most of the time, as trades would.
        const wrong = random() < 0.9 && (sign === 1 ? book.bestBid >= middle : book.bestAsk <= middle)
        const at = wrong ? (sign === 1 ? book.bestBid : book.bestAsk) : price
        const size = wrong || random() < 0.45 ? 0 : Math.ceil(random() * 1_000)
        book.set(sign, at, size)
        twin.set(sign, at, size)
        expect(book.qtyAt(sign, at)).toBe(size)
        if (n % 500 === 0) expectTwin(book, twin)
      }
      expectSameLevels(book, twin)
    },
  )

  test('says whether the top changed', () => {
    const book = new OrderBook()
    expect(book.set(1, 100, 5)).toBe(true)
    expect(book.set(1, 100, 5)).toBe(false)
    expect(book.set(1, 99, 7)).toBe(false)
    expect(book.set(1, 100, 4)).toBe(true)
    expect(book.set(1, 101, 0)).toBe(false)
    expect(book.set(1, 100, 0)).toBe(true)
    expect([book.bestBid, book.bestBidQty]).toEqual([99, 7])
    expect(book.set(1, 99, 0)).toBe(true)
    expect([book.bestBid, book.bestBidQty, book.hasBid]).toEqual([Number.NaN, 0, false])
  })

  test('an empty side compares with nothing: neither crossed nor locked', () => {
    const book = new OrderBook()
    expect([book.isCrossed, book.isLocked]).toEqual([false, false])
    book.set(1, 100, 1)
    expect([book.isCrossed, book.isLocked]).toEqual([false, false])
    book.set(-1, 100, 1)
    expect([book.isCrossed, book.isLocked]).toEqual([false, true])
    book.set(-1, 99, 1)
    expect([book.isCrossed, book.isLocked]).toEqual([true, false])
  })

  test('keeps a price of zero and negative prices, for spreads that trade below nothing', () => {
    const book = new OrderBook()
    book.set(1, -3, 2)
    book.set(-1, 0, 4)
    expect([book.bestBid, book.bestAsk]).toEqual([-3, 0])
    book.set(1, 0, 1)
    expect(book.levels(1, 9)).toEqual([
      { price: 0, qty: 1 },
      { price: -3, qty: 2 },
    ])
    expect(book.bestBid).toBe(0)
  })

  test.each([
    [100.5, 1, `a level's price is whole ticks, was 100.5`],
    [Number.NaN, 1, `a level's price is whole ticks, was NaN`],
    [2 ** 53, 1, `a level's price is whole ticks, was 9007199254740992`],
    [100, -1, `a level's size is at least 0 lots, was -1`],
    [100, Number.NaN, `a level's size is at least 0 lots, was NaN`],
  ])('refuses a level of price %d and size %d', (price, size, message) => {
    const book = new OrderBook()
    book.set(1, 100, 1)
    expect(() => book.set(1, price, size)).toThrow(message)
    expect(() => new OrderBook().set(-1, price, size)).toThrow(message)
    expect(book.levels(1, 9)).toEqual([{ price: 100, qty: 1 }])
  })

  test('sums the best levels, near and far', () => {
    const book = new OrderBook()
    for (const [price, size] of [
      [100, 1],
      [101, 2],
      [5_000, 4],
      [900_000, 8],
    ] as const)
      book.set(-1, price, size)
    expect([0, 1, 2, 3, 4, 5].map((count) => book.depth(-1, count))).toEqual([0, 1, 3, 7, 15, 15])
    expect(book.depth(1, 3)).toBe(0)
  })

  test('a sweep takes level by level up to its limit, for any book', () => {
    const offers = fc.array(fc.tuple(price, fc.integer({ min: 1, max: 1_000 })), { maxLength: 40 })
    fc.assert(
      fc.property(side, offers, fc.integer({ min: 1, max: 20_000 }), fc.option(price), (sign, rows, wanted, limit) => {
        const book = new OrderBook()
        const twin = new SlowBook()
        for (const [at, size] of rows) {
          book.set(sign, at, size)
          twin.set(sign, at, size)
        }
        let left = wanted
        let value = 0
        let worst = Number.NaN
        for (const level of twin.levels(sign)) {
          if (left === 0 || (limit !== null && sign * (limit - level.price) > 0)) break
          const taken = Math.min(left, level.qty)
          value += taken * level.price
          left -= taken
          worst = level.price
        }
        expect(book.sweep(sign, wanted, limit ?? undefined)).toBe(wanted - left)
        expect(book.sweptQty).toBe(wanted - left)
        expect(book.sweptWorst).toBe(worst)
        expect(book.sweptAverage).toBe(wanted === left ? Number.NaN : value / (wanted - left))
      }),
    )
  })

  test('shows a level without our own orders, and never less than nothing', () => {
    const book = new OrderBook()
    book.set(1, 100, 10)
    expect(book.othersQtyAt(1, 100)).toBe(10)
    book.addOwn(1, 100, 3)
    book.addOwn(1, 100, 4)
    expect(book.othersQtyAt(1, 100)).toBe(3)
    expect(book.othersQtyAt(-1, 100)).toBe(0)
    book.removeOwn(1, 100, 3)
    expect(book.othersQtyAt(1, 100)).toBe(6)
    book.set(1, 100, 2)
    expect(book.othersQtyAt(1, 100)).toBe(0)
    book.clear()
    book.set(1, 100, 9)
    expect(book.othersQtyAt(1, 100)).toBe(5)
    expect(() => book.removeOwn(1, 100, 5)).toThrow('own lots at 100 are at least the 5 removed, were 4')
  })

  test('applies a range of feed rows, where side 0 begins a snapshot', () => {
    const rows = bookColumns(5)
    rows.side.set([1, -1, 0, -1, 1])
    rows.price.set([100, 102, 0, 105, 103])
    rows.qty.set([1, 2, 0, 3, 4])
    const book = new OrderBook()
    book.apply(rows, 0, 2)
    expect([book.bestBid, book.bestAsk]).toEqual([100, 102])
    book.apply(rows, 2, 4)
    expect([book.bestBid, book.bestAsk]).toEqual([Number.NaN, 105])
    book.apply(rows, 4, 5)
    expect([book.bestBid, book.bestBidQty, book.bestAsk]).toEqual([103, 4, 105])
  })
})

const shared = sharedFolder()

interface Reference {
  readonly dataset: { readonly folder: string }
  readonly snapshot_last_update_id: number
  readonly messages_applied: number
  readonly messages_after_which_book_was_locked_or_crossed: number
  readonly removals_of_unknown_levels: number
  readonly book_ticker_check: { readonly compared: number; readonly equal: number }
  readonly checkpoints: readonly Readonly<{
    applied: number
    seq: number
    best_bid: readonly [string, string]
    best_ask: readonly [string, string]
    bid_levels: number
    ask_levels: number
    top10_bid_qty: string
    top10_ask_qty: string
    crc32_top10: number
  }>[]
}

interface Precision {
  /** Fraction digits of a tick, and of a price in the file. */
  readonly tick: number
  readonly shownPrice: number
  readonly lot: number
  readonly shownQty: number
}

function rowsOf(path: string): readonly string[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
  return text.trimEnd().split('\n').slice(1)
}

/** Decimal text in whole units of 10^-digits. */
function units(text: string | undefined, digits: number): number {
  const value = parseDecimal(text ?? '')
  if (value === undefined || value.scale > digits) throw new Error(`a decimal of ${digits} digits, was '${text}'`)
  return Number(value.units) * 10 ** (digits - value.scale)
}

describe('a book rebuilt from a recording', () => {
  test.skipIf(shared === undefined).each([
    ['l2_replay_btcusdt_perp', { tick: 1, shownPrice: 2, lot: 3, shownQty: 3 }],
    ['l2_replay_btcusdt_spot', { tick: 2, shownPrice: 8, lot: 8, shownQty: 8 }],
  ] as const)('equals the shared reference results: %s', (name, precision: Precision) => {
    const root = shared ?? ''
    const reference = JSON.parse(readFileSync(join(root, 'oracles', `${name}.json`), 'utf8')) as Reference
    const folder = join(root, reference.dataset.folder)
    const book = new OrderBook()
    const change = (
      sideText: string | undefined,
      priceText: string | undefined,
      qtyText: string | undefined,
    ): boolean => {
      const sign = sideText === 'bid' ? 1 : -1
      const at = units(priceText, precision.tick)
      const size = units(qtyText, precision.lot)
      const unknown = size === 0 && book.qtyAt(sign, at) === 0
      book.set(sign, at, size)
      return unknown
    }
    const shownPrice = (at: number) => formatUnits(BigInt(at), precision.tick, precision.shownPrice)
    const shownQty = (size: number) => formatUnits(BigInt(size), precision.lot, precision.shownQty)

    for (const row of rowsOf(join(folder, 'snapshot.csv'))) {
      const [, , , sideText, priceText, qtyText] = row.split(',')
      change(sideText, priceText, qtyText)
    }

    const tops = new Map<number, string>()
    const checkpoints = new Map(reference.checkpoints.map((checkpoint) => [checkpoint.applied, checkpoint]))
    let applied = 0
    let unknown = 0
    let crossed = 0
    let matched = 0
    const endMessage = (seq: number, eventMs: number, updateId: number): void => {
      applied++
      if (book.isCrossed || book.isLocked) crossed++
      tops.set(updateId, [book.bestBid, book.bestBidQty, book.bestAsk, book.bestAskQty].join())
      const expected = checkpoints.get(applied)
      if (expected === undefined) return
      const top10 = [...book.levels(1, 10), ...book.levels(-1, 10)]
      const text = top10.map((level) => `${shownPrice(level.price)}:${shownQty(level.qty)}`).join('|')
      expect({
        applied,
        seq,
        event_ts_ms: eventMs,
        final_update_id: updateId,
        best_bid: [shownPrice(book.bestBid), shownQty(book.bestBidQty)],
        best_ask: [shownPrice(book.bestAsk), shownQty(book.bestAskQty)],
        bid_levels: book.levelCount(1),
        ask_levels: book.levelCount(-1),
        top10_bid_qty: shownQty(book.depth(1, 10)),
        top10_ask_qty: shownQty(book.depth(-1, 10)),
        crc32_top10: crc32(text),
      }).toEqual(expected)
      matched++
    }

    let seq = -1
    let eventMs = -1
    let updateId = -1
    for (const row of rowsOf(join(folder, 'depth.csv.gz'))) {
      const cells = row.split(',')
      const finalId = Number(cells[5])
      // The futures feed restates the snapshot's own update, the spot feed begins after it.
      const isOld = name.endsWith('perp')
        ? finalId < reference.snapshot_last_update_id
        : finalId <= reference.snapshot_last_update_id
      if (isOld) continue
      if (Number(cells[1]) !== seq) {
        if (seq >= 0) endMessage(seq, eventMs, updateId)
        seq = Number(cells[1])
        eventMs = Number(cells[2])
        updateId = finalId
      }
      if (change(cells[7], cells[8], cells[9])) unknown++
    }
    endMessage(seq, eventMs, updateId)

    expect(applied).toBe(reference.messages_applied)
    expect(unknown).toBe(reference.removals_of_unknown_levels)
    expect(crossed).toBe(reference.messages_after_which_book_was_locked_or_crossed)
    expect(matched).toBe(reference.checkpoints.length)

    let compared = 0
    let equal = 0
    for (const row of rowsOf(join(folder, 'book_ticker.csv.gz'))) {
      const [, , , id, bid, bidQty, ask, askQty] = row.split(',')
      const top = tops.get(Number(id))
      if (top === undefined) continue
      compared++
      const ticker = [
        units(bid, precision.tick),
        units(bidQty, precision.lot),
        units(ask, precision.tick),
        units(askQty, precision.lot),
      ]
      if (ticker.join() === top) equal++
    }
    expect({ compared, equal }).toEqual({
      compared: reference.book_ticker_check.compared,
      equal: reference.book_ticker_check.equal,
    })
  })
})
