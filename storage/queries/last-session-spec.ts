import type { Database } from '../database.ts'
import { stored } from '../fault.ts'

/** What the last session was made of, as it was written; undefined before the first. */
export function lastSessionSpec(db: Database): unknown {
  const sql = 'SELECT spec FROM sessions ORDER BY run_no DESC LIMIT 1'
  const text = stored('read the last session', () => db.prepare(sql).pluck().get()) as string | undefined
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}
