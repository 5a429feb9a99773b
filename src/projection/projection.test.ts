import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../../fixtures/arbitrary-events.ts'
import { testInstrument, World, walkBars } from '../../fixtures/world.ts'
import { rsiReversion } from '../strategy/builtin/rsi-reversion.ts'
import { smaCross } from '../strategy/builtin/sma-cross.ts'
import { Projection, type ProjectionChanges } from './projection.ts'

/** Tables that are kept by upserting what changed: what a database makes of a projection. */
class Tables {
  readonly orders = new Map<string, unknown>()
  readonly fills = new Map<string, ProjectionChanges['fills'][number]>()
  readonly holdings = new Map<string, unknown>()
  readonly balances = new Map<string, unknown>()
  readonly bots = new Map<string, unknown>()
  safety: unknown

  put(changes: ProjectionChanges): void {
    for (const row of changes.orders) this.orders.set(row.id, row)
    for (const row of changes.fills) this.fills.set(`${row.orderId} ${row.tradeId}`, row)
    for (const row of changes.holdings) this.holdings.set(`${row.botId} ${row.instrumentId}`, row)
    for (const row of changes.balances) this.balances.set(`${row.account} ${row.currency}`, row)
    for (const row of changes.bots) this.bots.set(row.id, row)
    this.safety = changes.safety ?? this.safety
  }
}

async function busyWorld(seed: number): Promise<World> {
  const margin = testInstrument({ settlement: 'margin', shortable: true, maxLeverage: 5 })
  const world = new World({
    bots: [
      { strategy: smaCross as never, params: { fast: 3, slow: 8 } },
      { strategy: rsiReversion as never, params: { period: 3 } },
    ],
    instruments: [margin],
    feeds: [{ columns: [walkBars(300, { seed, step: 0.004 })] }],
    cash: 1e6,
    seed,
  })
  return await world.play()
}

test('rows that changed, put over what was there, are the state, however rarely they are taken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), fc.integer({ min: 1, max: 60 }), async (seed, every) => {
      const { events, kernel, projection: whole } = await busyWorld(seed)
      const projection = new Projection()
      const tables = new Tables()
      // Commits fall between inputs: a fill and its booking are never parted.
      events.forEach((event, at) => {
        projection.apply(event)
        if (at % every === 0 && event.type !== 'fill.recorded') tables.put(projection.takeChanges())
      })
      tables.put(projection.takeChanges())
      const { state } = projection
      expect(state).toEqual(whole.state)
      for (const order of [...state.working, ...state.ended]) expect(tables.orders.get(order.id)).toBe(order)
      expect([...tables.holdings.values()]).toEqual(state.holdings)
      expect([...tables.balances.values()]).toEqual(state.balances)
      expect([...tables.bots.values()]).toEqual(state.bots)
      expect(tables.safety).toBe(state.safety)
      const nothing = projection.takeChanges()
      expect(nothing).toMatchObject({ orders: [], fills: [], holdings: [], balances: [], bots: [] })
      expect(nothing.safety).toBeUndefined()
      // What fills booked is what the books say.
      expect(tables.fills.size).toBeGreaterThan(0)
      for (const { config, at } of kernel.bots) {
        const own = [...tables.fills.values()].filter(({ botId }) => botId === config.id)
        const sum = (of: (fill: (typeof own)[number]) => bigint) => own.reduce((total, fill) => total + of(fill), 0n)
        expect(sum(({ realised }) => realised)).toBe(kernel.portfolio.position(at, 0).realised)
        expect(sum(({ fee }) => fee)).toBe(kernel.portfolio.fees(at, 0))
      }
    }),
    { numRuns: 12 },
  )
})

test('a state that was handed out stays what it was', async () => {
  const { events } = await busyWorld(7)
  const projection = new Projection()
  const half = events.length >> 1
  for (const event of events.slice(0, half)) projection.apply(event)
  const { state } = projection
  const copy = structuredClone(state)
  for (const event of events.slice(half)) projection.apply(event)
  expect(state).toEqual(copy)
  expect(projection.state).not.toEqual(copy)
})

test('whatever a journal says that the catalogue allows, a fold takes it, and from the middle as from the start', () => {
  fc.assert(
    fc.property(arbitraryRun({ minLength: 1, maxLength: 40 }), fc.nat(40), (events, cut) => {
      const whole = new Projection()
      for (const event of events) whole.apply(event)
      const first = new Projection()
      for (const event of events.slice(0, cut)) first.apply(event)
      const second = new Projection(first.state)
      for (const event of events.slice(cut)) second.apply(event)
      expect(second.state).toEqual(whole.state)
    }),
    { numRuns: 200 },
  )
})

test('a position knows when it was opened: from flat, or when it flipped', async () => {
  const { events } = await busyWorld(3)
  const projection = new Projection()
  let before = 0
  let openedTs: number | undefined
  for (const event of events) {
    projection.apply(event)
    if (event.type !== 'portfolio.updated' || event.botId !== 'bot-1') continue
    const holding = projection.state.holdings.find(({ botId }) => botId === 'bot-1')
    const qty = holding?.qty ?? 0
    if (qty === 0) openedTs = undefined
    else if (Math.sign(qty) !== Math.sign(before)) openedTs = event.ts
    expect(holding?.openedTs).toBe(openedTs)
    before = qty
  }
  expect(openedTs ?? before).toBeDefined()
})
