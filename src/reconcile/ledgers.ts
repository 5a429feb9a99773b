import type { OrderId, TradeId, VenueId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { US_PER_SECOND } from '../domain/time.ts'
import type { EngineState, OrderRecord } from '../projection/engine-state.ts'
import type { VenueBooks, VenueFill, VenueOrder } from '../venues/venue.ts'
import type { Scope } from './difference.ts'

export interface CompareSettings {
  /** A change this young may not have reached the other side, µs. */
  readonly settleUs: number
  /** How long an order may wait for its answer before its waiting is a difference, µs. */
  readonly inFlightUs: number
  /** Books of the venue that are older, or from further in the future, are held against nothing, µs. */
  readonly staleUs: number
  /** Difference in cash that is rounding, of the venue's amount, in parts per million. */
  readonly cashPpm: number
}

/** UGF-D-005: cash ± 0.01 %. */
export const COMPARE_SETTINGS: CompareSettings = {
  settleUs: 5 * US_PER_SECOND,
  inFlightUs: 10 * US_PER_SECOND,
  staleUs: 30 * US_PER_SECOND,
  cashPpm: 100,
}

/** Executions as a venue listed them: all that it has from `fromTs` on. */
export interface FillList {
  readonly fromTs: number
  readonly list: readonly VenueFill[]
}

export type Lookup = VenueOrder | 'NEVER_HEARD_OF'

export interface ComparedBooks {
  readonly venueId: VenueId
  readonly ours: EngineState
  /** undefined: asked, and no answer came. */
  readonly venue: VenueBooks | undefined
  readonly fills: FillList | undefined
  /** Executions that we have booked beside those of the orders in `ours`: of orders that it has forgotten. */
  readonly ourTrades?: ReadonlySet<TradeId> | undefined
  /** What the venue said of single orders when asked. */
  readonly lookups?: ReadonlyMap<OrderId, Lookup> | undefined
  readonly instruments: readonly Instrument[]
  readonly nowTs: number
  readonly scope?: Scope | undefined
  readonly settings?: CompareSettings | undefined
}

/** What all comparisons look at, sorted out once. */
export interface Ledgers extends Omit<ComparedBooks, 'venue' | 'settings'> {
  readonly venue: VenueBooks
  readonly settings: CompareSettings
  /** Of this venue, by id. */
  readonly byId: ReadonlyMap<string, Instrument>
  /** Our orders at this venue, working and lately ended. */
  readonly orders: ReadonlyMap<OrderId, OrderRecord>
  /** Executions that the venue lists and we have not booked. */
  readonly missed: readonly VenueFill[]
  /** Instruments in which something filled so lately that one side may not know. */
  readonly unsettled: ReadonlySet<string>
}

/** Sorts both sides out once, for all comparisons. */
export function ledgersOf(books: ComparedBooks & { venue: VenueBooks; settings: CompareSettings }): Ledgers {
  const { ours, fills, ourTrades, instruments, venueId, nowTs, settings } = books
  const byId = new Map(instruments.filter((one) => one.venueId === venueId).map((one) => [one.id as string, one]))
  const here = [...ours.ended, ...ours.working].filter(({ instrumentId }) => byId.has(instrumentId))
  const booked = new Set(here.flatMap(({ tradeIds }) => tradeIds))
  const missed = new Map<TradeId, VenueFill>()
  for (const fill of fills?.list ?? [])
    if (!booked.has(fill.tradeId) && ourTrades?.has(fill.tradeId) !== true) missed.set(fill.tradeId, fill)
  const isYoung = (ts: number) => nowTs - ts < settings.settleUs
  const unsettled = [
    ...here.filter(({ filled, sinceTs }) => filled > 0 && isYoung(sinceTs)),
    ...(fills?.list ?? []).filter(({ ts }) => isYoung(ts)),
  ].map(({ instrumentId }) => instrumentId)
  return {
    ...books,
    byId,
    orders: new Map(here.map((order) => [order.id, order])),
    missed: [...missed.values()],
    unsettled: new Set(unsettled),
  }
}
