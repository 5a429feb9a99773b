import type { OrderRecord } from '../projection/engine-state.ts'
import type { VenueOrder } from '../venues/venue.ts'
import type { Difference, DifferenceCode, Findings } from './difference.ts'
import type { Ledgers, Lookup } from './ledgers.ts'

/** States in which an order has not left us. */
const UNSENT: ReadonlySet<string> = new Set(['DRAFT', 'VALIDATED', 'ENQUEUED'])
/** What an open order of the venue is to us while we still wait for its answer. */
const WAITING: Readonly<Record<string, DifferenceCode>> = {
  SENT: 'ORDER_ANSWER_LOST',
  UNKNOWN: 'ORDER_ANSWER_LOST',
  CANCEL_REQUESTED: 'ORDER_CANCEL_LOST',
  AMEND_REQUESTED: 'ORDER_AMEND_LOST',
}
/** What an order of a type is at the venue once its stop was reached. */
const TRIGGERED: Readonly<Record<string, string>> = { STOP: 'MARKET', STOP_LIMIT: 'LIMIT', TRAILING_STOP: 'MARKET' }

/** Holds every order that works on either side against the other side. Terms are exact. */
export function compareOrders(ledgers: Ledgers, findings: Findings): void {
  const { ours, venue, byId, lookups } = ledgers
  const atVenue = new Map<string, VenueOrder>()
  for (const theirs of venue.openOrders) {
    const { orderId, instrumentId } = theirs
    if (orderId === undefined || !byId.has(instrumentId)) findings.add(external(theirs))
    else if (atVenue.has(orderId)) findings.add(twice(theirs))
    else atVenue.set(orderId, theirs)
  }
  for (const order of ours.working) {
    if (!byId.has(order.instrumentId)) continue
    compareOrder(order, atVenue.get(order.id) ?? lookups?.get(order.id), ledgers, findings)
    atVenue.delete(order.id)
  }
  for (const theirs of atVenue.values()) {
    const ended = theirs.orderId === undefined ? undefined : ledgers.orders.get(theirs.orderId)
    findings.add(ended === undefined ? external(theirs) : stillOpen(ended, theirs, ledgers))
  }
}

function compareOrder(order: OrderRecord, found: Lookup | undefined, ledgers: Ledgers, findings: Findings): void {
  const theirs = found === 'NEVER_HEARD_OF' ? undefined : found
  if (UNSENT.has(order.state)) {
    if (theirs === undefined) return
    return findings.add({
      ...of(order, theirs),
      category: 'DANGEROUS',
      reasonCode: 'ORDER_UNSENT_AT_VENUE',
      fact: `${order.id} never left us (${order.state}), and the venue has it`,
      isPending: false,
    })
  }
  const difference = theirs === undefined ? notThere(order) : differs(order, theirs)
  if (difference === undefined) findings.match()
  else findings.add({ ...of(order, theirs), ...difference, isPending: isOnItsWay(order, theirs, ledgers) })
}

/** Whether either side changed the order so lately that the other may not know yet. */
function isOnItsWay(order: OrderRecord, theirs: VenueOrder | undefined, { nowTs, settings }: Ledgers): boolean {
  const changedTs = Math.max(order.sinceTs, order.sentTs ?? 0, order.answeredTs ?? 0, theirs?.updatedTs ?? 0)
  const limitUs = WAITING[order.state] === undefined ? settings.settleUs : settings.inFlightUs
  return nowTs - changedTs < limitUs
}

type Verdict = Pick<Difference, 'category' | 'reasonCode' | 'fact'>

function notThere({ id, state }: OrderRecord): Verdict {
  const fact = `${id} is ${state} with us, and the venue does not list it`
  return { category: 'MISSING_REMOTE', reasonCode: 'ORDER_NOT_AT_VENUE', fact }
}

