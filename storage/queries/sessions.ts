import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { POSITIONS_PER_RUN } from '../sqlite-journal.ts'

/** One start-to-stop of an engine. */
export interface Session {
  readonly runNo: number
  readonly runId: string
  readonly openedTs: number
  /** undefined while it goes on, and where it was cut off. */
  readonly endedTs: number | undefined
  readonly events: number
  /** What it was made of, as it was written. */
  readonly spec: unknown
}

interface SessionCells {
  readonly run_no: number
  readonly run_id: string
  readonly opened_ts: number
  readonly ended_ts: number | null
  readonly events: number
  readonly spec: string
}

/** Sessions, newest first. */
export function sessions(db: Database, limit: number): readonly Session[] {
  // Positions of a run are dense, so the last one tells how many there are.
  const sql = `SELECT run_no, run_id, opened_ts, ended_ts, spec,
      coalesce((SELECT max(position) FROM events
        WHERE position > run_no * ${POSITIONS_PER_RUN} AND position < (run_no + 1) * ${POSITIONS_PER_RUN}), 0)
        % ${POSITIONS_PER_RUN} AS events
    FROM sessions JOIN chains USING (run_no) ORDER BY run_no DESC LIMIT ?`
  const rows = stored('read the sessions', () => db.prepare(sql).all(limit)) as SessionCells[]
  return rows.map((row) => ({
    runNo: row.run_no,
    runId: row.run_id,
    openedTs: row.opened_ts,
    endedTs: row.ended_ts ?? undefined,
    events: row.events,
    spec: JSON.parse(row.spec) as unknown,
  }))
}
