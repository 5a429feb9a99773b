import { assert } from '../../src/domain/brand.ts'
import type { Database } from '../database.ts'
import { followJournal } from './engine-books.ts'
import { type Cell, PROJECTED, type ProjectedTable } from './table.ts'

/** A value that stands otherwise than the journal says. */
export interface RowDifference {
  readonly table: string
  /** Of the row: its key's values. */
  readonly key: readonly Cell[]
  /** Which column; undefined where the whole row is on one side only. */
  readonly field: string | undefined
  /** What stood in the table; undefined where the row was not there. */
  readonly stood: Cell | undefined
  /** What the journal makes of it; undefined where it makes no such row. */
  readonly rebuilt: Cell | undefined
}

/** Folds the journal into a second set of tables, `temp.rebuilt_…`, up to an event. */
export function foldBeside(db: Database, until: number): void {
  for (const { name } of PROJECTED) {
    db.exec(`DROP TABLE IF EXISTS temp.rebuilt_${name}`)
    const sql = schemaOf(db, name)[0] ?? ''
    const beside = sql.replace(/^CREATE TABLE "?\w+"?/, `CREATE TEMP TABLE rebuilt_${name}`)
    assert(beside !== sql, `the shape of ${name} begins with CREATE TABLE, was '${sql.slice(0, 40)}'`)
    db.exec(beside)
  }
  followJournal(db, { place: 'temp.rebuilt_', from: 0, until })
}

export function dropBeside(db: Database): void {
  for (const { name } of PROJECTED) db.exec(`DROP TABLE IF EXISTS temp.rebuilt_${name}`)
}

/** Statements that make a table, its indexes and its triggers, the table first. */
export function schemaOf(db: Database, table: string): readonly string[] {
  return db
    .prepare(
      `SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL
       ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name`,
    )
    .pluck()
    .all(table) as string[]
}

/** Every value in which the tables that stand and those beside them differ. */
export function* differences(db: Database): Generator<RowDifference, void, void> {
  for (const table of PROJECTED) yield* differencesIn(db, table)
}

function* differencesIn(db: Database, { name, key }: ProjectedTable): Generator<RowDifference, void, void> {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[]
  const rows = db.prepare(
    `SELECT ${[...columns.map((column) => `stood.${column}`), ...columns.map((column) => `made.${column}`)].join(', ')}
     FROM main.${name} AS stood FULL JOIN temp.rebuilt_${name} AS made
       ON ${key.map((column) => `stood.${column} = made.${column}`).join(' AND ')}
     WHERE ${columns.map((column) => `stood.${column} IS NOT made.${column}`).join(' OR ')}`,
  )
  for (const cells of rows.raw().iterate() as IterableIterator<Cell[]>) {
    const stood = cells.slice(0, columns.length)
    const made = cells.slice(columns.length)
    const keyIn = (row: readonly Cell[]) => key.map((column) => row[columns.indexOf(column)] ?? null)
    const isMissing = keyIn(stood).includes(null)
    const isExtra = keyIn(made).includes(null)
    const at = { table: name, key: keyIn(isMissing ? made : stood) }
    if (isMissing || isExtra) {
      yield {
        ...at,
        field: undefined,
        stood: isMissing ? undefined : stood.join(' '),
        rebuilt: isExtra ? undefined : made.join(' '),
      }
      continue
    }
    for (const [index, field] of columns.entries()) {
      const pair = { stood: stood[index] ?? null, rebuilt: made[index] ?? null }
      if (pair.stood !== pair.rebuilt) yield { ...at, field, ...pair }
    }
  }
}
