import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld, HandClock, SILENT, settled } from '../../../fixtures/engine-world.ts'
import { MemoryVault } from '../../../fixtures/memory-vault.ts'
import { instrumentId, orderIdAt } from '../../domain/ids.ts'
import type { AllowedAmend, AmendInstruction } from '../../domain/instruction.ts'
import type { VenueReport } from '../../domain/report.ts'
import { DEMO_INSTRUMENTS } from '../../venues/simulated/demo-instruments.ts'
import { BTC_USDT, orderOf, START } from '../../venues/simulated/exchange.fixture.ts'
import { SimulatedExchange } from '../../venues/simulated/simulated-exchange.ts'
import type { VenueOrder } from '../../venues/venue.ts'
import { GuardedVenue } from './guarded-venue.ts'

/** What reached the exchange, and when. */
interface Reached {
  readonly what: 'place' | 'cancel' | 'books' | 'fills' | 'order'
  readonly id: string
  readonly atMs: number
}

/** Writes down what reaches an exchange, and lets it. */
function spied(exchange: SimulatedExchange, clock: HandClock): Reached[] {
  const reached: Reached[] = []
  const note = (what: Reached['what'], id: string) => void reached.push({ what, id, atMs: clock.monotonic })
  const place = exchange.place.bind(exchange)
  const cancel = exchange.cancel.bind(exchange)
  const books = exchange.books.bind(exchange)
  const fills = exchange.fills.bind(exchange)
  const order = exchange.order.bind(exchange)
  exchange.place = (allowed, ts) => {
    note('place', allowed.orderId)
    place(allowed, ts)
  }
  exchange.cancel = (id, at, ts) => {
    note('cancel', id)
    cancel(id, at, ts)
  }
  exchange.books = () => {
    note('books', '')
    return books()
  }
  exchange.fills = (cursor) => {
    note('fills', '')
    return fills(cursor)
  }
  exchange.order = (id) => {
    note('order', id)
    return order(id)
  }
  return reached
}

const worlds: EngineWorld[] = []
async function world(toml?: string): Promise<EngineWorld & { reached: Reached[] }> {
  const made = new EngineWorld(toml === undefined ? {} : { toml })
  worlds.push(made)
  await made.boot()
  await made.run(5)
  return Object.assign(made, { reached: spied(made.exchange, made.clock) })
}
afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

/** A guard on an exchange, and nobody else. */
class Rig {
  readonly clock = new HandClock()
  readonly exchange = new SimulatedExchange({ vault: new MemoryVault(), seed: 1, nowTs: START })
  readonly venue: GuardedVenue
  readonly reached = spied(this.exchange, this.clock)
  readonly reports: VenueReport[] = []
  now = START

  constructor(perSecond = 100) {
    this.venue = new GuardedVenue(this.exchange, {
      instruments: DEMO_INSTRUMENTS,
      host: this.clock,
      after: this.clock.after,
      seed: 1,
      log: SILENT,
      rate: { perSecond, reserved: 0.3 },
    })
    this.venue.connect(START)
  }

  async run(ms: number, stepMs = 10): Promise<void> {
    for (let at = 0; at < ms; at += stepMs) {
      this.clock.pass(stepMs)
      this.now += stepMs * 1_000
      const report = (heard: VenueReport) => void this.reports.push(heard)
      this.venue.advance(this.now, { onBook() {}, onTrade() {}, report })
      await settled()
    }
  }

  /** Opens a resting position far from the market. */
  open(n: number, more: { readonly reduceOnly?: boolean; readonly isUrgent?: boolean } = {}): void {
    const { reduceOnly = false, isUrgent = false } = more
    this.venue.place(orderOf(n, { side: 'buy', qty: 1, limit: 1_000, reduceOnly }), this.now, isUrgent)
  }

  cancel(n: number): void {
    this.venue.cancel(orderIdAt(n), BTC_USDT, this.now)
  }