function differs(order: OrderRecord, theirs: VenueOrder): Verdict | undefined {
  const says = (reasonCode: DifferenceCode, fact: string): Verdict => ({ category: 'DIVERGED', reasonCode, fact })
  const { id, state } = order
  if (theirs.state !== 'OPEN')
    return says('ORDER_ENDED_AT_VENUE', `${id} is ${state} with us, and ${theirs.state} at the venue`)
  const term = differingTerm(order, theirs)
  if (term !== undefined) return says('ORDER_TERMS_DIFFER', `${id} has another ${term} at the venue`)
  if (order.filled !== theirs.filled)
    return says('ORDER_FILLED_DIFFERS', `${id} has ${order.filled} lots filled with us, ${theirs.filled} at the venue`)
  const waiting = WAITING[state]
  if (waiting !== undefined) return says(waiting, `${id} waits for an answer (${state}), and is open at the venue`)
  return undefined
}

/** The first term on which both do not agree. While an amend is asked for, both its terms and the old ones are right. */
function differingTerm(order: OrderRecord, theirs: VenueOrder): string | undefined {
  const { type, pendingAmend } = order
  const isTriggered = theirs.type !== type && theirs.type === TRIGGERED[type]
  if (theirs.instrumentId !== order.instrumentId) return 'instrument'
  if (theirs.side !== order.side) return 'side'
  if (theirs.type !== type && !isTriggered) return 'type'
  if (theirs.reduceOnly !== order.reduceOnly) return 'reduce-only mark'
  if (order.venueOrderId !== undefined && theirs.venueOrderId !== order.venueOrderId) return 'number'
  // A trailing stop moves by itself; one that was triggered has none.
  const hasStop = !isTriggered && type !== 'TRAILING_STOP'
  const isAs = (terms: Pick<OrderRecord, 'qty' | 'limit' | 'stop'>) =>
    theirs.qty === terms.qty && theirs.limit === terms.limit && (!hasStop || theirs.stop === terms.stop)
  if (isAs(order) || (pendingAmend !== undefined && isAs(pendingAmend))) return undefined
  return theirs.qty !== order.qty ? 'quantity' : theirs.limit !== order.limit ? 'limit price' : 'stop price'
}

function stillOpen(ended: OrderRecord, theirs: VenueOrder, { nowTs, settings }: Ledgers): Difference {
  return {
    ...of(ended, theirs),
    category: 'DANGEROUS',
    reasonCode: 'ORDER_STILL_OPEN',
    fact: `${ended.id} ended with us (${ended.state}), and still works at the venue`,
    isPending: nowTs - ended.sinceTs < settings.settleUs,
  }
}

function external(theirs: VenueOrder): Difference {
  return {
    category: 'MISSING_LOCAL',
    kind: 'order',
    subject: `order:${theirs.venueOrderId}`,
    reasonCode: 'ORDER_EXTERNAL',
    ours: undefined,
    venue: told(theirs),
    fact: `the venue works ${theirs.side} ${theirs.qty} lots of ${theirs.instrumentId}, and no intent of ours asked for it`,
    isPending: false,
    venueOrder: theirs,
  }
}

function twice(theirs: VenueOrder): Difference {
  return {
    category: 'DANGEROUS',
    kind: 'order',
    subject: `order:${theirs.venueOrderId}`,
    reasonCode: 'ORDER_TWICE',
    ours: undefined,
    venue: told(theirs),
    fact: `the venue works ${theirs.orderId} a second time`,
    isPending: false,
    venueOrder: theirs,
  }
}

function of(order: OrderRecord, theirs: VenueOrder | undefined) {
  const { id, state, side, qty, filled, limit, stop } = order
  return {
    kind: 'order',
    subject: `order:${id}`,
    ours: told({ state, side, qty, filled, limit, stop }),
    venue: theirs === undefined ? undefined : told(theirs),
    order,
    venueOrder: theirs,
  } as const
}

function told(order: Pick<OrderRecord, 'state' | 'side' | 'qty' | 'filled' | 'limit' | 'stop'>): string {
  const { state, side, qty, filled, limit, stop } = order
  const prices = [limit === undefined ? '' : ` limit ${limit}`, stop === undefined ? '' : ` stop ${stop}`].join('')
  return `${state} ${side} ${qty}${prices} filled ${filled}`
}
