import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { timeUs } from '../src/domain/time.ts'
import { integrityFaults, MIGRATIONS, type OpenOptions, openDatabase } from './database.ts'
import { StorageError, storageFault, USAGE_FAULTS } from './fault.ts'

const folder = scratchFolder()
let files = 0
const freshPath = (): string => join(folder, `${++files}.db`)
const OPTIONS: OpenOptions = { nowTs: timeUs(1_000_000), durability: 'normal' }

function faultOf(act: () => unknown): StorageError {
  try {
    act()
  } catch (error) {
    if (error instanceof StorageError) return error
    throw error
  }
  throw new Error('nothing went wrong')
}

/** Tables, indexes and triggers as SQLite has them. */
function shapeOf(path: string): unknown {
  const db = new Sqlite(path)
  const shape = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all()
  db.close()
  return shape
}

test('a new database has the present shape, keeps a write-ahead log, and is sound', () => {
  const db = openDatabase(freshPath(), OPTIONS)
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(db.pragma('busy_timeout', { simple: true })).toBe(2_000)
  expect(db.pragma('synchronous', { simple: true })).toBe(1)
  expect(integrityFaults(db)).toEqual([])
  expect(db.prepare('SELECT version, name, applied_ts FROM schema_migrations').all()).toEqual(
    MIGRATIONS.map(({ version, name }) => ({ version, name, applied_ts: 1_000_000 })),
  )
  db.close()
})

test('live profiles commit with full durability', () => {
  const db = openDatabase(freshPath(), { ...OPTIONS, durability: 'full' })
  expect(db.pragma('synchronous', { simple: true })).toBe(2)
  db.close()
})

test('every table is strict', () => {
  const db = openDatabase(freshPath(), OPTIONS)
  const loose = db.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite%'",
  )
  expect(loose.all()).toEqual([])
  db.close()
})

