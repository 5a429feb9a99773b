import type { Database } from '../database.ts'
import { stored } from '../fault.ts'

/** Of all things of one kind, those that the journal explains. */
export interface Coverage {
  readonly subject: 'commands' | 'decisions' | 'orders' | 'transitions'
  /** What is asked of each of them. */
  readonly asks: string
  readonly total: number
  /** What is not explained, oldest first, each with why. */
  readonly missing: readonly { readonly id: string; readonly why: string }[]
}

type Missing = Coverage['missing'][number]

/** Holds what was asked, judged, sent and changed against the events that must tell of it. */
export function auditCoverage(db: Database): readonly Coverage[] {
  return stored('hold the tables against the journal', () => [commands(db), decisions(db), orders(db), transitions(db)])
}

function commands(db: Database): Coverage {
  const told = new Set(
    db
      .prepare(
        "SELECT json_extract(payload, '$.command_id') FROM events WHERE type IN ('command.completed', 'command.rejected')",
      )
      .pluck()
      .all() as string[],
  )
  const answered = db
    // What was withdrawn no engine ever took.
    .prepare("SELECT id, type, status FROM commands WHERE finished_ts IS NOT NULL AND status != 'CANCELED' ORDER BY no")
    .all() as readonly { readonly id: string; readonly type: string; readonly status: string }[]
  const missing = answered
    .filter(({ id }) => !told.has(id))
    .map(({ id, type, status }) => ({ id, why: `${type} ${status}: answered in the queue, no event tells of it` }))
  return { subject: 'commands', asks: 'an event of its answer', total: answered.length, missing }
}

function decisions(db: Database): Coverage {
  const sql = `SELECT json_extract(payload, '$.order_id') AS id, json_extract(payload, '$.decision_id') AS decision, type
    FROM events WHERE type IN ('order.enqueued', 'order.blocked', 'order.sent') ORDER BY position`
  const acts = db.prepare(sql).all() as readonly Acted[]
  const judged = "SELECT json_extract(payload, '$.decision_id') FROM events WHERE type = 'policy.decided'"
  const known = new Set(db.prepare(judged).pluck().all())
  const missing = acts
    .filter(({ decision }) => !known.has(decision))
    .map(({ id, decision, type }) => ({ id, why: `${type} names decision ${decision ?? '?'}, which was not recorded` }))
  return { subject: 'decisions', asks: 'the decision that allowed or blocked it', total: acts.length, missing }
}

interface Acted {
  readonly id: string
  readonly decision: string | null
  readonly type: string
}

/** What an order of ours cannot be without; one that the venue named is adopted instead, one that the gate refused has no terms. */
const LINKS = ['intent.created', 'policy.decided'] as const
const TERMS = 'order.enqueued'

function orders(db: Database): Coverage {
  const types = db.prepare(
    `SELECT json_extract(payload, '$.order_id') AS id, type FROM events
     WHERE type IN ('intent.created', 'policy.decided', 'order.enqueued', 'order.blocked', 'order.adopted')`,
  )
  const links = new Map<string, Set<string>>()
  for (const { id, type } of types.iterate() as IterableIterator<{ readonly id: string; readonly type: string }>) {
    const of = links.get(id) ?? new Set()
    links.set(id, of.add(type))
  }
  // Those of the table, and those that were sent: either may be missing from the other.
  const sql = `SELECT id FROM orders UNION
    SELECT json_extract(payload, '$.order_id') FROM events WHERE type IN ('order.enqueued', 'order.sent')`
  const ids = db.prepare(sql).pluck().all() as string[]
  const missing = ids.flatMap((id): readonly Missing[] => {
    const has = links.get(id)
    if (has?.has('order.adopted') === true) return []
    const asked = has?.has('order.blocked') === true ? LINKS : [...LINKS, TERMS]
    const absent = asked.filter((link) => has?.has(link) !== true)
    return absent.length === 0 ? [] : [{ id, why: `no ${absent.join(', no ')}` }]
  })
  return { subject: 'orders', asks: 'its intent, its decision and its terms', total: ids.length, missing }
}

function transitions(db: Database): Coverage {
  const sql = `SELECT run_no AS session, seq, type, coalesce(json_extract(payload, '$.scope'), 'mode') AS of,
      json_extract(payload, '$.from') AS before, json_extract(payload, '$.to') AS after
    FROM events WHERE type IN ('safety.mode_changed', 'safety.kill_changed') ORDER BY position`
  const moved = db.prepare(sql).all() as readonly Moved[]
  const stands = new Map<string, string>()
  const missing: Missing[] = []
  for (const { session, seq, type, of, before, after } of moved) {
    const key = `${type} ${of}`
    const was = stands.get(key)
    if (was !== undefined && was !== before)
      missing.push({ id: `${session}/${seq}`, why: `${of} moved from ${before}, the event before left it at ${was}` })
    stands.set(key, after)
  }
  return { subject: 'transitions', asks: 'that each begins where the one before ended', total: moved.length, missing }
}

interface Moved {
  readonly session: number
  readonly seq: number
  readonly type: string
  readonly of: string
  readonly before: string
  readonly after: string
}
