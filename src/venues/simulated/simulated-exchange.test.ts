import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Killed, MemoryVault } from '../../../fixtures/memory-vault.ts'
import { type OrderId, orderIdAt } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../../domain/instruction.ts'
import { baseAmount, type Instrument, notional } from '../../domain/instrument.ts'
import { lots, moneyFromNumber, share, ticks } from '../../domain/money.ts'
import { Random } from '../../domain/random.ts'
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE, US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import { applyFill, FLAT, type Position } from '../../portfolio/position.ts'
import { DEMO_INSTRUMENTS } from './demo-instruments.ts'
import { BTC_JPY, BTC_USDT, Desk, ETH_USDT, FIXED, Floor, FX_BTC_JPY, orderOf, START } from './exchange.fixture.ts'
import { DEMO_DEPOSITS, DEMO_LATENCY } from './exchange-terms.ts'
import { DEMO_PROFILES } from './market-profile.ts'
import { SimulatedExchange } from './simulated-exchange.ts'
import { SimulatedMarket } from './simulated-market.ts'

const instrument = (at: number) => DEMO_INSTRUMENTS[at] as Instrument

describe('orders travel, meet the book and are reported', () => {
  test('a market order takes what stands at the touch, a latency later, and the answer takes another', () => {
    const floor = new Floor()
    const [ask, sent] = [floor.desk.ask(BTC_USDT), floor.now]
    const id = floor.place(orderOf(1, { side: 'buy', qty: 10 }))
    floor.run(15)
    expect(floor.desk.reports).toEqual([])
    floor.run(100, 1)
    const [fill] = floor.desk.fills
    expect(fill).toMatchObject({ orderId: id, qty: 10, liquidity: 'taker', ts: sent + 20_000 })
    expect(Math.abs((fill?.price ?? 0) / ask - 1)).toBeLessThan(0.001)
    expect(fill?.fee).toBe(
      share(notional(instrument(BTC_USDT), ticks(fill?.price ?? 0), lots(10)), instrument(BTC_USDT).fees.taker),
    )
    expect(floor.desk.reportTimes).toEqual([sent + 40_000])
  })

  test('a limit order rests, is listed, and is cancelled', async () => {
    const floor = new Floor()
    const limit = floor.desk.bid(BTC_USDT) - 50_000
    const id = floor.place(orderOf(1, { side: 'buy', qty: 1_000, limit }))
    floor.run(100)
    expect(floor.desk.about(id)).toEqual(['accepted'])
    const { openOrders } = await floor.exchange.books()
    expect(openOrders).toMatchObject([{ orderId: id, limit, qty: 1_000, filled: 0, state: 'OPEN' }])
    floor.exchange.cancel(id, BTC_USDT, floor.now)
    floor.run(100)
    expect(floor.desk.about(id)).toEqual(['accepted', 'canceled'])
    expect((await floor.exchange.books()).openOrders).toEqual([])
    expect(await floor.exchange.order(id)).toMatchObject({ state: 'CANCELED', reasonCode: 'REQUESTED', limit })
  })

  test('a resting order at the touch is filled as a maker when its turn comes, with a rebate in yen', () => {
    const floor = new Floor()
    const id = floor.place(orderOf(1, { instrumentAt: BTC_JPY, side: 'buy', qty: 5, limit: floor.desk.bid(BTC_JPY) }))
    floor.run(10 * 60_000)
    expect(floor.desk.about(id).at(-1)).toBe('fill')
    const [fill] = floor.desk.fills
    expect(fill?.liquidity).toBe('maker')
    expect(fill?.fee).toBeLessThan(0n)
  })

  test('an amendment moves the order, and books say so', async () => {
    const floor = new Floor()
    const id = floor.place(orderOf(1, { side: 'buy', qty: 100, limit: floor.desk.bid(BTC_USDT) - 90_000 }))
    floor.run(100)
    const limit = ticks(floor.desk.bid(BTC_USDT) - 80_000)
    const terms = { qty: lots(80), limit, stop: undefined, trail: undefined }
    floor.exchange.amend({ orderId: id, decisionId: 'd2', instrumentAt: BTC_USDT, ...terms } as AllowedAmend, floor.now)
    floor.run(100)
    expect(floor.desk.about(id)).toEqual(['accepted', 'amended'])
    expect(await floor.exchange.order(id)).toMatchObject({ qty: 80, limit })
  })

  test('what the account does not have is refused, and remembered as that', async () => {
    const floor = new Floor()
    const id = floor.place(orderOf(1, { side: 'sell', qty: 10 }))
    floor.run(100)
    expect(floor.desk.reports).toMatchObject([{ kind: 'rejected', orderId: id, reasonCode: 'INSUFFICIENT_FUNDS' }])
    expect(await floor.exchange.order(id)).toMatchObject({ state: 'REJECTED', reasonCode: 'INSUFFICIENT_FUNDS' })
  })

  test('an order sent twice is one order: acknowledged again while it works, refused once it has ended', async () => {
    const floor = new Floor()
    const order = orderOf(1, { side: 'buy', qty: 100, limit: floor.desk.bid(BTC_USDT) - 90_000 })
    floor.place(order)
    floor.place(order)
    floor.run(100)
    expect(floor.desk.about(order.orderId)).toEqual(['accepted', 'accepted'])
    expect((await floor.exchange.books()).openOrders).toHaveLength(1)
    floor.exchange.cancel(order.orderId, BTC_USDT, floor.now)
    floor.run(100)
    floor.place(order)
    floor.run(100)
    expect(floor.desk.reports.at(-1)).toMatchObject({ kind: 'rejected', reasonCode: 'DUPLICATE_ORDER_ID' })
    expect(await floor.exchange.order(order.orderId)).toMatchObject({ state: 'CANCELED' })
  })

  test('an order that nobody has heard of is not there', async () => {
    expect(await new Floor().exchange.order(orderIdAt(9))).toBeUndefined()
  })

  test('drawn delays stay within their range, and reports keep the order in which things happened', () => {
    const floor = new Floor({ latency: DEMO_LATENCY })
    const limit = floor.desk.bid(BTC_USDT) - 90_000
    const sent: number[] = []
    for (let n = 1; n <= 50; n++) {
      sent.push(floor.now)
      floor.place(orderOf(n, { side: 'buy', qty: 1, limit }))
      floor.run(7)
    }
    floor.run(100)
    const { reports, reportTimes } = floor.desk
    expect(reports.map((report) => 'orderId' in report && report.orderId)).toEqual(
      sent.map((_, at) => orderIdAt(at + 1)),
    )
    const trips = reportTimes.map((ts, at) => ts - (sent[at] as number))
    expect(Math.min(...trips)).toBeGreaterThanOrEqual(30_000)
    expect(Math.max(...trips)).toBeLessThan(110_000)
    expect(new Set(trips).size).toBeGreaterThan(20)
  })
})

