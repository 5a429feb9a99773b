import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { type BookColumns, bookColumns, tradeColumns } from '../../market/columns.ts'
import { EngineMetrics } from './engine-report.ts'
import { FeedConflator, TURN_MESSAGES_MAX } from './feed-conflator.ts'
import type { VenueListener } from './engine-venue.ts'

/** A book in the plainest way: levels by side and price. */
class PlainBook {
  readonly levels = new Map<string, number>()
  apply({ side, price, qty, last }: BookColumns, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      if (side[row] === 0) this.levels.clear()
      else if (qty[row] === 0) this.levels.delete(`${side[row]} ${price[row]}`)
      else this.levels.set(`${side[row]} ${price[row]}`, qty[row] as number)
      expect(last[row]).toBe(row === to - 1 ? 1 : 0)
    }
  }
}

const change = fc.record({
  side: fc.constantFrom(1, -1, 1, -1, 1, -1, 0),
  price: fc.integer({ min: 1, max: 6 }),
  qty: fc.nat(3),
})
const message = fc.array(change, { minLength: 1, maxLength: 4 })

test('UGF-0-011: whatever is conflated, the book that comes of it is the book that was sent, and time does not go back', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: message },
          { weight: 1, arbitrary: fc.constantFrom('flush' as const, 'turn' as const) },
        ),
        { maxLength: 60 },
      ),
      (steps) => {
        const [sent, heard] = [new PlainBook(), new PlainBook()]
        let now = 0
        const feed = new FeedConflator(1, {
          onBook: (_, columns, from, to) => {
            heard.apply(columns, from, to)
            const ts = columns.recvTs[to - 1] as number
            expect(ts).toBeGreaterThanOrEqual(now)
            now = ts
          },
          onTrade: () => expect.fail('nothing was traded'),
          skipped: () => expect.fail('nothing was left out'),
          now: () => now,
        })
        const flood = bookColumns(1)
        flood.side[0] = 1
        flood.price[0] = 99
        flood.last[0] = 1
        const isFlooded = () => {
          flood.recvTs[0] = ts
          for (let n = 0; n < TURN_MESSAGES_MAX; n++) feed.onBook(0, flood, 0, 1)
        }
        let ts = 0
        isFlooded()
        for (const step of steps) {
          if (step === 'flush') feed.flush()
          else if (step === 'turn') {
            feed.endTurn()
            isFlooded()
          } else {
            const columns = bookColumns(step.length)
            step.forEach(({ side, price, qty }, row) => {
              columns.side[row] = side
              columns.price[row] = price
              columns.qty[row] = qty
              columns.recvTs[row] = ts
              columns.last[row] = row === step.length - 1 ? 1 : 0
            })
            ts++
            sent.apply(columns, 0, step.length)
            feed.onBook(0, columns, 0, step.length)
          }
        }
        feed.endTurn()
        expect(Object.fromEntries(heard.levels)).toEqual(Object.fromEntries(sent.levels))
      },
    ),
    { numRuns: 150 },
  )
})

test('of prints above the cap the newest is kept, and that some were left out is told once', () => {
  const prices: number[] = []
  let skipped = 0
  const feed = new FeedConflator(1, {
    onBook: () => undefined,
    onTrade: (_, columns, row) => prices.push(columns.price[row] as number),
    skipped: () => void skipped++,
    now: () => 0,
  })
  const trade = tradeColumns(1)
  for (let n = 1; n <= TURN_MESSAGES_MAX + 5; n++) {
    trade.price[0] = n
    feed.onTrade(0, trade, 0)
  }
  feed.endTurn()
  expect(prices).toHaveLength(TURN_MESSAGES_MAX + 1)
  expect(prices.at(-1)).toBe(TURN_MESSAGES_MAX + 5)
  expect([skipped, feed.conflated, feed.depth]).toEqual([1, 5, TURN_MESSAGES_MAX + 5])
})

describe('UGF-0-011: one symbol that floods', () => {
  const made: EngineWorld[] = []
  afterEach(async () => {
    for (const world of made.splice(0)) await world.end()
  })

  test('UGF-0-011: leaves the others as fresh as they were, is counted, and costs a bounded number of inputs', async () => {
    const world = new EngineWorld({ seed: 9 })
    made.push(world)
    const { kernel } = await world.boot()
    await world.run(10)
    const quiet = { inputs: kernel.inputs, seconds: 10 }
    const advance = world.exchange.advance.bind(world.exchange)
    const [book, trade] = [bookColumns(1), tradeColumns(1)]
    book.last[0] = 1
    const PER_TURN = 5_000
    /** The first symbol's feed repeats itself without end; what the venue really says comes after it in every turn. */
    const floods = (listener: VenueListener) => {
      const ts = world.engine.kernel.now
      for (let n = 0; n < PER_TURN; n++) {
        book.venueTs[0] = book.recvTs[0] = trade.venueTs[0] = trade.recvTs[0] = ts
        if (n % 2 === 0) {
          book.side[0] = 1
          book.price[0] = 1_000 + (n % 50)
          book.qty[0] = 1 + n
          listener.onBook(0, book, 0, 1)
        } else {
          trade.price[0] = 14_500_000
          trade.qty[0] = 1
          listener.onTrade(0, trade, 0)
        }
      }
    }
    world.exchange.advance = (ts, listener) => {
      floods(listener)
      advance(ts, listener)
    }
    const before = kernel.inputs
    const TURNS = 250
    const worst = world.engine.tapes.map(() => 0)
    for (let turn = 0; turn < TURNS; turn++) {
      await world.run(0.02)
      world.engine.tapes.forEach(({ heardTs }, at) => {
        worst[at] = Math.max(worst[at] as number, world.engine.now - heardTs)
      })
    }
    const { engine } = world
    expect(engine.conflator.conflated).toBeGreaterThan(TURNS * (PER_TURN - TURN_MESSAGES_MAX - 2))
    // Every symbol of its own, and all of them together, cost no more than the cap allows.
    expect(kernel.inputs - before).toBeLessThan(
      TURNS * (TURN_MESSAGES_MAX + 10) + (20 * quiet.inputs * 5) / quiet.seconds,
    )
    // The others were heard of as often as ever: no symbol was stale for a moment, and no reason stands against new risk.
    for (const ageUs of worst.slice(1)) expect(ageUs).toBeLessThan(5_000_000)
    expect([...kernel.facts.mode.reasons.keys()].filter((code) => /STALE|FEED/.test(code))).toEqual([])
    expect(engine.tapes.map(({ gaps }) => gaps > 0)).toEqual(engine.tapes.map((_, at) => at === 0))
    const host = {
      alerts: [],
      logs: [],
      config: [],
      size: world.store.size(),
      diskFree: 1,
      clients: 0,
      clientBytes: 0,
      rssBytes: 0,
      leaseAgeMs: 0,
      droppedLogs: 0,
    }
    const facts = { version: '1', pid: 1, instanceId: 'i', wallTs: world.clock.wall, host }
    expect(new EngineMetrics().snapshot(engine, facts).metrics).toMatch(/^profinaut_market_conflated_total [1-9]/m)
  }, 60_000)
})
