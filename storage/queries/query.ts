import type { Database } from '../database.ts'
import { stored } from '../fault.ts'

/** A condition and the value that it needs; left out where the value is undefined. */
export type Condition = readonly [sql: string, value: string | number | undefined]

/**
 * Rows of a query.
 *
 * @param conditions all must hold; each names one `?`
 */
export function select<R>(
  db: Database,
  options: {
    readonly from: string
    readonly conditions: readonly Condition[]
    readonly order: string
    readonly limit?: number | undefined
  },
): readonly R[] {
  const { from, conditions, order, limit } = options
  const asked = conditions.filter(([, value]) => value !== undefined)
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([sql]) => sql).join(' AND ')}`
  // A negative limit is none.
  const sql = `SELECT * FROM ${from} ${where} ORDER BY ${order} LIMIT ?`
  const values = [...asked.map(([, value]) => value), limit ?? -1]
  return stored(`read ${from}`, () => db.prepare(sql).all(...values)) as R[]
}