describe('market data', () => {
  test('books are told from a snapshot on, arrive late by the feed, and agree with the market itself', () => {
    const floor = new Floor()
    floor.run(60_000)
    expect(floor.desk.problems).toEqual([])
    const alone = new Desk()
    const market = SimulatedMarket.open(DEMO_PROFILES, { seed: 11, startTs: START })
    market.advance(floor.now - FIXED.feedUs, alone)
    for (let at = 0; at < DEMO_INSTRUMENTS.length; at++)
      for (const side of [1, -1] as const)
        expect(floor.desk.books[at]?.levels(side, 40)).toEqual(alone.books[at]?.levels(side, 40))
    expect(floor.desk.trades).toEqual(alone.trades)
  })

  test('a history of minute bars joins without gaps, and its bars are what the prints said', () => {
    const bars: { at: number; openTs: number; open: number; close: number; volume: number; count: number }[] = []
    const exchange = new SimulatedExchange({
      vault: new MemoryVault(),
      seed: 3,
      nowTs: START,
      historyUs: 2 * US_PER_HOUR,
      onBar: (at, { openTs, open, close, volume, count }) => void bars.push({ at, openTs, open, close, volume, count }),
    })
    expect(exchange.now).toBe(START)
    const sums = DEMO_INSTRUMENTS.map(() => ({ volume: 0, count: 0 }))
    SimulatedMarket.open(DEMO_PROFILES, { seed: 3, startTs: START - 2 * US_PER_HOUR }).advance(START - 1, {
      onBook() {},
      onTrade(at, { qty }, row) {
        const sum = sums[at] as { volume: number; count: number }
        sum.volume += qty[row] as number
        sum.count++
      },
    })
    for (let at = 0; at < DEMO_INSTRUMENTS.length; at++) {
      const own = bars.filter((bar) => bar.at === at)
      expect(own.map(({ openTs }) => openTs)).toEqual(
        Array.from({ length: 120 }, (_, n) => START - 2 * US_PER_HOUR + n * US_PER_MINUTE),
      )
      expect(own.reduce((sum, bar) => sum + bar.volume, 0)).toBe(sums[at]?.volume)
      expect(own.reduce((sum, bar) => sum + bar.count, 0)).toBe(sums[at]?.count)
    }
  })
})

