import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testInstrument, World, type WorldOptions, walkBars } from '../../fixtures/world.ts'
import { money, moneyToNumber, rate } from '../domain/money.ts'
import { canonicalBody } from '../events/encode.ts'
import { type BarColumns, barColumns } from '../market/columns.ts'
import { defineStrategy } from '../strategy/strategy.ts'
import { constantLatency } from '../venues/simulated/latency.ts'
import { fixedBps } from '../venues/simulated/slippage.ts'
import { checkHistory } from './history.fixture.ts'

/** Draws from a seeded list of numbers what to do at each bar: buys, sells, limits, stops, brackets, cancels, amends. */
const restless = defineStrategy({
  id: 'restless',
  version: '1.0.0',
  description: 'does anything at any time',
  params: z.strictObject({ most: z.int().default(8) }),
  create({ most }, context) {
    return {
      onBar(bar) {
        const draw = () => context.random()
        const open = context.orders()
        if (open.length > 0 && draw() < 0.3) {
          const order = open[Math.floor(draw() * open.length)]
          if (order !== undefined && draw() < 0.5) context.cancel(order.id, 'CANCEL_TEST')
          else if (order?.limit !== undefined)
            context.amend(order.id, {
              limit: order.limit + Math.round(draw() * 20 - 10),
              qty: 1 + Math.floor(draw() * 2_000),
              reasonCode: 'AMEND_TEST',
            })
        }
        if (open.length >= most || draw() < 0.4) return
        const side = draw() < 0.5 ? 'buy' : 'sell'
        const sign = side === 'buy' ? 1 : -1
        const qty = 1 + Math.floor(draw() * 2_000)
        const away = 1 + Math.floor(draw() * bar.close * 0.002)
        const reduceOnly = draw() < 0.2
        const kind = Math.floor(draw() * 6)
        const base = { side, qty, reduceOnly, reasonCode: 'ENTRY_TEST' } as const
        if (kind === 0) context.place({ ...base, type: 'MARKET' })
        else if (kind === 1)
          context.place({
            ...base,
            type: 'LIMIT',
            limit: bar.close - sign * away,
            timeInForce: draw() < 0.5 ? 'GTC' : 'POST_ONLY',
          })
        else if (kind === 2)
          context.place({
            ...base,
            type: 'LIMIT',
            limit: bar.close + sign * away,
            timeInForce: draw() < 0.5 ? 'IOC' : 'FOK',
          })
        else if (kind === 3) context.place({ ...base, type: 'STOP', stop: bar.close + sign * away })
        else if (kind === 4)
          context.place({ ...base, type: 'TRAILING_STOP', stop: bar.close + sign * away, trail: away })
        else
          context.place({
            ...base,
            reduceOnly: false,
            type: 'MARKET',
            stopLoss: bar.close - sign * away,
            takeProfit: bar.close + sign * away,
          })
      },
    }
  },
})

const MARGIN = testInstrument({ settlement: 'margin', shortable: true, maxLeverage: 5, maintenance: rate(0.05) })

const settings = fc.record({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  isMargin: fc.boolean(),
  latencyUs: fc.constantFrom(0, 30_000_000, 90_000_000),
  participation: fc.constantFrom(Number.POSITIVE_INFINITY, 0.0005),
  limitFill: fc.constantFrom('through' as const, 'touch' as const),
})
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never

function restlessWorld(
  { seed, isMargin, latencyUs, participation, limitFill }: Settings,
  more: Partial<WorldOptions> = {},
): World {
  const latency =
    latencyUs === 0 ? {} : { latency: constantLatency({ feedUs: 0, entryUs: latencyUs, responseUs: latencyUs }) }
  return new World({
    bots: [{ strategy: restless as never }, { strategy: restless as never, params: { most: 3 }, allocation: 1_000 }],
    instruments: [isMargin ? MARGIN : testInstrument()],
    feeds: [{ columns: [walkBars(400, { seed, step: 0.002 })] }],
    assumptions: {
      ...latency,
      participation,
      limitFill,
      slippage: fixedBps(2),
      funding: isMargin ? { intervalUs: 3_600_000_000, rate: 0.0001 } : { intervalUs: 0, rate: 0 },
    },
    seed,
    cash: 20_000,
    ...more,
  })
}

test('whatever strategies do, the history keeps every promise of the order machine and the books', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (drawn) => {
      const world = await restlessWorld(drawn).play()
      checkHistory(world.events)
      expect(world.of('order.quarantined')).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('what was gained by closing and what is gained by holding is all that equity changed by', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (drawn) => {
      const { portfolio } = (await restlessWorld(drawn).play()).kernel
      const { realised, unrealised } = portfolio.gains
      expect(realised + unrealised).toBeCloseTo(portfolio.equity - 20_000, 5)
    }),
    { numRuns: 30 },
  )
})

