import type { ProcessMark } from '../src/runtime/process.ts'
import type { Database } from './database.ts'
import { StorageError, stored } from './fault.ts'
import { LeaseTable } from './lease-table.ts'
import { differences, dropBeside, foldBeside, type RowDifference, schemaOf } from './projections/compare.ts'
import { PROJECTED } from './projections/table.ts'
import { lastPosition, verifyEvents } from './sqlite-events.ts'

export interface RebuildOptions {
  readonly isAlive: (mark: ProcessMark) => boolean
}

/** What a rebuild found. */
export interface RebuildReport {
  readonly events: number
  /** Rows written, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Where what stood was not what the journal says; the tables say the latter now. */
  readonly differences: readonly RowDifference[]
}

/**
 * Folds all projections anew from the journal and puts them in place of what stood, in one transaction.
 *
 * @throws StorageError `storage.busy` while an engine lives, `storage.chain-broken` for a journal that cannot be trusted to
 *   make books of; in both cases, and where the disk fails, what stood stands
 */
export function rebuildProjections(db: Database, { isAlive }: RebuildOptions): RebuildReport {
  const rebuild = db.transaction((): RebuildReport => {
    const holder = new LeaseTable(db, { instanceId: '', isAlive }).holder()
    if (holder !== undefined && isAlive(holder)) {
      throw new StorageError('storage.busy', `the engine of process ${holder.pid} runs on these books: stop it first`)
    }
    const verdict = verifyEvents(db)
    if (!verdict.ok) {
      const { fault } = verdict
      const said = `event ${fault.seq ?? '?'} of run ${fault.runId}: ${fault.what}, expected ${fault.expected}, found ${fault.found}`
      throw new StorageError('storage.chain-broken', said)
    }
    foldBeside(db, lastPosition(db))
    const found = [...differences(db)]
    const rows = Object.fromEntries(PROJECTED.map(({ name }) => [name, replace(db, name)]))
    dropBeside(db)
    return { events: verdict.events, rows, differences: found }
  })
  return stored('rebuild the projections', () => rebuild.immediate())
}

/** Tables that refuse deletion are dropped whole and made again. */
function replace(db: Database, table: string): number {
  const [create = '', ...rest] = schemaOf(db, table)
  db.exec(`DROP TABLE main.${table}`)
  db.exec(create)
  const { changes } = db.prepare(`INSERT INTO main.${table} SELECT * FROM temp.rebuilt_${table} ORDER BY rowid`).run()
  for (const sql of rest) db.exec(sql)
  return changes
}
