import { expect, test } from 'vitest'
import { agreeing, SIM } from './books.fixture.ts'
import { type Comparison, compareBooks } from './compare.ts'
import type { Difference, Kind } from './difference.ts'
import { Persistence } from './persistence.ts'
import { RECONCILE_EXIT, reconcileResult } from './result.ts'

const SECOND = 1_000_000

function difference(parts: Partial<Difference> = {}): Difference {
  return {
    category: 'DIVERGED',
    kind: 'order',
    subject: 'order:o1',
    reasonCode: 'ORDER_FILLED_DIFFERS',
    ours: 'a',
    venue: 'b',
    fact: 'they differ',
    isPending: false,
    ...parts,
  }
}

function pass(differences: readonly Difference[], parts: Partial<Comparison> = {}): Comparison {
  const kinds: readonly Kind[] = ['books', 'order', 'fill', 'balance', 'position']
  return { venueId: SIM, scope: 'all', kinds, differences, compared: 9, matched: 8, unknown: [], ...parts }
}

/** Where a difference is put, pass by pass; times in seconds. */
function places(
  passes: readonly (readonly [seconds: number, differences: readonly Difference[], parts?: Partial<Comparison>])[],
) {
  const persistence = new Persistence()
  return passes.map(([seconds, differences, parts]) => {
    const { confirmed, standing, pending } = persistence.judge(pass(differences, parts), seconds * SECOND)
    return confirmed.length > 0
      ? 'confirmed'
      : standing.length > 0
        ? 'standing'
        : pending.length > 0
          ? 'pending'
          : 'none'
  })
}

test('a difference stands when it is seen twice, ten seconds apart', () => {
  const one = [difference()]
  expect(
    places([
      [0, one],
      [9, one],
      [10, one],
      [11, one],
    ]),
  ).toEqual(['standing', 'standing', 'confirmed', 'confirmed'])
  expect(places([[100, one]])).toEqual(['standing'])
})

test('one that was gone between starts anew', () => {
  const one = [difference()]
  expect(
    places([
      [0, one],
      [5, []],
      [10, one],
      [20, one],
    ]),
  ).toEqual(['standing', 'none', 'standing', 'confirmed'])
})

test('it is the same difference whatever it is called, and another one when it is about something else', () => {
  const renamed = [difference({ category: 'MISSING_REMOTE', reasonCode: 'ORDER_NOT_AT_VENUE' })]
  expect(
    places([
      [0, [difference()]],
      [10, renamed],
    ]),
  ).toEqual(['standing', 'confirmed'])
  expect(
    places([
      [0, [difference()]],
      [10, [difference({ subject: 'order:o2' })]],
    ]),
  ).toEqual(['standing', 'standing'])
})

test('a pass that did not look, or got no answer, forgets nothing', () => {
  const one = [difference()]
  expect(
    places([
      [0, one],
      [5, [], { kinds: ['balance'] }],
      [10, one],
    ]),
  ).toEqual(['standing', 'none', 'confirmed'])
  expect(
    places([
      [0, one],
      [5, [], { kinds: [], unknown: ['books'] }],
      [10, one],
    ]),
  ).toEqual(['standing', 'none', 'confirmed'])
})

test.each(['MISSING_LOCAL', 'DANGEROUS', 'STALE'] as const)('%s stands at once', (category) => {
  expect(places([[0, [difference({ category })]]])).toEqual(['confirmed'])
})

test('what is on its way is no difference for a minute, not even a dangerous one, and then it never arrived', () => {
  const way = [difference({ isPending: true, category: 'DANGEROUS' })]
  expect(
    places([
      [0, way],
      [30, way],
      [59, way],
      [60, way],
    ]),
  ).toEqual(['pending', 'pending', 'pending', 'confirmed'])
})

test('being on its way now and then does not hide that it differs', () => {
  const [way, one] = [[difference({ isPending: true })], [difference()]]
  expect(
    places([
      [0, way],
      [5, one],
      [10, way],
      [15, one],
    ]),
  ).toEqual(['pending', 'standing', 'pending', 'confirmed'])
})

test('the next pass that can tell is named', () => {
  const persistence = new Persistence()
  expect(persistence.judge(pass([]), 0).recheckTs).toBeUndefined()
  expect(persistence.judge(pass([difference()]), 3 * SECOND).recheckTs).toBe(13 * SECOND)
  expect(persistence.judge(pass([difference()]), 5 * SECOND).recheckTs).toBe(13 * SECOND)
})

const RUN = { id: 'r1', startedTs: 5 * SECOND, endedTs: 6 * SECOND }

test('a result is OK only where everything was seen and agrees; exit codes follow', () => {
  const status = (differences: readonly Difference[], parts: Partial<Comparison> = {}) => {
    const comparison = pass(differences, parts)
    const result = reconcileResult(comparison, new Persistence().judge(comparison, 0), RUN)
    return [result.status, RECONCILE_EXIT[result.status]]
  }
  const dangerous = difference({ category: 'DANGEROUS' })
  expect(status([])).toEqual(['OK', 0])
  expect(status([difference({ isPending: true })])).toEqual(['OK', 0])
  expect(status([difference()])).toEqual(['UNKNOWN', 7])
  expect(status([], { unknown: ['fills'] })).toEqual(['UNKNOWN', 7])
  expect(status([difference({ category: 'STALE', kind: 'books' })])).toEqual(['UNKNOWN', 7])
  expect(status([dangerous], { unknown: ['fills'] })).toEqual(['MISMATCH', 5])
})

test('a result is a plain record: counts, items, times', () => {
  const comparison = pass([difference({ category: 'MISSING_LOCAL', subject: 'order:v1', ours: undefined })])
  const result = reconcileResult(comparison, new Persistence().judge(comparison, 0), RUN)
  expect(JSON.parse(JSON.stringify(result))).toEqual({
    reconcile_id: 'r1',
    scope: 'all',
    venue_id: 'sim',
    status: 'MISMATCH',
    compared: 9,
    counts: { MATCH: 8, MISSING_REMOTE: 0, MISSING_LOCAL: 1, DIVERGED: 0, STALE: 0, DANGEROUS: 0 },
    items: [
      {
        category: 'MISSING_LOCAL',
        subject: 'order:v1',
        reason_code: 'ORDER_FILLED_DIFFERS',
        venue: 'b',
        fact: 'they differ',
      },
    ],
    standing: 0,
    pending: 0,
    unknown: [],
    started_ts: 5 * SECOND,
    ended_ts: 6 * SECOND,
    duration_us: SECOND,
  })
})

test('books that agree reconcile', () => {
  const comparison = compareBooks(agreeing([]))
  expect(reconcileResult(comparison, new Persistence().judge(comparison, 0), RUN).status).toBe('OK')
})
