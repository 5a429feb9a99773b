import type { OrderId } from '../../domain/ids.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { VenueOrder } from '../../venues/venue.ts'
import type { Call } from './breaker.ts'

type Doing = 'place' | 'amend' | 'cancel'

/** Something that was handed over and is answered by a report. */
export interface Awaited {
  readonly doing: Doing
  readonly orderId: OrderId
  readonly instrumentAt: number
  readonly call: Call
}

const ENDS: readonly VenueReport['kind'][] = ['canceled', 'expired', 'rejected']
/** The reports that answer each. A fill answers a place, whose acknowledgement it overtook; it says nothing of a cancel. */
const ANSWERS: Readonly<Record<Doing, readonly VenueReport['kind'][]>> = {
  place: ['accepted', 'fill', 'triggered', ...ENDS],
  amend: ['amended', 'amend-refused', ...ENDS],
  cancel: ['cancel-refused', ...ENDS],
}
const DOINGS: readonly Doing[] = ['place', 'amend', 'cancel']

/** What was handed over and not answered yet, oldest first. */
export class AwaitedAnswers {
  readonly #awaited = new Map<string, Awaited>()

  /** False when the same is awaited already: one answer cannot be told from the other's. */
  add(awaited: Awaited): boolean {
    const key = keyOf(awaited.doing, awaited.orderId)
    if (this.#awaited.has(key)) return false
    this.#awaited.set(key, awaited)
    return true
  }

  /** What a report answers; it is awaited no more. */
  answeredBy(report: VenueReport): readonly Awaited[] {
    if (this.#awaited.size === 0 || !('orderId' in report)) return []
    const { kind, orderId } = report
    return DOINGS.flatMap((doing) => (ANSWERS[doing].includes(kind) ? this.#remove(keyOf(doing, orderId)) : []))
  }

  /** What was handed over before a time and is awaited no longer. */
  giveUpBefore(ms: number): readonly Awaited[] {
    const late: Awaited[] = []
    for (const [key, awaited] of this.#awaited) {
      if (awaited.call.startedMs >= ms) break
      late.push(...this.#remove(key))
    }
    return late
  }

  /** Everything that is awaited, and no more is. */
  clear(): readonly Awaited[] {
    const all = [...this.#awaited.values()]
    this.#awaited.clear()
    return all
  }

  #remove(key: string): readonly Awaited[] {
    const found = this.#awaited.get(key)
    if (found === undefined) return []
    this.#awaited.delete(key)
    return [found]
  }
}

function keyOf(doing: Doing, orderId: OrderId): string {
  return `${doing} ${orderId}`
}

/**
 * What a lookup says of an order whose answer never came. Undefined is not told: it may be travelling still, and one that
 * traded is told with its fills; both are left to the comparison of all books.
 */
export function newsOfLookup(orderId: OrderId, found: VenueOrder | undefined): readonly VenueReport[] {
  if (found === undefined) return []
  const { venueOrderId, createdTs, updatedTs, state, filled } = found
  const accepted: VenueReport = { kind: 'accepted', orderId, venueOrderId, ts: createdTs }
  if (state === 'OPEN') return [accepted]
  if (filled > 0) return []
  const reasonCode = found.reasonCode ?? 'VENUE_ENDED'
  if (state === 'REJECTED') return [{ kind: 'rejected', orderId, reasonCode, detail: '', ts: updatedTs }]
  if (state === 'CANCELED') return [accepted, { kind: 'canceled', orderId, reasonCode, ts: updatedTs }]
  if (state === 'EXPIRED') return [accepted, { kind: 'expired', orderId, reasonCode, ts: updatedTs }]
  return []
}