// ---- the account ---------------------------------------------------------------------------------------------------

/** Places and cancels at random, prices around the touch. Returns the id of the next order. */
function tradeAtRandom(floor: Floor, random: Random, orders: number, everyMs: number): void {
  for (let n = 1; n <= orders; n++) {
    const at = random.int(4)
    const side = random.int(2) === 0 ? 'buy' : 'sell'
    const away = (random.int(9) - 6) * Math.round(floor.desk.bid(at) * 0.000_02) * (side === 'buy' ? 1 : -1)
    const qty = [20, 12, 300, 400][at] as number
    const limit = random.int(4) === 0 ? undefined : floor.desk.bid(at) + away
    floor.place(
      orderOf(n, { instrumentAt: at, side, qty: 1 + random.int(qty), ...(limit === undefined ? {} : { limit }) }),
    )
    if (random.int(3) === 0) floor.exchange.cancel(orderIdAt(1 + random.int(n)), at, floor.now)
    floor.run(everyMs, 250)
  }
}

test('balances and positions are the deposits, the fills, their fees and the funding, to the last quantum', async () => {
  const floor = new Floor()
  tradeAtRandom(floor, Random.seeded(8), 400, 90_000)
  expect(floor.now - START).toBeGreaterThan(8 * US_PER_HOUR)
  const { books, fills } = await floor.truth()
  const balances = new Map<string, bigint>(DEMO_DEPOSITS.map(({ currency, amount }) => [currency, amount]))
  const add = (currency: string, amount: bigint) => balances.set(currency, (balances.get(currency) ?? 0n) + amount)
  const held: Position[] = DEMO_INSTRUMENTS.map(() => FLAT)
  // Funding is paid on what is held at that moment, so the two lists are walked together.
  const funded = floor.desk.reports.filter((report) => report.kind === 'funding')
  const steps = [...fills, ...funded].toSorted((one, two) => one.ts - two.ts)
  for (const step of steps) {
    const at = DEMO_INSTRUMENTS.findIndex(({ id }) => id === step.instrumentId)
    const before = held[at] as Position
    const listed = instrument(at)
    if ('kind' in step) {
      add(listed.quote, -share(notional(listed, step.mark, before.qty), step.rate))
      continue
    }
    const after = applyFill(before, step, listed)
    held[at] = after
    const signed = lots(after.qty - before.qty)
    if (listed.settlement === 'cash') {
      add(listed.quote, -notional(listed, step.price, signed))
      add(listed.base, baseAmount(listed, signed))
    } else add(listed.quote, after.realised - before.realised)
    add(listed.quote, -step.fee)
  }
  expect(funded.length).toBeGreaterThan(0)
  expect(fills.length).toBeGreaterThan(100)
  expect(new Set(fills.map(({ liquidity }) => liquidity)).size).toBe(2)
  expect(new Map(books.balances.map(({ currency, amount }) => [currency, amount]))).toEqual(balances)
  const margin = held.flatMap(({ qty }, at) =>
    instrument(at).settlement === 'margin' && qty !== 0 ? [{ instrumentId: instrument(at).id, qty }] : [],
  )
  expect(books.positions).toEqual(margin)
  // The list misses nothing, repeats nothing, and can be taken up anywhere.
  expect(fills.map(({ cursor }) => cursor)).toEqual(fills.map((_, at) => at + 1))
  expect(await floor.exchange.fills(40)).toEqual(fills.slice(40))
  // Everything that was told happened, and what happened was told.
  expect(floor.desk.fills.map(({ tradeId, qty, price }) => ({ tradeId, qty, price }))).toEqual(
    fills.map(({ tradeId, qty, price }) => ({ tradeId, qty, price })),
  )
  for (const { orderId } of fills) {
    const own = fills.filter((fill) => fill.orderId === orderId)
    const order = await floor.exchange.order(orderId as OrderId)
    expect(order?.filled).toBe(own.reduce((sum, { qty }) => sum + qty, 0))
  }
})

