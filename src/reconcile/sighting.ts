import type { Sighting } from './case.ts'
import type { Difference } from './difference.ts'
import type { ReconcileResult } from './result.ts'

/** What a reconciliation means to cases. */
export function sightingOf(
  result: ReconcileResult,
  confirmed: readonly Difference[],
  { repairs }: { readonly repairs: number },
): Sighting {
  return {
    reconcileId: result.reconcile_id,
    venueId: result.venue_id,
    ts: result.started_ts,
    verdict: result.status,
    isFull: result.scope === 'all',
    isUnanswered: result.unknown.length > 0,
    differences: confirmed.map(({ category, subject, reasonCode, fact, ...about }) => ({
      category,
      subject,
      reasonCode,
      fact,
      instrumentId: instrumentOf({ subject, ...about }),
      orderId: about.order?.id ?? about.fill?.orderId,
    })),
    repairs,
    foreign: confirmed.flatMap(({ reasonCode, venueOrder }) =>
      reasonCode === 'ORDER_EXTERNAL' && venueOrder !== undefined
        ? [{ venueOrderId: venueOrder.venueOrderId, instrumentId: venueOrder.instrumentId }]
        : [],
    ),
  }
}

/** Undefined for what belongs to the whole account: balances, and the age of the books. */
function instrumentOf({
  kind,
  subject,
  order,
  venueOrder,
  fill,
}: Pick<Difference, 'kind' | 'subject' | 'order' | 'venueOrder' | 'fill'>): string | undefined {
  if (kind === 'position') return subject.slice('position:'.length)
  return order?.instrumentId ?? venueOrder?.instrumentId ?? fill?.instrumentId
}
