import type { OrderId } from '../../domain/ids.ts'
import type { VenueFill, VenueOrder } from '../venue.ts'

/** What has happened at the exchange since it was last saved, and will not change any more. */
export interface VaultNews {
  /** Oldest first; cursors go on by one from the last that was saved. */
  readonly fills: readonly VenueFill[]
  /** Orders that ended. */
  readonly orders: readonly VenueOrder[]
}

/**
 * Where the simulated exchange keeps its own books, so that it outlives the process as a real one would. The exchange saves
 * before anything that it has accepted or matched becomes known to anybody.
 */
export interface VenueVault {
  /** The text of the last {@link save}; undefined when nothing was ever saved. */
  load(): string | undefined
  /**
   * Keeps the state together with the news that led to it: all of it or nothing, durable when it returns. The news of many
   * saves add up, the state replaces the one before.
   */
  save(state: string, news: VaultNews): void
  /** Fills whose cursor is above `after`, oldest first. */
  fills(after: number): readonly VenueFill[]
  /** An order that ended; undefined when none of that id was saved. */
  order(id: OrderId): VenueOrder | undefined
}
