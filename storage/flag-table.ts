import type { Statement } from 'better-sqlite3'
import type { FlagChange, FlagRow } from '../src/runtime/authority/flags.ts'
import type { FlagStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface FlagCells {
  readonly name: string
  readonly stage: string
  readonly expires_ts: number | null
  readonly changed_ts: number
  readonly actor: string
  readonly reason: string
}
interface ChangeCells {
  readonly name: string
  readonly from_stage: string
  readonly to_stage: string
  readonly expires_ts: number | null
  readonly ts: number
  readonly actor: string
  readonly reason: string
  readonly snapshot_hash: string
}

/** Flags as they are, and every change of one. Whether a row makes sense is for whoever takes a snapshot of them. */
export class FlagTable implements FlagStore {
  readonly #db: Database
  /** Asked for with every order and several times a second: made once. */
  #rows: Statement<[]> | undefined

  constructor(db: Database) {
    this.#db = db
  }

  rows(): readonly FlagRow[] {
    const cells = stored('read the flags', () => {
      this.#rows ??= this.#db.prepare<[]>('SELECT * FROM flags ORDER BY name')
      return this.#rows.all()
    })
    return (cells as FlagCells[]).map((row) => ({
      name: row.name,
      stage: row.stage,
      expiresTs: row.expires_ts ?? undefined,
      changedTs: row.changed_ts,
      actor: row.actor,
      reason: row.reason,
    }))
  }

  change({ name, from, to, expiresTs, ts, actor, reason, snapshotHash }: FlagChange): void {
    const flag = this.#db.prepare(
      `INSERT INTO flags (name, stage, expires_ts, changed_ts, actor, reason) VALUES (@name, @to, @expires, @ts, @actor, @reason)
       ON CONFLICT (name) DO UPDATE SET stage = excluded.stage, expires_ts = excluded.expires_ts,
         changed_ts = excluded.changed_ts, actor = excluded.actor, reason = excluded.reason`,
    )
    const history = this.#db.prepare(
      `INSERT INTO flag_history (name, from_stage, to_stage, expires_ts, ts, actor, reason, snapshot_hash)
       VALUES (@name, @from, @to, @expires, @ts, @actor, @reason, @snapshotHash)`,
    )
    const cells = { name, from, to, expires: expiresTs ?? null, ts, actor, reason, snapshotHash }
    const both = this.#db.transaction(() => {
      flag.run(cells)
      history.run(cells)
    })
    stored(`change flag ${name}`, () => both.immediate())
  }

  history(): readonly FlagChange[] {
    const cells = stored('read the history of flags', () =>
      this.#db.prepare('SELECT * FROM flag_history ORDER BY no').all(),
    )
    return (cells as ChangeCells[]).map((row) => ({
      name: row.name,
      from: row.from_stage,
      to: row.to_stage,
      expiresTs: row.expires_ts ?? undefined,
      ts: row.ts,
      actor: row.actor,
      reason: row.reason,
      snapshotHash: row.snapshot_hash,
    }))
  }
}