test('a position that its margin no longer carries is closed by the exchange, and the fill is nobody’s order', async () => {
  const profiles = DEMO_PROFILES.map((profile) =>
    profile.instrument.id === 'ETH_USDT'
      ? { ...profile, instrument: { ...profile.instrument, maintenance: 199_000_000 as never } }
      : profile,
  )
  const floor = new Floor({ profiles, deposits: [{ currency: 'USDT', amount: moneyFromNumber(1_000) }] })
  // Nearly five times the money, closed below 19.9 % of the position: a move of half a percent is enough.
  const qty = Math.floor(4_950 / (floor.desk.ask(ETH_USDT) * 0.00001))
  floor.place(orderOf(1, { instrumentAt: ETH_USDT, side: 'buy', qty }))
  floor.run(12 * 3_600_000, 1_000)
  const told = floor.desk.reports.filter((report) => report.kind === 'liquidation')
  const { books, fills } = await floor.truth()
  expect(told.reduce((sum, report) => sum + report.qty, 0)).toBe(qty)
  expect(books.positions).toEqual([])
  const ours = fills.filter(({ orderId }) => orderId === undefined)
  expect(ours.map(({ tradeId }) => tradeId)).toEqual(told.map(({ tradeId }) => tradeId))
})

// ---- restarts ------------------------------------------------------------------------------------------------------

interface Act {
  /** In units of 7 ms after the start, so that no two things of a run fall on one microsecond. */
  readonly when: number
  readonly kind: 'limit' | 'market' | 'stop' | 'cancel' | 'ask'
  readonly at: number
  readonly side: 'buy' | 'sell'
  /** Hundred-thousandths of the price away from the price of the start, into the market when positive. */
  readonly away: number
  readonly of: number
}

const act: fc.Arbitrary<Act> = fc.record({
  when: fc.integer({ min: 1, max: 12_000 }),
  kind: fc.constantFrom('limit', 'limit', 'limit', 'market', 'stop', 'cancel', 'ask'),
  at: fc.integer({ min: 0, max: 3 }),
  side: fc.constantFrom('buy', 'sell'),
  away: fc.integer({ min: -60, max: 20 }),
  of: fc.nat(30),
})

const HOST_STEP_US = 50 * US_PER_MS
const SCRIPT_US = 90 * US_PER_SECOND
const MIDS = [14_500_000, 14_510_000, 9_600_000, 340_000] as const

function actOrder(n: number, { kind, at, side, away }: Act): AllowedOrder {
  const price = Math.round((MIDS[at] as number) * (1 + ((side === 'buy' ? 1 : -1) * away) / 100_000))
  const terms = { instrumentAt: at, side, qty: [40, 10, 900, 500][at] as number }
  if (kind === 'market') return orderOf(n, terms)
  if (kind === 'stop') return orderOf(n, { ...terms, type: 'STOP', stop: ticks(price) })
  return orderOf(n, { ...terms, limit: price })
}

/**
 * Plays acts against an exchange as a host would. When the process dies it is started again at once, and acts that the
 * exchange of the vault had not received by then are gone.
 *
 * @param lost acts that never arrive
 */
async function playActs(acts: readonly Act[], vault: MemoryVault, lost: ReadonlySet<number>) {
  const terms = { vault, seed: 21, latency: FIXED }
  let exchange = new SimulatedExchange({ ...terms, nowTs: START })
  exchange.connect(START)
  const told: string[] = []
  const gone = new Set<number>()
  const listener = new Desk()
  let next = 0
  let deaths = 0
  for (let now = START + 1; now <= START + SCRIPT_US; now += HOST_STEP_US) {
    try {
      for (; next < acts.length && START + (acts[next] as Act).when * 7_000 <= now; next++) {
        const each = acts[next] as Act
        const ts = START + each.when * 7_000
        if (lost.has(next)) continue
        if (each.kind === 'ask') await exchange.books()
        else if (each.kind === 'cancel') exchange.cancel(orderIdAt(1 + each.of), each.at, ts)
        else exchange.place(actOrder(next + 1, each), ts)
      }
      exchange.advance(now, listener)
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      deaths++
      const { ts } = JSON.parse(vault.load() as string) as { readonly ts: number }
      // The rest of this step's acts was never handed over.
      while (next < acts.length && START + (acts[next] as Act).when * 7_000 <= now) next++
      acts.forEach((each, at) => {
        const arrivalTs = START + each.when * 7_000 + FIXED.entryUs[0]
        if (at < next && arrivalTs > ts) gone.add(at)
      })
      exchange = new SimulatedExchange({ ...terms, nowTs: now })
      exchange.connect(now)
    }
  }
  for (const report of listener.reports) if (report.kind === 'fill') told.push(report.tradeId)
  const [books, fills] = [await exchange.books(), await exchange.fills(0)]
  const orders = await Promise.all(acts.map((_, at) => exchange.order(orderIdAt(at + 1))))
  return { books, fills, orders, told, gone, deaths, listener }
}

