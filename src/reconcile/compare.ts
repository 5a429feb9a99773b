import type { OrderId, TradeId, VenueId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { US_PER_SECOND } from '../domain/time.ts'
import type { EngineState, OrderRecord } from '../projection/engine-state.ts'
import type { VenueBooks, VenueFill, VenueOrder } from '../venues/venue.ts'
import { compareBalances } from './compare-balances.ts'
import { compareFills } from './compare-fills.ts'
import { compareOrders } from './compare-orders.ts'
import { comparePositions } from './compare-positions.ts'
import { type Difference, Findings, type Kind, type Scope } from './difference.ts'

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

export interface Comparison {
  readonly venueId: VenueId
  readonly scope: Scope
  /** Kinds of things that were looked at. */
  readonly kinds: readonly Kind[]
  readonly differences: readonly Difference[]
  readonly compared: number
  readonly matched: number
  /** What could not be asked: `books`, `fills`. Anything here and the result is at best UNKNOWN. */
  readonly unknown: readonly string[]
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

/**
 * Holds our books against a venue's. Pure: it decides nothing and changes nothing. What is merely on its way is told as
 * pending; whether a difference stands is for `Persistence` to say.
 */
export function compareBooks(books: ComparedBooks): Comparison {
  const { venueId, venue, fills, nowTs, scope = 'all', settings = COMPARE_SETTINGS } = books
  const findings = new Findings()
  const unknown = [
    ...(venue === undefined ? ['books'] : []),
    ...(fills === undefined && needsFills(scope) ? ['fills'] : []),
  ]
  const done = (kinds: readonly Kind[]): Comparison => ({
    venueId,
    scope,
    kinds,
    differences: findings.differences,
    compared: findings.matched + findings.differences.length,
    matched: findings.matched,
    unknown,
  })
  if (venue === undefined) return done([])
  const ageUs = nowTs - venue.ts
  if (Math.abs(ageUs) > settings.staleUs) {
    findings.add({
      category: 'STALE',
      kind: 'books',
      subject: `books:${venueId}`,
      reasonCode: 'VENUE_BOOKS_OLD',
      ours: String(nowTs),
      venue: String(venue.ts),
      fact: `the venue's books are ${ageUs / US_PER_SECOND} s old, at most ${settings.staleUs / US_PER_SECOND} s are compared`,
      isPending: false,
    })
    return done(['books'])
  }
  const ledgers = ledgersOf({ ...books, venue, settings })
  const kinds: Kind[] = ['books']
  if (scope === 'all' || scope === 'orders') {
    compareOrders(ledgers, findings)
    kinds.push('order')
  }
  if ((scope === 'all' || scope === 'fills') && fills !== undefined) {
    compareFills({ ...ledgers, fills }, findings)
    kinds.push('fill')
  }
  if (scope === 'all' || scope === 'balances') {
    compareBalances(ledgers, findings)
    kinds.push('balance')
  }
  if (scope === 'all' || scope === 'positions') {
    comparePositions(ledgers, findings)
    kinds.push('position')
  }
  return done(kinds)
}

function needsFills(scope: Scope): boolean {
  return scope === 'all' || scope === 'fills'
}

function ledgersOf(books: ComparedBooks & { venue: VenueBooks; settings: CompareSettings }): Ledgers {
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
