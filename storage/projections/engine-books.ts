import type { EngineState } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventsBetween, lastPosition } from '../sqlite-events.ts'
import { bots } from './bots-table.ts'
import { balances, holdings } from './books-tables.ts'
import type { StartFold } from './fold.ts'
import { endedOrders, workingOrders } from './orders-table.ts'
import { ProjectionTables } from './projection-tables.ts'
import { progress } from './progress-table.ts'
import { safety } from './safety-tables.ts'
import type { Place } from './table.ts'

/** As many ended orders as {@link EngineState} carries. */
const ENDED_MAX = 1_024
/** Events between two writes while a journal is followed: memory stays small, and most rows are written once. */
const EVENTS_PER_WRITE = 4_096

/**
 * The books as of the journal's end. Costs what stands in them and what the tables have not followed yet, never the length of
 * the journal. Where they have not followed to its end, they are brought there first.
 */
export function engineBooks(db: Database, start: StartFold): EngineState {
  return stored('read the books', () => {
    const follow = db.transaction(() => {
      const behind = lastPosition(db) > progress(db).position
      if (behind) followJournal(db, { place: 'main.', start: () => start(booksOf(db, start)) })
      return booksOf(db, start)
    })
    return lastPosition(db) > progress(db).position ? follow.immediate() : follow()
  })
}

/**
 * Folds the journal into tables, from where they stand or from nothing; inside a transaction of the caller.
 *
 * @param until position of the last event to fold
 */
export function followJournal(
  db: Database,
  options: { readonly place: Place; readonly start: StartFold; readonly from?: number; readonly until?: number },
): void {
  const { place, start, from = progress(db).position, until } = options
  const tables = new ProjectionTables(db, place, start())
  let count = 0
  let trace = 0
  for (const { event, runNo } of eventsBetween(db, from, until)) {
    // Between two chains of thought: what belongs together, as a fill and its booking, is written together.
    if (count >= EVENTS_PER_WRITE && event.trace !== trace) {
      tables.flush()
      count = 0
    }
    tables.apply(event, runNo)
    trace = event.trace
    count++
  }
  tables.flush()
}

/** The books as the tables have them. */
function booksOf(db: Database, start: StartFold): EngineState {
  const { position, counters, lastTs } = progress(db)
  const empty = start().state
  if (position === 0) return empty
  return {
    working: workingOrders(db),
    ended: endedOrders(db, ENDED_MAX),
    holdings: holdings(db),
    balances: balances(db),
    bots: bots(db),
    safety: safety(db) ?? empty.safety,
    counters,
    lastTs,
  }
}
