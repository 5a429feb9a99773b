import type { VenueReport } from '../../domain/report.ts'
import type { Order } from '../../orders/order.ts'
import type { VenueAccountPort, VenueFill, VenueOrder } from '../../venues/venue.ts'

export interface Recovered {
  /** What the kernel has not heard, oldest first. */
  readonly reports: readonly { readonly report: VenueReport; readonly ts: number }[]
  /** Orders that were asked for. */
  readonly asked: number
}

/**
 * Asks the venue about every order of ours that has not ended, and about the fills since a cursor, and says it in reports.
 * Nothing is sent again: an order that the venue has never heard of is told as rejected, one that it knows as it stands.
 *
 * @param cursor fills up to here are in our books
 * @throws whatever the venue's port rejects with: then nothing is known, and nothing was told
 */
export async function recoverOrders(
  venue: VenueAccountPort,
  working: readonly Order[],
  cursor: number,
): Promise<Recovered> {
  // A copy: the bookkeeper's list changes while the venue is asked.
  const asked = [...working]
  const fills = await venue.fills(cursor)
  const reports: { report: VenueReport; ts: number }[] = []
  for (const order of asked) {
    const known = await venue.order(order.id, order.instrument.id)
    const missing = fills.filter(({ orderId, tradeId }) => orderId === order.id && !order.tradeIds.includes(tradeId))
    for (const report of newsOf(order, known, missing)) reports.push({ report, ts: report.ts })
  }
  reports.sort((a, b) => a.ts - b.ts)
  return { reports, asked: asked.length }
}

function newsOf(order: Order, known: VenueOrder | undefined, fills: readonly VenueFill[]): readonly VenueReport[] {
  const orderId = order.id
  if (known === undefined) {
    // It has an id of theirs and they do not know it: nothing that a report can say. Reconciliation names it.
    if (order.venueOrderId !== undefined || fills.length > 0) return []
    const detail = 'the venue has never heard of it'
    return [{ kind: 'rejected', orderId, reasonCode: 'NEVER_ARRIVED', detail, ts: order.sinceTs }]
  }
  const reports: VenueReport[] = []
  const { venueOrderId, updatedTs } = known
  if (order.venueOrderId === undefined || (order.state === 'UNKNOWN' && known.state === 'OPEN'))
    reports.push({ kind: 'accepted', orderId, venueOrderId, ts: known.createdTs })
  // Of one that has ended only its size matters: what it filled is measured against it.
  const isAmended =
    known.qty !== order.qty || (known.state === 'OPEN' && (known.limit !== order.limit || known.stop !== order.stop))
  if (isAmended)
    reports.push({
      kind: 'amended',
      orderId,
      qty: known.qty,
      limit: known.limit,
      stop: known.stop,
      trail: order.trail,
      ts: known.createdTs,
    })
  for (const { tradeId, price, qty, liquidity, fee, ts } of fills.toSorted((a, b) => a.cursor - b.cursor))
    reports.push({ kind: 'fill', orderId, tradeId, price, qty, liquidity, fee, ts })
  const reasonCode = known.reasonCode ?? 'VENUE_ENDED'
  if (known.state === 'CANCELED') reports.push({ kind: 'canceled', orderId, reasonCode, ts: updatedTs })
  if (known.state === 'EXPIRED') reports.push({ kind: 'expired', orderId, reasonCode, ts: updatedTs })
  if (known.state === 'REJECTED') reports.push({ kind: 'rejected', orderId, reasonCode, detail: '', ts: updatedTs })
  return reports
}
