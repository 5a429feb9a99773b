import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { EngineWorld, SILENT } from '../../../fixtures/engine-world.ts'
import { FactSpool } from '../fact-spool.ts'
import { cancelWithoutBooks, isUnwritable } from './emergency-cancel.ts'

const made = new EngineWorld()
afterEach(() => made.end())

test('UGF-J-002: an engine that can write nothing takes its orders back, and the next one journals that it did', async () => {
  await made.boot()
  await made.run(20)
  const order = { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'LIMIT', qty: '0.01' } as const
  const { bid } = made.engine.kernel.facts.market
  const at = made.engine.parts.instruments.findIndex(({ id }) => id === 'FX_BTC_JPY')
  const limit = String(Math.floor((bid[at] as number) * 0.997))
  const placed = await made.command('ORDER_PLACE', { ...order, limit })
  expect(placed.status).toBe('COMPLETED')
  await made.run(3)
  const orders = [...made.engine.kernel.orders.working].filter(({ reduceOnly }) => !reduceOnly)
  expect(orders.length).toBeGreaterThan(0)
  const spool = new FactSpool(join(made.folder, 'run', 'audit-emergency.jsonl'))
  const sent = await cancelWithoutBooks({
    orders,
    venue: made.venue,
    spool,
    log: SILENT,
    now: () => {
      made.clock.pass(20)
      return made.engine.now
    },
  })
  expect(sent).toBe(orders.length)
  const open = (await made.exchange.books()).openOrders.map(({ orderId }) => orderId)
  for (const { id } of orders) expect(open).not.toContain(id)
  made.crash()
  made.news = () => spool
  await made.boot()
  await made.run(3)
  made.engine.commit()
  const told = made.store.db
    .prepare("SELECT payload FROM events WHERE type = 'ops.emergency_cancel'")
    .pluck()
    .all() as string[]
  expect(told).toHaveLength(orders.length)
  expect(spool.pending()).toEqual([])
  const states = orders.map(({ id }) => made.engine.chronicle.order(id)?.state)
  expect(states.every((state) => state === 'CANCELED')).toBe(true)
})

test('only a disk that takes nothing is answered so', () => {
  expect(isUnwritable(Object.assign(new Error('full'), { code: 'storage.disk-full' }))).toBe(true)
  expect(isUnwritable(Object.assign(new Error('lease'), { code: 'storage.lease-lost' }))).toBe(false)
  expect(isUnwritable('full')).toBe(false)
})
