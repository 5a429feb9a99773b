import type { Statement } from 'better-sqlite3'
import { assert } from '../src/domain/brand.ts'
import { maskNamed, maskText } from '../src/events/mask.ts'
import type { CommandRequest, CommandRow, CommandStatus } from '../src/runtime/command-catalogue.ts'
import type { CommandAnswer, CommandQueue, CommandRepeats } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface CommandCells {
  readonly id: string
  readonly type: string
  readonly payload: string
  readonly actor: string
  readonly origin: CommandRequest['origin']
  readonly reason: string
  readonly confirmation: string | null
  readonly issued_ts: number
  readonly expires_ts: number
  readonly status: CommandStatus
  readonly ack_ts: number | null
  readonly finished_ts: number | null
  readonly result_code: string
  readonly reason_codes: string
  readonly message: string
  readonly result: string | null
}
type RequestCells = Pick<
  CommandCells,
  'id' | 'type' | 'payload' | 'actor' | 'origin' | 'reason' | 'confirmation' | 'issued_ts' | 'expires_ts'
>
interface AnswerCells {
  readonly id: string
  readonly status: CommandStatus
  readonly code: string
  readonly codes: string
  readonly message: string
  readonly result: string | null
  readonly ts: number
  readonly finished: number | null
}

export interface CommandTableOptions {
  /** Types that are looked at before all others. */
  readonly urgent: ReadonlySet<string>
  /** Whether this process runs the engine: what it sees waiting is then in hand, and can no longer be withdrawn. */
  readonly takes: () => boolean
}

/** Commands of a profile: any process asks, the engine answers through its session. */
export class CommandTable implements CommandQueue {
  readonly #db: Database
  readonly #options: CommandTableOptions
  readonly #version: Statement
  readonly #waiting: Statement
  readonly #take: Statement
  readonly #insert: Statement<[RequestCells]>
  readonly #repeat: Statement<[RequestCells]>
  readonly #answer: Statement<[AnswerCells]>
  #seenVersion: number | undefined
  /** SQLite tells of other connections only. */
  #submittedHere = false

