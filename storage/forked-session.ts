import { createHash } from 'node:crypto'
import { GENESIS } from '../src/events/chain.ts'
import type { Database } from './database.ts'
import { POSITIONS_PER_RUN } from './sqlite-journal.ts'

/** All that stands of a session, whether or not it makes sense. */
export interface SessionRows {
  /** SHA-256 over its entry in the register, the hash before it, and its rows in their order. */
  readonly sha256: string
  readonly events: number
  /** Of the last event that stands; where none does, of the last before. */
  readonly position: number
  readonly hash: string
}

/** Named one by one: a column that is added later changes nothing that was pinned before. */
const COLUMNS = 'position, ts, type, schema_version, bot_id, trace, cause_seq, payload, hash'

/** Where the journal stands before a session, taken as it is stored. */
export function headBefore(
  db: Database,
  session: number,
): { readonly position: number; readonly hash: string; readonly events: number } {
  const base = session * POSITIONS_PER_RUN
  const last = db
    .prepare('SELECT position, hash FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1')
    .get(base) as { readonly position: number; readonly hash: string } | undefined
  const events = db.prepare('SELECT count(*) FROM events WHERE position <= ?').pluck().get(base) as number
  return { position: last?.position ?? 0, hash: last?.hash ?? GENESIS, events }
}

/**
 * Takes the digest of a session, a slice at a time: between two of them nothing is open.
 *
 * @yields how many events it has got to
 */
export function* sessionRows(db: Database, session: number, slice: number): Generator<number, SessionRows, void> {
  const sum = createHash('sha256')
  const before = headBefore(db, session)
  const chain = db.prepare('SELECT run_no, run_id, prev_head FROM chains WHERE run_no = ?').raw().get(session)
  sum.update(`${JSON.stringify([chain, before.hash])}\n`)
  const rows = db.prepare(`SELECT ${COLUMNS} FROM events WHERE position > ? AND position < ? ORDER BY position LIMIT ?`)
  const end = (session + 1) * POSITIONS_PER_RUN
  let [position, hash, events] = [session * POSITIONS_PER_RUN, before.hash, 0]
  for (let isMore = true; isMore; ) {
    const found = rows.raw().all(position, end, slice) as (readonly unknown[])[]
    for (const row of found) {
      sum.update(`${JSON.stringify(row)}\n`)
      position = Number(row[0])
      hash = String(row.at(-1))
    }
    events += found.length
    isMore = found.length === slice
    yield events
  }
  return { sha256: sum.digest('hex'), events, position: events === 0 ? before.position : position, hash }
}

/** A session by the id of its run: its number, and when its first and its last event were, µs; undefined where it is not there. */
export function sessionSpan(
  db: Database,
  runId: string,
): { readonly session: number; readonly firstTs: number; readonly lastTs: number } | undefined {
  const session = db.prepare('SELECT run_no FROM chains WHERE run_id = ?').pluck().get(runId) as number | undefined
  if (session === undefined) return undefined
  const base = session * POSITIONS_PER_RUN
  const span = db
    .prepare(
      'SELECT coalesce(min(ts), 0) AS first, coalesce(max(ts), 0) AS last FROM events WHERE position > ? AND position < ?',
    )
    .get(base, base + POSITIONS_PER_RUN) as { readonly first: number; readonly last: number }
  return { session, firstTs: span.first, lastTs: span.last }
}