  amend(n: number): void {
    const { decisionId, qty, limit, stop, trail } = orderOf(n, { side: 'buy', qty: 2, limit: 1_000 })
    const terms: AmendInstruction = {
      orderId: orderIdAt(n),
      decisionId,
      instrumentAt: BTC_USDT,
      qty,
      limit,
      stop,
      trail,
    }
    this.venue.amend(terms as AllowedAmend, this.now)
  }

  breaker(group: 'account' | 'orders') {
    return this.venue.status().breakers.find((breaker) => breaker.group === group)
  }

  ids(what: Reached['what']): readonly string[] {
    return this.reached.filter((one) => one.what === what).map(({ id }) => id)
  }
}

const PLACE = { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' } as const

describe('UGF-0-008: an engine on a venue that fails', () => {
  test('asks again no earlier than the venue allows, three times at most, and is DEGRADED meanwhile', async () => {
    const made = await world()
    made.exchange.fault('rate-limit', { seconds: 2 })
    await made.command('RECONCILE_RUN', { scope: 'all' })
    await made.run(15)
    const fills = made.reached.filter(({ what }) => what === 'fills').map(({ atMs }) => atMs)
    expect(fills).toHaveLength(4)
    for (const [at, ms] of fills.entries()) if (at > 0) expect(ms - (fills[at - 1] ?? 0)).toBeGreaterThanOrEqual(2_000)
    expect(made.reached.filter(({ what }) => what === 'books')).toHaveLength(0)
    expect(made.engine.watch.standing.get('VENUE_DEGRADED')).toBe('DEGRADED')
    expect(made.engine.kernel.safetyMode).toBe('DEGRADED')
    expect(made.engine.reconcile.last?.status).toBe('UNKNOWN')
    made.exchange.fault('online')
    await made.run(40)
    expect(made.engine.watch.standing.get('VENUE_DEGRADED')).toBeUndefined()
  })

  test('opens the breaker after three failures, and the next opening order is refused without a call', async () => {
    const made = await world()
    made.exchange.fault('fail-answers')
    await made.command('RECONCILE_RUN', { scope: 'all' })
    await made.run(5)
    expect(made.reached.filter(({ what }) => what === 'fills')).toHaveLength(3)
    expect(made.venue.status().breakers).toContainEqual(
      expect.objectContaining({ group: 'account', state: 'OPEN', failures: 3 }),
    )
    const before = made.reached.filter(({ what }) => what === 'place').length
    const refused = await made.command('ORDER_PLACE', PLACE)
    expect(refused.status).toBe('REJECTED_POLICY')
    await made.run(5)
    expect(made.reached.filter(({ what }) => what === 'place')).toHaveLength(before)
  })

  test('has what the gate let through before it knew rejected in the journal, and no call made', async () => {
    const made = await world()
    made.exchange.fault('fail-answers')
    for (let at = 0; at < 3; at++) void made.venue.books().catch(() => undefined)
    await settled()
    const placed = await made.command('ORDER_PLACE', PLACE)
    const { order_id: id } = placed.result as { order_id: string }
    expect(made.engine.chronicle.order(id)?.state).toBe('REJECTED')
    const text = made.engine.chronicle.lines.map((line) => line.text)
    expect(text).toContainEqual(expect.stringMatching(`^${id} BREAKER_OPEN account: 3 failures in a row`))
    expect(made.reached.filter((one) => one.id === id)).toEqual([])
  })

  test('is asked again after 30 s, and trades again once it has answered twice', async () => {
    const made = await world()
    made.exchange.fault('fail-answers', { seconds: 10 })
    await made.command('RECONCILE_RUN', { scope: 'all' })
    await made.run(36)
    await made.command('RECONCILE_RUN', { scope: 'all' })
    expect(made.venue.status().trouble).toBeUndefined()
    await made.run(90)
    const placed = await made.command('ORDER_PLACE', PLACE)
    await made.run(1)
    const { order_id: id } = placed.result as { order_id: string }
    expect(made.engine.chronicle.order(id)?.state).toBe('FILLED')
  })

  test('looks an order up once whose answer was lost, and never places it again', async () => {
    const made = await world()
    await made.command('VENUE_FAULT', { fault: 'lose-answer', instrument_id: 'FX_BTC_JPY' })
    const at = DEMO_INSTRUMENTS.findIndex(({ id }) => id === 'FX_BTC_JPY')
    const bid = made.engine.kernel.facts.market.bid[at] ?? Number.NaN
    const placed = await made.command('ORDER_PLACE', {
      ...PLACE,
      type: 'LIMIT',
      limit: String(Math.floor(0.998 * bid)),
    })
    const { order_id: id } = placed.result as { order_id: string }
    const states = new Set<string | undefined>()
    for (let ms = 0; ms < 4_000; ms += 100) {
      await made.run(0.1)
      states.add(made.engine.chronicle.order(id)?.state)
    }
    expect([...states]).toContain('UNKNOWN')
    expect(made.engine.chronicle.order(id)?.state).toBe('OPEN')
    expect(made.reached.filter((one) => one.id === id).map(({ what }) => what)).toEqual(['place', 'order'])
    const { openOrders } = await made.exchange.books()
    expect(openOrders.filter(({ orderId }) => orderId === id)).toHaveLength(1)
  })

  test('takes no new risk on a venue of which three questions were given up within a minute', async () => {
    const made = await world()
    made.exchange.fault('rate-limit', { seconds: 1 })
    for (let at = 0; at < 3; at++) {
      expect(made.engine.kernel.facts.kill.at('venue:sim')).toBe('NONE')
      await made.command('RECONCILE_RUN', { scope: 'all' })
      await made.run(8)
    }
    expect(made.venue.status()).toMatchObject({ isSpent: true, givenUp: 3 })
    expect(made.engine.kernel.facts.kill.at('venue:sim')).toBe('CLOSE_ONLY')
  })
})

test('UGF-0-011: an engine takes back what waits when a stop is raised, and flattening goes before everything', async () => {
  const made = await world()
  const holdBack = made.venue.holdBack.bind(made.venue)
  const place = made.venue.place.bind(made.venue)
  const heldBack: string[] = []
  const urgent: boolean[] = []
  made.venue.holdBack = (what, why) => {
    heldBack.push(what)
    holdBack(what, why)
  }
  made.venue.place = (order, ts, isUrgent) => {
    urgent.push(isUrgent ?? false)
    place(order, ts, isUrgent)
  }
  await made.command('ORDER_PLACE', PLACE)
  await made.run(2)
  expect(new Set(urgent)).toEqual(new Set([false]))
  urgent.length = 0
  const told = { confirmation: 'flatten 1', reason: 'a drill of the kill switch' }
  await made.command('KILL_RAISE', { scope: 'bot:manual', level: 'FLATTEN' }, told)
  await made.run(5)
  expect(heldBack).toEqual(['openings'])
  expect(urgent).toContain(true)
  await made.command('KILL_RAISE', { scope: 'global', level: 'HALT' })
  expect(heldBack).toEqual(['openings', 'all'])
})

describe('UGF-0-011: a guarded venue', () => {
  test('lets a cancel out at once, however many orders wait to be opened; what does not fit is refused', async () => {
    const rig = new Rig()
    rig.open(1)
    await rig.run(500)
    for (let n = 2; n <= 10_001; n++) rig.open(n)
    rig.cancel(1)
    expect(rig.reached.at(-1)).toMatchObject({ what: 'cancel', id: 'o1', atMs: rig.clock.monotonic })
    expect(rig.ids('place')).toHaveLength(1 + 70)
    await rig.run(200)
    expect(rig.reports).toContainEqual(expect.objectContaining({ kind: 'canceled', orderId: 'o1' }))
    const refused = rig.reports.filter((report) => report.kind === 'rejected' && report.reasonCode === 'QUEUE_FULL')
    expect(refused).toHaveLength(10_000 - 70 - 100)
    expect(rig.venue.status().lanes[2]).toMatchObject({ name: 'open', cap: 100, refused: 9_830 })
    await rig.run(3_000)
    expect(rig.ids('place')).toHaveLength(1 + 70 + 100)
    expect(rig.venue.status().lanes[2]?.depth).toBe(0)
  })

  test('lets flattening out before reducing, and reducing before opening', async () => {
    const rig = new Rig()
    for (let n = 1; n <= 70; n++) rig.open(n)
    rig.open(101)
    rig.open(102, { reduceOnly: true })
    rig.open(103, { isUrgent: true })
    await rig.run(500)
    expect(rig.ids('place').slice(70)).toEqual(['o103', 'o102', 'o101'])
  })

  test('cancels an order that still waits by keeping it', async () => {
    const rig = new Rig()
    for (let n = 1; n <= 71; n++) rig.open(n)
    rig.cancel(71)
    await rig.run(1_000)
    expect(rig.ids('place')).not.toContain('o71')
    expect(rig.ids('cancel')).toEqual([])
    expect(rig.reports).toContainEqual(expect.objectContaining({ kind: 'canceled', orderId: 'o71' }))
  })

  test('does not send an order that it was asked for while it waited: who heard that it is not known must not see it', async () => {
    const rig = new Rig()
    for (let n = 1; n <= 71; n++) rig.open(n)
    const found = rig.venue.order(orderIdAt(71), instrumentId('BTC_USDT'))
    await rig.run(1_000)
    expect(await found).toBeUndefined()
    expect(rig.ids('place')).not.toContain('o71')
    expect(rig.reports).toContainEqual(expect.objectContaining({ kind: 'rejected', orderId: 'o71' }))
  })

  test('keeps what a stop finds waiting, and its refusals are the last that is heard of it', async () => {
    const rig = new Rig()
    for (let n = 1; n <= 71; n++) rig.open(n)
    rig.open(72, { reduceOnly: true })
    rig.venue.holdBack('openings', 'kill CLOSE_ONLY was raised')
    rig.cancel(71)
    await rig.run(1_000)
    expect(rig.ids('place').slice(70)).toEqual(['o72'])
    expect(rig.ids('cancel')).toEqual([])
    expect(rig.reports.filter((report) => 'orderId' in report && report.orderId === 'o71')).toEqual([
      expect.objectContaining({ kind: 'rejected', reasonCode: 'HELD_BACK' }),
    ])
  })

  test('refuses an order that waited for longer than five seconds', async () => {
    const rig = new Rig(10)
    for (let n = 1; n <= 8; n++) rig.open(n)
    for (let n = 1; n <= 60; n++) rig.venue.cancel(orderIdAt(n + 100), BTC_USDT, rig.now)
    await rig.run(8_000)
    expect(rig.ids('cancel')).toHaveLength(60)
    expect(rig.ids('place')).not.toContain('o8')
    expect(rig.reports).toContainEqual(expect.objectContaining({ orderId: 'o8', reasonCode: 'QUEUE_TIMEOUT' }))
  })

  test('keeps every order that a halt finds waiting, and no cancel', async () => {
    const rig = new Rig(10)
    for (let n = 1; n <= 7; n++) rig.open(n)
    for (let n = 1; n <= 7; n++) rig.cancel(n)
    rig.open(8, { isUrgent: true })
    rig.open(9, { reduceOnly: true })
    rig.venue.holdBack('all', 'kill HALT was raised')
    await rig.run(3_000)
    expect(rig.ids('place')).toHaveLength(7)
    expect(rig.ids('cancel')).toHaveLength(7)
    const held = rig.reports.filter((report) => report.kind === 'rejected').map(({ orderId }) => orderId)
    expect(held).toEqual(['o8', 'o9'])
  })

  test('sends nothing that waited when the connection broke, and leaves the telling to who connects again', async () => {
    const rig = new Rig()
    for (let n = 1; n <= 71; n++) rig.open(n)
    rig.exchange.fault('offline', { seconds: 3 })
    await rig.run(4_000)
    rig.venue.connect(rig.now)
    await rig.run(1_000)
    expect(rig.ids('place')).toHaveLength(70)
    expect(rig.reports).toEqual([])
    expect(rig.breaker('orders')?.failures).toBe(0)
  })

  test('keeps an amend that waits when its order is asked for, and drops it when the order is cancelled', async () => {
    const rig = new Rig()
    for (let n = 1; n <= 70; n++) rig.open(n)
    const amends: string[] = []
    rig.exchange.amend = ({ orderId }) => void amends.push(orderId)
    rig.amend(1)
    rig.amend(2)
    const found = rig.venue.order(orderIdAt(1), instrumentId('BTC_USDT'))
    rig.cancel(2)
    await rig.run(500)
    await found
    expect(amends).toEqual(['o1'])
    expect(rig.ids('cancel')).toEqual(['o2'])
  })

  test('asks once what was asked for twice while it waited', async () => {
    const rig = new Rig()
    rig.exchange.fault('rate-limit', { seconds: 1 })
    const first = rig.venue.books()
    await settled()
    rig.exchange.fault('online')
    const both = [rig.venue.fills(0), rig.venue.fills(0)]
    await rig.run(1_500)
    expect(await Promise.all(both)).toEqual([[], []])
    expect(rig.ids('fills')).toHaveLength(1)
    expect((await first).venueId).toBe('sim')
    expect(rig.venue.status().lanes[3]).toMatchObject({ coalesced: 1, depth: 0 })
  })
})

describe('UGF-0-008: a guarded venue', () => {
  /** Three orders that nobody answers. */
  async function unanswered(): Promise<Rig> {
    const rig = new Rig()
    for (let n = 1; n <= 3; n++) rig.exchange.fault('lose-order')
    for (let n = 1; n <= 3; n++) rig.open(n)
    await rig.run(1_600)
    return rig
  }

  test('opens after three orders without an answer, tells each as UNKNOWN and sends none again', async () => {
    const rig = await unanswered()
    expect(rig.breaker('orders')).toMatchObject({ state: 'OPEN', failures: 3 })
    expect(rig.reports.map((report) => [report.kind, 'orderId' in report && report.orderId])).toEqual([
      ['unknown', 'o1'],
      ['unknown', 'o2'],
      ['unknown', 'o3'],
    ])
    expect(rig.ids('place')).toEqual(['o1', 'o2', 'o3'])
    expect(rig.ids('order')).toEqual(['o1', 'o2', 'o3'])
    rig.open(4)
    rig.open(5, { reduceOnly: true })
    await rig.run(20)
    expect(rig.ids('place').slice(3)).toEqual(['o5'])
    expect(rig.reports.slice(3)).toMatchObject([{ kind: 'rejected', orderId: 'o4', reasonCode: 'BREAKER_OPEN' }])
    expect(rig.venue.status().lanes.map(({ refused }) => refused)).toEqual([0, 0, 1, 0])
  })

  test('hands over what cancels, flattens or reduces while the breaker is open, and while it is half-open', async () => {
    const rig = await unanswered()
    rig.cancel(1)
    rig.open(6, { isUrgent: true })
    expect(rig.reached.slice(-2)).toMatchObject([
      { what: 'cancel', id: 'o1' },
      { what: 'place', id: 'o6' },
    ])
    await rig.run(31_000, 100)
    expect(rig.breaker('orders')?.state).toBe('HALF_OPEN')
    rig.open(7)
    rig.open(8)
    rig.open(9, { reduceOnly: true })
    rig.cancel(2)
    expect(rig.ids('place').slice(-2)).toEqual(['o7', 'o9'])
    expect(rig.ids('cancel').at(-1)).toBe('o2')
  })

  test('gives a question up that takes longer than 1500 ms, after two more tries', async () => {
    const rig = new Rig()
    rig.exchange.fault('slow-answers', { seconds: 5 })
    const answer = rig.venue.books().catch((error: unknown) => error)
    await rig.run(8_000)
    expect(await answer).toMatchObject({ code: 'venue.timeout', kind: 'TRANSIENT' })
    expect(rig.ids('books')).toHaveLength(3)
    expect(rig.breaker('account')).toMatchObject({ state: 'OPEN', failures: 3 })
  })

  test('sends no opening order while the venue wants to be left alone, and asks nothing that it would make wait too long', async () => {
    const rig = new Rig()
    rig.exchange.fault('rate-limit', { seconds: 60 })
    await expect(rig.venue.books()).rejects.toMatchObject({ code: 'venue.rate-limited', retryAfterMs: 60_000 })
    await expect(rig.venue.fills(0)).rejects.toMatchObject({ code: 'venue.rate-limited', kind: 'RATELIMITED' })
    expect(rig.ids('fills')).toEqual([])
    rig.open(1)
    rig.open(2, { reduceOnly: true })
    await rig.run(20)
    expect(rig.ids('place')).toEqual(['o2'])
    expect(rig.reports).toMatchObject([{ kind: 'rejected', orderId: 'o1', reasonCode: 'RATE_LIMITED' }])
  })

  test('does not believe what was asked on a connection that has ended', async () => {
    const rig = new Rig()
    const { promise, resolve } = Promise.withResolvers<VenueOrder | undefined>()
    rig.exchange.order = () => promise
    rig.exchange.fault('lose-answer')
    rig.open(1)
    await rig.run(1_600)
    const [known] = (await rig.exchange.books()).openOrders
    expect(known?.orderId).toBe('o1')
    rig.venue.disconnect()
    rig.venue.connect(rig.now)
    resolve(known)
    await rig.run(100)
    expect(rig.reports.map(({ kind }) => kind)).toEqual(['unknown'])
  })

  test('counts nothing against a venue whose connection broke while it was asked', async () => {
    const rig = new Rig()
    rig.exchange.fault('slow-answers', { seconds: 1 })
    const answer = rig.venue.books().catch((error: unknown) => error)
    rig.exchange.fault('offline')
    expect(await answer).toMatchObject({ code: 'venue.unreachable' })
    expect(rig.breaker('account')).toMatchObject({ state: 'CLOSED', failures: 0 })
  })

  test('waits for a slow answer as long as it is allowed to take', async () => {
    const rig = new Rig()
    rig.exchange.fault('slow-answers', { seconds: 1.2 })
    const answer = rig.venue.books()
    await rig.run(1_300)
    expect((await answer).venueId).toBe('sim')
    expect(rig.breaker('account')).toMatchObject({ state: 'CLOSED', p95Ms: 1_200 })
  })

  test('tells what waits when the connection ends, and counts nothing against a venue that is not there', async () => {
    const rig = new Rig()
    rig.exchange.fault('fail-answers')
    const answer = rig.venue.books().catch((error: unknown) => error)
    await settled()
    rig.venue.disconnect()
    expect(await answer).toMatchObject({ code: 'venue.failed' })
    rig.exchange.fault('offline')
    for (let at = 0; at < 5; at++) await expect(rig.venue.fills(0)).rejects.toMatchObject({ code: 'venue.unreachable' })
    expect(rig.breaker('account')).toMatchObject({ state: 'CLOSED', failures: 1 })
    expect(rig.venue.status()).toMatchObject({ givenUp: 0, isSpent: false })
  })
})
