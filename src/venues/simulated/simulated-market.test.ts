import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../../domain/time.ts'
import { OrderBook } from '../../market/book.ts'
import { DEMO_PROFILES } from './market-profile.ts'
import { type MarketSink, type MarketState, SimulatedMarket } from './simulated-market.ts'

const START = 1_800_000_000_000_000
const COUNT = DEMO_PROFILES.length

function open(seed: number) {
  return SimulatedMarket.open(DEMO_PROFILES, { seed, startTs: START })
}

/** Writes every message down as text. */
function writer(): { readonly sink: MarketSink; readonly lines: string[] } {
  const lines: string[] = []
  const sink: MarketSink = {
    onBook(at, { venueTs, side, price, qty, last }, from, to) {
      for (let row = from; row < to; row++)
        lines.push(`b${at} ${venueTs[row]} ${side[row]} ${price[row]} ${qty[row]} ${last[row]}`)
    },
    onTrade: (at, { venueTs, price, qty, taker }, row) =>
      void lines.push(`t${at} ${venueTs[row]} ${price[row]} ${qty[row]} ${taker[row]}`),
  }
  return { sink, lines }
}

const SPAN_US = 40 * US_PER_SECOND

test('the same messages come, in whatever steps time moves, and through any number of restarts', () => {
  const stop = fc.record({ afterUs: fc.integer({ min: 0, max: SPAN_US }), restarts: fc.boolean() })
  fc.assert(
    fc.property(fc.integer(), fc.array(stop, { maxLength: 12 }), (seed, stops) => {
      const whole = writer()
      open(seed).advance(START + SPAN_US, whole.sink)
      const cut = writer()
      let market = open(seed)
      for (const { afterUs, restarts } of stops.toSorted((a, b) => a.afterUs - b.afterUs)) {
        market.advance(START + afterUs, cut.sink)
        if (restarts)
          market = SimulatedMarket.restore(DEMO_PROFILES, JSON.parse(JSON.stringify(market.save())) as MarketState)
      }
      market.advance(START + SPAN_US, cut.sink)
      expect(cut.lines).toEqual(whole.lines)
      expect(whole.lines.length).toBeGreaterThan(500)
    }),
    { numRuns: 40 },
  )
})

test('another seed is another market', () => {
  const [one, two] = [writer(), writer()]
  open(1).advance(START + SPAN_US, one.sink)
  open(2).advance(START + SPAN_US, two.sink)
  expect(one.lines).not.toEqual(two.lines)
})

test('a jump leaves prices and books as they are and moves only the clock', () => {
  const market = open(3)
  const before = writer()
  market.advance(START + SPAN_US, { onBook() {}, onTrade() {} })
  market.snapshot(0, 1, before.sink)
  const later = START + 9 * US_PER_DAY
  market.jump(later)
  const after = writer()
  market.snapshot(0, 1, after.sink)
  expect(after.lines).toEqual(before.lines)
  expect(market.nextTs).toBe(later)
  const next = writer()
  market.advance(later + SPAN_US, next.sink)
  expect(next.lines.length).toBeGreaterThan(500)
  for (const line of next.lines) expect(Number(line.split(' ')[1])).toBeGreaterThanOrEqual(later)
})

// ---- a day, looked at message by message -----------------------------------------------------------------------------

interface Day {
  readonly books: readonly OrderBook[]
  readonly messages: number[]
  readonly prints: number[]
  readonly problems: string[]
  /** Last prices at the end of every minute. */
  readonly closes: number[][]
  /** Widths of the spread in basis points, and the size of the minute's return, at the end of every minute. */
  readonly spreads: number[][]
  /** Yen a USDT as the prices of bitcoin in both say, every minute. */
  readonly crossRates: number[]
  readonly leveragedPremiums: number[]
  readonly sizes: number[]
  /** Takers that walked more than one level. */
  walked: number
}

function playDay(seed: number): Day {
  const day: Day = {
    books: DEMO_PROFILES.map(() => new OrderBook()),
    messages: DEMO_PROFILES.map(() => 0),
    prints: DEMO_PROFILES.map(() => 0),
    problems: [],
    closes: DEMO_PROFILES.map(() => []),
    spreads: DEMO_PROFILES.map(() => []),
    crossRates: [],
    leveragedPremiums: [],
    sizes: [],
    walked: 0,
  }
  const last = DEMO_PROFILES.map(() => Number.NaN)
  let ts = START
  let printTs = 0
  const problem = (text: string) => void (day.problems.length < 10 && day.problems.push(`${ts}: ${text}`))
  const sink: MarketSink = {
    onBook(at, columns, from, to) {
      const now = columns.venueTs[from] as number
      if (now < ts) problem(`book ${at} goes back in time`)
      ts = now
      const book = day.books[at] as OrderBook
      book.apply(columns, from, to)
      if (columns.last[to - 1] !== 1) problem(`message of ${at} does not end`)
      if (!(book.bestBid < book.bestAsk) || book.bestBid < 1) problem(`${at}: ${book.bestBid} to ${book.bestAsk}`)
      if ((day.messages[at] as number)++ % 50 === 0)
        for (const side of [1, -1] as const)
          if (book.levelCount(side) < 20) problem(`${at} has ${book.levelCount(side)} levels`)
    },
    onTrade(at, columns, row) {
      const now = columns.venueTs[row] as number
      if (now < ts) problem(`trade ${at} goes back in time`)
      ts = now
      const book = day.books[at] as OrderBook
      const [price, qty, taker] = [columns.price[row] as number, columns.qty[row] as number, columns.taker[row]]
      // The first print of a taker is at the touch; the ones that walk on are at levels that are there.
      const there = taker === 1 ? book.qtyAt(-1, price) : book.qtyAt(1, price)
      if (now !== printTs && price !== (taker === 1 ? book.bestAsk : book.bestBid))
        problem(`${at} prints beside the touch`)
      if (!(qty >= 1 && qty <= there)) problem(`${at} prints ${qty} of ${there}`)
      if (now === printTs) day.walked++
      printTs = now
      last[at] = price
      day.prints[at] = (day.prints[at] as number) + 1
      if (at === 0) day.sizes.push(qty)
    },
  }
  const market = open(seed)
  for (let minute = 1; minute <= 1_440; minute++) {
    market.advance(START + minute * US_PER_MINUTE, sink)
    const mids = day.books.map(({ bestBid, bestAsk }) => (bestBid + bestAsk) / 2)
    for (let at = 0; at < COUNT; at++) {
      const { bestBid, bestAsk } = day.books[at] as OrderBook
      day.closes[at]?.push(last[at] as number)
      day.spreads[at]?.push(((bestAsk - bestBid) / bestBid) * 10_000)
    }
    const [spot = 0, leveraged = 0, usdt = 0] = mids
    day.crossRates.push(spot / (usdt * 0.01))
    day.leveragedPremiums.push(leveraged / spot - 1)
  }
  return day
}

