import { assert } from '../src/domain/brand.ts'
import type { AlertRow, AlertStore } from '../src/runtime/ports.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

interface AlertCells {
  readonly no: number
  readonly source: string
  readonly severity: AlertRow['severity']
  readonly text: string
  readonly state: AlertRow['state']
  readonly first_ts: number
  readonly last_ts: number
  readonly count: number
  readonly command: string
}

/** Alerts: one that stands per source, and all that stood before. */
export class AlertTable implements AlertStore {
  readonly #db: Database
  /** Sources that stand, once they were asked for: only who holds the lease raises and resolves. */
  #standing: Set<string> | undefined

  constructor(db: Database) {
    this.#db = db
  }

  /** One that was acknowledged and got worse is open again: what was accepted was less. `P0` is the worst. */
  raise({ source, severity, text, command }: Parameters<AlertStore['raise']>[0], ts: number): AlertRow {
    const raise = this.#db.prepare(
      `INSERT INTO alerts (source, severity, text, state, first_ts, last_ts, count, command)
       VALUES (@source, @severity, @text, 'OPEN', @ts, @ts, 1, @command)
       ON CONFLICT (source) WHERE state <> 'RESOLVED' DO UPDATE SET
         state = CASE WHEN excluded.severity < severity THEN 'OPEN' ELSE state END,
         severity = excluded.severity, text = excluded.text, command = excluded.command,
         last_ts = excluded.last_ts, count = count + 1
       RETURNING *`,
    )
    const row = stored('raise an alert', () => raise.get({ source, severity, text, command, ts }))
    this.#standing?.add(source)
    return alertOf(row as AlertCells)
  }

  acknowledge(id: string, ts: number): boolean {
    const no = /^a(\d{1,15})$/.exec(id)?.[1]
    if (no === undefined) return false
    const sql = "UPDATE alerts SET state = 'ACKED', last_ts = max(last_ts, ?) WHERE no = ? AND state = 'OPEN'"
    return stored('acknowledge an alert', () => this.#db.prepare(sql).run(ts, Number(no)).changes) === 1
  }

  resolve(source: string, ts: number): boolean {
    // Asked for several times a second by an engine, of alerts that hardly ever stand.
    this.#standing ??= this.#sources()
    if (!this.#standing.has(source)) return false
    const sql =
      "UPDATE alerts SET state = 'RESOLVED', last_ts = max(last_ts, ?) WHERE source = ? AND state <> 'RESOLVED'"
    const changes = stored('resolve an alert', () => this.#db.prepare(sql).run(ts, source).changes)
    this.#standing.delete(source)
    assert(changes <= 1, `one alert stands per source, ${changes} did for ${source}`)
    return changes === 1
  }

  #sources(): Set<string> {
    const sql = "SELECT source FROM alerts WHERE state <> 'RESOLVED'"
    return new Set(stored('list the alerts', () => this.#db.prepare(sql).pluck().all()) as string[])
  }

  /** Newest first. */
  list(limit: number): readonly AlertRow[] {
    const rows = stored('list the alerts', () =>
      this.#db.prepare('SELECT * FROM alerts ORDER BY last_ts DESC, no DESC LIMIT ?').all(limit),
    )
    return (rows as AlertCells[]).map(alertOf)
  }
}

function alertOf({ no, first_ts: firstTs, last_ts: lastTs, ...rest }: AlertCells): AlertRow {
  return { id: `a${no}`, firstTs, lastTs, ...rest }
}
