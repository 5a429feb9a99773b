import { type RunId, runId } from '../src/domain/ids.ts'
import type { EngineState } from '../src/projection/engine-state.ts'
import { Projection } from '../src/projection/projection.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'
import { sessionInputs } from './input-chunks.ts'
import { eventsBetween, tailEvents } from './sqlite-events.ts'
import { POSITIONS_PER_RUN } from './sqlite-journal.ts'

/** One start-to-stop of the engine, as the database lists it. */
export interface SessionRow {
  readonly runNo: number
  readonly runId: RunId
  readonly openedTs: number
  /** Undefined while it runs, and for one that was cut off. */
  readonly endedTs: number | undefined
  readonly events: number
  /** Bytes of recorded inputs; 0 where they were pruned. */
  readonly inputBytes: number
}

/** Sessions, newest first. */
export function sessionList(db: Database, limit: number): readonly SessionRow[] {
  const rows = stored('list the sessions', () =>
    db
      .prepare(
        `SELECT s.run_no, c.run_id, s.opened_ts, s.ended_ts,
          (SELECT coalesce(max(position), s.run_no * ${POSITIONS_PER_RUN}) - s.run_no * ${POSITIONS_PER_RUN} FROM events
            WHERE position > s.run_no * ${POSITIONS_PER_RUN} AND position < (s.run_no + 1) * ${POSITIONS_PER_RUN}) AS events,
          (SELECT coalesce(sum(length(inputs)), 0) FROM input_chunks i WHERE i.run_no = s.run_no) AS bytes
        FROM sessions s JOIN chains c ON c.run_no = s.run_no ORDER BY s.run_no DESC LIMIT ?`,
      )
      .all(limit),
  ) as { run_no: number; run_id: string; opened_ts: number; ended_ts: number | null; events: number; bytes: number }[]
  return rows.map((row) => ({
    runNo: row.run_no,
    runId: runId(row.run_id),
    openedTs: row.opened_ts,
    endedTs: row.ended_ts ?? undefined,
    events: row.events,
    inputBytes: row.bytes,
  }))
}

/** Everything that a session can be lived again from. */
export interface StoredSession {
  readonly runNo: number
  readonly runId: RunId
  readonly spec: unknown
  /** Books before it, folded from the journal; undefined for the first. */
  readonly restored: EngineState | undefined
  readonly lines: Generator<string, void, void>
  readonly inputs: Generator<Uint8Array, void, void>
}

/** A session with its books, journal and inputs; undefined when there is none of that number. */
export function storedSession(db: Database, runNo: number): StoredSession | undefined {
  const row = db
    .prepare('SELECT s.spec, c.run_id FROM sessions s JOIN chains c ON c.run_no = s.run_no WHERE s.run_no = ?')
    .get(runNo) as { spec: string; run_id: string } | undefined
  if (row === undefined) return undefined
  const before = new Projection()
  for (const { event } of eventsBetween(db, 0, runNo * POSITIONS_PER_RUN)) {
    before.apply(event)
    before.takeChanges()
  }
  const state = before.state
  const id = runId(row.run_id)
  return {
    runNo,
    runId: id,
    spec: JSON.parse(row.spec),
    restored: state.lastTs > 0 ? state : undefined,
    lines: tailEvents(db, id),
    inputs: sessionInputs(db, runNo),
  }
}
