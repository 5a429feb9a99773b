import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import type { KernelEvent } from '../src/events/event.ts'
import { barColumns } from '../src/market/columns.ts'
import { Projection } from '../src/projection/projection.ts'
import type { SessionWriter } from '../src/runtime/ports.ts'
import { openEngineStore, type SqliteEngineStore, type StoreOptions } from './engine-store.ts'
import { StorageError } from './fault.ts'
import { FROM_NOTHING, type Numbering, TellingSession } from './history.fixture.ts'
import { sessionInputs } from './input-chunks.ts'
import { prune } from './prune.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import { verifyStore } from './verify.ts'

const folder = scratchFolder()
const open: SqliteEngineStore[] = []
let files = 0
const freshPath = (): string => join(folder, `${++files}.db`)
const OPTIONS: StoreOptions = {
  profile: 'demo',
  instanceId: 'instance-1',
  nowTs: 1_000,
  durability: 'normal',
  urgent: new Set(['KILL_RAISE']),
  isAlive: () => true,
}

function store(path = freshPath(), options: Partial<StoreOptions> = {}): SqliteEngineStore {
  const opened = openEngineStore(path, { ...OPTIONS, ...options })
  open.push(opened)
  return opened
}
afterEach(() => {
  for (const opened of open.splice(0)) opened.close()
})

let runs = 0
function begin(into: SqliteEngineStore): SessionWriter {
  return into.beginSession({ runId: runId(`run-${++runs}`), openedTs: 5, spec: { version: 1 } })
}

function commit(writer: SessionWriter, events: readonly KernelEvent[]): void {
  for (const event of events) writer.append(event)
  writer.commit()
}

/** Writes a session of many steps; every event is also given to `witness`. */
function live(
  path: string,
  witness: Projection,
  options: { seed: number; steps: number; from?: Numbering },
): Numbering {
  const opened = store(path)
  const writer = begin(opened)
  const session = new TellingSession(options.seed, options.from)
  const keep = (events: readonly KernelEvent[]) => {
    for (const event of events) witness.apply(event)
    commit(writer, events)
  }
  keep(session.open())
  // Several steps a commit, as a host does that is behind.
  for (let step = 0; step < options.steps; step += 5) keep(Array.from({ length: 5 }, () => session.step()).flat())
  keep(session.end())
  opened.close()
  return session.numbers
}

function faultOf(act: () => unknown): StorageError {
  try {
    act()
  } catch (error) {
    if (error instanceof StorageError) return error
    throw error
  }
  throw new Error('nothing went wrong')
}

describe('the books', () => {
  test('of a new profile are those of no event', () => {
    expect(store().state()).toEqual(new Projection().state)
  })

  test.each([1, 2, 3])('are read back as the events made them, over sessions (seed %i)', (seed) => {
    const path = freshPath()
    const witness = new Projection()
    let from = FROM_NOTHING
    for (const steps of [60, 0, 1_500]) from = live(path, witness, { seed: seed * 10 + steps, steps, from })
    const state = store(path).state()
    expect(state).toEqual(witness.state)
    expect(state.ended.length).toBeGreaterThan(100)
    expect(state.holdings).not.toEqual([])
  })

  test('know exactly which ended orders late news may still come of', () => {
    const path = freshPath()
    const witness = new Projection()
    const from = live(path, witness, { seed: 5, steps: 3_500 })
    live(path, witness, { seed: 6, steps: 400, from })
    const state = store(path).state()
    expect(state.ended.length).toBe(1_024)
    expect(state.ended.map(({ id }) => id)).toEqual(witness.state.ended.map(({ id }) => id))
  })

  test('follow a journal that is ahead of them, as after an upgrade from a program without tables', () => {
    const path = freshPath()
    const opened = store(path)
    const session = new TellingSession(3)
    const witness = new Projection()
    commit(begin(opened), session.open())
    opened.close()
    const again = store(path)
    const second = new TellingSession(4, session.numbers)
    const journal = new SqliteJournal(again.db, { runId: runId('journal-only'), openedTs: 6 as never })
    for (const event of new TellingSession(3).open()) witness.apply(event)
    for (const events of [second.open(), ...Array.from({ length: 2_000 }, () => second.step())]) {
      for (const event of events) {
        witness.apply(event)
        journal.append(event)
      }
    }
    journal.commit()
    expect(journal.seq).toBeGreaterThan(4_096)
    expect(verifyStore(again.db)).toMatchObject({ ok: true, isBehind: true })
    expect(again.state()).toEqual(witness.state)
    expect(verifyStore(again.db)).toMatchObject({ ok: true, isBehind: false })
  })
})

