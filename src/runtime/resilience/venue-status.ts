import type { BreakerStatus } from './breaker.ts'
import type { LaneStatus } from './lanes.ts'

/** What one breaker watches over: questions about the account, or what is done to orders. */
export type EndpointGroup = 'account' | 'orders'

/** How a venue is doing behind its guard. Times are monotonic ms. */
export interface VenueStatus {
  readonly breakers: readonly (BreakerStatus & { readonly group: EndpointGroup })[]
  readonly lanes: readonly LaneStatus[]
  /** Until when it is left alone after it was slow or said that it was asked too often; undefined when it is not. */
  readonly backOffUntilMs: number | undefined
  /** Questions that were given up within the last minute. */
  readonly givenUp: number
  /** Too many were: no new risk until somebody has looked. */
  readonly isSpent: boolean
  /** How often our key was refused. */
  readonly keyRefusals: { readonly inARow: number; readonly inMinute: number }
  /** Why new risk should wait; undefined while all is well. */
  readonly trouble: string | undefined
}