test('killed around any write, the exchange goes on as one that was not, but for orders that were travelling', async () => {
  let deaths = 0
  let trades = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 5, maxLength: 40 }),
      fc.integer({ min: 2, max: 25 }),
      fc.constantFrom('before', 'after'),
      async (drawn, save, when) => {
        const acts = drawn.toSorted((one, two) => one.when - two.when)
        const vault = new MemoryVault()
        vault.killAt = { save, when }
        const killed = await playActs(acts, vault, new Set())
        const whole = await playActs(acts, new MemoryVault(), killed.gone)
        const { books, fills, orders } = killed
        expect({ books, fills, orders }).toEqual({ books: whole.books, fills: whole.fills, orders: whole.orders })
        // Whatever was told to the process that died is in the books of the one that lives.
        const known = new Set<string>(fills.map(({ tradeId }) => tradeId))
        for (const tradeId of killed.told) expect(known.has(tradeId), tradeId).toBe(true)
        for (const report of killed.listener.reports)
          if (report.kind === 'accepted')
            expect(orders.some((order) => order?.venueOrderId === report.venueOrderId)).toBe(true)
        deaths += killed.deaths
        trades += fills.length
      },
    ),
    { numRuns: 60 },
  )
  expect(deaths).toBeGreaterThan(15)
  expect(trades).toBeGreaterThan(200)
})

test('what is put away and taken up again is the same to the last digit', async () => {
  const floor = new Floor({ latency: DEMO_LATENCY })
  tradeAtRandom(floor, Random.seeded(4), 60, 700)
  expect((await floor.exchange.books()).openOrders.length).toBeGreaterThan(5)
  floor.exchange.fault('pause-feed', { instrumentId: instrument(ETH_USDT).id, seconds: 9_999 })
  floor.exchange.fault('lose-cancel')
  floor.exchange.fault('invent-order')
  floor.exchange.disconnect()
  const before = floor.vault.load()
  expect(before).toContain('"ahead":')
  floor.restart()
  floor.exchange.disconnect()
  expect(JSON.parse(floor.vault.load() as string)).toEqual(JSON.parse(before as string))
})

test('orders keep their place in the line through any number of restarts', async () => {
  const [restarted, stayed] = [new Floor(), new Floor()]
  for (let n = 1; n <= 40; n++) {
    for (const floor of [restarted, stayed]) {
      const at = n % 4
      floor.place(orderOf(n, { instrumentAt: at, side: 'buy', qty: 1, limit: floor.desk.bid(at) }))
      floor.run(100)
      await floor.exchange.books()
    }
    restarted.restart()
    for (const floor of [restarted, stayed]) floor.run(1_900)
  }
  const truth = await stayed.truth()
  expect(await restarted.truth()).toEqual(truth)
  expect(truth.fills.filter(({ liquidity }) => liquidity === 'maker').length).toBeGreaterThan(10)
})

test('funding is paid once, even by a process that dies in the very moment it falls due', async () => {
  const play = async (dies: boolean) => {
    const floor = new Floor({ nowTs: START + 8 * US_PER_HOUR - 10 * US_PER_SECOND })
    const { amount = 0n } = (await floor.exchange.books()).balances[1] ?? {}
    floor.place(orderOf(1, { instrumentAt: ETH_USDT, side: 'buy', qty: 1_000 }))
    floor.run(8_000 - 40)
    // Its report arrives at the moment of funding, and is told before funding is charged.
    floor.place(orderOf(2, { instrumentAt: BTC_USDT, side: 'sell', qty: 1 }))
    if (dies) {
      floor.vault.killAt = { save: floor.vault.saves + 1, when: 'after' }
      expect(() => floor.run(1_000)).toThrow(Killed)
      const { ts } = JSON.parse(floor.vault.load() as string) as { readonly ts: number }
      expect(ts).toBe(START + 8 * US_PER_HOUR)
      floor.restart(1_000)
    } else floor.run(1_000)
    const { books, fills } = await floor.truth()
    const fees = fills.reduce((sum, { fee }) => sum + fee, 0n)
    const [, usdt] = books.balances
    return (usdt?.amount ?? 0n) - amount + fees
  }
  const paid = await play(false)
  expect(paid).not.toBe(0n)
  expect(await play(true)).toBe(paid)
})

