import { hash } from 'node:crypto'
import type { CommandPayload, CommandRow } from '../../src/runtime/command-catalogue.ts'

/** A wish that was refused had no effect: the same terms may be asked for again. */
const WITHOUT_EFFECT: ReadonlySet<CommandRow['status']> = new Set([
  'REJECTED_EXPIRED',
  'REJECTED_DUPLICATE',
  'REJECTED_POLICY',
  'REJECTED_AUTHZ',
  'CANCELED',
])

/**
 * The idempotency key of an order that was given none: its terms and a nonce, hashed (UGF-0-009). The same line typed or run
 * twice is one order; who means two says so with another nonce.
 *
 * @param known looks a command up by its id
 */
export function orderKey(
  payload: CommandPayload<'ORDER_PLACE'>,
  nonce: string,
  known: (id: string) => Pick<CommandRow, 'status'> | undefined,
): string {
  const terms = JSON.stringify(Object.entries(payload).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  for (let attempt = 0; ; attempt++) {
    const key = `order-${hash('sha256', JSON.stringify([terms, nonce, attempt]), 'hex').slice(0, 24)}`
    const row = known(key)
    if (row === undefined || !WITHOUT_EFFECT.has(row.status)) return key
  }
}