  constructor(db: Database, options: CommandTableOptions) {
    this.#db = db
    this.#options = options
    this.#version = db.prepare('PRAGMA data_version').pluck()
    // A row that says it waits and has an end was written past the table's checks: nobody may answer it.
    const waits = "status = 'PENDING' AND finished_ts IS NULL"
    this.#waiting = db.prepare(`SELECT * FROM commands WHERE ${waits} ORDER BY issued_ts, no`)
    this.#take = db.prepare(`UPDATE commands SET is_taken = 1 WHERE ${waits} AND is_taken = 0`)
    this.#insert = db.prepare<[RequestCells]>(
      `INSERT INTO commands (id, type, payload, actor, origin, reason, confirmation, issued_ts, expires_ts)
       VALUES (@id, @type, @payload, @actor, @origin, @reason, @confirmation, @issued_ts, @expires_ts)
       ON CONFLICT (id) DO NOTHING`,
    )
    this.#repeat = db.prepare<[RequestCells]>(
      `INSERT INTO command_repeats (id, ts, actor, is_same)
       SELECT id, @issued_ts, @actor, type = @type AND payload = @payload FROM commands WHERE id = @id`,
    )
    this.#answer = db.prepare<[AnswerCells]>(
      `UPDATE commands SET status = @status, ack_ts = coalesce(ack_ts, @ts), finished_ts = @finished,
         result_code = @code, reason_codes = @codes, message = @message, result = @result
       WHERE id = @id AND finished_ts IS NULL`,
    )
  }

  hasChanged(): boolean {
    const version = stored('look for commands', () => this.#version.get()) as number
    const changed = version !== this.#seenVersion || this.#submittedHere
    this.#seenVersion = version
    this.#submittedHere = false
    return changed
  }

  pending(): readonly CommandRow[] {
    const rows = stored('read the commands', () => this.#waitingRows()).map(commandOf)
    const { urgent } = this.#options
    return [...rows.filter(({ type }) => urgent.has(type)), ...rows.filter(({ type }) => !urgent.has(type))]
  }

  /** What the engine sees is taken before it is seen: a client cannot withdraw what is being done. */
  #waitingRows(): readonly CommandCells[] {
    const untaken = (this.#waiting.all() as (CommandCells & { readonly is_taken: number })[]).some(
      ({ is_taken: isTaken }) => isTaken === 0,
    )
    if (this.#options.takes() && untaken) this.#take.run()
    return this.#waiting.all() as CommandCells[]
  }

  submit(request: CommandRequest): boolean {
    const { id, type, payload, actor, origin, reason, confirmation, issuedTs, expiresTs } = request
    const cells: RequestCells = {
      id,
      type,
      // The token of a confirmation is for the engine to see: it stands for one wish, once, for a minute.
      payload: JSON.stringify(payload, (name, value: unknown) =>
        type === 'CONFIRM' && name === 'token' ? value : maskNamed(name, value),
      ),
      actor,
      origin,
      reason: maskText(reason),
      confirmation: confirmation === undefined ? null : maskText(confirmation),
      issued_ts: issuedTs,
      expires_ts: expiresTs,
    }
    const isNew = stored(`submit command ${id}`, () => {
      if (this.#insert.run(cells).changes === 1) return true
      this.#repeat.run(cells)
      return false
    })
    this.#submittedHere ||= isNew
    return isNew
  }

  /** Writes an answer; part of the session's transaction. A row that is finished takes no other. */
  answer({ id, status, resultCode, reasonCodes, message, result, ts }: CommandAnswer): void {
    const { changes } = this.#answer.run({
      id,
      status,
      code: resultCode,
      codes: JSON.stringify(reasonCodes),
      message,
      result: result === undefined ? null : JSON.stringify(result),
      ts,
      finished: status === 'ACCEPTED' ? null : ts,
    })
    assert(changes === 1, `command ${id} waits for its answer, is ${this.get(id)?.status ?? 'not there'}`)
  }

  repeats(id: string): CommandRepeats {
    const sql = 'SELECT count(*) AS count, coalesce(sum(1 - is_same), 0) AS others FROM command_repeats WHERE id = ?'
    return stored(`count repeats of ${id}`, () => this.#db.prepare<[string], CommandRepeats>(sql).get(id)) ?? NO_REPEATS
  }

  get(id: string): CommandRow | undefined {
    const row = stored(`read command ${id}`, () => this.#db.prepare('SELECT * FROM commands WHERE id = ?').get(id))
    return row === undefined ? undefined : commandOf(row as CommandCells)
  }

  list({ limit, status }: { readonly limit: number; readonly status?: CommandStatus }): readonly CommandRow[] {
    const sql = 'SELECT * FROM commands WHERE @status IS NULL OR status = @status ORDER BY no DESC LIMIT @limit'
    const rows = stored('list the commands', () => this.#db.prepare(sql).all({ status: status ?? null, limit }))
    return (rows as CommandCells[]).map(commandOf)
  }

  cancel(id: string, ts: number): boolean {
    const withdraw = this.#db.prepare(
      `UPDATE commands SET status = 'CANCELED', ack_ts = @ts, finished_ts = @ts, result_code = 'CANCELED',
         message = 'withdrawn before the engine took it'
       WHERE id = @id AND status = 'PENDING' AND is_taken = 0`,
    )
    return stored(`withdraw command ${id}`, () => withdraw.run({ id, ts }).changes === 1)
  }
}

const NO_REPEATS: CommandRepeats = { count: 0, others: 0 }

function commandOf(cells: CommandCells): CommandRow {
  return {
    id: cells.id,
    type: cells.type,
    payload: jsonOf(cells.payload),
    actor: cells.actor,
    origin: cells.origin,
    reason: cells.reason,
    confirmation: cells.confirmation ?? undefined,
    issuedTs: cells.issued_ts,
    expiresTs: cells.expires_ts,
    status: cells.status,
    ackTs: cells.ack_ts ?? undefined,
    finishedTs: cells.finished_ts ?? undefined,
    resultCode: cells.result_code,
    reasonCodes: codesOf(jsonOf(cells.reason_codes)),
    message: cells.message,
    result: cells.result === null ? undefined : jsonOf(cells.result),
  }
}

/** What is no JSON says nothing: any process may write a row, and the others must still be read. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function codesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((code) => typeof code === 'string') : []
}
