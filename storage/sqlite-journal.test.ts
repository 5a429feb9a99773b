import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { arbitraryRun } from '../fixtures/arbitrary-events.ts'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import { timeUs } from '../src/domain/time.ts'
import { GENESIS } from '../src/events/chain.ts'
import { decodeLine } from '../src/events/decode.ts'
import type { KernelEvent } from '../src/events/event.ts'
import { MemoryJournal } from '../src/events/memory-journal.ts'
import { type Database, openDatabase } from './database.ts'
import { journalRuns, tailEvents, verifyEvents } from './sqlite-events.ts'
import { SqliteJournal } from './sqlite-journal.ts'

const folder = scratchFolder()
const open: Database[] = []
let files = 0

function database(): Database {
  const db = openDatabase(join(folder, `${++files}.db`), { nowTs: timeUs(0), durability: 'normal' })
  open.push(db)
  return db
}
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

const ONE = runId('01970000-0000-7000-8000-000000000001')
const TWO = runId('01970000-0000-7000-8000-000000000002')
const openedTs = timeUs(1_700_000_000_000_000)

function health(seq: number, detail = ''): KernelEvent<'ops.health'> {
  const payload = { component: 'feed', status: 'OK', detail } as const
  const ts = 1_700_000_000_000_000 + seq
  return { seq, ts, type: 'ops.health', botId: undefined, trace: seq, causeSeq: 0, payload }
}

function begun(db: Database, run = ONE, events = 3): SqliteJournal {
  const journal = new SqliteJournal(db, { runId: run, openedTs })
  for (let seq = 1; seq <= events; seq++) journal.append(health(seq))
  journal.commit()
  return journal
}

/** Somebody with a database tool, who first takes the triggers away. */
function tamper(db: Database, sql: string): void {
  const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all() as string[]
  for (const name of triggers) db.exec(`DROP TRIGGER ${name}`)
  db.exec(sql)
}

test('the table gives back the lines that memory would hold, whatever the batches', () => {
  fc.assert(
    fc.property(arbitraryRun({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 13 }), (events, batch) => {
      const db = database()
      const memory = new MemoryJournal(ONE)
      const journal = new SqliteJournal(db, { runId: ONE, openedTs })
      for (const event of events) {
        memory.append(event)
        journal.append(event)
        if (event.seq % batch === 0) journal.commit()
      }
      journal.commit()
      expect([...tailEvents(db, ONE)]).toEqual([...memory.lines()])
      expect(journal.hash).toBe(memory.hash())
      expect(verifyEvents(db)).toEqual({ ok: true, runs: 1, events: events.length, head: memory.hash() })
    }),
    { numRuns: 25 },
  )
})

test.each([1, 15, 16, 17, 40, 1_000])('a batch of %i events is written whole and in order', (size) => {
  const db = database()
  const journal = begun(db, ONE, size)
  expect(verifyEvents(db)).toEqual({ ok: true, runs: 1, events: size, head: journal.hash })
})

test('events are followed from any number on, with the chain intact', () => {
  const db = database()
  const journal = begun(db, ONE, 5)
  const tail = [...tailEvents(db, ONE, 3)].map((line) => decodeLine(line))
  expect(tail.map(({ event }) => event.seq)).toEqual([4, 5])
  expect(tail[0]?.prevHash).toBe(decodeLine([...tailEvents(db, ONE)][2] ?? '').hash)
  journal.append(health(6))
  journal.commit()
  expect([...tailEvents(db, ONE, 5)]).toHaveLength(1)
  expect([...tailEvents(db, TWO)]).toEqual([])
})

test('each run has a chain of its own, and begins where the one before it ended', () => {
  const db = database()
  const first = begun(db, ONE)
  const second = begun(db, TWO)
  expect([first.runNo, second.runNo]).toEqual([1, 2])
  expect(second.hash).toBe(first.hash) // equal events, equal hashes
  expect(db.prepare('SELECT prev_head FROM chains').pluck().all()).toEqual([GENESIS, first.hash])
  expect(journalRuns(db)).toEqual([ONE, TWO])
  expect(verifyEvents(db)).toMatchObject({ ok: true, runs: 2, events: 6 })
})

test('a run that wrote nothing breaks no chain', () => {
  const db = database()
  begun(db, ONE)
  begun(db, TWO, 0)
  begun(db, runId('01970000-0000-7000-8000-000000000003'))
  expect(verifyEvents(db)).toMatchObject({ ok: true, runs: 3, events: 6 })
})

