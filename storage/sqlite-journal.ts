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

type Row = [
  position: number,
  ts: number,
  type: string,
  schemaVersion: number,
  botId: string | null,
  trace: number,
  causeSeq: number,
  payload: string,
  hash: string,
]

/**
 * The journal of a running engine, in the profile's database. Events wait in memory until {@link commit}, which the host
 * calls before it acts on any of them: alone, or inside its own transaction together with the projections they change.
 */
export class SqliteJournal implements Journal {
  readonly runNo: number
  readonly #db: Database
  readonly #linker: ChainLinker
  readonly #insert: Statement<Row>
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
    this.#insert = db.prepare<Row>(
      `INSERT INTO events (position, ts, type, schema_version, bot_id, trace, cause_seq, payload, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
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
    const base = this.runNo * POSITIONS_PER_RUN
    const linker = this.#linker
    const insert = this.#insert
    for (const event of this.#pending) {
      linker.link(event)
      const { seq, ts, type, botId = null, trace, causeSeq } = event
      insert.run(base + seq, ts, type, SCHEMA_VERSION, botId, trace, causeSeq, linker.payload, linker.hash)
    }
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
