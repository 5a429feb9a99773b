import type { VenueId, VenueOrderId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Lots, Money, Ticks } from '../domain/money.ts'
import type { OrderType, Side, TimeInForce } from '../domain/order.ts'
import type { BookColumns, TradeColumns } from '../market/columns.ts'
import type { VenueFill, VenueOrder, VenuePosition } from './venue.ts'
import type { VenueError } from './venue-error.ts'

/** What a venue can do; what is not named here it cannot, and asking for it is refused before any call. */
export interface VenueCapabilities {
  readonly orderTypes: readonly OrderType[]
  readonly timesInForce: readonly TimeInForce[]
  /** Whether an order may say that it only reduces. */
  readonly reduceOnly: boolean
  /** What an order that rests can be changed in; what cannot is cancelled and placed anew. */
  readonly amends: 'price-and-size' | 'price' | 'none'
  /** Ids of ours that the venue keeps with an order; undefined where it keeps none. */
  readonly clientId: { readonly maxLength: number; readonly alphabet: RegExp } | undefined
  /** Whether orders are cancelled by the venue when we are silent, and after how long. */
  readonly cancelsWhenSilent: boolean
  /** Whether one can practise there without money. */
  readonly hasSandbox: boolean
  /** How long after it was handed over an order may still be missing from what the venue lists, ms. */
  readonly consistencyMs: number
  /** How far back the venue lists fills, µs; undefined is for ever. */
  readonly fillsReachUs: number | undefined
}

/** What our key may do, as far as the venue tells. */
export interface KeyRights {
  readonly mayRead: boolean
  /** undefined: the venue does not tell, and the first order will. */
  readonly mayTrade: boolean | undefined
  /** A key that may withdraw is never taken. undefined: the venue does not tell. */
  readonly mayWithdraw: boolean | undefined
}

/**
 * What became of something that was handed over. Refused is the venue's own word that it did nothing; whatever leaves the
 * smallest doubt (a timeout, a torn answer, an error page) is unknown.
 */
export type Outcome<T = undefined> =
  | { readonly outcome: 'confirmed'; readonly value: T }
  | { readonly outcome: 'refused'; readonly error: VenueError }
  | { readonly outcome: 'unknown'; readonly error: VenueError }

/** An order as it is handed over. */
export interface OrderWish {
  /** Ours, in the venue's own alphabet; ignored by a venue that keeps none. */
  readonly clientId: string
  readonly instrument: Instrument
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly reduceOnly: boolean
  readonly qty: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
}

/** What an order is found by. One of the ids is known. */
export interface OrderMark {
  readonly clientId: string
  readonly venueOrderId: VenueOrderId | undefined
  readonly instrument: Instrument
}

export interface AmendWish {
  /** What the whole order is for, filled part included. */
  readonly qty: Lots
  readonly limit: Ticks | undefined
  readonly stop: Ticks | undefined
}

/** An order as a venue tells it, by the id that came with it. */
export interface ListedOrder extends Omit<VenueOrder, 'orderId'> {
  /** undefined where there was none, or the venue keeps none. */
  readonly clientId: string | undefined
}

/** One execution as a venue tells it. Cursors only grow, except that executions of one moment may share one. */
export interface ListedFill extends Omit<VenueFill, 'orderId'> {
  readonly clientId: string | undefined
}

export interface Balance {
  readonly currency: string
  /** All of it, what orders hold included. */
  readonly amount: Money
}

/** Takes what arrives, as it arrives: nothing here may throw or wait. Times are µs; `recvTs` in the columns is ours. */
export interface ConnectorSink {
  /** One whole message, rows `[fromRow, toRow)`; a snapshot begins with a row of side 0. The columns may be used again. */
  onBook(instrument: Instrument, columns: BookColumns, fromRow: number, toRow: number): void
  onTrade(instrument: Instrument, columns: TradeColumns, row: number): void
  /** An order changed. May come twice, late, or before the answer to placing it. */
  onOrder(order: ListedOrder): void
  onFill(fill: ListedFill): void
  /** A change of an order that was confirmed as received did not come to be; the order stands as it was. */
  onAmendRefused(venueOrderId: VenueOrderId, detail: string): void
  /** A book cannot be trusted until its next snapshot: a gap, a checksum that differs, levels that cross. */
  onBookLost(instrument: Instrument, why: string): void
  /** A stream broke or fell silent: nothing that happens from here on may be heard. Told once per opening. */
  onDown(error: VenueError): void
}

/**
 * One venue over the network: the account's questions, orders, and streams. It translates and decides nothing: what is
 * unknown it tells as unknown, it sends nothing twice, and it makes no promise about what it did not hear.
 *
 * Every question rejects with a {@link VenueError} alone. Questions about the account are paced by the connector within what
 * the venue allows.
 */
export interface Connector {
  readonly venueId: VenueId
  readonly capabilities: VenueCapabilities
  /** What is traded there, as it stands now: terms change. */
  instruments(): Promise<readonly Instrument[]>
  /** The venue's clock, µs. */
  serverTime(): Promise<number>
  keyRights(): Promise<KeyRights>
  place(wish: OrderWish): Promise<Outcome<VenueOrderId>>
  amend(order: OrderMark, wish: AmendWish): Promise<Outcome>
  /** Confirmed is received, not done: the end of the order comes as news. */
  cancel(order: OrderMark): Promise<Outcome>
  /** Those that are open now, of these instruments. */
  openOrders(instruments: readonly Instrument[]): Promise<readonly ListedOrder[]>
  /** undefined: the venue says that it knows none such. @throws VenueError of kind INVALIDREQUEST where neither id can be asked for */
  order(mark: OrderMark): Promise<ListedOrder | undefined>
  /** Executions with a cursor above this one, oldest first, as far back as the venue lists them. */
  fills(instruments: readonly Instrument[], afterCursor: number): Promise<readonly ListedFill[]>
  /** Executions of one order, whatever its age. */
  fillsOf(mark: OrderMark): Promise<readonly ListedFill[]>
  balances(): Promise<readonly Balance[]>
  positions(instruments: readonly Instrument[]): Promise<readonly VenuePosition[]>
  /** Opens the streams; resolves when the account's are heard and every book has begun. */
  open(instruments: readonly Instrument[], sink: ConnectorSink): Promise<void>
  /** A new snapshot of one book, if the streams are open. */
  resync(instrument: Instrument): void
  /** Closes the streams. Nothing is told after it. */
  close(): Promise<void>
}

/** What connectors measure time with and wait by. */
export interface VenueClock {
  /** Wall time, µs. */
  nowUs(): number
  monotonicMs(): number
  /** Calls back after so many ms, unless the returned function is called before. */
  after(ms: number, act: () => void): () => void
}

/** A key and its secret, read from the vault at the moment of signing and kept nowhere else. */
export interface VenueKey {
  readonly key: string
  readonly secret: string
}

export interface ConnectorTerms {
  readonly clock: VenueClock
  /** undefined: only what needs no key can be asked. */
  readonly key: (() => VenueKey) | undefined
  /** A server on this machine that speaks the venue's language, in place of the venue; undefined is the venue itself. */
  readonly practiceUrl?: string | undefined
}
