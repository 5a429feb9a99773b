import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { EngineWorld, SILENT } from '../../../fixtures/engine-world.ts'
import { StorageError } from '../../../storage/fault.ts'
import { auditRows } from '../../../storage/queries/audit-rows.ts'
import { FactSpool } from '../fact-spool.ts'
import { cancelWithoutBooks, isUnwritable } from './emergency-cancel.ts'

const worlds: EngineWorld[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.end()
})

const rest = (limit: string, side: 'buy' | 'sell' = 'buy') =>
  ({ instrument_id: 'BTC_JPY', side, type: 'LIMIT', qty: '0.001', limit }) as const

/** An engine with an order that rests at the venue. */
async function resting() {
  const world = new EngineWorld({ flags: { 'limits.price_deviation_bps_max': 5_000 } })
  worlds.push(world)
  world.news = () => new FactSpool(join(world.folder, 'run', 'audit-emergency.jsonl'))
  await world.boot()
  await world.run(2)
  expect(await world.command('ORDER_PLACE', rest('9000000'))).toMatchObject({ status: 'COMPLETED' })
  const [order] = world.engine.kernel.orders.working
  if (order === undefined) throw new Error('an order rests')
  return { world, order }
}

/** And its disk is full from here on. */
async function full() {
  const { world, order } = await resting()
  const pages = world.store.db.pragma('page_count', { simple: true }) as number
  world.store.db.pragma(`max_page_count = ${pages}`)
  return { world, order, fault: await firstFault(world) }
}

async function firstFault(world: EngineWorld): Promise<unknown> {
  try {
    await world.run(600)
  } catch (error) {
    return error
  }
  return undefined
}

test('UGF-J-002: with a full disk an order that rests is cancelled all the same, and the next start journals that it was', async () => {
  const { world, order, fault } = await full()
  expect(fault).toBeInstanceOf(StorageError)
  expect(isUnwritable(fault)).toBe(true)
  expect((await world.exchange.books()).openOrders.map(({ orderId }) => orderId)).toContain(order.id)
  const spool = new FactSpool(join(world.folder, 'run', 'audit-emergency.jsonl'))
  const sent = await cancelWithoutBooks({
    orders: world.engine.kernel.orders.working,
    venue: world.venue,
    spool,
    log: SILENT,
    now: () => {
      world.clock.pass(50)
      return world.engine.now
    },
  })
  expect(sent).toBeGreaterThan(0)
  expect((await world.exchange.books()).openOrders.map(({ orderId }) => orderId)).not.toContain(order.id)
  world.crash()
  await world.boot()
  await world.run(2)
  expect(world.engine.chronicle.order(order.id)?.state).toBe('CANCELED')
  const { entries } = auditRows(world.store.db, { target: order.id, action: 'execution.sent', limit: 50 })
  expect(entries.map(({ type, reasonCodes }) => [type, ...reasonCodes])).toContainEqual([
    'ops.emergency_cancel',
    'BOOKS_UNWRITABLE',
  ])
  expect(new FactSpool(spool.file).pending()).toEqual([])
})

test('UGF-J-002: a cancel leaves even where it cannot be spooled, and what only reduces stays', async () => {
  const canceled: string[] = []
  const { world, order } = await resting()
  const venue = Object.assign(Object.create(world.venue) as typeof world.venue, {
    cancel: (id: string) => void canceled.push(id),
    advance: (_: number, listener: { report: (report: unknown) => void }) => {
      for (const orderId of canceled) listener.report({ kind: 'canceled', orderId })
    },
  })
  const append = () => {
    throw new Error('no space left')
  }
  const stop = { ...order, id: 'o-stop' as typeof order.id, reduceOnly: true }
  const parts = { venue, log: SILENT, now: () => world.engine.now }
  expect(await cancelWithoutBooks({ ...parts, orders: [order, stop], spool: { append } })).toBe(1)
  expect(canceled).toEqual([order.id])
})

test('only a disk that takes nothing is answered so', () => {
  expect(isUnwritable(Object.assign(new Error('full'), { code: 'storage.disk-full' }))).toBe(true)
  expect(isUnwritable(Object.assign(new Error('lease'), { code: 'storage.lease-lost' }))).toBe(false)
  expect(isUnwritable('full')).toBe(false)
})
