import { z } from 'zod'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

const NOTE = 'retention.hold'

const Hold = z.strictObject({ actor: z.string().min(1), reason: z.string().min(1), since_ts: z.int().nonnegative() })

/** Somebody's word that nothing may be let go. */
export interface RetentionHold {
  readonly actor: string
  readonly reason: string
  /** µs. */
  readonly sinceTs: number
}

/** The hold that stands; undefined while none does. One that cannot be read holds all the same. */
export function standingHold(db: Database): RetentionHold | undefined {
  const sql = 'SELECT value FROM notes WHERE name = ?'
  const value = stored(`read note ${NOTE}`, () => db.prepare(sql).pluck().get(NOTE)) as string | undefined
  if (value === undefined) return undefined
  const read = Hold.safeParse(parsed(value))
  if (!read.success) return { actor: 'unknown', reason: 'what was noted of it cannot be read', sinceTs: 0 }
  const { actor, reason, since_ts: sinceTs } = read.data
  return { actor, reason, sinceTs }
}

/**
 * Puts a hold, or lifts the one that stands.
 *
 * @param hold undefined to lift
 * @param tell keeps the fact of it; run before the change is durable, which is not made where it throws
 * @returns whether anything changed: a second hold on top of one that stands does not
 */
export function changeHold(db: Database, hold: RetentionHold | undefined, tell: () => void): boolean {
  const change = db.transaction(() => {
    if ((standingHold(db) === undefined) === (hold === undefined)) return false
    if (hold === undefined) db.prepare('DELETE FROM notes WHERE name = ?').run(NOTE)
    else {
      const { actor, reason, sinceTs } = hold
      const value = JSON.stringify({ actor, reason, since_ts: sinceTs } satisfies z.infer<typeof Hold>)
      db.prepare('INSERT INTO notes (name, value) VALUES (?, ?)').run(NOTE, value)
    }
    tell()
    return true
  })
  return stored(`change note ${NOTE}`, () => change.immediate())
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
