import type { VenueReport } from '../domain/report.ts'
import type { Difference } from './difference.ts'

/** A kind of fact that two records may disagree about, and whom everybody believes (UGF-0-007). */
export interface Precedence {
  readonly fact: string
  /** Who is believed, first to last. */
  readonly sources: readonly string[]
  readonly rule: string
}

export const PRECEDENCE = {
  orders: {
    fact: 'that an order exists, its state, its fills and their fees',
    sources: ['venue asked', 'venue stream', 'ledger'],
    rule: 'the venue wins; the ledger is corrected by an appended event',
  },
  intents: {
    fact: 'what we wanted, and why',
    sources: ['intent and outbox', 'decisions'],
    rule: 'an order of the venue without an intent is external: kept apart, never adopted',
  },
  holdings: {
    fact: 'balances and positions',
    sources: ['venue snapshot', 'ledger', 'last good snapshot'],
    rule: 'a difference is a mismatch, never silently overwritten',
  },
  gains: {
    fact: 'realised profit and what a position cost',
    sources: ['ledger replay', "venue's statement"],
    rule: 'the ledger wins; what a statement says otherwise is recorded',
  },
  prices: {
    fact: 'the price that is valued at',
    sources: ['own market data', "venue's mark"],
    rule: 'never interpolated: without a source it is unknown',
  },
  safety: {
    fact: 'the safety mode and the kill levels',
    sources: ['kill file', 'journal', 'memory'],
    rule: 'the strictest wins',
  },
  settings: {
    fact: 'the settings in force',
    sources: ['applied settings (their digest)', 'files'],
    rule: 'files that differ are told as CONFIG_DRIFT and change nothing',
  },
  time: {
    fact: 'what time it is',
    sources: ['monotonic clock for durations, UTC for labels', 'venue time with its offset'],
    rule: 'a clock that is off stops new risk',
  },
} as const satisfies Readonly<Record<string, Precedence>>

/** Two records that disagreed, and who was believed. */
export interface Resolution {
  /** The order that our books were wrong about. */
  readonly entityId: string
  readonly subject: string
  /** The name of its row in {@link PRECEDENCE}. */
  readonly fact: string
  readonly winner: string
  readonly losers: readonly string[]
  readonly rule: string
  readonly reasonCode: string
  readonly ours: string | undefined
  readonly venue: string | undefined
}

/** Which differences a report to the kernel settles: one for each report. */
export function resolutionsOf(
  confirmed: readonly Difference[],
  reports: readonly VenueReport[],
): readonly Resolution[] {
  return reports.flatMap((report) => {
    // What the venue does to the account by itself is no word on an order of ours.
    if (!('orderId' in report)) return []
    const { orderId } = report
    const settled = confirmed.find(({ reasonCode, fill, order }) =>
      report.kind === 'fill'
        ? reasonCode === 'FILL_MISSED' && fill?.tradeId === report.tradeId
        : reasonCode.startsWith('ORDER_') && order?.id === orderId,
    )
    if (settled === undefined) return []
    const { subject, reasonCode, ours, venue } = settled
    const { sources, rule } = PRECEDENCE.orders
    const [winner, ...losers] = sources
    return [{ entityId: orderId, subject, fact: 'orders', winner, losers, rule, reasonCode, ours, venue }]
  })
}
