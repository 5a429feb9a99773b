import type { Statement } from 'better-sqlite3'
import type { Money } from '../../src/domain/money.ts'
import type { Database } from '../database.ts'

export type Cell = string | number | null

/** A table that is folded from the journal, and the columns that tell one row from another. */
export interface ProjectedTable {
  readonly name: string
  readonly key: readonly string[]
}

/** Every table that the journal alone decides, `progress` last. */
export const PROJECTED: readonly ProjectedTable[] = [
  { name: 'orders', key: ['id'] },
  { name: 'fills', key: ['order_id', 'trade_id'] },
  { name: 'holdings', key: ['bot_id', 'instrument_id'] },
  { name: 'balances', key: ['account', 'currency'] },
  { name: 'bots', key: ['id'] },
  { name: 'safety', key: ['one'] },
  { name: 'safety_reasons', key: ['code'] },
  { name: 'kills', key: ['scope'] },
  { name: 'reconcile_results', key: ['position'] },
  { name: 'reconcile_items', key: ['position'] },
  { name: 'progress', key: ['one'] },
]

/** Where projections are written: the tables that stand, or a second set beside them that is compared with the first. */
export type Place = 'main.' | 'temp.rebuilt_'

export function insertInto<R>(db: Database, table: string, columns: readonly (keyof R & string)[]): Statement<[R]> {
  const values = columns.map((column) => `@${column}`).join(', ')
  return db.prepare<[R]>(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values})`)
}

/**
 * Puts a row in, or changes the one of its key, which keeps its place.
 *
 * @param keep columns whose first value stays
 */
export function upsertInto<R>(
  db: Database,
  table: string,
  columns: readonly (keyof R & string)[],
  { key, keep = [] }: { key: readonly (keyof R & string)[]; keep?: readonly (keyof R & string)[] },
): Statement<[R]> {
  const values = columns.map((column) => `@${column}`).join(', ')
  const changes = columns
    .filter((column) => !key.includes(column))
    .map((column) =>
      keep.includes(column) ? `${column} = coalesce(${column}, excluded.${column})` : `${column} = excluded.${column}`,
    )
  return db.prepare<[R]>(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values})
     ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes.join(', ')}`,
  )
}

/** Money as the database keeps it. */
export function digits(amount: Money): string {
  return amount.toString()
}
/** Money as it was kept. */
export function amountOf(text: string): Money {
  return BigInt(text) as Money
}

/**
 * A flat object as JSON with its keys in order. An event that was read again has its keys in order, one that was just made has
 * them as it was made: the same fact must be the same row.
 */
export function orderedJson(fields: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(entries))
}