test('an answer tells nothing that a crash could take back', async () => {
  const floor = new Floor()
  const id = floor.place(orderOf(1, { side: 'buy', qty: 10, limit: floor.desk.bid(BTC_USDT) - 90_000 }))
  floor.run(25, 1)
  expect(floor.desk.reports).toEqual([])
  expect(await floor.exchange.order(id)).toMatchObject({ state: 'OPEN' })
  floor.restart()
  expect(await floor.exchange.order(id)).toMatchObject({ state: 'OPEN' })
})

test('resting orders go on while we are away; their fills are there to be asked for and are not reported', async () => {
  const floor = new Floor()
  const step = Math.round(floor.desk.bid(BTC_USDT) * 0.0002)
  for (let n = 1; n <= 3; n++)
    floor.place(orderOf(n, { side: 'buy', qty: 50, limit: floor.desk.bid(BTC_USDT) - n * step }))
  floor.run(100)
  const before = await floor.truth()
  expect(before.books.openOrders).toHaveLength(3)
  floor.restart(3 * 3_600_000)
  floor.run(10_000)
  const after = await floor.truth()
  expect(after.fills.length).toBeGreaterThan(before.fills.length)
  for (const { ts } of after.fills) expect(ts).toBeGreaterThan(START)
  expect(floor.desk.fills).toEqual([])
  expect(floor.desk.problems).toEqual([])
  expect(floor.desk.bid(BTC_USDT)).toBeGreaterThan(0)
  // As if nobody had ever left.
  const stayed = new Floor()
  for (let n = 1; n <= 3; n++)
    stayed.place(orderOf(n, { side: 'buy', qty: 50, limit: stayed.desk.bid(BTC_USDT) - n * step }))
  stayed.run(100 + 3 * 3_600_000 + 10_000, 1_000)
  expect(after).toEqual(await stayed.truth())
})

test('more than a day away is a gap: the clock jumps, prices and orders stay', async () => {
  const floor = new Floor()
  floor.place(orderOf(1, { side: 'buy', qty: 50, limit: floor.desk.bid(BTC_USDT) - 10 }))
  floor.run(100)
  await floor.exchange.books()
  const bid = floor.desk.bid(BTC_USDT)
  floor.restart((30 * US_PER_DAY) / US_PER_MS)
  expect(floor.exchange.now).toBe(floor.now)
  floor.run(10)
  expect(Math.abs(floor.desk.bid(BTC_USDT) / bid - 1)).toBeLessThan(0.001)
  expect((await floor.exchange.books()).openOrders).toHaveLength(1)
  expect(floor.desk.heardTs.every((ts) => ts >= floor.now - 10_000)).toBe(true)
})

test('the account is opened once: a restart deposits nothing', async () => {
  const floor = new Floor()
  const { balances } = await floor.exchange.books()
  expect(balances).toEqual([...DEMO_DEPOSITS])
  floor.restart()
  expect((await floor.exchange.books()).balances).toEqual(balances)
})

test('the vault knows of a fill before anybody else does', () => {
  const floor = new Floor()
  floor.place(orderOf(1, { side: 'buy', qty: 10 }))
  floor.run(20, 1)
  expect(floor.vault.fills(0)).toEqual([])
  const known: number[] = []
  floor.desk.report = () => void known.push(floor.vault.fills(0).length)
  floor.run(100, 1)
  expect(known).toEqual([1])
})

test('a vault that another version wrote is refused', () => {
  const vault = new MemoryVault()
  vault.save(JSON.stringify({ version: 99 }), { fills: [], orders: [] })
  expect(() => new Floor({ vault })).toThrow('found version 99')
})

test('without a connection nothing is heard and nothing arrives', async () => {
  const floor = new Floor()
  floor.exchange.disconnect()
  expect(floor.exchange.isConnected).toBe(false)
  const [heard] = floor.desk.heardTs
  const id = floor.place(orderOf(1, { side: 'buy', qty: 10 }))
  floor.run(5_000)
  expect(floor.desk.reports).toEqual([])
  expect(floor.desk.heardTs[BTC_JPY]).toBe(heard)
  expect(await floor.exchange.order(id)).toBeUndefined()
  expect(floor.exchange.connect(floor.now)).toBe(true)
  floor.run(1_000)
  expect(floor.desk.heardTs[FX_BTC_JPY]).toBeGreaterThan(floor.now - US_PER_SECOND)
})
