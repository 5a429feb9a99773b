import { afterAll, beforeAll, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { type CausalLink, causalChain } from './causal-chain.ts'

const REQUEST = '01970000-0000-7000-8000-00000000abcd'
let made: EngineWorld
let orderId: string

beforeAll(async () => {
  made = new EngineWorld({ seed: 5 })
  await made.boot()
  await made.run(5)
  const instrument = made.exchange.instruments[0]
  if (instrument === undefined) throw new Error('the exchange trades nothing')
  const payload = { instrument_id: instrument.id, side: 'buy', type: 'MARKET', qty: '0.01' } as const
  const row = await made.command('ORDER_PLACE', payload, { id: REQUEST })
  expect(row.status).toBe('COMPLETED')
  await made.run(20)
  orderId = (row.result as { readonly order_id: string }).order_id
})
afterAll(() => made.end())

function flat(links: readonly CausalLink[]): readonly CausalLink[] {
  return links.flatMap((link) => [link, ...flat(link.consequences)])
}
const types = (id: string) => flat(causalChain(made.store.db, id)).map(({ event }) => event.type)
const places = (id: string) =>
  flat(causalChain(made.store.db, id))
    .map(({ runNo, event }) => `${runNo}/${event.seq}`)
    .toSorted()

test('from a request id to the portfolio: intent, decisions, order, fill and booking in one tree', () => {
  const found = types(REQUEST)
  for (const type of [
    'command.accepted',
    'command.completed',
    'intent.created',
    'policy.decided',
    'order.enqueued',
    'order.sent',
    'fill.recorded',
    'portfolio.updated',
  ])
    expect(found).toContain(type)
})

test('the order, its intent, its decision and its trace lead to the same chain', () => {
  const [root] = causalChain(made.store.db, REQUEST)
  const all = flat(causalChain(made.store.db, REQUEST))
  const decision = all.find(({ event }) => event.type === 'policy.decided')?.event.payload as { decision_id: string }
  const intent = all.find(({ event }) => event.type === 'intent.created')?.event.payload as { intent_id: string }
  for (const id of [orderId, `t${root?.event.trace}`, decision.decision_id, intent.intent_id])
    expect(places(id), id).toEqual(places(REQUEST))
})

test('every event stands once, under what caused it or under its order, never before it', () => {
  const walk = (link: CausalLink): void => {
    for (const child of link.consequences) {
      expect(child.event.ts).toBeGreaterThanOrEqual(link.event.ts)
      if (!child.isByOrder) expect(child.event.causeSeq).toBe(link.event.seq)
      walk(child)
    }
  }
  causalChain(made.store.db, REQUEST).forEach(walk)
  expect(new Set(places(REQUEST)).size).toBe(places(REQUEST).length)
})

test('the chain of an order holds nothing of other orders', () => {
  const named = flat(causalChain(made.store.db, REQUEST)).flatMap(({ event }) =>
    'order_id' in event.payload ? [event.payload.order_id] : [],
  )
  expect(new Set(named)).toEqual(new Set([orderId]))
})

test('an id that nobody said leads nowhere', () => {
  expect(causalChain(made.store.db, 'o999999')).toEqual([])
  expect(causalChain(made.store.db, 't99999999')).toEqual([])
})
