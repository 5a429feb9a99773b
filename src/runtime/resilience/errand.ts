import type { OrderId } from '../../domain/ids.ts'
import type { Effect } from '../../domain/instruction.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { Venue } from '../../venues/venue.ts'
import type { Lane } from './lanes.ts'

/** Something to be done to an order, on its way to the venue. */
export interface Errand {
  readonly effect: Effect
  /** Flattening and cancels go first. */
  readonly lane: Exclude<Lane, 3>
  /** Engine time at which it was asked for, µs. */
  readonly ts: number
}

/** Why an errand is not run. */
export interface Refusal {
  readonly code: 'QUEUE_FULL' | 'QUEUE_TIMEOUT' | 'BREAKER_OPEN' | 'RATE_LIMITED' | 'HELD_BACK'
  readonly detail: string
}

export function orderIdOf(effect: Effect): OrderId {
  if (effect.kind === 'place') return effect.order.orderId
  return effect.kind === 'amend' ? effect.amend.orderId : effect.orderId
}

export function instrumentAtOf(effect: Effect): number {
  if (effect.kind === 'place') return effect.order.instrumentAt
  return effect.kind === 'amend' ? effect.amend.instrumentAt : effect.instrumentAt
}

/** Of a lane: one order is placed once, and what is asked of it twice is asked once. */
export function errandKey(kind: Effect['kind'], orderId: OrderId): string {
  return `${kind} ${orderId}`
}

export function runErrand(venue: Venue, effect: Effect, ts: number): void {
  if (effect.kind === 'place') venue.place(effect.order, ts)
  else if (effect.kind === 'amend') venue.amend(effect.amend, ts)
  else venue.cancel(effect.orderId, effect.instrumentAt, ts)
}

/** What is not handed over did not happen, and the journal is told so in the words of a venue. */
export function refusalReport(effect: Effect, { code, detail }: Refusal, ts: number): VenueReport {
  const orderId = orderIdOf(effect)
  if (effect.kind === 'place') return { kind: 'rejected', orderId, reasonCode: code, detail, ts }
  const kind = effect.kind === 'amend' ? 'amend-refused' : 'cancel-refused'
  return { kind, orderId, detail: `${code}: ${detail}`, ts }
}
