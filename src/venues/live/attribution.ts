import type { VenueOrderId } from '../../domain/ids.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import type { ListedOrder } from '../connector.ts'
import type { OrderLine } from './order-line.ts'

/** The two clocks may differ by this much. */
const SKEW_US = 2 * US_PER_SECOND
/** An order that was handed over reaches the book within this, or it never does. */
const TRAVEL_US = 60 * US_PER_SECOND

export interface Attribution {
  readonly found: readonly { readonly line: OrderLine; readonly order: ListedOrder }[]
  /** Lines whose order may be one of several: nothing is said of them. */
  readonly unclear: readonly OrderLine[]
}

/**
 * Finds, at a venue that keeps no ids of ours, the orders whose answers were lost: those that nobody else claims, with the
 * same terms, from about the time of sending. Several with the same terms are paired in the order of time when there are as
 * many of one as of the other. An order that somebody placed by hand at the same second with the same terms cannot be told
 * from ours.
 *
 * @param claimed venue orders that are known to be somebody's
 */
export function attribute(
  lost: readonly OrderLine[],
  listed: readonly ListedOrder[],
  claimed: { has(id: VenueOrderId): boolean },
): Attribution {
  const free = new Map(listed.filter((order) => !claimed.has(order.venueOrderId)).map((one) => [one.venueOrderId, one]))
  const groups = Map.groupBy(lost, termsOf)
  const found: { line: OrderLine; order: ListedOrder }[] = []
  const unclear: OrderLine[] = []
  for (const [terms, lines] of groups) {
    const candidates = [...free.values()]
      .filter((order) => listedTermsOf(order) === terms && lines.some((line) => isInTime(line, order)))
      .sort((a, b) => a.createdTs - b.createdTs)
    if (candidates.length === 0) continue
    const inOrder = lines.toSorted((a, b) => a.sentTs - b.sentTs)
    const pairs = inOrder.flatMap((line, at) => {
      const order = candidates[at]
      return order !== undefined && isInTime(line, order) ? [{ line, order }] : []
    })
    if (candidates.length === lines.length && pairs.length === lines.length) found.push(...pairs)
    else unclear.push(...lines)
  }
  return { found, unclear }
}

function isInTime(line: OrderLine, { createdTs }: ListedOrder): boolean {
  return createdTs >= line.sentTs - SKEW_US && createdTs <= line.sentTs + TRAVEL_US
}

function termsOf({ instrument, side, type, qty, limit, stop }: OrderLine): string {
  return [instrument.id, side, type, qty, limit ?? '-', stop ?? '-'].join(' ')
}

function listedTermsOf({ instrumentId, side, type, qty, limit, stop }: ListedOrder): string {
  return [instrumentId, side, type, qty, limit ?? '-', stop ?? '-'].join(' ')
}
