import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventsAt } from '../sqlite-events.ts'
import { POSITIONS_PER_RUN } from '../sqlite-journal.ts'
import type { JournalEntry } from './journal-tail.ts'

/** Every event that names an order: its wish, its decisions, its sending, answers, fills and bookings; oldest first. */
export function orderEvents(db: Database, id: string): readonly JournalEntry[] {
  return eventsAt(db, naming(db, id))
}

/**
 * Everything that led to an order and all that came of it, oldest first: the events that name it, what caused each of them back
 * to the first, and what else belongs to the chain of thought that it was born in.
 */
export function orderChain(db: Database, id: string): readonly JournalEntry[] {
  const own = naming(db, id)
  const positions = new Set(own)
  const causeOf = db.prepare('SELECT cause_seq FROM events WHERE position = ?').pluck()
  stored(`read what led to ${id}`, () => {
    for (const position of own) {
      const base = Math.floor(position / POSITIONS_PER_RUN) * POSITIONS_PER_RUN
      for (let cause = causeOf.get(position) as number; cause > 0; cause = causeOf.get(base + cause) as number) {
        if (positions.has(base + cause)) break
        positions.add(base + cause)
      }
    }
  })
  for (const position of sameThought(db, own[0])) positions.add(position)
  return eventsAt(
    db,
    [...positions].toSorted((a, b) => a - b),
  )
}

function naming(db: Database, id: string): readonly number[] {
  // Said twice, because the index is of rows that name an order, and SQLite must see that these do.
  const sql = `SELECT position FROM events
    WHERE json_extract(payload, '$.order_id') = ? AND json_extract(payload, '$.order_id') IS NOT NULL ORDER BY position`
  return stored(`read the events of ${id}`, () => db.prepare(sql).pluck().all(id)) as number[]
}

/** One input's events stand together: those around the first that share its trace. */
function sameThought(db: Database, first: number | undefined): readonly number[] {
  if (first === undefined) return []
  const trace = db.prepare('SELECT trace FROM events WHERE position = ?').pluck().get(first)
  const base = Math.floor(first / POSITIONS_PER_RUN) * POSITIONS_PER_RUN
  const found: number[] = []
  const before = db.prepare(
    'SELECT position, trace FROM events WHERE position < ? AND position > ? ORDER BY position DESC',
  )
  const after = db.prepare('SELECT position, trace FROM events WHERE position > ? AND position < ? ORDER BY position')
  const ends = [before.iterate(first, base), after.iterate(first, base + POSITIONS_PER_RUN)]
  for (const rows of ends as IterableIterator<{ readonly position: number; readonly trace: number }>[]) {
    for (const row of rows) {
      if (row.trace !== trace) break
      found.push(row.position)
    }
  }
  return found
}
