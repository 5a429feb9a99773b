import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import type { CommandRequest } from '../src/runtime/command-catalogue.ts'
import { openEngineStore, type SqliteEngineStore } from './engine-store.ts'

const folder = scratchFolder()
const open: SqliteEngineStore[] = []
let path = ''
let files = 0

/** Another connection to the present database. */
function connect(): SqliteEngineStore {
  const options = { profile: 'demo', instanceId: `i${open.length}`, nowTs: 1, durability: 'normal' } as const
  const store = openEngineStore(path, { ...options, urgent: new Set(['KILL_RAISE']), isAlive: () => true })
  open.push(store)
  return store
}
function fresh(): SqliteEngineStore {
  path = join(folder, `${++files}.db`)
  return connect()
}
afterEach(() => {
  for (const store of open.splice(0)) store.close()
})

function request(id: string, more: Partial<CommandRequest> = {}): CommandRequest {
  const { type = 'BOT_START', issuedTs = 1 } = more
  const payload = { bot_id: 'trend-1' }
  const said = { actor: 'human:trader', origin: 'cli', reason: 'a drill', confirmation: undefined } as const
  return { id, type, payload, issuedTs, expiresTs: issuedTs + 30, ...said, ...more }
}
const answer = (id: string, status: 'ACCEPTED' | 'COMPLETED' | 'REJECTED_POLICY', ts = 9) =>
  ({ id, status, resultCode: 'OK', reasonCodes: ['A', 'B'], message: 'done', result: { order_id: 'o1' }, ts }) as const

describe('a command', () => {
  test('waits until it is answered, and is then as it was asked and as it was answered', () => {
    const engine = fresh()
    const asked = request('c1', { confirmation: 'flatten demo' })
    expect(engine.commands.submit(asked)).toBe(true)
    const waiting = { ...asked, status: 'PENDING', resultCode: '', reasonCodes: [], message: '' }
    expect(engine.commands.get('c1')).toEqual({
      ...waiting,
      ackTs: undefined,
      finishedTs: undefined,
      result: undefined,
    })
    const writer = engine.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
    writer.answer(answer('c1', 'ACCEPTED', 8))
    writer.commit()
    expect(engine.commands.get('c1')).toMatchObject({ status: 'ACCEPTED', ackTs: 8, finishedTs: undefined })
    writer.answer(answer('c1', 'COMPLETED', 9))
    writer.commit()
    expect(engine.commands.get('c1')).toEqual({
      ...asked,
      status: 'COMPLETED',
      ackTs: 8,
      finishedTs: 9,
      resultCode: 'OK',
      reasonCodes: ['A', 'B'],
      message: 'done',
      result: { order_id: 'o1' },
    })
  })

  test('UGF-0-009: of a known id is not taken again: the row that stands is the answer', () => {
    const engine = fresh()
    engine.commands.submit(request('c1'))
    expect(connect().commands.submit(request('c1', { type: 'KILL_RAISE' }))).toBe(false)
    expect(engine.commands.get('c1')?.type).toBe('BOT_START')
    expect(engine.commands.get('c2')).toBeUndefined()
  })

  test('UGF-B-005: has one answer: the table refuses another, a change of what was asked, and deletion', () => {
    const engine = fresh()
    engine.commands.submit(request('c1'))
    const writer = engine.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
    writer.answer(answer('c1', 'REJECTED_POLICY'))
    writer.commit()
    expect(() => engine.db.exec("UPDATE commands SET status = 'COMPLETED'")).toThrow('one answer')
    expect(() => engine.db.exec('DELETE FROM commands')).toThrow('kept')
    engine.commands.submit(request('c2'))
    expect(() => engine.db.exec("UPDATE commands SET payload = '{}' WHERE id = 'c2'")).toThrow('never changes')
    expect(() => engine.db.exec("UPDATE commands SET status = 'COMPLETED' WHERE id = 'c2'")).toThrow('CHECK')
  })
})

test('UGF-B-005: what waits is handed over urgent first, then by the time it was asked', () => {
  const engine = fresh()
  engine.commands.submit(request('late', { issuedTs: 30 }))
  engine.commands.submit(request('kill', { issuedTs: 40, type: 'KILL_RAISE' }))
  engine.commands.submit(request('early', { issuedTs: 10 }))
  engine.commands.submit(request('kill-2', { issuedTs: 41, type: 'KILL_RAISE' }))
  expect(engine.commands.pending().map(({ id }) => id)).toEqual(['kill', 'kill-2', 'early', 'late'])
})

test('a list is newest first, of one status where that is asked', () => {
  const engine = fresh()
  for (const id of ['a', 'b', 'c']) engine.commands.submit(request(id))
  engine.commands.cancel('b', 5)
  expect(engine.commands.list({ limit: 2 }).map(({ id }) => id)).toEqual(['c', 'b'])
  expect(engine.commands.list({ limit: 9, status: 'CANCELED' }).map(({ id }) => id)).toEqual(['b'])
})