const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length

function returnsOf(prices: readonly number[]): readonly number[] {
  return prices.slice(1).map((price, at) => price / (prices[at] as number) - 1)
}

function kurtosis(xs: readonly number[]): number {
  const centre = mean(xs)
  const variance = mean(xs.map((x) => (x - centre) ** 2))
  return mean(xs.map((x) => (x - centre) ** 4)) / variance ** 2
}

function autocorrelation(xs: readonly number[], lag: number): number {
  const centre = mean(xs)
  const product = mean(xs.slice(lag).map((x, at) => (x - centre) * ((xs[at] as number) - centre)))
  return product / mean(xs.map((x) => (x - centre) ** 2))
}

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const [x0, y0] = [mean(xs), mean(ys)]
  const spread = (values: readonly number[], centre: number) => Math.sqrt(mean(values.map((v) => (v - centre) ** 2)))
  return mean(xs.map((x, at) => (x - x0) * ((ys[at] as number) - y0))) / spread(xs, x0) / spread(ys, y0)
}

describe.each([1, 4])('a day of seed %i is believable', (seed) => {
  let day: Day
  beforeAll(() => {
    day = playDay(seed)
  })

  test('books are never crossed and never thin, time never goes back, prints meet the book', () => {
    expect(day.problems).toEqual([])
  })

  test('it is as busy as a market: two to eight messages and half to three prints a second', () => {
    for (let at = 0; at < COUNT; at++) {
      expect((day.messages[at] as number) / 86_400).toBeGreaterThan(2)
      expect((day.messages[at] as number) / 86_400).toBeLessThan(8)
      expect((day.prints[at] as number) / 86_400).toBeGreaterThan(0.5)
      expect((day.prints[at] as number) / 86_400).toBeLessThan(3)
    }
  })

  test('returns of a minute have fat tails, and their sizes cluster', () => {
    for (const closes of day.closes) {
      const returns = returnsOf(closes)
      expect(kurtosis(returns)).toBeGreaterThan(4)
      const sizes = returns.map(Math.abs)
      for (let lag = 1; lag <= 10; lag++) expect(autocorrelation(sizes, lag), `lag ${lag}`).toBeGreaterThan(0)
      // Prices themselves cannot be foretold from the minute before.
      expect(Math.abs(autocorrelation(returns, 1))).toBeLessThan(0.2)
    }
  })

  test('spreads widen when it is wild', () => {
    day.spreads.forEach((spreads, at) => {
      const moves = returnsOf(day.closes[at] as number[]).map(Math.abs)
      const halfHours = Array.from({ length: 47 }, (_, n) => ({
        move: mean(moves.slice(30 * n, 30 * n + 30)),
        spread: mean(spreads.slice(30 * n, 30 * n + 30)),
      })).toSorted((one, two) => one.move - two.move)
      const quiet = mean(halfHours.slice(0, 23).map(({ spread }) => spread))
      const wild = mean(halfHours.slice(-5).map(({ spread }) => spread))
      expect(wild / quiet).toBeGreaterThan(1.2)
      expect(mean(spreads)).toBeGreaterThan(0.1)
      expect(mean(spreads)).toBeLessThan(4)
    })
  })

  test('sizes of prints have no scale, and some takers walk the book', () => {
    const sorted = day.sizes.toSorted((a, b) => a - b)
    const median = sorted[sorted.length >> 1] as number
    expect((sorted.at(-1) as number) / median).toBeGreaterThan(30)
    expect(day.walked).toBeGreaterThan(1_000)
  })

  test('bitcoin costs the same in yen and in USDT, and leveraged it costs nearly the same', () => {
    for (const crossRate of day.crossRates) expect(crossRate).toBeGreaterThan(147)
    for (const crossRate of day.crossRates) expect(crossRate).toBeLessThan(155)
    // From one minute to the next the rate moves by little more than a spread.
    const steps = returnsOf(day.crossRates).map(Math.abs)
    expect(steps.toSorted((a, b) => a - b)[Math.floor(steps.length * 0.99)]).toBeLessThan(0.001)
    for (const premium of day.leveragedPremiums) expect(Math.abs(premium)).toBeLessThan(0.006)
    const [spot = [], leveraged = [], usdt = [], ether = []] = day.closes.map(returnsOf)
    expect(correlation(spot, usdt)).toBeGreaterThan(0.8)
    expect(correlation(spot, leveraged)).toBeGreaterThan(0.8)
    expect(correlation(usdt, ether)).toBeGreaterThan(0.5)
    expect(correlation(usdt, ether)).toBeLessThan(0.95)
  })
})
