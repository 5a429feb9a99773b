import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { runId } from '../../src/domain/ids.ts'
import type { KernelEvent, Payload } from '../../src/events/event.ts'
import { Projection } from '../../src/projection/projection.ts'
import { openEngineStore, type SqliteEngineStore } from '../engine-store.ts'
import { TellingSession } from '../history.fixture.ts'
import { dailyPnl } from './daily-pnl.ts'
import { decisions } from './decisions.ts'
import { fills } from './fills.ts'
import { journalTail } from './journal-tail.ts'
import { orderChain, orderEvents } from './order-history.ts'
import { order, orders } from './orders.ts'
import { reconciliations } from './reconciliations.ts'

const folder = scratchFolder()
const history: KernelEvent[] = []
const witness = new Projection()
let store: SqliteEngineStore

beforeAll(() => {
  const options = { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'normal' } as const
  store = openEngineStore(join(folder, 'q.db'), { ...options, urgent: new Set(), isAlive: () => true })
  const writer = store.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
  const session = new TellingSession(11)
  const beside = ['ops.health', { component: 'feed', status: 'OK', detail: '' }] as const
  const opening = session.open()
  const steps = Array.from({ length: 500 }, () => session.step())
  for (const events of [opening, ...steps, session.place([beside])]) {
    for (const event of events) {
      history.push(event)
      witness.apply(event)
      writer.append(event)
    }
    writer.commit()
  }
})
afterAll(() => store.close())

const all = () => [...witness.state.working, ...witness.state.ended]
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).toSorted()
const told = (id: string) => history.filter(({ payload }) => 'order_id' in payload && payload.order_id === id)

test('orders are found by state, by whether they work, by bot, by time, newest first and no more than asked', () => {
  expect(ids(orders(store.db))).toEqual(ids(all()))
  expect(ids(orders(store.db, { isWorking: true }))).toEqual(ids(witness.state.working))
  expect(ids(orders(store.db, { isWorking: false }))).toEqual(ids(witness.state.ended))
  expect(ids(orders(store.db, { state: 'FILLED' }))).toEqual(ids(all().filter(({ state }) => state === 'FILLED')))
  expect(orders(store.db, { botId: 'nobody' })).toEqual([])
  expect(orders(store.db, { instrumentId: 'sim:BTC-USD', botId: 'trend-1', limit: 5 })).toHaveLength(5)
  const newest = orders(store.db, { limit: 3 })
  expect(newest.map(({ createdTs }) => createdTs)).toEqual(
    newest.map(({ createdTs }) => createdTs).toSorted((a, b) => b - a),
  )
  const [, second] = newest
  expect(orders(store.db, { sinceTs: second?.createdTs ?? 0 })).toHaveLength(2)
})

test('one order is as the journal has it, or unknown', () => {
  const one = witness.state.ended[3]
  expect(order(store.db, one?.id ?? '')).toEqual(one)
  expect(order(store.db, 'o0')).toBeUndefined()
})

test('the events of an order are those that name it, by an index', () => {
  const id = witness.state.ended.find(({ tradeIds }) => tradeIds.length > 1)?.id ?? ''
  const found = orderEvents(store.db, id).map(({ event }) => event)
  expect(found).toEqual(told(id))
  expect(found.length).toBeGreaterThan(8)
  const plan = store.db
    .prepare(
      `EXPLAIN QUERY PLAN SELECT position FROM events
       WHERE json_extract(payload, '$.order_id') = 'o1' AND json_extract(payload, '$.order_id') IS NOT NULL`,
    )
    .all() as { detail: string }[]
  expect(plan[0]?.detail).toContain('events_by_order')
})

test('the chain of an order also holds what caused it and what else was thought then', () => {
  const id = witness.state.ended.find(({ tradeIds }) => tradeIds.length > 0)?.id ?? ''
  const chain = orderChain(store.db, id).map(({ event }) => event)
  const seqs = chain.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  for (const { seq } of told(id)) expect(seqs).toContain(seq)
  for (const { causeSeq } of chain) expect(causeSeq === 0 || seqs.includes(causeSeq)).toBe(true)
  const last = orderChain(store.db, witness.state.working.at(-1)?.id ?? '').map(({ event }) => event)
  expect(last).toEqual(history.slice(-7))
  expect(last.at(-1)?.type).toBe('ops.health')
  expect(orderChain(store.db, 'o0')).toEqual([])
})

