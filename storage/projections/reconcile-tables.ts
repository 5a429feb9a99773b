import type { KernelEvent, Payload } from '../../src/events/event.ts'
import type { Database } from '../database.ts'
import { insertInto, orderedJson, type Place } from './table.ts'

export interface ReconcileResultCells {
  readonly position: number
  readonly reconcile_id: string
  readonly ts: number
  readonly venue_id: string
  readonly status: string
  readonly compared: number
  readonly differences: number
}
export interface ReconcileItemCells {
  readonly position: number
  readonly reconcile_id: string
  readonly ts: number
  readonly category: string
  readonly subject: string
  readonly reason_code: string
  readonly evidence: string
}

/** @returns what writes an event's row, where it is one of reconciliation */
export function reconcileWriter(db: Database, place: Place): (event: KernelEvent, position: number) => void {
  const addResult = insertInto<ReconcileResultCells>(db, `${place}reconcile_results`, [
    'position',
    'reconcile_id',
    'ts',
    'venue_id',
    'status',
    'compared',
    'differences',
  ])
  const addItem = insertInto<ReconcileItemCells>(db, `${place}reconcile_items`, [
    'position',
    'reconcile_id',
    'ts',
    'category',
    'subject',
    'reason_code',
    'evidence',
  ])
  return ({ type, ts, payload }, position) => {
    if (type === 'reconcile.run') addResult.run({ position, ts, ...(payload as Payload<'reconcile.run'>) })
    if (type !== 'reconcile.mismatch') return
    const { evidence, ...item } = payload as Payload<'reconcile.mismatch'>
    addItem.run({ position, ts, ...item, evidence: orderedJson(evidence) })
  }
}
