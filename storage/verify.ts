import type { JournalFault } from '../src/events/journal-fault.ts'
import { type Database, integrityFaults } from './database.ts'
import { storageFault } from './fault.ts'
import { differences, dropBeside, foldBeside, type RowDifference } from './projections/compare.ts'
import { progress } from './projections/progress-table.ts'
import { lastPosition, verifyEvents } from './sqlite-events.ts'

/** What a profile's database turned out to be, by the first of the three that fails. Each failure has another cure. */
export type StoreVerdict =
  | {
      readonly ok: true
      readonly runs: number
      readonly events: number
      readonly head: string
      /** Events that the tables have not followed yet: an older program wrote them, and the next start will catch up. */
      readonly isBehind: boolean
    }
  | { readonly ok: false; readonly code: 'storage.corrupt'; readonly faults: readonly string[] }
  | {
      readonly ok: false
      readonly code: 'storage.chain-broken'
      readonly fault: JournalFault & { readonly runId: string }
    }
  | {
      readonly ok: false
      readonly code: 'storage.projection-differs'
      /** The first hundred. */
      readonly differences: readonly RowDifference[]
      readonly count: number
    }

const DIFFERENCES_SHOWN = 100

/**
 * Checks a database from the bottom up: that its pages are sound, that its journal is the one that was written, and that its
 * tables are what the journal says. Changes nothing; a running engine may go on writing beside it.
 *
 * @throws StorageError for what keeps it from looking: a busy or failing disk
 */
export function verifyStore(db: Database): StoreVerdict {
  // One moment of the database for all three, whatever is written meanwhile.
  const look = db.transaction((): StoreVerdict => {
    const faults = integrityFaults(db)
    if (faults.length > 0) return { ok: false, code: 'storage.corrupt', faults }
    const verdict = verifyEvents(db)
    if (!verdict.ok) return { ok: false, code: 'storage.chain-broken', fault: verdict.fault }
    const { position } = progress(db)
    foldBeside(db, position)
    const { shown, count } = gather(differences(db))
    dropBeside(db)
    if (count > 0) return { ok: false, code: 'storage.projection-differs', differences: shown, count }
    const { runs, events, head } = verdict
    return { ok: true, runs, events, head, isBehind: position < lastPosition(db) }
  })
  try {
    return look()
  } catch (error) {
    const fault = storageFault(error, 'check the database')
    if (fault.code !== 'storage.corrupt') throw error
    return { ok: false, code: 'storage.corrupt', faults: [fault.message] }
  }
}

function gather(found: Iterable<RowDifference>): { readonly shown: readonly RowDifference[]; readonly count: number } {
  const shown: RowDifference[] = []
  let count = 0
  for (const difference of found) if (count++ < DIFFERENCES_SHOWN) shown.push(difference)
  return { shown, count }
}
