import type { InstrumentId, OrderId } from '../domain/ids.ts'
import type { FillReport, VenueReport } from '../domain/report.ts'
import type { OrderRecord } from '../projection/engine-state.ts'
import type { VenueFill, VenueOrder } from '../venues/venue.ts'
import type { Difference } from './difference.ts'

/** Something that only a person may decide, and the first thing to do. */
export interface OperatorCase {
  readonly subject: string
  readonly reasonCode: string
  readonly fact: string
  readonly advice: string
}

/** What would bring our books to the venue's. */
export interface RepairPlan {
  /** What the kernel should be told, in this order: other terms before what filled by them, fills before the end of their order. */
  readonly reports: readonly VenueReport[]
  /** Orders to ask the venue for, one by one, before more can be said. */
  readonly lookups: readonly { readonly orderId: OrderId; readonly instrumentId: InstrumentId }[]
  readonly operator: readonly OperatorCase[]
}

export interface RepairFacts {
  /** Differences that stand. */
  readonly confirmed: readonly Difference[]
  /** How often in a row the venue said that it has never heard of an order. */
  readonly neverHeard: ReadonlyMap<OrderId, number>
  readonly nowTs: number
  /** So often it must have been said before it is believed. */
  readonly neverHeardMin?: number
}

/** UGF-D-005: asked again twice. */
const NEVER_HEARD_MIN = 2

/**
 * Plans what the host should do about differences that stand. The venue is right about orders and fills, so that what it
 * says of them is told to the kernel as a report, through the same door as all others. Everything that would have to be
 * guessed (orders and exposure without intent, balances, terms) is left to an operator.
 */
export function planRepairs(facts: RepairFacts): RepairPlan {
  const plan = {
    fills: [] as { readonly cursor: number; readonly report: FillReport }[],
    terms: [] as VenueReport[],
    reports: [] as VenueReport[],
    lookups: [] as { orderId: OrderId; instrumentId: InstrumentId }[],
    operator: [] as OperatorCase[],
  }
  const missed = facts.confirmed.flatMap(({ reasonCode, fill }) =>
    reasonCode === 'FILL_MISSED' && fill !== undefined ? [fill] : [],
  )
  for (const difference of facts.confirmed) {
    plan.terms.push(...otherSize(difference))
    const repair = repairOf(difference, missed, facts)
    switch (repair.kind) {
      case 'fill':
        plan.fills.push(repair)
        break
      case 'report':
        plan.reports.push(repair.report)
        break
      case 'lookup':
        plan.lookups.push({ orderId: repair.order.id, instrumentId: repair.order.instrumentId })
        break
      case 'operator': {
        const { subject, reasonCode, fact } = difference
        plan.operator.push({ subject, reasonCode, fact, advice: repair.advice })
        break
      }
      case 'follows':
        break
    }
  }
  const fills = plan.fills.toSorted((a, b) => a.cursor - b.cursor).map(({ report }) => report)
  return { reports: [...plan.terms, ...fills, ...plan.reports], lookups: plan.lookups, operator: plan.operator }
}

type Repair =
  | { readonly kind: 'fill'; readonly report: FillReport; readonly cursor: number }
  | { readonly kind: 'report'; readonly report: VenueReport }
  | { readonly kind: 'lookup'; readonly order: OrderRecord }
  | { readonly kind: 'operator'; readonly advice: string }
  /** Mended by what is done about another difference. */
  | { readonly kind: 'follows' }

const askOperator = (advice: string): Repair => ({ kind: 'operator', advice })

function repairOf(difference: Difference, missed: readonly VenueFill[], facts: RepairFacts): Repair {
  const { reasonCode, order, venueOrder, fill } = difference
  switch (reasonCode) {
    case 'FILL_MISSED':
      if (fill?.orderId === undefined) return askOperator('book it by hand with the evidence of the venue')
      return { kind: 'fill', report: fillReport(fill, fill.orderId), cursor: fill.cursor }
    case 'ORDER_NOT_AT_VENUE':
      return order === undefined ? askOperator('look at the order') : notAtVenue(order, facts)
    case 'ORDER_ENDED_AT_VENUE':
      if (order === undefined || venueOrder === undefined) return askOperator('look at the order')
      return endedAtVenue(order, venueOrder, missed)
    case 'ORDER_ANSWER_LOST':
      if (order === undefined || venueOrder === undefined) return askOperator('look at the order')
      return report({ kind: 'accepted', orderId: order.id, venueOrderId: venueOrder.venueOrderId, ts: facts.nowTs })
    case 'ORDER_CANCEL_LOST':
      if (order === undefined) return askOperator('look at the order')
      return report({ kind: 'cancel-refused', orderId: order.id, detail: 'still open at the venue', ts: facts.nowTs })
    case 'ORDER_AMEND_LOST':
      if (order === undefined || venueOrder === undefined) return askOperator('look at the order')
      return report(amendReport(order, venueOrder, facts.nowTs))
    case 'ORDER_FILLED_DIFFERS':
      // The fills themselves are told one by one; without them there is nothing to book.
      if (missed.some(({ orderId }) => orderId === order?.id)) return { kind: 'follows' }
      return askOperator("ask the venue for the order's fills; the list that was read does not have them")
    case 'POSITION_FILLS_MISSED':
    case 'BALANCE_FILLS_MISSED':
      return { kind: 'follows' }
    case 'VENUE_BOOKS_OLD':
      return askOperator("see that the venue's and our clock are right, and that the venue answers")
    case 'ORDER_EXTERNAL':
      return askOperator('cancel it at the venue, or find out who placed it: the account is not ours alone')
    case 'ORDER_TWICE':
    case 'ORDER_STILL_OPEN':
    case 'ORDER_UNSENT_AT_VENUE':
      return askOperator('cancel it at the venue, then reconcile again')
    case 'ORDER_TERMS_DIFFER':
      return askOperator('cancel the order: it works on other terms than we know')
    case 'FILL_UNEXPLAINED':
    case 'POSITION_UNEXPLAINED':
    case 'BALANCE_UNEXPLAINED':
      return askOperator('close what is not ours, or book it with evidence; nothing new opens until then')
    case 'FILL_NOT_AT_VENUE':
    case 'FILL_TERMS_DIFFER':
      return askOperator("compare with the venue's statement: what we booked is not what it lists")
    case 'POSITION_DIFFERS':
    case 'BALANCE_DIFFERS':
      return askOperator('look for a deposit, withdrawal or fee that was not recorded; book it with evidence')
  }
}

