import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { EngineWorld } from '../../fixtures/engine-world.ts'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { runId } from '../../src/domain/ids.ts'
import type { EventType, Payload } from '../../src/events/event.ts'
import { openEngineStore } from '../engine-store.ts'
import { auditCoverage } from './audit-coverage.ts'

const folder = scratchFolder()
let made: EngineWorld | undefined
afterEach(() => made?.end())

test('a running engine explains every order, decision, transition and command that it obeyed', async () => {
  made = new EngineWorld({ seed: 5 })
  await made.boot()
  await made.run(60)
  const paused = await made.command('BOT_PAUSE', { bot_id: 'maker' })
  await made.command('MODE_RAISE', { mode: 'SAFE_MODE' })
  expect(paused.status).toBe('COMPLETED')
  // One that the gate refuses has no terms, and lacks nothing else.
  const refused = await made.command('ORDER_PLACE', {
    instrument_id: 'BTC_JPY',
    side: 'buy',
    type: 'LIMIT',
    qty: '0.001',
    limit: '1000000',
  })
  expect(refused.status).toBe('REJECTED_POLICY')
  const found = auditCoverage(made.store.db)
  expect(found.map(({ subject, missing }) => [subject, missing])).toEqual([
    ['commands', []],
    ['decisions', []],
    ['orders', []],
    ['transitions', []],
  ])
  for (const { subject, total } of found) expect(total, subject).toBeGreaterThan(0)
})

test('what no event tells of is named: a decision, a transition, an order, an answer', () => {
  const options = { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'normal' } as const
  const store = openEngineStore(join(folder, 'c.db'), { ...options, urgent: new Set(), isAlive: () => true })
  try {
    const writer = store.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
    let seq = 0
    const tell = <T extends EventType>(type: T, payload: Payload<T>) =>
      writer.append({ seq: ++seq, ts: seq, type, botId: undefined, trace: 1, causeSeq: 0, payload })
    const ref = { order_id: 'o1', instrument_id: 'sim:BTC-USD' }
    const terms = { side: 'buy', qty: 1, order_type: 'MARKET', time_in_force: 'GTC', reduce_only: false } as const
    tell('order.enqueued', { ...ref, ...terms, intent_id: 'i1', decision_id: 'd1' })
    tell('safety.mode_changed', { from: 'NORMAL', to: 'SAFE_MODE', reason_code: 'OPERATOR' })
    tell('safety.mode_changed', { from: 'NORMAL', to: 'HALTED', reason_code: 'OPERATOR' })
    writer.commit()
    const request = { type: 'ALERT_ACK', payload: {}, actor: 'human:a', origin: 'cli', reason: '' } as const
    store.commands.submit({ ...request, id: 'c1', confirmation: undefined, issuedTs: 1, expiresTs: 2 })
    writer.answer({ id: 'c1', status: 'COMPLETED', resultCode: 'OK', reasonCodes: [], message: '', ts: 2 })
    writer.commit()
    store.commands.submit({ ...request, id: 'c2', confirmation: undefined, issuedTs: 1, expiresTs: 2 })
    store.commands.cancel('c2', 2)
    expect(auditCoverage(store.db).map(({ subject, total, missing }) => [subject, total, missing])).toEqual([
      ['commands', 1, [{ id: 'c1', why: 'ALERT_ACK COMPLETED: answered in the queue, no event tells of it' }]],
      ['decisions', 1, [{ id: 'o1', why: 'order.enqueued names decision d1, which was not recorded' }]],
      ['orders', 1, [{ id: 'o1', why: 'no intent.created, no policy.decided' }]],
      ['transitions', 2, [{ id: '1/3', why: 'mode moved from NORMAL, the event before left it at SAFE_MODE' }]],
    ])
  } finally {
    store.close()
  }
})
