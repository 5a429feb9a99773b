import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GUARD_NAMES, GUARDS, type GuardName, type GuardNews, Guards, guardAges, isUnknown } from './guards.ts'

const S = 1_000_000
const news = (guard: GuardName, status: GuardNews['status'], seenTs: number): GuardNews => ({
  guard,
  status,
  seenTs,
  detail: 'a test',
})

describe('a guarded input', () => {
  test('UGF-0-003: that was never observed is MISSING, whatever the time', () => {
    const guards = new Guards(guardAges(GUARD_NAMES))
    for (const name of GUARD_NAMES) expect(guards.state(name, 1e15)).toBe('MISSING')
    expect(guards.ageUs('clock', 5)).toBeUndefined()
  })

  test('UGF-0-003: is OK up to its age limit and no µs longer', () => {
    const limits: Readonly<Record<string, number>> = {
      clock: 60,
      audit: 60,
      policy: 60,
      dependencies: 30,
      metrics: 60,
      reconcile: 600,
      filters: 86_400,
      keys: 86_400,
    }
    const guards = new Guards(guardAges(GUARD_NAMES))
    for (const [name, seconds] of Object.entries(limits)) {
      guards.observe(news(name as GuardName, 'OK', 7), 7)
      expect(guards.state(name as GuardName, 7 + seconds * S), name).toBe('OK')
      expect(guards.state(name as GuardName, 8 + seconds * S), name).toBe('STALE')
    }
  })

  test('is as old as the observation, and one from the future was made now', () => {
    const guards = new Guards({ reconcile: 10 })
    guards.observe(news('reconcile', 'OK', 90), 100)
    expect([guards.state('reconcile', 100), guards.state('reconcile', 101)]).toEqual(['OK', 'STALE'])
    guards.observe(news('reconcile', 'OK', 900), 100)
    expect([guards.ageUs('reconcile', 105), guards.state('reconcile', 111)]).toEqual([5, 'STALE'])
  })

  test('UGF-0-003: that is bad or unreadable stays so until it is seen well, however old', () => {
    const guards = new Guards({ metrics: 10 })
    guards.observe(news('metrics', 'BAD', 0), 0)
    expect(guards.state('metrics', 1e9)).toBe('BAD')
    guards.observe(news('metrics', 'UNKNOWN', 5), 5)
    expect(guards.state('metrics', 1e9)).toBe('UNKNOWN')
  })

  test('is told of when it changes and not when it is seen again', () => {
    const guards = new Guards({ clock: 10 })
    expect(guards.observe(news('clock', 'OK', 0), 0)).toEqual({
      guard: 'clock',
      state: 'OK',
      ageUs: 0,
      detail: 'a test',
    })
    expect(guards.observe(news('clock', 'OK', 5), 5)).toBeUndefined()
    expect(guards.aged(15)).toEqual([])
    expect(guards.aged(16)).toEqual([{ guard: 'clock', state: 'STALE', ageUs: 11, detail: 'a test' }])
    expect(guards.aged(17)).toEqual([])
    expect(guards.observe(news('clock', 'OK', 18), 18)).toMatchObject({ state: 'OK' })
    expect(guards.observe(news('clock', 'BAD', 19), 19)).toMatchObject({ state: 'BAD' })
  })

  test('that nobody requires is not missed', () => {
    const guards = new Guards({ clock: 10, reconcile: 10 })
    expect(guards.required).toEqual(['clock', 'reconcile'])
    // Reconciliation leads to less than a halt, and is not in the set without which nothing is judged.
    expect(guards.unknown(0)).toEqual(['clock'])
    expect(guards.areFine(0)).toBe(false)
    guards.observe(news('clock', 'OK', 0), 0)
    expect(guards.unknown(0)).toEqual([])
    guards.observe(news('reconcile', 'OK', 0), 0)
    expect([guards.areFine(0), guards.areFine(10), guards.areFine(11)]).toEqual([true, true, false])
    expect(new Guards().areFine(1e15)).toBe(true)
    expect(guards.unknown(11)).toEqual(['clock'])
  })
})

test('UGF-0-003: never observed is stricter than bad: it halts all of the required set', () => {
  const halting = (state: 'MISSING' | 'UNKNOWN' | 'STALE' | 'BAD' | 'OK') =>
    GUARD_NAMES.filter((name) => isUnknown(name, state))
  const vital = ['clock', 'audit', 'policy', 'dependencies', 'metrics']
  expect(halting('MISSING')).toEqual(vital)
  expect(halting('UNKNOWN')).toEqual(vital)
  expect(halting('STALE')).toEqual(['clock', 'audit', 'policy'])
  expect(halting('BAD')).toEqual(['clock'])
  expect(halting('OK')).toEqual([])
})

test('whatever is observed in whatever order, OK is only ever what was seen OK within its age limit', () => {
  const step = fc.record({
    guard: fc.constantFrom(...GUARD_NAMES),
    status: fc.constantFrom('OK' as const, 'BAD' as const, 'UNKNOWN' as const),
    late: fc.integer({ min: 0, max: 100 * S }),
    wait: fc.integer({ min: 0, max: 40 * S }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const guards = new Guards(guardAges(GUARD_NAMES))
      const last = new Map<GuardName, { status: string; seenTs: number }>()
      let now = 200 * S
      for (const { guard, status, late, wait } of steps) {
        now += wait
        guards.observe(news(guard, status, now - late), now)
        last.set(guard, { status, seenTs: now - late })
        const states = GUARD_NAMES.map((name) => guards.state(name, now))
        expect(guards.areFine(now)).toBe(states.every((state) => state === 'OK'))
        for (const name of GUARD_NAMES) {
          const seen = last.get(name)
          const isFresh = seen?.status === 'OK' && now - seen.seenTs <= GUARDS[name].maxAgeUs
          expect(guards.state(name, now) === 'OK').toBe(isFresh)
        }
      }
    }),
    { numRuns: 200 },
  )
})