describe('a database of every earlier shape is brought to the present one', () => {
  const present = freshPath()
  openDatabase(present, OPTIONS).close()

  test.each(MIGRATIONS.map(({ version }) => version))('from shape %i', (version) => {
    const path = freshPath()
    openDatabase(path, { ...OPTIONS, migrations: MIGRATIONS.slice(0, version) }).close()
    const before = shapeOf(path)
    const db = openDatabase(path, { ...OPTIONS, nowTs: timeUs(2_000_000) })
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    expect(integrityFaults(db)).toEqual([])
    db.close()
    expect(shapeOf(path)).toEqual(shapeOf(present))
    const backup = `${path}.v${version}.backup`
    expect(existsSync(backup)).toBe(version < MIGRATIONS.length)
    if (version < MIGRATIONS.length) expect(shapeOf(backup)).toEqual(before)
  })

  /** What each shape brought, as rows that a profile of that time would have. */
  const ROWS: readonly (readonly string[])[] = [
    [
      `INSERT INTO chains VALUES (1, 'r', 5, '${'0'.repeat(64)}')`,
      `INSERT INTO events (position, ts, type, schema_version, trace, cause_seq, payload, hash)
       VALUES (4294967297, 7, 'ops.health', 1, 1, 0, '{"component":"feed","detail":"","status":"OK"}', '${'a'.repeat(64)}')`,
    ],
    [
      `INSERT INTO runs (run_id, kind, state, run_key, created_ts, folder, progress_ts)
       VALUES ('${'x'.repeat(36)}', 'backtest', 'QUEUED', 'k', 1, 'f', 1)`,
    ],
    [
      "INSERT INTO profile VALUES (1, 'demo', 'i', 1)",
      "INSERT INTO sessions VALUES (1, '{}', 5, NULL)",
      "INSERT INTO input_chunks VALUES (1, 1, 1, 7, 'none', 1, 2, x'0102')",
    ],
    [
      "INSERT INTO balances VALUES (1, 'asset:venue:sim', 'USD', '123456789012345678901234567890')",
      "INSERT INTO fills VALUES (1, 'x1', 'o1', 'b', 'i', 'buy', 1, 1, 'maker', '-5', 'USD', 1, 1, NULL, '7', 4294967297)",
      'INSERT INTO progress VALUES (1, 4294967297, 1, 2, 3, 4, 7, NULL)',
    ],
    [
      `INSERT INTO commands (id, type, payload, actor, origin, reason, issued_ts, expires_ts)
       VALUES ('c1', 'BOT_START', '{}', 'human:a', 'cli', '', 1, 2)`,
      "INSERT INTO lease VALUES (1, 'i', 1, 'b', 1, 1)",
    ],
    [
      "INSERT INTO bars VALUES ('i', 60, 0, 1, 2, 0.5, 1.5, 10.25)",
      "INSERT INTO notes VALUES ('day.equity', '1')",
      "INSERT INTO alerts VALUES (1, 'feed', 'P1', 'stale', 'OPEN', 1, 1, 1, 'status')",
    ],
    ["INSERT INTO command_repeats VALUES (1, 'c1', 5, 'human:a', 1)"],
    [
      "INSERT INTO approvals VALUES (1, 'ap-1', 'PENDING', 1, 2, '{}')",
      "INSERT INTO standing_approvals VALUES (1, 'sa-1', 'trend', NULL, 1000.5, 3, 9, 'human:a', 'away', 1)",
    ],
    [
      `INSERT INTO confirmations (id, operation, payload, scope, actor, profile, tier, reason, flags_hash, issued_ts, expires_ts)
       VALUES ('c1', 'MODE_RELEASE', '{}', 'global', 'human:a', 'i', 'T1', 'because of it', 'f', 1, 2)`,
      "INSERT INTO flags VALUES ('algos', 'dev', NULL, 1, 'human:a', 'a first try')",
      `INSERT INTO flag_history VALUES (1, 'algos', 'off', 'dev', NULL, 1, 'human:a', 'a first try', '${'b'.repeat(64)}')`,
    ],
    ["INSERT INTO clock_samples VALUES (1, 'system', -250, 90)"],
    ["INSERT INTO kills VALUES (1, 'global', 'HALT', 'a test', 'human:a', 5, 9)"],
    [
      `INSERT INTO passphrases VALUES ('${'c'.repeat(64)}', 'scrypt')`,
      "INSERT INTO logins VALUES ('ann', NULL, 0, 0, 2, NULL)",
    ],
  ]

  /** All rows of all tables but the register of migrations itself. */
  function rowsOf(path: string): Readonly<Record<string, unknown>> {
    const db = new Sqlite(path)
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_migrations'")
      .pluck()
      .all() as string[]
    const rows = tables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all()] as const)
    db.close()
    return Object.fromEntries(rows.filter(([, found]) => found.length > 0))
  }

  test.each(MIGRATIONS.map(({ version }) => version))('with every row of shape %i still there', (version) => {
    expect(ROWS).toHaveLength(MIGRATIONS.length)
    const path = freshPath()
    const older = openDatabase(path, { ...OPTIONS, migrations: MIGRATIONS.slice(0, version) })
    for (const sql of ROWS.slice(0, version).flat()) older.exec(sql)
    older.close()
    const before = rowsOf(path)
    expect(Object.keys(before).length).toBeGreaterThanOrEqual(version)
    openDatabase(path, OPTIONS).close()
    expect(rowsOf(path)).toEqual(before)
  })
})

test('a migration that fails leaves the shape as it was', () => {
  const path = freshPath()
  openDatabase(path, OPTIONS).close()
  const before = shapeOf(path)
  const version = MIGRATIONS.length + 1
  const bad = {
    version,
    name: 'bad',
    sql: 'CREATE TABLE half (a INTEGER) STRICT; CREATE TABLE half (a INTEGER) STRICT',
  }
  expect(() => openDatabase(path, { ...OPTIONS, migrations: [...MIGRATIONS, bad] })).toThrow('half')
  expect(shapeOf(path)).toEqual(before)
  openDatabase(path, OPTIONS).close()
})

