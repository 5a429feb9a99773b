import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { runId } from '../../src/domain/ids.ts'
import { auditAction } from '../../src/events/audit-action.ts'
import type { KernelEvent } from '../../src/events/event.ts'
import { openEngineStore, type SqliteEngineStore } from '../engine-store.ts'
import { TellingSession } from '../history.fixture.ts'
import { type AuditFilter, auditRows } from './audit-rows.ts'

const folder = scratchFolder()
const history: KernelEvent[] = []
let store: SqliteEngineStore

beforeAll(() => {
  const options = { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'normal' } as const
  store = openEngineStore(join(folder, 'a.db'), { ...options, urgent: new Set(), isAlive: () => true })
  const writer = store.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
  const session = new TellingSession(3)
  for (const events of [session.open(), ...Array.from({ length: 600 }, () => session.step())]) {
    for (const event of events) {
      history.push(event)
      writer.append(event)
    }
    writer.commit()
  }
})
afterAll(() => store.close())

const ALL = 1_000_000
const audited = (isWanted: (event: KernelEvent) => boolean = () => true) =>
  history
    .filter((event) => auditAction(event.type, event.payload) !== undefined && isWanted(event))
    .map(({ seq }) => seq)
const found = (filter: Partial<AuditFilter>) =>
  auditRows(store.db, { limit: ALL, ...filter }).entries.map(({ seq }) => seq)

test('every audit action is found once, oldest first, and the answer says that it is whole', () => {
  const { entries, ...rest } = auditRows(store.db, { limit: ALL })
  expect(entries.map(({ seq }) => seq)).toEqual(audited())
  expect(rest).toMatchObject({ gaps: 0, unreadable: 0, isCut: false })
  expect(rest.scanned).toBeGreaterThan(1_000)
})

test('rows are searched by time, action, family, target, reason code, trace, actor and text', () => {
  const ts = history.at(-200)?.ts ?? 0
  expect(found({ sinceTs: ts })).toEqual(audited((event) => event.ts >= ts))
  expect(found({ untilTs: ts })).toEqual(audited((event) => event.ts < ts))
  expect(found({ action: 'execution.sent' })).toEqual(
    audited(({ type }) => ['order.sent', 'order.cancel_requested', 'order.amend_requested'].includes(type)),
  )
  expect(found({ action: 'reconcile.' })).toEqual(audited(({ type }) => type.startsWith('reconcile.')))
  expect(found({ target: 'o3' })).toEqual(audited(({ payload }) => 'order_id' in payload && payload.order_id === 'o3'))
  expect(found({ reasonCode: 'TIMEOUT' })).toEqual(audited(({ type }) => type === 'order.unknown'))
  expect(found({ trace: 9 })).toEqual(audited(({ trace }) => trace === 9))
  expect(found({ actor: 'human:trader' })).toEqual(audited(({ type }) => type === 'safety.kill_changed'))
  expect(found({ actor: 'bot:trend-1', action: 'execution.intent.created' })).toEqual(
    audited(({ type }) => type === 'intent.created'),
  )
  expect(found({ text: 'NO ANSWER in' })).toEqual(audited(({ type }) => type === 'order.unknown'))
  expect(found({ text: 'said by nobody' })).toEqual([])
})

test('a limit keeps the newest and says that there may be more', () => {
  const answer = auditRows(store.db, { limit: 5 })
  expect(answer.entries.map(({ seq }) => seq)).toEqual(audited().slice(-5))
  expect(answer.isCut).toBe(true)
})

test('events that were taken away or cannot be read are counted', () => {
  store.db.exec('DROP TRIGGER events_no_delete; DROP TRIGGER events_no_update')
  store.db.exec(
    "DELETE FROM events WHERE seq IN (100, 101); UPDATE events SET payload = '{}' WHERE type = 'run.started'",
  )
  expect(auditRows(store.db, { limit: ALL })).toMatchObject({ gaps: 2, unreadable: 1 })
})
