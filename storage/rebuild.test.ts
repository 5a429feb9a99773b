import { closeSync, copyFileSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import { type Database, openDatabase } from './database.ts'
import { openEngineStore } from './engine-store.ts'
import { StorageError } from './fault.ts'
import { FROM_NOTHING, TellingSession } from './history.fixture.ts'
import { PROJECTED } from './projections/table.ts'
import { rebuildProjections } from './rebuild.ts'
import { verifyStore } from './verify.ts'

const folder = scratchFolder()
const written = join(folder, 'written.db')
const open: Database[] = []
let files = 0

/** Two sessions, some thousand events. */
beforeAll(() => {
  let from = FROM_NOTHING
  for (const seed of [1, 2]) {
    const options = { profile: 'demo', instanceId: `i${seed}`, nowTs: 1, durability: 'normal' } as const
    const store = openEngineStore(written, { ...options, urgent: new Set(), isAlive: () => true })
    const writer = store.beginSession({ runId: runId(`run-${seed}`), openedTs: seed, spec: {} })
    const session = new TellingSession(seed, from)
    const steps = [session.open(), ...Array.from({ length: 700 }, () => session.step()), session.end()]
    for (const events of steps) {
      for (const event of events) writer.append(event)
      writer.commit()
    }
    from = session.numbers
    store.db.pragma('wal_checkpoint(TRUNCATE)')
    store.close()
  }
})
afterEach(() => {
  for (const db of open.splice(0)) db.close()
})

function copy(): Database {
  const path = join(folder, `${++files}.db`)
  copyFileSync(written, path)
  const db = openDatabase(path, { nowTs: 0 as never, durability: 'normal' })
  open.push(db)
  return db
}

/** Every row of every projection, and how the tables are made. */
function everything(db: Database): unknown {
  const rows = PROJECTED.map(({ name }) => db.prepare(`SELECT * FROM ${name}`).all())
  return [rows, db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all()]
}

/** Somebody with a database tool, who first takes the triggers of a table away. */
function tamper(db: Database, table: string, sql: string): void {
  const triggers = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
    .pluck()
    .all(table)
  for (const name of triggers as string[]) db.exec(`DROP TRIGGER ${name}`)
  db.exec(sql)
}

const rebuild = (db: Database) => rebuildProjections(db, { isAlive: () => true })

describe('a rebuild', () => {
  test('of what nobody touched finds no difference and changes nothing', () => {
    const db = copy()
    const before = everything(db)
    const report = rebuild(db)
    expect(report.differences).toEqual([])
    expect(report.rows).toMatchObject({ safety: 1, progress: 1, bots: 1 })
    expect(report.rows['orders']).toBeGreaterThan(300)
    expect(report.events).toBeGreaterThan(3_000)
    expect(everything(db)).toEqual(before)
    expect(verifyStore(db)).toMatchObject({ ok: true, runs: 2, isBehind: false })
  })

  test.each([
    ['a balance', 'balances', "UPDATE balances SET amount = '1' WHERE account = 'expense:fees'", 'amount', '1'],
    ['a position', 'holdings', 'UPDATE holdings SET qty = 77', 'qty', 77],
    ["an order's state", 'orders', "UPDATE orders SET state = 'FILLED' WHERE id = 'o1'", 'state', 'FILLED'],
    ["a fill's price", 'fills', 'UPDATE fills SET price = 1 WHERE no = 5', 'price', 1],
    ['the mode', 'safety', "UPDATE safety SET mode = 'HALTED'", 'mode', 'HALTED'],
    ['the numbers that ids are made of', 'progress', 'UPDATE progress SET orders = 1', 'orders', 1],
  ])('names %s that was changed, and puts it right', (_, table, sql, field, stood) => {
    const db = copy()
    const before = everything(db)
    tamper(db, table, sql)
    const found = rebuild(db).differences.filter((difference) => difference.field === field)
    expect(found).toMatchObject([{ table, field, stood }])
    expect(found[0]?.rebuilt).not.toBe(stood)
    if (table !== 'fills') expect(everything(db)).toEqual(before)
    expect(rebuild(db).differences).toEqual([])
  })

  test('names rows that are missing and rows that nothing led to', () => {
    const db = copy()
    tamper(db, 'balances', "DELETE FROM balances WHERE account = 'expense:fees'")
    db.exec("INSERT INTO balances (account, currency, amount) VALUES ('asset:venue:sim', 'EUR', '5')")
    const whole = rebuild(db).differences.filter(({ field }) => field === undefined)
    expect(whole).toMatchObject([
      { table: 'balances', key: ['asset:venue:sim', 'EUR'], rebuilt: undefined },
      { table: 'balances', key: ['expense:fees', 'USD'], stood: undefined },
    ])
    expect(verifyStore(db)).toMatchObject({ ok: true })
  })

  test('makes the tables of nothing, and their triggers hold', () => {
    const db = copy()
    const before = everything(db)
    db.exec('DELETE FROM orders; DELETE FROM holdings; DELETE FROM balances; DELETE FROM progress')
    rebuild(db)
    expect(everything(db)).toEqual(before)
    expect(() => db.exec('DELETE FROM fills')).toThrow('append-only')
  })

  test('is refused while an engine lives, and on a journal that cannot be trusted', () => {
    const db = copy()
    db.exec("INSERT INTO lease VALUES (1, 'x', 42, 'b', 1, 1)")
    expect(codeOf(() => rebuild(db))).toBe('storage.busy')
    expect(rebuildProjections(db, { isAlive: () => false }).differences).toEqual([])
    tamper(
      db,
      'events',
      `UPDATE events SET payload = replace(payload, 'trend', 'trund') WHERE seq = 2; DELETE FROM lease`,
    )
    tamper(db, 'events', 'UPDATE events SET ts = ts + 1 WHERE position = (SELECT max(position) FROM events)')
    const before = everything(db)
    expect(codeOf(() => rebuild(db))).toBe('storage.chain-broken')
    expect(everything(db)).toEqual(before)
  })
})

describe('verification tells apart', () => {
  test('a page that was overwritten', () => {
    const db = copy()
    const path = db.name
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").pluck().get() as number
    db.close()
    const fd = openSync(path, 'r+')
    writeSync(fd, Buffer.alloc(4_096, 0xa5), 0, 4_096, (root - 1) * 4_096)
    closeSync(fd)
    const damaged = new Sqlite(path)
    const verdict = verifyStore(damaged)
    expect(verdict).toMatchObject({ ok: false, code: 'storage.corrupt' })
    expect(codeOf(() => rebuild(damaged))).toBe('storage.corrupt')
    damaged.close()
  })

  test('an event that was changed', () => {
    const db = copy()
    tamper(db, 'events', 'UPDATE events SET ts = ts + 1 WHERE position = (1 << 32) + 7')
    const fault = { what: 'journal.hash-wrong', seq: 7, runId: 'run-1' }
    expect(verifyStore(db)).toMatchObject({ ok: false, code: 'storage.chain-broken', fault })
  })

  test('a table that says otherwise than the journal, and changes nothing to find out', () => {
    const db = copy()
    tamper(db, 'holdings', 'UPDATE holdings SET qty = qty + 1')
    const before = everything(db)
    const reader = new Sqlite(db.name, { readonly: true })
    const verdict = verifyStore(reader)
    reader.close()
    expect(verdict).toMatchObject({ ok: false, code: 'storage.projection-differs', count: 1 })
    expect(everything(db)).toEqual(before)
    expect(db.prepare('SELECT count(*) FROM temp.sqlite_schema').pluck().get()).toBe(0)
  })
})

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof StorageError) return error.code
    throw error
  }
  return 'nothing went wrong'
}
