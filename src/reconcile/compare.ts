import type { VenueId } from '../domain/ids.ts'
import { US_PER_SECOND } from '../domain/time.ts'
import { compareBalances } from './compare-balances.ts'
import { compareFills } from './compare-fills.ts'
import { compareOrders } from './compare-orders.ts'
import { comparePositions } from './compare-positions.ts'
import { type Difference, Findings, type Kind, type Scope } from './difference.ts'
import { COMPARE_SETTINGS, type ComparedBooks, ledgersOf } from './ledgers.ts'

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
