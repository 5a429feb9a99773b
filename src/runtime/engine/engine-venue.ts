import type { InstrumentId } from '../../domain/ids.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { BookColumns, TradeColumns } from '../../market/columns.ts'
import type { Venue, VenueAccountPort } from '../../venues/venue.ts'
import type { CommandPayload } from '../command-catalogue.ts'

/** Takes what arrives from a venue, in the order of time. */
export interface VenueListener {
  /** One whole message, rows `[fromRow, toRow)`. */
  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number): void
  onTrade(at: number, columns: TradeColumns, row: number): void
  report(report: VenueReport, ts: number): void
}

/** A venue that an engine trades on: the port, the account's questions, and a connection that can break. */
export interface EngineVenue extends Venue, VenueAccountPort {
  readonly isConnected: boolean
  /** Opens the session; what follows begins with a snapshot of every book. False when it cannot be reached. */
  connect(nowTs: number): boolean
  disconnect(): void
  /** Hands over everything that arrived up to a time. */
  advance(toTs: number, listener: VenueListener): void
  /** Misbehaves on demand, where the venue is one of ours; a sentence that says what it does. */
  fault?(
    kind: CommandPayload<'VENUE_FAULT'>['fault'],
    options: { readonly instrumentId?: InstrumentId | undefined; readonly seconds?: number | undefined },
  ): string
}
