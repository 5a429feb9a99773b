import { createHash } from 'node:crypto'
import type { Database } from './database.ts'
import { stored } from './fault.ts'
import { type RetentionHold, standingHold } from './retention-hold.ts'

/** What is left of rows that were let go: enough to say later whether a copy is the one that stood here. */
export interface Tombstone {
  readonly what: 'inputs' | 'bars'
  readonly rows: number
  readonly bytes: number | undefined
  /** Time of the oldest, µs. */
  readonly fromTs: number
  /** SHA-256 over them, in their order. */
  readonly sha256: string
}

/**
 * Lets recorded inputs and bars go that are older than a time. A session whose inputs are gone can still be read and verified,
 * and can no longer be run again. Events are never let go: audit rows and decisions outlive every floor there could be.
 *
 * @param beforeTs µs
 * @param keep makes the tombstones durable; run before anything is gone, and nothing goes where it throws
 * @returns the tombstones, none where nothing was old enough; or the hold that forbids it
 */
export function prune(
  db: Database,
  beforeTs: number,
  keep: (tombstones: readonly Tombstone[]) => void,
): { readonly tombstones: readonly Tombstone[] } | { readonly held: RetentionHold } {
  const drop = db.transaction(() => {
    const held = standingHold(db)
    if (held !== undefined) return { held }
    const tombstones = [inputsOf(db, beforeTs), barsOf(db, beforeTs)].filter((found) => found !== undefined)
    keep(tombstones)
    db.prepare('DELETE FROM input_chunks WHERE ts < ?').run(beforeTs)
    db.prepare('DELETE FROM bars WHERE close_ts < ?').run(beforeTs)
    return { tombstones }
  })
  return stored('prune', () => drop.immediate())
}

function inputsOf(db: Database, beforeTs: number): Tombstone | undefined {
  const size = 'SELECT count(*) AS rows, sum(length(inputs)) AS bytes, min(ts) AS fromTs FROM input_chunks WHERE ts < ?'
  const found = db.prepare(size).get(beforeTs) as Counted & { readonly bytes: number | null }
  if (found.fromTs === null) return undefined
  const rows = db.prepare('SELECT inputs FROM input_chunks WHERE ts < ? ORDER BY run_no, chunk_no').pluck()
  const { rows: count, fromTs, bytes } = found
  return { what: 'inputs', rows: count, bytes: bytes ?? 0, fromTs, sha256: digest(rows.iterate(beforeTs)) }
}

function barsOf(db: Database, beforeTs: number): Tombstone | undefined {
  const size = 'SELECT count(*) AS rows, min(close_ts) AS fromTs FROM bars WHERE close_ts < ?'
  const { rows: count, fromTs } = db.prepare(size).get(beforeTs) as Counted
  if (fromTs === null) return undefined
  const rows = db.prepare('SELECT * FROM bars WHERE close_ts < ? ORDER BY instrument_id, close_ts').raw()
  return { what: 'bars', rows: count, bytes: undefined, fromTs, sha256: digest(rows.iterate(beforeTs)) }
}

interface Counted {
  readonly rows: number
  readonly fromTs: number | null
}

function digest(rows: Iterable<unknown>): string {
  const sum = createHash('sha256')
  for (const row of rows) sum.update(Buffer.isBuffer(row) ? row : JSON.stringify(row))
  return sum.digest('hex')
}