describe('a commit', () => {
  test('keeps events, rows, inputs and answers together', () => {
    const opened = store()
    const writer = begin(opened)
    opened.commands.submit(request('c1'))
    expect(writer.isDirty).toBe(false)
    for (const event of new TellingSession(1).open()) writer.append(event)
    writer.record(Buffer.from('abc'))
    writer.record(Buffer.from('def'))
    writer.answer(answer('c1'))
    expect(writer.isDirty).toBe(true)
    writer.commit()
    expect(writer.isDirty).toBe(false)
    expect(opened.db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(3)
    expect(opened.state().bots.map(({ id }) => id)).toEqual(['trend-1'])
    expect([...sessionInputs(opened.db, writer.runNo)].map(String)).toEqual(['abcdef'])
    expect(opened.commands.get('c1')).toMatchObject({ status: 'COMPLETED', ackTs: 9, finishedTs: 9, result: { n: 1 } })
    expect(writer.hash).toBe(opened.db.prepare('SELECT hash FROM events ORDER BY position DESC LIMIT 1').pluck().get())
  })

  test.each([
    ['the journal', 'events'],
    ['a row of the books', 'balances'],
    ['the inputs', 'input_chunks'],
    ['how far the tables are', 'progress'],
  ])('that fails at %s leaves nothing behind, and the session takes no more', (_, table) => {
    const opened = store()
    opened.commands.submit(request('c1'))
    const writer = begin(opened)
    const session = new TellingSession(1)
    opened.db.exec(`CREATE TRIGGER broken BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'broken'); END`)
    const before = counts(opened)
    writer.record(Buffer.from('abc'))
    for (const event of session.open()) writer.append(event)
    writer.answer(answer('c1'))
    expect(() => writer.commit()).toThrow('broken')
    expect(counts(opened)).toEqual(before)
    expect(opened.commands.get('c1')?.status).toBe('PENDING')
    opened.db.exec('DROP TRIGGER broken')
    expect(() => writer.commit()).toThrow('broken')
    expect(() => writer.append(session.step()[0] as KernelEvent)).toThrow('broken')
    expect(() => writer.record(Buffer.from('x'))).toThrow('broken')
    expect(() => writer.answer(answer('c1'))).toThrow('broken')
    expect(counts(opened)).toEqual(before)
  })

  test('that answers a command twice is a bug that keeps nothing', () => {
    const opened = store()
    opened.commands.submit(request('c1'))
    const writer = begin(opened)
    writer.answer(answer('c1'))
    writer.commit()
    writer.answer(answer('c1', 'FAILED'))
    expect(() => writer.commit()).toThrow('command c1 waits for its answer, is COMPLETED')
    expect(opened.commands.get('c1')?.status).toBe('COMPLETED')
  })

  test('is refused to an engine whose profile another has taken', () => {
    const path = freshPath()
    const hung = store(path)
    expect(hung.lease.acquire({ pid: 1, boot: 'b' }, 1)).toEqual({ ok: true })
    const writer = begin(hung)
    const other = store(path, { instanceId: 'instance-2', isAlive: () => false })
    expect(other.lease.acquire({ pid: 2, boot: 'b' }, 2)).toEqual({ ok: true })
    for (const event of new TellingSession(1).open()) writer.append(event)
    expect(faultOf(() => writer.commit()).code).toBe('storage.lease-lost')
    expect(faultOf(() => hung.lease.renew(3)).code).toBe('storage.lease-lost')
    expect(other.db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(0)
    other.lease.release()
    expect(faultOf(() => hung.lease.renew(3)).message).toContain('held by nobody')
  })

  test('is durable in a file that another connection reads', () => {
    const path = freshPath()
    const opened = store(path)
    commit(begin(opened), new TellingSession(1).open())
    expect(store(path).state()).toEqual(opened.state())
  })
})

test('a session says what it was made of, and when its run ended', () => {
  const opened = store()
  const session = new TellingSession(1)
  const writer = begin(opened)
  commit(writer, session.open())
  const row = () => opened.db.prepare('SELECT spec, opened_ts, ended_ts FROM sessions').get()
  expect(row()).toEqual({ spec: '{"version":1}', opened_ts: 5, ended_ts: null })
  const end = session.end()
  commit(writer, end)
  expect(row()).toMatchObject({ ended_ts: end[0]?.ts })
  writer.record(Buffer.from('an input'))
  expect(() => begin(opened)).toThrow('all of the one before it')
  writer.commit()
  expect(begin(opened).runNo).toBe(2)
})

describe('inputs', () => {
  test('are copied, packed where that pays, and come back in order', () => {
    const opened = store()
    const writer = begin(opened)
    const bytes = Buffer.alloc(10_000, 'tick')
    writer.record(bytes)
    const first = Buffer.from(bytes)
    bytes.fill(0)
    writer.commit()
    writer.record(Buffer.from('small'))
    writer.commit()
    expect(Buffer.concat([...sessionInputs(opened.db, writer.runNo)])).toEqual(
      Buffer.concat([first, Buffer.from('small')]),
    )
    const rows = opened.db.prepare('SELECT packing, count, bytes, length(inputs) AS kept FROM input_chunks').all()
    expect(rows).toMatchObject([
      { packing: 'zstd', count: 1, bytes: 10_000 },
      { packing: 'none', bytes: 5 },
    ])
    expect((rows[0] as { kept: number }).kept).toBeLessThan(100)
  })

  test('and bars are let go when they are old, events never', () => {
    const opened = store()
    const writer = begin(opened)
    const session = new TellingSession(1)
    writer.record(Buffer.from('old'))
    commit(writer, session.open())
    const now = session.step()
    writer.record(Buffer.from('new'))
    commit(writer, now)
    opened.bars.append('i', bars([1, 2]), 0)
    opened.bars.append('i', bars([1, 2]), 1)
    expect(opened.bars.last('i', 10, 1e9).length).toBe(2)
    const kept: unknown[] = []
    const { ts = 0 } = now[0] ?? {}
    const sha256 = createHash('sha256').update('old').digest('hex')
    prune(opened.db, ts - 1, (tombstones) => void kept.push(...tombstones))
    expect(kept).toMatchObject([
      { what: 'inputs', rows: 1, bytes: 3, sha256 },
      { what: 'bars', rows: 2 },
    ])
    expect(opened.db.prepare('SELECT CAST(inputs AS TEXT) FROM input_chunks').pluck().all()).toEqual(['new'])
    expect(opened.db.prepare('SELECT count(*) FROM events').pluck().get()).toBe(3 + now.length)
    expect(verifyStore(opened.db)).toMatchObject({ ok: true })
  })
})

describe('a profile', () => {
  test('stamps its database once: the first id stays', () => {
    const path = freshPath()
    store(path).close()
    expect(store(path, { instanceId: 'instance-9' }).instanceId).toBe('instance-1')
  })

  test("refuses another's database before anything is written", () => {
    const path = freshPath()
    store(path).close()
    const before = readFileSync(path)
    const fault = faultOf(() => openEngineStore(path, { ...OPTIONS, profile: 'live' }))
    expect(fault.code).toBe('storage.other-profile')
    expect(fault.message).toContain("is of profile 'demo', asked for was 'live'")
    expect(fault.hint).toContain('--profile')
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  test('is stamped for good', () => {
    const { db } = store()
    expect(() => db.exec("UPDATE profile SET name = 'live'")).toThrow('for good')
    expect(() => db.exec('DELETE FROM profile')).toThrow('for good')
  })
})

describe('what was executed, and what was compared', () => {
  test.each(['fills', 'reconcile_results', 'reconcile_items'])('stays: %s refuses change and deletion', (table) => {
    const path = freshPath()
    live(path, new Projection(), { seed: 7, steps: 400 })
    const { db } = store(path)
    expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBeGreaterThan(0)
    expect(() => db.exec(`UPDATE ${table} SET ts = 1`)).toThrow('append-only')
    expect(() => db.exec(`DELETE FROM ${table}`)).toThrow('append-only')
  })
})

test('every fill says what it realised and where it is told of', () => {
  const path = freshPath()
  live(path, new Projection(), { seed: 8, steps: 300 })
  const { db } = store(path)
  const rows = db
    .prepare(
      `SELECT fills.realised AS kept, json_extract(payload, '$.realised') AS told, type
       FROM fills JOIN events USING (position)`,
    )
    .all() as { kept: string; told: string; type: string }[]
  expect(rows.length).toBeGreaterThan(50)
  expect(rows.every(({ kept, told, type }) => kept === told && type === 'portfolio.updated')).toBe(true)
})

describe('bars', () => {
  test('come back oldest first, known before a time, the newest of a repeated one', () => {
    const opened = store()
    for (let row = 0; row < 4; row++) opened.bars.append('btc', bars([10, 11, 12, 13]), row)
    opened.bars.append('btc', bars([99]), 0)
    opened.bars.append('eth', bars([50]), 0)
    const found = opened.bars.last('btc', 2, 3 * 60)
    expect([...found.close]).toEqual([11, 12])
    expect([...found.closeTs]).toEqual([120, 180])
    expect([...opened.bars.last('btc', 10, 60).close]).toEqual([99])
    expect(opened.bars.last('xrp', 5, 1e9).length).toBe(0)
  })

  test('that wait are kept with the next commit, and at closing', () => {
    const path = freshPath()
    const opened = store(path)
    opened.bars.append('btc', bars([1]), 0)
    const seen = new Sqlite(path)
    const count = () => seen.prepare('SELECT count(*) FROM bars').pluck().get()
    expect(count()).toBe(0)
    commit(begin(opened), new TellingSession(1).open())
    expect(count()).toBe(1)
    opened.bars.append('btc', bars([1, 2]), 1)
    opened.close()
    expect(count()).toBe(2)
    seen.close()
  })
})

function bars(closes: readonly number[]) {
  const columns = barColumns(closes.length)
  columns.length = closes.length
  closes.forEach((close, at) => {
    columns.openTs[at] = at * 60
    columns.closeTs[at] = (at + 1) * 60
    columns.close[at] = close
  })
  return columns
}

test('the equity curve knows its peak', () => {
  const { equity } = store()
  expect(equity.peak()).toBeUndefined()
  for (const [ts, value] of [
    [1, 100.5],
    [2, 99],
    [3, 101.25],
    [4, 98],
  ] as const)
    equity.append(ts, value)
  expect(equity.peak()).toBe(101.25)
  expect(equity.since(3)).toEqual([
    { ts: 3, equity: 101.25 },
    { ts: 4, equity: 98 },
  ])
})

describe('alerts', () => {
  const stale = { source: 'feed', severity: 'P2', text: 'stale', command: 'profinaut status' } as const

  test('one stands per source: raised again it counts again', () => {
    const { alerts } = store()
    const first = alerts.raise(stale, 1)
    expect(first).toEqual({ ...stale, id: 'a1', state: 'OPEN', firstTs: 1, lastTs: 1, count: 1 })
    expect(alerts.raise({ ...stale, text: 'staler' }, 5)).toMatchObject({
      id: 'a1',
      text: 'staler',
      lastTs: 5,
      count: 2,
    })
    expect(alerts.raise({ ...stale, source: 'disk' }, 6).id).toBe('a2')
    expect(alerts.list(10).map(({ id }) => id)).toEqual(['a2', 'a1'])
    expect(alerts.list(1)).toHaveLength(1)
  })

  test('one that was acknowledged opens again only when it gets worse', () => {
    const { alerts } = store()
    alerts.raise(stale, 1)
    expect(alerts.acknowledge('a1', 2)).toBe(true)
    expect(alerts.acknowledge('a1', 2)).toBe(false)
    expect(alerts.acknowledge('nonsense', 2)).toBe(false)
    expect(alerts.raise(stale, 3).state).toBe('ACKED')
    expect(alerts.raise({ ...stale, severity: 'P3' }, 3).state).toBe('ACKED')
    expect(alerts.raise({ ...stale, severity: 'P0' }, 4).state).toBe('OPEN')
  })

  test('one that was resolved is followed by another', () => {
    const { alerts } = store()
    alerts.raise(stale, 1)
    expect(alerts.resolve('feed', 2)).toBe(true)
    expect(alerts.resolve('feed', 2)).toBe(false)
    expect(alerts.raise(stale, 3)).toMatchObject({ id: 'a2', count: 1 })
  })
})

test('notes are kept by name', () => {
  const { notes } = store()
  expect(notes.get('day.equity')).toBeUndefined()
  notes.set('day.equity', '1')
  notes.set('day.equity', '2')
  expect(notes.get('day.equity')).toBe('2')
})

test('the size is that of the file and of the log beside it', () => {
  const opened = store()
  commit(begin(opened), new TellingSession(1).open())
  expect(opened.size().walBytes).toBeGreaterThan(4_096)
  expect(opened.size().bytes).toBe(readFileSync(opened.db.name).length)
})

function counts(opened: SqliteEngineStore): unknown {
  const tables = ['events', 'orders', 'balances', 'bots', 'progress', 'input_chunks']
  return tables.map((table) => opened.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
}

function request(id: string) {
  return {
    id,
    type: 'BOT_START',
    payload: { bot_id: 'b' },
    actor: 'human:trader',
    origin: 'cli',
    reason: '',
    issuedTs: 1,
    expiresTs: 2,
  } as const
}

function answer(id: string, status: 'COMPLETED' | 'FAILED' = 'COMPLETED') {
  return { id, status, resultCode: 'OK', reasonCodes: [], message: 'done', result: { n: 1 }, ts: 9 }
}
