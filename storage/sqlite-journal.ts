import type { Statement } from 'better-sqlite3'
import { AssertionFailed, assert } from '../src/domain/brand.ts'
import type { RunId } from '../src/domain/ids.ts'
import type { TimeUs } from '../src/domain/time.ts'
import { GENESIS } from '../src/events/chain.ts'
import { type Journal, type KernelEvent, SCHEMA_VERSION } from '../src/events/event.ts'
import { ChainLinker } from '../src/events/line.ts'
import type { Database } from './database.ts'
import { type StorageError, storageFault, stored } from './fault.ts'

/** Events of one run have positions from run number × this. */
export const POSITIONS_PER_RUN = 2 ** 32

type Value = number | string | null

/** Rows per statement: a statement has a price of its own, and most of it is not for the row. */
const ROWS_AT_ONCE = 16
const COLUMNS = ['position', 'ts', 'type', 'schema_version', 'bot_id', 'trace', 'cause_seq', 'payload', 'hash']

function insertStatement(db: Database, rows: number): Statement<[Value[]]> {
  const row = `(${COLUMNS.map(() => '?').join(', ')})`
  const values = Array.from({ length: rows }, () => row).join(', ')
  return db.prepare<[Value[]]>(`INSERT INTO events (${COLUMNS.join(', ')}) VALUES ${values}`)
}

/**
 * The journal of a running engine, in the profile's database. Events wait in memory until {@link commit}, which the host
 * calls before it acts on any of them: alone, or inside its own transaction together with the projections they change.
 */
export class SqliteJournal implements Journal {
  readonly runNo: number
  readonly #db: Database
  readonly #linker: ChainLinker
  readonly #insertOne: Statement<[Value[]]>
  readonly #insertMany: Statement<[Value[]]>
  readonly #write: () => void
  #pending: KernelEvent[] = []
  #failure: StorageError | AssertionFailed | undefined

  /**
   * Begins a run: its chain starts at genesis, and its row names the head of the run before it.
   *
   * @param openedTs when the run began, µs
   */
  constructor(db: Database, { runId, openedTs }: { runId: RunId; openedTs: TimeUs }) {
    this.#db = db
    this.#linker = new ChainLinker(runId)
    this.runNo = stored('begin a run in the journal', () => beginRun(db, runId, openedTs))
    this.#insertOne = insertStatement(db, 1)
    this.#insertMany = insertStatement(db, ROWS_AT_ONCE)
    this.#write = db.transaction(() => this.#insertPending())
  }

  /** Events appended, committed or not. */
  get seq(): number {
    return this.#linker.seq + this.#pending.length
  }

  /** Hash of the last event committed. */
  get hash(): string {
    return this.#linker.hash
  }

  append(event: KernelEvent): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#pending.push(event)
  }

  /**
   * Writes everything that waits, all or nothing. Inside a transaction of the caller it becomes part of it; should that be
   * rolled back, this journal takes nothing more, because its chain went on without the table.
   *
   * @throws StorageError after which the engine must stop: nothing that waited may be acted on
   */
  commit(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#pending.length === 0) return
    try {
      if (this.#db.inTransaction) this.#insertPending()
      else this.#write()
    } catch (error) {
      this.#failure = error instanceof AssertionFailed ? error : storageFault(error, 'write the journal')
      throw this.#failure
    }
    this.#pending = []
  }

  #insertPending(): void {
    const pending = this.#pending
    const many = pending.length - (pending.length % ROWS_AT_ONCE)
    const values: Value[] = []
    for (let at = 0; at < pending.length; at++) {
      this.#link(pending[at] as KernelEvent, values)
      if (at < many && values.length < ROWS_AT_ONCE * COLUMNS.length) continue
      const insert = at < many ? this.#insertMany : this.#insertOne
      insert.run(values)
      values.length = 0
    }
  }

  #link(event: KernelEvent, values: Value[]): void {
    const linker = this.#linker
    linker.link(event)
    const { seq, ts, type, botId = null, trace, causeSeq } = event
    const position = this.runNo * POSITIONS_PER_RUN + seq
    values.push(position, ts, type, SCHEMA_VERSION, botId, trace, causeSeq, linker.payload, linker.hash)
  }
}

function beginRun(db: Database, runId: RunId, openedTs: TimeUs): number {
  const begin = db.transaction(() => {
    const last = db.prepare('SELECT coalesce(max(run_no), 0) FROM chains').pluck().get() as number
    const head = db.prepare('SELECT hash FROM events ORDER BY position DESC LIMIT 1').pluck().get() as
      | string
      | undefined
    const insert = db.prepare('INSERT INTO chains (run_no, run_id, opened_ts, prev_head) VALUES (?, ?, ?, ?)')
    insert.run(last + 1, runId, openedTs, head ?? GENESIS)
    return last + 1
  })
  const runNo = begin.immediate()
  assert(Number.isSafeInteger(runNo * POSITIONS_PER_RUN), `run numbers stay below 2^20, was ${runNo}`)
  return runNo
}
