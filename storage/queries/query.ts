import type { Database } from '../database.ts'
import { stored } from '../fault.ts'

/** A condition and the value that it needs; left out where the value is undefined. */
export type Condition = readonly [sql: string, value: string | number | undefined]

export interface Question<R, T> {
  readonly from: string
  /** All must hold; each names one `?`. */
  readonly conditions: readonly Condition[]
  readonly order: string
  readonly limit?: number | undefined
  /** What a row of the table is. */
  readonly read: (row: R) => T
}

/** What the rows that fit are. */
export function select<R, T>(db: Database, { from, conditions, order, limit, read }: Question<R, T>): readonly T[] {
  const asked = conditions.filter(([, value]) => value !== undefined)
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([sql]) => sql).join(' AND ')}`
  // A negative limit is none.
  const sql = `SELECT * FROM ${from} ${where} ORDER BY ${order} LIMIT ?`
  const values = [...asked.map(([, value]) => value), limit ?? -1]
  return (stored(`read ${from}`, () => db.prepare(sql).all(...values)) as R[]).map(read)
}
