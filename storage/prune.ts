import type { Database } from './database.ts'
import { stored } from './fault.ts'

/** Rows and bytes that were let go. */
export interface Pruned {
  readonly inputChunks: number
  readonly inputBytes: number
  readonly bars: number
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
    const inputChunks = db.prepare('DELETE FROM input_chunks WHERE ts < ?').run(beforeTs).changes
    const bars = db.prepare('DELETE FROM bars WHERE close_ts < ?').run(beforeTs).changes
    return { inputChunks, inputBytes, bars }
  })
  return stored('prune', () => drop.immediate())
}
