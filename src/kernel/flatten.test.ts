import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import type { OrderId } from '../domain/ids.ts'
import { lots, money } from '../domain/money.ts'
import { bookColumns } from '../market/columns.ts'
import { SAFE_FLATTEN } from './flatten.ts'
import { checkHistory } from './history.fixture.ts'
import { Rig } from './rig.fixture.ts'

const PERP = testInstrument({ settlement: 'margin', maxLeverage: 10, shortable: true })

/** Holds `qty` at 100 000 with a quote of 99 990 to 100 010 in front of it. */
function holding(qty: number, options: { readonly maxQty?: number; readonly bots?: number } = {}): Rig {
  const { maxQty = 1_000_000, bots = 1 } = options
  const filters = { minQty: lots(1), maxQty: lots(maxQty), minNotional: money(0n) }
  const world = new Rig({ instruments: [testInstrument({ ...PERP, filters })], flatten: SAFE_FLATTEN, bots })
  const side = qty > 0 ? 'buy' : 'sell'
  for (let left = Math.abs(qty); left > 0; left -= maxQty) {
    const part = Math.min(left, maxQty)
    world.fill(world.place({ side, qty: part, type: 'MARKET', reasonCode: 'ENTRY_TEST' }), part)
  }
  quote(world)
  world.effects.length = 0
  return world
}

function quote(world: Rig, bid = 99_990, ask = 100_010): void {
  world.quote((bid + ask) / 2, { spread: ask - bid })
}

/** A book of bids and asks, each a price and its lots. */
function book(
  world: Rig,
  bids: readonly (readonly [number, number])[],
  asks: readonly (readonly [number, number])[],
): void {
  const rows = [...bids.map((level) => [1, ...level] as const), ...asks.map((level) => [-1, ...level] as const)]
  const columns = bookColumns(rows.length)
  world.now += 1_000
  rows.forEach(([side, price, qty], row) => {
    columns.recvTs[row] = world.now
    columns.side[row] = side
    columns.price[row] = price
    columns.qty[row] = qty
    columns.last[row] = row === rows.length - 1 ? 1 : 0
    world.kernel.onBook(0, columns, row)
  })
}

const flatten = (world: Rig, scope: 'global' | `bot:${string}` = 'global') =>
  world.command({ kind: 'KILL_RAISE', scope, level: 'FLATTEN' })

const placed = (world: Rig) => world.effects.flatMap((effect) => (effect.kind === 'place' ? [effect.order] : []))
const last = (world: Rig) => placed(world).at(-1)?.orderId as OrderId
const states = (world: Rig) => world.of('safety.flatten_progress').map(({ payload }) => payload.state)

function looked(world: Rig, status: 'OK' | 'MISMATCH' | 'UNKNOWN'): void {
  world.now += 1_000
  const news = { reconcileId: `r${world.now}`, venueId: 'sim', status, compared: 1, differences: [] }
  world.kernel.onReconciled(news, world.now)
}

describe('a closing order', () => {
  test('is a limit ten basis points beyond the touch, and reaches further when nobody takes it', () => {
    const world = holding(10)
    flatten(world)
    expect(placed(world).map(({ type, side, limit }) => [type, side, limit])).toEqual([['LIMIT', 'sell', 99_890]])
    for (const limit of [99_690, 99_490, 99_490]) {
      const id = last(world)
      world.accept(id)
      world.clock(1_900_000)
      expect(world.sent().at(-1)).not.toBe(`cancel ${id}`)
      world.clock(200_000)
      expect(world.sent().at(-1)).toBe(`cancel ${id}`)
      world.report({ kind: 'canceled', orderId: id, reasonCode: 'VENUE', ts: world.now })
      expect(placed(world).at(-1)).toMatchObject({ limit, qty: 10 })
    }
    checkHistory(world.events)
  })

  test('UGF-D-004: takes a fifth of what five levels show, and the rest with the last', () => {
    const world = holding(100)
    book(
      world,
      [
        [99_990, 60],
        [99_980, 60],
      ],
      [[100_010, 60]],
    )
    flatten(world)
    const sizes: number[] = []
    while (!world.kernel.portfolio.isFlat && sizes.length < 20) {
      const order = placed(world).at(-1)
      if (order === undefined) break
      sizes.push(order.qty)
      world.fill(order.orderId, order.qty, 99_990)
      world.clock(300_000)
    }
    expect(sizes).toEqual([24, 24, 24, 24, 4])
  })

  test('leaves the book a moment between two slices', () => {
    const world = holding(10, { maxQty: 4 })
    flatten(world)
    world.fill(last(world), 4, 99_990)
    world.clock(100_000)
    expect(placed(world)).toHaveLength(1)
    world.clock(200_000)
    expect(placed(world).map(({ qty }) => qty)).toEqual([4, 4])
  })

  test('UGF-D-004: waits, and says so, while there is no price or the spread is no market; then goes on', () => {
    const world = holding(-10)
    quote(world, 90_000, 110_000)
    flatten(world)
    expect(placed(world)).toEqual([])
    expect(world.of('safety.flatten_progress').at(-1)?.payload).toMatchObject({
      state: 'WAITING',
      detail: expect.stringContaining('spread of 2000 bps'),
    })
    for (let n = 0; n < 50; n++) world.clock(10_000)
    expect(states(world)).toEqual(['WAITING'])
    quote(world)
    world.clock(1_000)
    expect(placed(world).map(({ side, limit }) => [side, limit])).toEqual([['buy', 100_111]])
    expect(states(world)).toEqual(['WAITING', 'WORKING'])
  })
})