test("our books equal the venue's: every balance to the quantum, every position to the lot", async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (drawn) => {
      const { kernel, venue } = await restlessWorld(drawn).play()
      expect(kernel.portfolio.accountQty(0)).toBe(venue.account.position(0))
      for (const [currency, amount] of venue.account.balances()) {
        // Average cost of a margin position is kept per bot by us and per account by the venue: sums agree when flat.
        if (drawn.isMargin && venue.account.position(0) !== 0) continue
        if (drawn.isMargin && kernel.portfolio.botQty(0, 0) !== 0) continue
        expect(kernel.portfolio.ledger.balance('asset:sim', currency)).toBe(amount)
      }
    }),
    { numRuns: 40 },
  )
})

test('the change of equity is profit minus fees plus funding, realised and not', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (drawn) => {
      const { kernel } = await restlessWorld(drawn).play()
      const { portfolio } = kernel
      let explained = 20_000 + portfolio.unrealised(0)
      for (const bot of [0, 1]) {
        const { realised } = portfolio.position(bot, 0)
        explained +=
          moneyToNumber(realised) - moneyToNumber(portfolio.fees(bot, 0)) + moneyToNumber(portfolio.funding(bot, 0))
      }
      expect(portfolio.equity).toBeCloseTo(explained, 6)
    }),
    { numRuns: 40 },
  )
})

test('two runs of one seed are equal to the byte, two seeds are not', async () => {
  await fc.assert(
    fc.asyncProperty(settings, async (drawn) => {
      const [a, b] = [await restlessWorld(drawn).play(), await restlessWorld(drawn).play()]
      expect(a.events.map(canonicalBody)).toEqual(b.events.map(canonicalBody))
      expect(a.kernel.stateHash()).toBe(b.kernel.stateHash())
    }),
    { numRuns: 15 },
  )
  const [a, b] = [
    await restlessWorld({ seed: 1, isMargin: false, latencyUs: 0, participation: 1, limitFill: 'touch' }).play(),
    await restlessWorld({ seed: 2, isMargin: false, latencyUs: 0, participation: 1, limitFill: 'touch' }).play(),
  ]
  expect(a.kernel.stateHash()).not.toBe(b.kernel.stateHash())
})

test('what comes later changes nothing before it: bars after a moment may be anything', async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.integer({ min: 50, max: 350 }), async (drawn, cut) => {
      const changed = walkBars(400, { seed: drawn.seed, step: 0.002 })
      for (let row = cut; row < 400; row++) {
        for (const column of [changed.open, changed.high, changed.low, changed.close])
          column[row] = Math.round((column[row] ?? 0) * 1.5)
      }
      const before = (world: World) => world.events.filter(({ ts }) => ts < cut * 60_000_000).map(canonicalBody)
      const original = await restlessWorld(drawn).play()
      const other = restlessWorld(drawn)
      const twin = new World({ ...other.options, feeds: [{ columns: [changed] }] })
      expect(before(await twin.play())).toEqual(before(original))
    }),
    { numRuns: 20 },
  )
})

test('an engine that dies and goes on keeps every promise, and its books equal those of the venue', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.uniqueArray(fc.integer({ min: 1, max: 399 }), { minLength: 1, maxLength: 4 }),
      async (drawn, cuts) => {
        const whole = walkBars(400, { seed: drawn.seed, step: 0.002 })
        const edges = [0, ...cuts.toSorted((a, b) => a - b), 400]
        const columns = edges.slice(1).map((end, at) => rowsOf(whole, edges[at] ?? 0, end))
        const world = await restlessWorld(drawn, { feeds: [{ columns }], restarts: true }).play()
        expect(world.of('run.resumed')).toHaveLength(cuts.length + 1)
        checkHistory(world.events)
        expect(world.of('order.quarantined')).toEqual([])
        const { kernel, venue, projection } = world
        expect(kernel.portfolio.accountQty(0)).toBe(venue.account.position(0))
        const asked = new Map(projection.state.balances.map((one) => [`${one.account} ${one.currency}`, one.amount]))
        for (const { account, currency, amount } of kernel.portfolio.ledger.balances())
          expect(asked.get(`${account} ${currency}`)).toBe(amount)
        for (const [at, bot] of projection.state.bots.entries()) {
          const cash = moneyToNumber(bot.cash['USDT'] ?? money(0n))
          expect(cash).toBe(kernel.portfolio.botCash(at, 'USDT'))
        }
      },
    ),
    { numRuns: 60 },
  )
})

/** Rows `[from, to)` as a chunk of their own. */
function rowsOf(bars: BarColumns, from: number, to: number): BarColumns {
  const part = barColumns(to - from)
  for (const name of ['openTs', 'closeTs', 'open', 'high', 'low', 'close', 'volume'] as const)
    part[name].set(bars[name].subarray(from, to))
  part.length = to - from
  return part
}
