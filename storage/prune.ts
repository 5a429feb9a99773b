import { createHash } from 'node:crypto'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

/** Rows and bytes that were let go. */
export interface Pruned {
  readonly inputChunks: number
  readonly inputBytes: number
  /** SHA-256 over what was let go, in its order. */
  readonly inputsSha256: string
  readonly bars: number
  readonly barsSha256: string
}

/**
 * Lets recorded inputs and bars go that are older than a time. A session whose inputs are gone can still be read and verified,
 * and can no longer be run again. Events are never let go.
 *
 * @param beforeTs µs
 */
export function prune(db: Database, beforeTs: number): Pruned {
  const drop = db.transaction((): Pruned => {
    const size = 'SELECT coalesce(sum(length(inputs)), 0) FROM input_chunks WHERE ts < ?'
    const inputBytes = db.prepare(size).pluck().get(beforeTs) as number
    const inputsSha256 = digest(
      db.prepare('SELECT inputs FROM input_chunks WHERE ts < ? ORDER BY run_no, chunk_no').pluck().iterate(beforeTs),
    )
    const barsSha256 = digest(
      db.prepare('SELECT * FROM bars WHERE close_ts < ? ORDER BY instrument_id, close_ts').raw().iterate(beforeTs),
    )
    const inputChunks = db.prepare('DELETE FROM input_chunks WHERE ts < ?').run(beforeTs).changes
    const bars = db.prepare('DELETE FROM bars WHERE close_ts < ?').run(beforeTs).changes
    return { inputChunks, inputBytes, inputsSha256, bars, barsSha256 }
  })
  return stored('prune', () => drop.immediate())
}

function digest(rows: Iterable<unknown>): string {
  const sum = createHash('sha256')
  for (const row of rows) sum.update(Buffer.isBuffer(row) ? row : JSON.stringify(row))
  return sum.digest('hex')
}
