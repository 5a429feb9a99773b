import { afterEach, beforeEach, expect, test } from 'vitest'
import { Ear, eventually } from '../../../fixtures/venues/contract-kit.ts'
import { REAL_CLOCK } from '../../../fixtures/venues/real-clock.ts'
import { type FakeVenue, gmoServer } from '../../../fixtures/venues/gmo/gmo-server.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, ticks } from '../../domain/money.ts'
import type { OrderWish, VenueClock } from '../connector.ts'
import { GmoConnector } from './gmo-connector.ts'

/** Durations pass fifty times as fast; the wall clock, which requests are signed with, does not. */
const HURRIED: VenueClock = {
  nowUs: () => REAL_CLOCK.nowUs(),
  monotonicMs: () => 50 * REAL_CLOCK.monotonicMs(),
  after: (ms, act) => REAL_CLOCK.after(ms / 50, act),
}

let venue: FakeVenue
let connector: GmoConnector
let ear: Ear
let spot: Instrument
let leverage: Instrument
const opened: GmoConnector[] = []

function connect(clock: VenueClock): GmoConnector {
  const { key, secret, server } = venue
  const made = new GmoConnector({ clock, key: () => ({ key, secret }), practiceUrl: server.url })
  opened.push(made)
  return made
}

beforeEach(async () => {
  venue = await gmoServer()
  connector = connect(REAL_CLOCK)
  const listed = new Map((await connector.instruments()).map((instrument) => [instrument.symbol, instrument]))
  spot = listed.get('BTC') as Instrument
  leverage = listed.get('BTC_JPY') as Instrument
  ear = new Ear()
})
afterEach(async () => {
  venue.server.faults.disarm()
  for (const one of opened.splice(0)) await one.close()
  await venue.server.close()
})

async function open(instrument = spot): Promise<void> {
  await connector.open([instrument], ear)
  await eventually('a book', () => ear.bid < ear.ask)
}

function wish(terms: Partial<OrderWish> = {}): OrderWish {
  const instrument = terms.instrument ?? spot
  return {
    clientId: 'o1',
    instrument,
    side: 'buy',
    type: 'LIMIT',
    timeInForce: 'GTC',
    reduceOnly: false,
    qty: lots(Math.ceil(0.01 / instrument.lot)),
    limit: ticks(Math.round(ear.bid * 0.9)),
    stop: undefined,
    ...terms,
  }
}

async function placed(terms: Partial<OrderWish> = {}) {
  const outcome = await connector.place(wish(terms))
  if (outcome.outcome !== 'confirmed') throw outcome.error
  return { clientId: 'o1', venueOrderId: outcome.value, instrument: terms.instrument ?? spot }
}

test('an answer that is later than anyone waits leaves the order unknown, and it is there once', async () => {
  await open()
  venue.server.arm('delay-answer', { times: 1, ms: 1_000 })
  const hasty = connect(HURRIED)
  expect(await hasty.place(wish())).toMatchObject({ outcome: 'unknown', error: { isUnsent: false } })
  const orders = await connector.openOrders([spot])
  expect(orders).toHaveLength(1)
  expect(orders[0]?.createdTs).toBeGreaterThan(REAL_CLOCK.nowUs() - 60_000_000)
})

test('events of an order may come before the answer that names it', async () => {
  await open()
  venue.server.arm('event-first', { times: 1 })
  const { venueOrderId } = await placed()
  await eventually('its news', () => ear.orders.some((order) => order.venueOrderId === venueOrderId))
})

test('frames that come twice or overtake each other change no book for the worse', async () => {
  await open()
  venue.server.arm('repeat-frame', { times: 3 })
  venue.server.arm('swap-frames', { times: 2 })
  const seen = ear.books
  await eventually('more books', () => ear.books > seen + 3)
  expect(ear.bid).toBeLessThan(ear.ask)
  expect(ear.down).toEqual([])
})

test.each(['half-open', 'silence'] as const)('%s is found out and told once', async (fault) => {
  connector = connect(HURRIED)
  await open()
  venue.server.arm(fault)
  await eventually('the news of it', () => ear.down.length > 0)
  expect(ear.down).toMatchObject([{ kind: 'TRANSIENT' }])
})

test('a venue that was away knows its orders, and is opened anew', async () => {
  await open()
  const { venueOrderId } = await placed()
  await venue.server.restart(50)
  await eventually('the news of it', () => ear.down.length > 0)
  await expect(connector.openOrders([spot])).resolves.toMatchObject([{ venueOrderId }])
  ear = new Ear()
  await open()
})

test('while a venue is away an order is refused as never sent, or unknown, and nothing of it is there', async () => {
  await open()
  const limit = wish().limit
  await venue.server.close()
  const outcome = await connector.place(wish({ limit }))
  expect(outcome.outcome).not.toBe('confirmed')
  await venue.server.listen()
  expect(await connector.openOrders([spot])).toEqual([])
})

test('a clock of theirs that is off is AUTH, for a question and for an order, which is refused', async () => {
  await open()
  venue.server.arm('clock-skew', { ms: 60_000 })
  await expect(connector.balances()).rejects.toMatchObject({ kind: 'AUTH', venueCode: 'ERR-5009' })
  expect(await connector.place(wish())).toMatchObject({ outcome: 'refused', error: { venueCode: 'ERR-5009' } })
  venue.server.arm('clock-skew', { ms: -60_000 })
  await expect(connector.balances()).rejects.toMatchObject({ kind: 'AUTH', venueCode: 'ERR-5008' })
})

test('steps that change are listed as they are now', async () => {
  venue.server.arm('change-rules')
  const now = (await connector.instruments()).find(({ symbol }) => symbol === 'BTC')
  expect(spot.lot).toBe(0.00001)
  expect(now?.lot).toBe(0.01)
})

test('on leverage an order that only reduces closes what is held; without a position it is refused', async () => {
  await open(leverage)
  const market = { instrument: leverage, type: 'MARKET', timeInForce: 'IOC', limit: undefined } as const
  const closing = { ...market, side: 'sell', reduceOnly: true } as const
  expect(await connector.place(wish(closing))).toMatchObject({ outcome: 'refused', error: { venueCode: 'ERR-422' } })
  await placed({ ...market, limit: undefined })
  expect(await connector.positions([leverage])).toMatchObject([{ qty: 10 }])
  await placed({ ...closing, qty: lots(4) })
  expect(await connector.positions([leverage])).toMatchObject([{ qty: 6 }])
  expect(await connector.place(wish(closing))).toMatchObject({ outcome: 'refused', error: { venueCode: 'ERR-423' } })
})
