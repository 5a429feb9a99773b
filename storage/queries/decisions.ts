import type { KernelEvent } from '../../src/events/event.ts'
import type { Database } from '../database.ts'
import { journalTail } from './journal-tail.ts'
import { orderEvents } from './order-history.ts'

/** What the gate said, and to whose order. */
export interface Decision {
  readonly runNo: number
  readonly event: KernelEvent<'policy.decided'>
}

/** Decisions on one order, or the last ones (of a bot), oldest first. */
export function decisions(
  db: Database,
  filter: { readonly orderId: string } | { readonly botId?: string | undefined; readonly limit: number },
): readonly Decision[] {
  const entries =
    'orderId' in filter ? orderEvents(db, filter.orderId) : journalTail(db, { ...filter, type: 'policy.decided' })
  return entries.filter((entry): entry is Decision => entry.event.type === 'policy.decided')
}
