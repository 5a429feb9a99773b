import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import type { ReconcileItemCells, ReconcileResultCells } from '../projections/reconcile-tables.ts'
import { select } from './query.ts'

export interface ReconcileItem {
  readonly ts: number
  readonly category: string
  readonly subject: string
  readonly reasonCode: string
  readonly evidence: Readonly<Record<string, string | number | boolean>>
}

/** One comparison of our books with the venue's. */
export interface Reconciliation {
  readonly id: string
  readonly ts: number
  readonly venueId: string
  readonly status: string
  readonly compared: number
  readonly differences: number
  readonly items: readonly ReconcileItem[]
}

/** Comparisons, newest first, each with what it found. */
export function reconciliations(
  db: Database,
  filter: { readonly status?: string | undefined; readonly sinceTs?: number | undefined; readonly limit: number },
): readonly Reconciliation[] {
  const { status, sinceTs, limit } = filter
  const items = db.prepare('SELECT * FROM reconcile_items WHERE reconcile_id = ? ORDER BY position')
  const itemsOf = (id: string) => stored(`read reconciliation ${id}`, () => items.all(id)) as ReconcileItemCells[]
  return select(db, {
    from: 'reconcile_results',
    conditions: [
      ['status = ?', status],
      ['ts >= ?', sinceTs],
    ],
    order: 'position DESC',
    limit,
    read: (row: ReconcileResultCells) => ({
      id: row.reconcile_id,
      ts: row.ts,
      venueId: row.venue_id,
      status: row.status,
      compared: row.compared,
      differences: row.differences,
      items: itemsOf(row.reconcile_id).map(itemOf),
    }),
  })
}

function itemOf({ ts, category, subject, reason_code: reasonCode, evidence }: ReconcileItemCells): ReconcileItem {
  return { ts, category, subject, reasonCode, evidence: JSON.parse(evidence) as ReconcileItem['evidence'] }
}