test('a database newer than the program is refused in words, without a byte written', () => {
  const path = freshPath()
  const version = MIGRATIONS.length + 1
  const later = { version, name: 'later', sql: 'CREATE TABLE later (a INTEGER) STRICT' }
  openDatabase(path, { ...OPTIONS, migrations: [...MIGRATIONS, later] }).close()
  const before = readFileSync(path)
  const fault = faultOf(() => openDatabase(path, OPTIONS))
  expect(fault.code).toBe('storage.schema-newer')
  expect(fault.message).toContain(`has shape ${version}, this program knows up to ${MIGRATIONS.length}`)
  expect(fault.hint).toContain('newer profinaut')
  expect(USAGE_FAULTS.has(fault.code)).toBe(true)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('a file that is not admitted is closed again, without a byte written', () => {
  const path = freshPath()
  openDatabase(path, { ...OPTIONS, migrations: MIGRATIONS.slice(0, 1) }).close()
  const before = readFileSync(path)
  const admit = () => {
    throw new StorageError('storage.other-profile', 'not this one')
  }
  expect(faultOf(() => openDatabase(path, { ...OPTIONS, admit })).code).toBe('storage.other-profile')
  expect(readFileSync(path).equals(before)).toBe(true)
})

test("another program's database is left alone", () => {
  const path = freshPath()
  const other = new Sqlite(path)
  other.exec('CREATE TABLE notes (text TEXT)')
  other.close()
  const before = readFileSync(path)
  expect(faultOf(() => openDatabase(path, OPTIONS)).code).toBe('storage.not-ours')
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('what is no database, or one with a damaged page, is called corrupt', () => {
  const path = freshPath()
  writeFileSync(path, 'x'.repeat(10_000))
  expect(faultOf(() => openDatabase(path, OPTIONS)).code).toBe('storage.corrupt')

  const damaged = freshPath()
  const db = openDatabase(damaged, OPTIONS)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  const bytes = readFileSync(damaged)
  bytes.fill(0xff, 8_192, 8_292)
  writeFileSync(damaged, bytes)
  const found = (() => {
    try {
      const again = openDatabase(damaged, OPTIONS)
      const faults = integrityFaults(again)
      again.close()
      return faults.length
    } catch (error) {
      return (error as StorageError).code
    }
  })()
  expect(found === 'storage.corrupt' || Number(found) > 0).toBe(true)
})

test('a missing folder is a missing path', () => {
  expect(faultOf(() => openDatabase(join(folder, 'nowhere', 'a.db'), OPTIONS)).code).toBe('storage.missing')
})

test('several processes may open a new database at once', async () => {
  const path = freshPath()
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('database.ts', import.meta.url).href)}
    const db = openDatabase(${JSON.stringify(path)}, { nowTs: 1, durability: 'normal' })
    process.stdout.write(String(db.pragma('user_version', { simple: true })))`
  const said = await Promise.all([1, 2, 3, 4].map(() => run(script)))
  expect(said).toEqual([1, 2, 3, 4].map(() => `${MIGRATIONS.length}`))
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

test.each([
  ['ENOSPC', 'storage.disk-full'],
  ['SQLITE_FULL', 'storage.disk-full'],
  ['EACCES', 'storage.permission'],
  ['EROFS', 'storage.permission'],
  ['SQLITE_READONLY_DBMOVED', 'storage.permission'],
  ['SQLITE_BUSY_SNAPSHOT', 'storage.busy'],
  ['SQLITE_IOERR_FSYNC', 'storage.io'],
  ['EIO', 'storage.io'],
] as const)('%s means %s', (code, meaning) => {
  const cause = Object.assign(new Error('the disk said no'), { code })
  const fault = storageFault(cause, 'write /a/b')
  expect(fault).toMatchObject({ code: meaning, cause, message: `${meaning}: write /a/b: the disk said no` })
  expect(fault.hint).not.toBe('')
})
