import type { InstrumentId } from '../../domain/ids.ts'
import type { AllowedOrder } from '../../domain/instruction.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { BookColumns, TradeColumns } from '../../market/columns.ts'
import type { Venue, VenueAccountPort } from '../../venues/venue.ts'
import type { CommandPayload } from '../command-catalogue.ts'
import type { VenueStatus } from '../resilience/venue-status.ts'

/** Takes what arrives from a venue, in the order of time. */
export interface VenueListener {
  /** One whole message, rows `[fromRow, toRow)`; `number` is its place in the stream, where the venue numbers it. */
  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number, number?: number): void
  onTrade(at: number, columns: TradeColumns, row: number): void
  /** A book cannot be trusted until its next snapshot; undefined where every gap shows in the numbers. */
  onBookLost?(at: number, why: string): void
  report(report: VenueReport, ts: number): void
}

/** A venue that an engine trades on: the port, the account's questions, and a connection that can break. */
export interface EngineVenue extends Venue, VenueAccountPort {
  readonly isConnected: boolean
  /** Why it is not, where it says. */
  readonly downReason?: string | undefined
  /** Opens the session; what follows begins with a snapshot of every book. False when it cannot be reached. */
  connect(nowTs: number): boolean
  /** Resolves when opening that {@link connect} began has come to its end, either way; absent where it needs no time. */
  opened?(): Promise<void>
  disconnect(): void
  /** Hands over everything that arrived up to a time. */
  advance(toTs: number, listener: VenueListener): void
  /** @param isUrgent goes before everything else: it flattens */
  place(order: AllowedOrder, ts: number, isUrgent?: boolean): void
  /** Cancels an order that is not ours, by the id that the venue gave it; absent where that cannot be done. */
  cancelForeign?(venueOrderId: string, instrumentId: string): void
  /** Takes back what opens, or all that is no cancel, and has not left yet; it is told as refused. */
  holdBack?(what: 'openings' | 'all', why: string): void
  /** Sends one book anew, from its beginning; where a venue cannot, every book comes with a new connection. */
  resync?(at: number): void
  /** How it is doing, where somebody watches over that. */
  status?(): VenueStatus
  /** How far back it lists fills, µs; undefined is for ever. */
  readonly fillsReachUs?: number | undefined
  /** Misbehaves on demand, where the venue is one of ours; a sentence that says what it does. */
  fault?(
    kind: CommandPayload<'VENUE_FAULT'>['fault'],
    options: { readonly instrumentId?: InstrumentId | undefined; readonly seconds?: number | undefined },
  ): string
}
