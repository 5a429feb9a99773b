import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { assert } from '../src/domain/brand.ts'
import type { TimeUs } from '../src/domain/time.ts'
import { StorageError, storageFault, stored } from './fault.ts'
import { journalMigration } from './migrations/001-journal.ts'
import { runsMigration } from './migrations/002-runs.ts'
import { sessionsMigration } from './migrations/003-sessions.ts'
import { projectionsMigration } from './migrations/004-projections.ts'
import { commandsMigration } from './migrations/005-commands.ts'
import { seriesMigration } from './migrations/006-series.ts'
import { commandRepeatsMigration } from './migrations/007-command-repeats.ts'
import { approvalsMigration } from './migrations/008-approvals.ts'
import { authorityMigration } from './migrations/009-authority.ts'
import { clockSamplesMigration } from './migrations/010-clock-samples.ts'
import { killReviewsMigration } from './migrations/011-kill-reviews.ts'
import { operatorsMigration } from './migrations/012-operators.ts'
import type { Migration } from './migrations/migration.ts'

export type Database = Sqlite.Database

/** Every step from an empty file to the present shape, in order. */
export const MIGRATIONS: readonly Migration[] = [
  journalMigration,
  runsMigration,
  sessionsMigration,
  projectionsMigration,
  commandsMigration,
  seriesMigration,
  commandRepeatsMigration,
  approvalsMigration,
  authorityMigration,
  clockSamplesMigration,
  killReviewsMigration,
  operatorsMigration,
]

/** 'PFNT' in ASCII: tells our files from those of others. */
const APPLICATION_ID = 0x50_46_4e_54
const BUSY_TIMEOUT_MS = 2_000
/** 32 MB of log before it is copied into the file: a page that changes often is then copied once. */
const PAGES_PER_CHECKPOINT = 8_000

export interface OpenOptions {
  /** Stamps the migrations that are applied. */
  readonly nowTs: TimeUs
  /** `full` survives a loss of power after every commit; `normal` may lose the last ones, and never the order. */
  readonly durability: 'full' | 'normal'
  readonly migrations?: readonly Migration[]
  /** Refuses a file by throwing, before anything is written to it. */
  readonly admit?: (db: Database) => void
}

/**
 * Opens a profile's database and brings it to the present shape. Before an older one is changed, a copy is left beside it as
 * `<name>.v<version>.backup`. Several processes may open it at once, the first time too.
 *
 * @throws StorageError `storage.schema-newer` and `storage.not-ours` before anything is written; and what the disk says
 */
export function openDatabase(path: string, options: OpenOptions): Database {
  if (!existsSync(dirname(path))) throw new StorageError('storage.missing', `open ${path}: its folder is not there`)
  const db = stored(`open ${path}`, () => new Sqlite(path, { timeout: BUSY_TIMEOUT_MS }))
  try {
    prepare(db, path, options)
    return db
  } catch (error) {
    db.close()
    throw storageFault(error, `open ${path}`)
  }
}

function prepare(db: Database, path: string, { nowTs, durability, migrations = MIGRATIONS, admit }: OpenOptions): void {
  checkNumbers(migrations)
  const version = versionOf(db, path, migrations.length)
  admit?.(db)
  patiently(() => {
    if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.pragma('journal_mode = WAL')
  })
  db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
  db.pragma(`wal_autocheckpoint = ${PAGES_PER_CHECKPOINT}`)
  db.pragma('foreign_keys = ON')
  db.pragma('trusted_schema = OFF')
  if (version === migrations.length) return
  if (version > 0) backUp(db, `${path}.v${version}.backup`)
  migrate(db, path, migrations, nowTs)
}

/** The shape's version, read without writing. */
function versionOf(db: Database, path: string, known: number): number {
  // Of one moment: between two reads another process may make the whole database.
  const look = db.transaction(() => ({
    version: db.pragma('user_version', { simple: true }) as number,
    applicationId: db.pragma('application_id', { simple: true }) as number,
    tables: db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number,
  }))
  const { version, applicationId, tables } = look()
  if (applicationId !== APPLICATION_ID && tables > 0) {
    throw new StorageError('storage.not-ours', `${path} has ${tables} tables and indexes of another program`)
  }
  if (version > known) {
    const said = `${path} has shape ${version}, this program knows up to ${known}`
    throw new StorageError('storage.schema-newer', said)
  }
  return version
}

function checkNumbers(migrations: readonly Migration[]): void {
  migrations.forEach(({ version, name }, at) => {
    assert(version === at + 1, `migrations are numbered from 1 without gaps: ${name} is ${version}, expected ${at + 1}`)
  })
}

function migrate(db: Database, path: string, migrations: readonly Migration[], nowTs: TimeUs): void {
  const apply = db.transaction(() => {
    // Another process may have been faster while this one waited for its turn.
    const version = versionOf(db, path, migrations.length)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
        version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_ts INTEGER NOT NULL
      ) STRICT`,
    )
    const record = db.prepare('INSERT INTO schema_migrations (version, name, applied_ts) VALUES (?, ?, ?)')
    for (const migration of migrations.slice(version)) {
      db.exec(migration.sql)
      record.run(migration.version, migration.name, nowTs)
    }
    db.pragma(`user_version = ${migrations.length}`)
  })
  patiently(() => apply.immediate())
}

/** Copies the database as it stands, whole or not at all. */
export function backUp(db: Database, to: string): void {
  const folder = mkdtempSync(join(dirname(to), '.backup-'))
  try {
    const temporary = join(folder, basename(to))
    db.prepare('VACUUM INTO ?').run(temporary)
    renameSync(temporary, to)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const ATTEMPTS = 40
const PAUSE_MS = 50

/** SQLite does not always wait where two processes create the same file: it says busy at once, to avoid a deadlock. */
function patiently(act: () => void): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return act()
    } catch (error) {
      if (attempt === ATTEMPTS || storageFault(error, '').code !== 'storage.busy') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}

/** What SQLite finds wrong with the file, in its own words; nothing when it is sound. Reads everything. */
export function integrityFaults(db: Database): readonly string[] {
  const rows = stored('check the database', () => db.prepare('PRAGMA integrity_check(20)').pluck().all()) as string[]
  const broken = stored('check the database', () => db.prepare('PRAGMA foreign_key_check').all()) as { table: string }[]
  return [...rows.filter((row) => row !== 'ok'), ...broken.map(({ table }) => `${table}: a reference leads nowhere`)]
}

/** Of the library that this program brings. */
export function sqliteVersion(): string {
  const db = new Sqlite(':memory:')
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string
  } finally {
    db.close()
  }
}
