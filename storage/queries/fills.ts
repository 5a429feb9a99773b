import type { FillRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { fillOf } from '../projections/fills-table.ts'
import { select } from './query.ts'

export interface FillFilter {
  readonly orderId?: string | undefined
  readonly botId?: string | undefined
  readonly instrumentId?: string | undefined
  /** At or after, and before, µs. */
  readonly sinceTs?: number | undefined
  readonly beforeTs?: number | undefined
  readonly limit?: number | undefined
}

/** Fills, newest first. */
export function fills(db: Database, filter: FillFilter = {}): readonly FillRecord[] {
  const { orderId, botId, instrumentId, sinceTs, beforeTs, limit } = filter
  return select(db, {
    from: 'fills',
    conditions: [
      ['order_id = ?', orderId],
      ['bot_id = ?', botId],
      ['instrument_id = ?', instrumentId],
      ['ts >= ?', sinceTs],
      ['ts < ?', beforeTs],
    ],
    order: 'no DESC',
    limit,
    read: fillOf,
  })
}
