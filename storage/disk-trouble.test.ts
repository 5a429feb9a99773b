import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, copyFileSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import type { SessionWriter } from '../src/runtime/ports.ts'
import { openEngineStore, type SqliteEngineStore } from './engine-store.ts'
import { StorageError } from './fault.ts'
import { TellingSession } from './history.fixture.ts'
import { verifyStore } from './verify.ts'

const folder = scratchFolder()
const open: SqliteEngineStore[] = []
let files = 0
const freshPath = (): string => join(folder, `${++files}.db`)

function store(path = freshPath()): SqliteEngineStore {
  const options = { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'full' } as const
  const opened = openEngineStore(path, { ...options, urgent: new Set(), isAlive: () => true })
  open.push(opened)
  return opened
}
afterEach(() => {
  for (const { db } of open.splice(0)) db.close()
})

function faultOf(act: () => unknown): StorageError {
  try {
    act()
  } catch (error) {
    if (error instanceof StorageError) return error
    throw error
  }
  throw new Error('nothing went wrong')
}

const begin = (opened: SqliteEngineStore): SessionWriter =>
  opened.beginSession({ runId: runId('r'), openedTs: 1, spec: {} })

function write(writer: SessionWriter, session: TellingSession, steps: number): void {
  for (let step = 0; step < steps; step++) {
    for (const event of session.place()) writer.append(event)
    writer.commit()
  }
}

/** A session that has written something and whose disk then fails. */
function underWay(): { opened: SqliteEngineStore; writer: SessionWriter; session: TellingSession } {
  const opened = store()
  const writer = begin(opened)
  const session = new TellingSession(1)
  for (const event of session.open()) writer.append(event)
  write(writer, session, 3)
  return { opened, writer, session }
}

test('a full disk stops the session at the last whole step, and room makes the profile usable again', () => {
  const { opened, writer, session } = underWay()
  const pages = opened.db.pragma('page_count', { simple: true }) as number
  opened.db.pragma(`max_page_count = ${pages + 2}`)
  const fault = faultOf(() => write(writer, session, 1_000))
  expect(fault.code).toBe('storage.disk-full')
  expect(fault.hint).toContain('free space')
  expect(faultOf(() => writer.commit())).toBe(fault)
  const kept = opened.db.prepare('SELECT count(*) FROM events').pluck().get() as number
  expect((kept - 3) % 6).toBe(0)
  expect(kept).toBeGreaterThanOrEqual(21)
  expect(opened.state().working).toHaveLength((kept - 3) / 6)
  opened.db.close()
  const again = store(opened.db.name)
  expect(verifyStore(again.db)).toMatchObject({ ok: true, events: kept, isBehind: false })
})

test('a file that may only be read refuses the session in words', () => {
  const { opened, writer, session } = underWay()
  opened.db.pragma('query_only = ON')
  const fault = faultOf(() => write(writer, session, 1))
  expect(fault.code).toBe('storage.permission')
  expect(fault.hint).toContain('may write')
  expect(opened.db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(21)
})

test.skipIf(process.getuid?.() === 0)('a file without write permission is refused at opening', () => {
  const path = freshPath()
  store(path).close()
  chmodSync(path, 0o444)
  expect(faultOf(() => store(path)).code).toBe('storage.permission')
})

test('a database that another holds is waited for and then called busy; so is a lease, a command, an alert', () => {
  const { opened, writer, session } = underWay()
  opened.db.pragma('busy_timeout = 20')
  const other = new Sqlite(opened.db.name)
  other.exec('BEGIN IMMEDIATE')
  const command = { type: 'X', payload: {}, actor: 'a', origin: 'cli', reason: '', issuedTs: 1, expiresTs: 2 } as const
  const codes = [
    () => opened.commands.submit({ ...command, id: 'c1' }),
    () => opened.lease.acquire({ pid: 1, boot: 'b' }, 1),
    () => opened.alerts.raise({ source: 's', severity: 'P1', text: '', command: '' }, 1),
    () => opened.notes.set('a', 'b'),
    () => opened.equity.append(1, 2),
    () => write(writer, session, 1),
  ].map((act) => faultOf(act).code)
  expect(new Set(codes)).toEqual(new Set(['storage.busy']))
  other.exec('ROLLBACK')
  other.close()
  expect(opened.commands.submit({ ...command, id: 'c1' })).toBe(true)
})

describe('a page overwritten with garbage', () => {
  test.each(['orders', 'balances', 'bots', 'progress'])('of %s is called corrupt when the books are read', (table) => {
    const { opened } = underWay()
    const root = opened.db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table) as number
    opened.db.pragma('wal_checkpoint(TRUNCATE)')
    opened.db.close()
    const path = freshPath()
    copyFileSync(opened.db.name, path)
    const fd = openSync(path, 'r+')
    writeSync(fd, Buffer.alloc(4_096, 0xa5), 0, 4_096, (root - 1) * 4_096)
    closeSync(fd)
    const fault = faultOf(() => store(path).state())
    expect(fault.code).toBe('storage.corrupt')
    expect(fault.hint).toContain('backup')
  })
})

