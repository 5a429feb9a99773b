import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { eventsAt } from '../sqlite-events.ts'
import { POSITIONS_PER_RUN } from '../sqlite-journal.ts'
import type { JournalEntry } from './journal-tail.ts'

/** An event and what came of it, in the order in which it came. */
export interface CausalLink extends JournalEntry {
  /**
   * Whether the link to the event above is not told by the journal but by the order that both name: what a venue answers is
   * an input of its own.
   */
  readonly isByOrder: boolean
  readonly consequences: readonly CausalLink[]
}

/**
 * What a thought, a command, an intent, a decision or an order is part of: the chain of thought that it was born in, and all
 * that came of the orders in it.
 *
 * @param id `t812`, an order's, intent's, decision's or command's id
 * @returns the beginnings, oldest first; empty for an id that no event names
 */
export function causalChain(db: Database, id: string): readonly CausalLink[] {
  return stored(`read what belongs to ${id}`, () => linked(eventsAt(db, positionsOf(db, id))))
}

function positionsOf(db: Database, id: string): readonly number[] {
  const trace = /^t(\d{1,15})$/.exec(id)?.[1]
  const naming = db
    .prepare(
      `SELECT position FROM events WHERE json_extract(payload, '$.order_id') = ?
         AND json_extract(payload, '$.order_id') IS NOT NULL ORDER BY position`,
    )
    .pluck()
  const begun = trace === undefined ? firstNaming(db, id) : undefined
  if (trace === undefined && begun === undefined) return []
  const thought = db
    .prepare(
      `SELECT position, json_extract(payload, '$.order_id') AS orderId, type FROM events
       WHERE trace = @trace AND (@runNo IS NULL OR run_no = @runNo) ORDER BY position`,
    )
    .all({ trace: begun?.trace ?? Number(trace), runNo: begun?.run_no ?? null }) as readonly Thought[]
  const positions = new Set(thought.map(({ position }) => position))
  // What became of the orders that were wished for in it, whenever that was.
  const orders = new Set(
    thought.flatMap(({ type, orderId }) => (type === 'intent.created' && orderId !== null ? [orderId] : [])),
  )
  if (begun?.order_id === id) orders.add(id)
  for (const order of orders) for (const position of naming.all(order) as number[]) positions.add(position)
  return [...positions].toSorted((a, b) => a - b)
}

interface Thought {
  readonly position: number
  readonly orderId: string | null
  readonly type: string
}

interface Begun {
  readonly trace: number
  readonly run_no: number
  readonly order_id: string | null
}

/** The event that first names an id. Orders have an index; the others are looked for. */
function firstNaming(db: Database, id: string): Begun | undefined {
  const columns = "SELECT trace, run_no, json_extract(payload, '$.order_id') AS order_id FROM events WHERE"
  const byOrder = `${columns} json_extract(payload, '$.order_id') = @id AND json_extract(payload, '$.order_id') IS NOT NULL
    ORDER BY position LIMIT 1`
  const byOthers = `${columns} (type LIKE 'command.%' AND json_extract(payload, '$.command_id') = @id)
    OR (type IN ('intent.created', 'policy.decided') AND @id IN
      (json_extract(payload, '$.intent_id'), coalesce(json_extract(payload, '$.decision_id'), '')))
    ORDER BY position LIMIT 1`
  return (db.prepare(byOrder).get({ id }) ?? db.prepare(byOthers).get({ id })) as Begun | undefined
}

interface Growing extends JournalEntry {
  readonly isByOrder: boolean
  readonly consequences: Growing[]
}

function linked(entries: readonly JournalEntry[]): readonly CausalLink[] {
  const byPlace = new Map<number, Growing>()
  const lastOf = new Map<string, Growing>()
  const roots: Growing[] = []
  for (const { runNo, event } of entries) {
    const place = (seq: number) => runNo * POSITIONS_PER_RUN + seq
    const order = (event.payload as { readonly order_id?: string }).order_id
    const cause = event.causeSeq === 0 ? undefined : byPlace.get(place(event.causeSeq))
    const before = order === undefined ? undefined : lastOf.get(order)
    const parent = cause ?? before
    const link: Growing = { runNo, event, isByOrder: cause === undefined && before !== undefined, consequences: [] }
    byPlace.set(place(event.seq), link)
    if (order !== undefined && event.type.startsWith('order.')) lastOf.set(order, link)
    if (parent === undefined) roots.push(link)
    else parent.consequences.push(link)
  }
  return roots
}
