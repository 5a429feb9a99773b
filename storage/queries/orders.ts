import type { OrderRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { stored } from '../fault.ts'
import { type OrderCells, orderOf } from '../projections/orders-table.ts'
import { select } from './query.ts'

export interface OrderFilter {
  readonly state?: string | undefined
  /** Those that have not ended, or those that have. */
  readonly isWorking?: boolean | undefined
  readonly botId?: string | undefined
  readonly instrumentId?: string | undefined
  /** Created at or after, µs. */
  readonly sinceTs?: number | undefined
  readonly limit?: number | undefined
}

/** Orders, newest first. */
export function orders(db: Database, filter: OrderFilter = {}): readonly OrderRecord[] {
  const { state, isWorking, botId, instrumentId, sinceTs, limit } = filter
  return select(db, {
    from: 'orders',
    conditions: [
      ['state = ?', state],
      ['(ended_position IS NULL) = ?', isWorking === undefined ? undefined : Number(isWorking)],
      ['bot_id = ?', botId],
      ['instrument_id = ?', instrumentId],
      ['created_ts >= ?', sinceTs],
    ],
    order: 'created_ts DESC, no DESC',
    limit,
    read: orderOf,
  })
}

/** @returns undefined for an id that the books have never heard of */
export function order(db: Database, id: string): OrderRecord | undefined {
  const row = stored(`read order ${id}`, () => db.prepare('SELECT * FROM orders WHERE id = ?').get(id))
  return row === undefined ? undefined : orderOf(row as OrderCells)
}