test('fills are found by order, bot and time, newest first', () => {
  const known = witness.state.ended.find(({ tradeIds }) => tradeIds.length > 1)
  const found = fills(store.db, { orderId: known?.id })
  expect(found.map(({ tradeId }) => tradeId)).toEqual(known?.tradeIds.toReversed())
  expect(found.reduce((sum, { qty }) => sum + qty, 0)).toBe(known?.filled)
  const times = fills(store.db).map(({ ts }) => ts)
  expect(times).toEqual(times.toSorted((a, b) => b - a))
  const middle = times[10] ?? 0
  const [since, before] = [fills(store.db, { sinceTs: middle }), fills(store.db, { beforeTs: middle })]
  expect(since).toHaveLength(11)
  expect(since.length + before.length).toBe(times.length)
  expect(fills(store.db, { botId: 'nobody' })).toEqual([])
})

test('decisions are those of the gate, on one order or the last of a bot', () => {
  const id = witness.state.working[0]?.id ?? ''
  expect(decisions(store.db, { orderId: id }).map(({ event }) => event.payload.stage)).toEqual(['accept', 'send'])
  const last = decisions(store.db, { botId: 'trend-1', limit: 4 }).map(({ event }) => event.seq)
  const expected = history.filter(({ type }) => type === 'policy.decided').map(({ seq }) => seq)
  expect(last).toEqual(expected.slice(-4))
})

test('the journal is looked at from its end, by type, family, bot and time', () => {
  const seqs = (filter: Parameters<typeof journalTail>[1]) =>
    journalTail(store.db, filter).map(({ event }) => event.seq)
  const of = (fits: (event: KernelEvent) => boolean, limit: number) =>
    history
      .filter(fits)
      .map(({ seq }) => seq)
      .slice(-limit)
  expect(seqs({ limit: 7 })).toEqual(of(() => true, 7))
  expect(seqs({ type: 'order.canceled', limit: 5 })).toEqual(of(({ type }) => type === 'order.canceled', 5))
  expect(seqs({ type: 'safety.', limit: 9 })).toEqual(of(({ type }) => type.startsWith('safety.'), 9))
  expect(seqs({ botId: 'trend-1', limit: 3 })).toEqual(of(({ botId }) => botId === 'trend-1', 3))
  const ts = history.at(-10)?.ts ?? 0
  expect(seqs({ sinceTs: ts, limit: 1_000 })).toEqual(of((event) => event.ts >= ts, 1_000))
  expect(journalTail(store.db, { limit: 1 })[0]?.event).toEqual(history.at(-1))
})

test('profit by day is the exact sum of what fills booked', () => {
  const days = dailyPnl(store.db)
  const booked = history
    .filter(({ type }) => type === 'portfolio.updated')
    .map(({ payload }) => (payload as Payload<'portfolio.updated'>).realised)
  expect(days.reduce((sum, { realised }) => sum + realised, 0n)).toBe(booked.reduce((sum, part) => sum + part, 0n))
  expect(days.reduce((sum, { fees }) => sum + fees, 0n)).toBe(witness.state.holdings[0]?.fees)
  expect(days.reduce((sum, day) => sum + day.fills, 0)).toBe(booked.length)
  expect(days.every(({ dayTs, currency }) => dayTs % 86_400_000_000 === 0 && currency === 'USD')).toBe(true)
  expect(dailyPnl(store.db, { botId: 'nobody' })).toEqual([])
  expect(dailyPnl(store.db, { sinceTs: (days[0]?.dayTs ?? 0) + 86_400_000_000 })).toHaveLength(days.length - 1)
})

test('reconciliations come with what they found', () => {
  const [newest, ...older] = reconciliations(store.db, { limit: 100 })
  expect(older.length).toBeGreaterThan(3)
  expect(newest).toMatchObject({ venueId: 'sim', status: 'MISMATCH', compared: 3, differences: 1 })
  expect(newest?.items).toMatchObject([{ category: 'DIVERGED', evidence: { ours: 'UNKNOWN', theirs: 'OPEN' } }])
  expect(reconciliations(store.db, { status: 'OK', limit: 9 })).toEqual([])
})