test('a process that is killed between and within commits leaves whole steps, in journal and tables alike', async () => {
  const path = freshPath()
  const script = `
    import { openEngineStore } from ${JSON.stringify(new URL('engine-store.ts', import.meta.url).href)}
    import { TellingSession } from ${JSON.stringify(new URL('history.fixture.ts', import.meta.url).href)}
    const store = openEngineStore(${JSON.stringify(path)}, { profile: 'demo', instanceId: 'i', nowTs: 1,
      durability: 'normal', urgent: new Set(), isAlive: () => true })
    const writer = store.beginSession({ runId: 'r', openedTs: 1, spec: {} })
    const session = new TellingSession(1)
    for (const event of session.open()) writer.append(event)
    for (let step = 1; ; step++) {
      for (const event of session.place()) writer.append(event)
      writer.record(Buffer.from('step'))
      writer.commit()
      if (step % 100 === 0) process.stdout.write('.')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  const { db } = store(path)
  const verdict = verifyStore(db)
  expect(verdict).toMatchObject({ ok: true, isBehind: false })
  const steps = ((verdict.ok ? verdict.events : 0) - 3) / 6
  expect(steps).toBeGreaterThanOrEqual(100)
  expect(db.prepare('SELECT count(*) FROM orders').pluck().get()).toBe(steps)
  expect(db.prepare('SELECT sum(bytes) FROM input_chunks').pluck().get()).toBe(steps * 4)
}, 30_000)

test.skipIf(process.platform === 'win32')(
  'a write that the system cuts short is an error of the disk',
  () => {
    const path = freshPath()
    const script = `
    import { openEngineStore } from ${JSON.stringify(new URL('engine-store.ts', import.meta.url).href)}
    import { TellingSession } from ${JSON.stringify(new URL('history.fixture.ts', import.meta.url).href)}
    const store = openEngineStore(${JSON.stringify(path)}, { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'full',
      urgent: new Set(), isAlive: () => true })
    const writer = store.beginSession({ runId: 'r', openedTs: 1, spec: {} })
    const session = new TellingSession(1)
    for (const event of session.open()) writer.append(event)
    try {
      for (let step = 0; step < 10_000; step++) {
        for (const event of session.place()) writer.append(event)
        writer.commit()
      }
    } catch (error) {
      process.stdout.write(error.code)
    }
    process.exit(0)`
    // Files may grow to a megabyte; the signal that says so is ignored, and the write fails instead.
    const limited = `trap '' XFSZ; ulimit -f 1024; exec "$0" --input-type=module -e "$1"`
    const { stdout, stderr } = spawnSync('bash', ['-c', limited, process.execPath, script], { encoding: 'utf8' })
    expect(stdout, stderr).toBe('storage.io')
    expect(verifyStore(store(path).db)).toMatchObject({ ok: true, isBehind: false })
  },
  30_000,
)
