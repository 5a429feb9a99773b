import type { EngineState } from '../../src/projection/engine-state.ts'
import { Projection } from '../../src/projection/projection.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventsBetween, lastPosition } from '../sqlite-events.ts'
import { balances, holdings } from './books-tables.ts'
import { bots } from './bots-table.ts'
import { rememberedOrders, workingOrders } from './orders-table.ts'
import { progress } from './progress-table.ts'
import { ProjectionTables } from './projection-tables.ts'
import { safety } from './safety-tables.ts'
import type { Place } from './table.ts'

/** Events between two writes while a journal is followed: memory stays small, and most rows are written once. */
const EVENTS_PER_WRITE = 4_096

/**
 * The books as of the journal's end. Costs what stands in them and what the tables have not followed yet, never the length of
 * the journal. Where they have not followed to its end, they are brought there first.
 */
export function engineBooks(db: Database): EngineState {
  return stored('read the books', () => {
    const isBehind = () => lastPosition(db) > progress(db).position
    const read = db.transaction(() => {
      // Another process may have been faster while this one waited for its turn.
      if (isBehind()) followJournal(db, { place: 'main.', books: booksOf(db), from: progress(db).position })
      return booksOf(db)
    })
    return isBehind() ? read.immediate() : read()
  })
}

export interface FollowOptions {
  readonly place: Place
  /** What stands there already, as of `from`; nothing when left out. */
  readonly books?: EngineState
  /** Positions: after the first, up to and with the second. */
  readonly from: number
  readonly until?: number
}

/** Folds the journal into tables; inside a transaction of the caller. */
export function followJournal(db: Database, { place, books, from, until }: FollowOptions): void {
  const tables = new ProjectionTables(db, place, new Projection(books))
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
function booksOf(db: Database): EngineState {
  const { position, counters, lastTs, baseCurrency } = progress(db)
  const empty = new Projection().state
  if (position === 0) return empty
  return {
    working: workingOrders(db),
    ended: rememberedOrders(db),
    holdings: holdings(db),
    balances: balances(db),
    bots: bots(db),
    safety: safety(db) ?? empty.safety,
    counters,
    lastTs,
    baseCurrency,
  }
}