describe('a withdrawal', () => {
  test('ends a command that waits, once', () => {
    const engine = fresh()
    engine.commands.submit(request('c1'))
    const client = connect()
    expect(client.commands.cancel('c1', 5)).toBe(true)
    expect(client.commands.cancel('c1', 6)).toBe(false)
    expect(engine.commands.get('c1')).toMatchObject({ status: 'CANCELED', finishedTs: 5 })
    expect(engine.commands.pending()).toEqual([])
  })

  test('comes too late for one that the engine has seen, not for one that a client looked at', () => {
    const engine = fresh()
    const client = connect()
    client.commands.submit(request('c1'))
    client.commands.submit(request('c2'))
    expect(client.commands.pending()).toHaveLength(2)
    expect(client.commands.cancel('c1', 5)).toBe(true)
    const writer = engine.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
    expect(engine.commands.pending().map(({ id }) => id)).toEqual(['c2'])
    expect(client.commands.cancel('c2', 6)).toBe(false)
    writer.answer(answer('c2', 'COMPLETED'))
    writer.commit()
    expect(engine.commands.get('c2')?.status).toBe('COMPLETED')
  })
})

describe('that something changed', () => {
  test('is noticed once for what another connection, or this one, handed in', () => {
    const engine = fresh()
    expect(engine.commands.hasChanged()).toBe(true) // what was handed in before anyone looked
    expect(engine.commands.hasChanged()).toBe(false)
    connect().commands.submit(request('c1'))
    expect(engine.commands.hasChanged()).toBe(true)
    expect(engine.commands.hasChanged()).toBe(false)
    engine.commands.submit(request('c2'))
    expect(engine.commands.hasChanged()).toBe(true)
    expect(engine.commands.hasChanged()).toBe(false)
  })
})

test('many processes hand in at once while the engine commits, and nothing is lost or doubled', async () => {
  const engine = fresh()
  const writer = engine.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })
  const script = (client: number) => `
    import { openEngineStore } from ${JSON.stringify(new URL('engine-store.ts', import.meta.url).href)}
    const store = openEngineStore(${JSON.stringify(path)}, { profile: 'demo', instanceId: 'c${client}', nowTs: 1,
      durability: 'normal', urgent: new Set(), isAlive: () => true })
    let isNew = 0
    for (let n = 0; n < 40; n++) isNew += store.commands.submit({ id: 'shared-' + n, type: 'BOT_START', payload: {},
      actor: 'service:cron', origin: 'cron', reason: '', issuedTs: n, expiresTs: n + 1 }) ? 1 : 0
    store.close()
    process.stdout.write(String(isNew))`
  const clients = Promise.all([1, 2, 3].map((client) => run(script(client))))
  const answered = new Set<string>()
  while (answered.size < 40) {
    for (const { id } of engine.commands.pending()) {
      expect(answered.has(id)).toBe(false)
      answered.add(id)
      writer.answer(answer(id, 'COMPLETED'))
    }
    writer.commit()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const isNew = (await clients).map(Number)
  expect(isNew.reduce((sum, count) => sum + count, 0)).toBe(40)
  expect(engine.commands.pending()).toEqual([])
}, 30_000)

describe('a lease', () => {
  const mark = { pid: 7, boot: 'b' }

  test('has one living holder, who is named to the next', () => {
    const one = fresh()
    const two = connect()
    expect(one.lease.holder()).toBeUndefined()
    expect(one.lease.acquire(mark, 10)).toEqual({ ok: true })
    const holder = { instanceId: 'i0', ...mark, acquiredTs: 10, renewedTs: 10 }
    expect(two.lease.acquire({ pid: 8, boot: 'b' }, 11)).toEqual({ ok: false, holder })
    one.lease.renew(20)
    expect(two.lease.holder()).toEqual({ ...holder, renewedTs: 20 })
    expect(one.lease.acquire(mark, 12)).toEqual({ ok: true })
    one.lease.release()
    expect(two.lease.acquire({ pid: 8, boot: 'b' }, 13)).toEqual({ ok: true })
    one.lease.release() // Not ours any more: nothing happens.
    expect(one.lease.holder()?.pid).toBe(8)
  })

  test('of a dead holder passes on', () => {
    const dead = fresh()
    dead.lease.acquire(mark, 1)
    const options = { profile: 'demo', instanceId: 'next', nowTs: 1, durability: 'normal' } as const
    const next = openEngineStore(path, { ...options, urgent: new Set(), isAlive: ({ pid }) => pid !== mark.pid })
    open.push(next)
    expect(next.lease.acquire({ pid: 8, boot: 'b' }, 2)).toEqual({ ok: true })
    expect(next.lease.holder()).toMatchObject({ instanceId: 'next', pid: 8, acquiredTs: 2 })
  })

  test('is had by one of two engines in the same process', () => {
    const one = fresh()
    expect(one.lease.acquire(mark, 1).ok).toBe(true)
    expect(connect().lease.acquire(mark, 1).ok).toBe(false)
  })
})

function run(script: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    let said = ''
    child.stdout.on('data', (data: Buffer) => (said += data.toString()))
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    child.on('close', () => resolve(said))
  })
}