function report(told: VenueReport): Repair {
  return { kind: 'report', report: told }
}

function fillReport({ tradeId, price, qty, liquidity, fee, ts }: VenueFill, orderId: OrderId): FillReport {
  return { kind: 'fill', orderId, tradeId, price, qty, liquidity, fee, ts }
}

/** One that the venue had accepted is over, one that it never had was refused; neither before it was said often enough. */
function notAtVenue(order: OrderRecord, { neverHeard, nowTs, neverHeardMin = NEVER_HEARD_MIN }: RepairFacts): Repair {
  if ((neverHeard.get(order.id) ?? 0) < neverHeardMin) return { kind: 'lookup', order }
  if (order.venueOrderId !== undefined || order.filled > 0 || !REFUSABLE.has(order.state))
    return report({ kind: 'expired', orderId: order.id, reasonCode: 'VENUE_FORGOT', ts: nowTs })
  const detail = `the venue has never heard of it, asked ${neverHeard.get(order.id)} times`
  return report({ kind: 'rejected', orderId: order.id, reasonCode: 'NEVER_ARRIVED', detail, ts: nowTs })
}

/** States from which an order can still turn out to have been refused; one that worked is over instead. */
const REFUSABLE: ReadonlySet<string> = new Set(['SENT', 'UNKNOWN', 'CANCEL_REQUESTED'])

/** One that was made larger or smaller and has ended since: what it filled is measured against its new size. */
function otherSize({ reasonCode, order, venueOrder }: Difference): readonly VenueReport[] {
  if (reasonCode !== 'ORDER_ENDED_AT_VENUE' || order === undefined || venueOrder === undefined) return []
  if (venueOrder.qty === order.qty || venueOrder.qty < order.filled) return []
  const { qty, limit, stop, updatedTs: ts } = venueOrder
  return [{ kind: 'amended', orderId: order.id, qty, limit, stop, trail: order.trail, ts }]
}

/** An order is not ended before all that it filled is booked: what was filled after its end would come too late. */
function endedAtVenue(order: OrderRecord, theirs: VenueOrder, missed: readonly VenueFill[]): Repair {
  const toCome = missed.filter(({ orderId }) => orderId === order.id).reduce((sum, { qty }) => sum + qty, 0)
  if (order.filled + toCome !== theirs.filled)
    return askOperator("ask the venue for the order's fills; the list that was read does not have them")
  const reasonCode = theirs.reasonCode ?? `VENUE_${theirs.state}`
  const common = { orderId: order.id, reasonCode, ts: theirs.updatedTs }
  switch (theirs.state) {
    case 'CANCELED':
      return report({ kind: 'canceled', ...common })
    case 'EXPIRED':
      return report({ kind: 'expired', ...common })
    case 'REJECTED':
      if (!REFUSABLE.has(order.state)) return report({ kind: 'expired', ...common })
      return report({ kind: 'rejected', detail: 'told when asked', ...common })
    case 'FILLED':
    case 'OPEN':
      return { kind: 'follows' }
  }
}

function amendReport(order: OrderRecord, theirs: VenueOrder, ts: number): VenueReport {
  const { pendingAmend } = order
  const isAmended =
    pendingAmend !== undefined &&
    theirs.qty === pendingAmend.qty &&
    theirs.limit === pendingAmend.limit &&
    theirs.stop === pendingAmend.stop
  if (!isAmended) return { kind: 'amend-refused', orderId: order.id, detail: 'the venue works the old terms', ts }
  return { kind: 'amended', orderId: order.id, ...pendingAmend, ts }
}
