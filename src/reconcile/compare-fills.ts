import { type OrderId, orderNumber, type TradeId } from '../domain/ids.ts'
import type { OrderRecord } from '../projection/engine-state.ts'
import type { VenueFill } from '../venues/venue.ts'
import type { Difference, Findings } from './difference.ts'
import type { FillList, Ledgers } from './ledgers.ts'

/** Holds executions against each other: every one of the venue's must be booked once, and every one of ours be there. */
export function compareFills(ledgers: Ledgers & { readonly fills: FillList }, findings: Findings): void {
  const { fills, missed, orders } = ledgers
  const listed = new Map<TradeId, VenueFill>(fills.list.map((fill) => [fill.tradeId, fill]))
  for (let booked = listed.size - missed.length; booked > 0; booked--) findings.match()
  for (const fill of missed) {
    const difference = missedFill(fill, ledgers)
    if (difference !== undefined) findings.add(difference)
  }
  for (const order of orders.values()) compareFillsOf(order, listed, ledgers, findings)
}

function missedFill(fill: VenueFill, ledgers: Ledgers): Difference | undefined {
  const { nowTs, settings } = ledgers
  const order = fill.orderId === undefined ? undefined : ledgers.orders.get(fill.orderId)
  const common = {
    kind: 'fill',
    subject: `fill:${fill.tradeId}`,
    ours: undefined,
    venue: told(fill),
    fill,
    order,
  } as const
  if (order !== undefined || isForgotten(fill.orderId, ledgers)) {
    // Nothing says whether a fill of a forgotten order was booked, unless our trades were handed in.
    if (order === undefined && ledgers.ourTrades === undefined) return undefined
    return {
      ...common,
      category: 'DIVERGED',
      reasonCode: 'FILL_MISSED',
      fact: `the venue filled ${fill.qty} lots of ${fill.orderId}, and we have not booked it`,
      isPending: nowTs - fill.ts < settings.settleUs,
    }
  }
  return {
    ...common,
    category: 'DANGEROUS',
    reasonCode: 'FILL_UNEXPLAINED',
    fact: `the venue filled ${fill.side} ${fill.qty} lots of ${fill.instrumentId} for no order of ours`,
    isPending: false,
  }
}

/** Whether the order was ours, and is no longer remembered. */
function isForgotten(orderId: OrderId | undefined, { ours }: Ledgers): boolean {
  const number = orderId === undefined ? undefined : orderNumber(orderId)
  return number !== undefined && number <= ours.counters.orders
}

function compareFillsOf(
  order: OrderRecord,
  listed: ReadonlyMap<TradeId, VenueFill>,
  { fills, nowTs, settings }: Ledgers & { readonly fills: FillList },
  findings: Findings,
): void {
  const isPending = nowTs - order.sinceTs < settings.settleUs
  const unlisted = order.tradeIds.filter((tradeId) => !listed.has(tradeId))
  if (order.createdTs >= fills.fromTs)
    for (const tradeId of unlisted)
      findings.add({
        category: 'MISSING_REMOTE',
        kind: 'fill',
        subject: `fill:${tradeId}`,
        reasonCode: 'FILL_NOT_AT_VENUE',
        ours: `${order.side} ${order.id}`,
        venue: undefined,
        fact: `we booked ${tradeId} for ${order.id}, and the venue does not list it`,
        isPending,
        order,
      })
  if (unlisted.length > 0) return
  const theirs = order.tradeIds.flatMap((tradeId) => listed.get(tradeId) ?? [])
  const isOurs = theirs.every(({ side, instrumentId }) => side === order.side && instrumentId === order.instrumentId)
  const sum = theirs.reduce(
    (sum, { qty, price, fee }) => ({ qty: sum.qty + qty, ticks: sum.ticks + price * qty, fee: sum.fee + fee }),
    { qty: 0, ticks: 0, fee: 0n },
  )
  if (isOurs && sum.qty === order.filled && isClose(sum.ticks, order.filledTicks) && sum.fee === order.fees) return
  findings.add({
    category: 'DIVERGED',
    kind: 'fill',
    subject: `fills-of:${order.id}`,
    reasonCode: 'FILL_TERMS_DIFFER',
    ours: `${order.side} ${order.filled} lots for ${order.filledTicks}, fees ${order.fees}`,
    venue: `${theirs.map(({ side }) => side).join(' ')} ${sum.qty} lots for ${sum.ticks}, fees ${sum.fee}`,
    fact: `the fills of ${order.id} have other prices, quantities or fees at the venue`,
    isPending,
    order,
  })
}

/** Sums of price × lots are doubles: exact until they leave the safe range, and summed in another order beyond it. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.abs(a)
}

function told({ side, qty, price, fee }: VenueFill): string {
  return `${side} ${qty} at ${price}, fee ${fee}`
}