describe('flat', () => {
  test('UGF-D-004: is what the venue says twice after the last fill and cancel', () => {
    const world = holding(10)
    flatten(world)
    world.fill(last(world), 10, 99_990)
    expect([states(world), world.kernel.asksVenue, world.kernel.isFlattened]).toEqual([['CHECKING'], true, false])
    looked(world, 'OK')
    expect(world.kernel.isFlattened).toBe(false)
    looked(world, 'UNKNOWN')
    looked(world, 'OK')
    expect(world.kernel.isFlattened).toBe(false)
    looked(world, 'OK')
    expect([states(world), world.kernel.isFlattened]).toEqual([['CHECKING', 'FLAT'], true])
  })

  test('is not asked for while an order may still fill, and a late fill begins it anew', () => {
    const world = holding(10)
    const entry = world.place({ side: 'buy', qty: 5, type: 'LIMIT', limit: 99_000, reasonCode: 'ENTRY_TEST' })
    world.accept(entry)
    quote(world)
    flatten(world)
    world.fill(last(world), 10, 99_990)
    expect(states(world)).toEqual([])
    world.report({ kind: 'canceled', orderId: entry, reasonCode: 'VENUE', ts: world.now })
    expect(states(world)).toEqual(['CHECKING'])
    looked(world, 'OK')
    world.fill(entry, 5, 99_000)
    world.clock(300_000)
    expect(states(world)).toEqual(['CHECKING', 'WORKING'])
    world.fill(last(world), 5, 99_990)
    looked(world, 'OK')
    expect(world.kernel.isFlattened).toBe(false)
  })

  test('UGF-D-004: that does not come in five minutes is told loudly, and closing goes on', () => {
    const world = holding(10)
    flatten(world)
    world.clock(61_000_000)
    world.clock(240_000_000)
    expect(states(world)).toEqual(['STUCK', 'INCOMPLETE'])
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    world.fill(last(world), 10, 99_990)
    looked(world, 'OK')
    looked(world, 'OK')
    expect(states(world).at(-1)).toBe('FLAT')
  })
})

test('UGF-D-004: whatever the venue does, a flatten only makes a position smaller, and never sends two for one', () => {
  const step = fc.record({
    kind: fc.constantFrom('fill', 'accept', 'cancel', 'reject', 'refuse', 'time', 'quote', 'restart' as const),
    part: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(fc.integer({ min: -60, max: 60 }), fc.array(step, { maxLength: 60 }), (qty, steps) => {
      if (qty === 0) return
      const world = holding(qty, { maxQty: 17 })
      flatten(world)
      let before = qty
      for (const { kind, part } of steps) {
        const open = world.kernel.orders.working.filter(({ origin }) => origin === 'flatten')
        expect(open.length).toBeLessThanOrEqual(1)
        const [order] = open
        const ts = world.now
        if (kind === 'time') world.clock(part * 200_000)
        else if (kind === 'quote') quote(world, 99_900 + part, 100_000 + part)
        else if (kind === 'restart') world.restart()
        else if (order !== undefined && order.state !== 'ENQUEUED') {
          const orderId = order.id
          if (kind === 'fill') world.fill(orderId, Math.min(part, order.qty - order.filled), 99_990)
          else if (kind === 'accept') world.accept(orderId)
          else if (kind === 'cancel') world.report({ kind: 'canceled', orderId, reasonCode: 'VENUE', ts })
          else if (kind === 'reject') world.report({ kind: 'rejected', orderId, reasonCode: 'BUSY', detail: '', ts })
          else world.report({ kind: 'cancel-refused', orderId, detail: 'busy', ts })
        }
        const held = world.kernel.portfolio.botQty(0, 0)
        expect(Math.abs(held)).toBeLessThanOrEqual(Math.abs(before))
        expect(held === 0 || Math.sign(held) === Math.sign(qty)).toBe(true)
        before = held
      }
      checkHistory(world.events)
    }),
    { numRuns: 100 },
  )
})