describe('the table refuses', () => {
  test.each([
    ['an update', "UPDATE events SET payload = '{}' WHERE seq = 2", 'append-only'],
    ['a deletion', 'DELETE FROM events WHERE seq = 3', 'append-only'],
    ['a replacement', insert(2 ** 32 + 3, 'INSERT OR REPLACE'), 'in order, without gaps'],
    ['a repetition', insert(2 ** 32 + 3), 'in order, without gaps'],
    ['a gap', insert(2 ** 32 + 5), 'in order, without gaps'],
    ['the first event of a run that was not begun', insert(2 * 2 ** 32 + 1), 'in order, without gaps'],
    ['a run that begins in the middle', insert(2 * 2 ** 32 + 2), 'in order, without gaps'],
    ['a text where a number belongs', insert(2 ** 32 + 4).replace(', 7,', ", 'noon',"), 'cannot store TEXT'],
    ['a change to a run', "UPDATE chains SET run_id = 'x'", 'append-only'],
    ['the deletion of a run', 'DELETE FROM chains', 'append-only'],
    ['a run number left out', `INSERT INTO chains VALUES (3, 'r', 1, '${GENESIS}')`, 'without gaps'],
  ])('%s', (_, sql, said) => {
    const db = database()
    begun(db)
    expect(() => db.exec(sql)).toThrow(said)
    expect(verifyEvents(db)).toMatchObject({ ok: true, events: 3 })
  })

  test('all of it from a connection that knows nothing of us', () => {
    const db = database()
    begun(db)
    const stranger = new Sqlite(db.name)
    expect(() => stranger.exec(insert(2 ** 32 + 3, 'REPLACE'))).toThrow('in order, without gaps')
    expect(() => stranger.exec('DELETE FROM events')).toThrow('append-only')
    stranger.close()
  })
})

function insert(position: number, verb = 'INSERT'): string {
  return `${verb} INTO events (position, ts, type, schema_version, trace, cause_seq, payload, hash)
    VALUES (${position}, 7, 'ops.health', 1, 1, 0, '{}', '${'0'.repeat(64)}')`
}

describe('verification finds, with the run and the number of the event', () => {
  test.each([
    [
      'an edited payload',
      `UPDATE events SET payload = replace(payload, 'feed', 'food') WHERE seq = 2`,
      'journal.hash-wrong',
      2,
    ],
    ['an edited time', 'UPDATE events SET ts = ts + 1 WHERE seq = 2', 'journal.hash-wrong', 2],
    ['an edited hash', `UPDATE events SET hash = '${'a'.repeat(64)}' WHERE seq = 2`, 'journal.hash-wrong', 2],
    ['an event put to a bot', "UPDATE events SET bot_id = 'b' WHERE seq = 1", 'journal.hash-wrong', 1],
    ['another type', "UPDATE events SET type = 'ops.wealth' WHERE seq = 3", 'journal.unknown-type', 3],
    ['a removed event', 'DELETE FROM events WHERE seq = 2', 'journal.gap', 3],
    [
      'a payload with white space',
      "UPDATE events SET payload = replace(payload, ':', ': ') WHERE seq = 2",
      'journal.not-canonical',
      2,
    ],
  ])('%s', (_, sql, what, seq) => {
    const db = database()
    begun(db)
    tamper(db, sql)
    expect(verifyEvents(db)).toMatchObject({ ok: false, fault: { what, seq, runId: ONE } })
  })

  test('a run that was taken out of the middle, or renamed over another, or hidden', () => {
    const third = runId('01970000-0000-7000-8000-000000000003')
    const three = (): Database => {
      const db = database()
      begun(db, ONE, 2)
      begun(db, TWO, 3)
      begun(db, third, 1)
      return db
    }
    const gone = three()
    tamper(gone, 'DELETE FROM events WHERE run_no = 2; DELETE FROM chains WHERE run_no = 2')
    expect(verifyEvents(gone)).toMatchObject({ ok: false, runs: 1, fault: { what: 'journal.gap', runId: third } })

    const emptied = three()
    tamper(emptied, 'DELETE FROM events WHERE run_no = 2')
    expect(verifyEvents(emptied)).toMatchObject({ ok: false, fault: { what: 'journal.chain-broken', runId: third } })

    const hidden = three()
    tamper(hidden, 'DELETE FROM chains WHERE run_no = 3')
    expect(verifyEvents(hidden)).toMatchObject({ ok: false, fault: { what: 'journal.run-changed' } })
  })
})

describe('a commit', () => {
  test('is all or nothing, together with what the caller writes beside it', () => {
    const db = database()
    db.exec('CREATE TABLE projection (n INTEGER) STRICT')
    const journal = begun(db, ONE, 0)
    const step = db.transaction((fails: boolean) => {
      journal.append(health(1))
      journal.commit()
      db.exec('INSERT INTO projection VALUES (1)')
      if (fails) throw new Error('the projection disagrees')
    })
    expect(() => step(true)).toThrow('disagrees')
    expect([...tailEvents(db, ONE)]).toEqual([])
    expect(db.prepare('SELECT count(*) FROM projection').pluck().get()).toBe(0)
    // The chain went on without the table: nothing more is taken.
    journal.append(health(2))
    expect(() => journal.commit()).toThrow('in order, without gaps')
    expect(() => journal.append(health(3))).toThrow('in order, without gaps')
  })

  test('that fails leaves nothing behind and stops the journal', () => {
    const db = database()
    const journal = begun(db, ONE, 2)
    journal.append(health(3))
    journal.append({ ...health(4), payload: { component: 'x', status: 'OK', detail: 'x'.repeat(501) } })
    expect(() => journal.commit()).toThrow('ops.health.detail')
    expect(() => journal.append(health(5))).toThrow('ops.health.detail')
    expect(verifyEvents(db)).toMatchObject({ ok: true, events: 2 })
  })

  test('of nothing is nothing', () => {
    const journal = begun(database(), ONE, 0)
    journal.commit()
    expect([journal.seq, journal.hash]).toEqual([0, GENESIS])
  })
})
