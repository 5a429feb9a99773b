import { AssertionFailed } from '../src/domain/brand.ts'
import type { RunId } from '../src/domain/ids.ts'
import type { TimeUs } from '../src/domain/time.ts'
import type { KernelEvent } from '../src/events/event.ts'
import type { EngineState } from '../src/projection/engine-state.ts'
import { Projection } from '../src/projection/projection.ts'
import type { CommandAnswer, SessionWriter } from '../src/runtime/ports.ts'
import type { CommandTable } from './command-table.ts'
import type { Database } from './database.ts'
import { storageFault, stored } from './fault.ts'
import { InputChunks } from './input-chunks.ts'
import type { LeaseTable } from './lease-table.ts'
import { ProjectionTables } from './projections/projection-tables.ts'
import { SqliteJournal } from './sqlite-journal.ts'

export interface SessionOptions {
  readonly runId: RunId
  readonly openedTs: number
  readonly spec: unknown
  /** What it goes on from: the books as they stand. */
  readonly books: EngineState
  readonly commands: CommandTable
  readonly lease: LeaseTable
  /** Writes what else waits to be kept, inside each commit. */
  readonly alongside: () => void
}

/** One session being written: one transaction per commit holds everything that it brought about, or nothing. */
export class SqliteSessionWriter implements SessionWriter {
  readonly runNo: number
  readonly #journal: SqliteJournal
  readonly #tables: ProjectionTables
  readonly #inputs: InputChunks
  readonly #commands: CommandTable
  readonly #write: () => void
  #events = 0
  #answers: CommandAnswer[] = []
  #ts: number
  #endedTs: number | undefined
  #failure: Error | undefined

  constructor(db: Database, options: SessionOptions) {
    const { runId, openedTs, spec, books, commands, lease, alongside } = options
    const begin = db.transaction(() => {
      lease.assertOurs()
      const journal = new SqliteJournal(db, { runId, openedTs: openedTs as TimeUs })
      const insert = db.prepare('INSERT INTO sessions (run_no, spec, opened_ts) VALUES (?, ?, ?)')
      insert.run(journal.runNo, JSON.stringify(spec), openedTs)
      return journal
    })
    this.#journal = stored('begin a session', () => begin.immediate())
    this.runNo = this.#journal.runNo
    this.#tables = new ProjectionTables(db, 'main.', new Projection(books))
    this.#inputs = new InputChunks(db, this.runNo)
    this.#commands = commands
    this.#ts = openedTs
    const end = db.prepare('UPDATE sessions SET ended_ts = ? WHERE run_no = ?')
    const write = db.transaction(() => {
      lease.assertOurs()
      this.#journal.commit()
      this.#tables.flush()
      this.#inputs.flush(this.#journal.seq, this.#ts)
      for (const answer of this.#answers) this.#commands.answer(answer)
      if (this.#endedTs !== undefined) end.run(this.#endedTs, this.runNo)
      alongside()
    })
    this.#write = () => write.immediate()
  }

  get hash(): string {
    return this.#journal.hash
  }

  get isDirty(): boolean {
    return this.#events > 0 || this.#answers.length > 0 || !this.#inputs.isEmpty
  }

  append(event: KernelEvent): void {
    this.#check()
    this.#journal.append(event)
    this.#events++
    this.#ts = event.ts
    if (event.type === 'run.ended') this.#endedTs = event.ts
    try {
      this.#tables.apply(event, this.runNo)
    } catch (bug) {
      throw this.#fail(bug as Error)
    }
  }

  record(inputs: Uint8Array): void {
    this.#check()
    this.#inputs.add(inputs)
  }

  answer(answer: CommandAnswer): void {
    this.#check()
    this.#answers.push(answer)
  }

  commit(): void {
    this.#check()
    if (!this.isDirty) return
    try {
      this.#write()
    } catch (error) {
      throw this.#fail(error instanceof AssertionFailed ? error : storageFault(error, 'commit a step'))
    }
    this.#events = 0
    this.#answers = []
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** What was folded is ahead of what is kept: nothing more is taken. */
  #fail(failure: Error): Error {
    this.#failure = failure
    return failure
  }
}
