import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts'
import {
  advanceCase,
  CASE_EXITS,
  type CaseDifference,
  isHolding,
  openCase,
  type ReconcileCase,
  type Seen,
  type Sighting,
  signingProblem,
} from './case.ts'

const MISSED: CaseDifference = {
  category: 'MISSING_LOCAL',
  subject: 'fill:x1',
  reasonCode: 'FILL_MISSED',
  fact: 'a fill was missed',
  instrumentId: 'BTC_JPY',
}
const OF_ORDER: CaseDifference = { ...MISSED, orderId: 'o1' }
const ELSEWHERE: CaseDifference = { ...MISSED, subject: 'fill:x2', instrumentId: 'ETH_USDT' }
const FOREIGN: CaseDifference = { ...MISSED, subject: 'order:v1', reasonCode: 'ORDER_EXTERNAL' }
const CASH: CaseDifference = {
  category: 'DIVERGED',
  subject: 'balance:JPY',
  reasonCode: 'BALANCE_DIFFERS',
  fact: 'a balance moved',
}
const SHADOW: CaseDifference = { ...CASH, reasonCode: 'BALANCE_FILLS_MISSED' }

function sighting(verdict: Sighting['verdict'], ts: number, more: Partial<Sighting> = {}): Sighting {
  return {
    reconcileId: `r${ts}`,
    venueId: 'sim',
    ts,
    verdict,
    isFull: true,
    isUnanswered: false,
    differences: verdict === 'MISMATCH' ? [MISSED] : [],
    repairs: verdict === 'MISMATCH' ? 1 : 0,
    foreign: [],
    ...more,
  }
}

const begin = (hasMoney: boolean, differences: readonly CaseDifference[] = [MISSED], recentScopes: string[] = []) =>
  openCase(sighting('MISMATCH', 0, { differences }), { id: 'case-1', hasMoney, recentScopes })

const result = (verdict: Sighting['verdict'], ts: number, more: Partial<Sighting> = {}): Seen => ({
  kind: 'result',
  result: sighting(verdict, ts, more),
})

/** Where a case is after all of it. */
function after(one: ReconcileCase, ...all: readonly Seen[]): ReconcileCase {
  return all.reduce((now, seen) => advanceCase(now, seen).at(-1) ?? now, one)
}

const at = (seconds: number) => seconds * US_PER_SECOND
const STOPPED: readonly Seen[] = [
  { kind: 'contained', ts: 0 },
  { kind: 'classified', as: 'missing', by: 'its differences', ts: 0 },
]
const REPAIRED: readonly Seen[] = [...STOPPED, { kind: 'repair', by: 'service:engine', isAttempt: true, ts: 0 }]
const VERIFIED: readonly Seen[] = [...REPAIRED, result('OK', at(10)), result('OK', at(20))]

/** Matches a minute apart, from a time on. */
const matches = (count: number, fromS: number): readonly Seen[] =>
  Array.from({ length: count }, (_, n) => result('OK', at(fromS + 60 * n)))

describe('UGF-0-010: a case', () => {
  test.each([
    [[MISSED], [], 'missing', 'low', 'instrument:BTC_JPY'],
    [[MISSED, SHADOW], [], 'missing', 'low', 'instrument:BTC_JPY'],
    [[MISSED, ELSEWHERE], [], 'missing', 'medium', 'venue:sim'],
    [[CASH], [], 'unclear', 'medium', 'venue:sim'],
    [[MISSED, CASH], [], 'missing', 'high', 'venue:sim'],
    [[FOREIGN, MISSED], [], 'external', 'low', 'instrument:BTC_JPY'],
    [[MISSED, { ...MISSED, reasonCode: 'ORDER_ENDED_AT_VENUE' }], [], 'unclear', 'low', 'instrument:BTC_JPY'],
    [[OF_ORDER, { ...OF_ORDER, reasonCode: 'ORDER_ENDED_AT_VENUE' }], [], 'missing', 'low', 'instrument:BTC_JPY'],
    [[MISSED], ['instrument:BTC_JPY'], 'missing', 'high', 'instrument:BTC_JPY'],
  ] as const)('of %j after %j is %s, %s, in %s', (differences, recent, kind, radius, scope) => {
    expect(begin(true, differences as readonly CaseDifference[], [...recent])).toMatchObject({ kind, radius, scope })
  })

  test('is verified by two matches ten seconds apart; those of a part, and those too near, count for nothing', () => {
    const verifying = after(begin(true), ...REPAIRED, result('OK', at(10)))
    expect(verifying).toMatchObject({ state: 'VERIFYING', matches: 1 })
    expect(after(verifying, result('OK', at(19)))).toBe(verifying)
    expect(after(verifying, result('OK', at(20), { isFull: false }))).toBe(verifying)
    expect(after(verifying, result('OK', at(20)))).toMatchObject({ state: 'CANARY', share: 0.1 })
  })

  test('skips the canary where no money is at stake, says so, and is over', () => {
    const paper = after(begin(false), ...VERIFIED)
    expect(paper).toMatchObject({ state: 'RESTORED', canary: 'not_applicable', share: 1, closedTs: at(20) })
  })

  test('whose venue does not answer while it is verified goes on standing still and counts anew', () => {
    const silent = after(begin(true), ...REPAIRED, result('OK', at(10)), result('UNKNOWN', at(20)))
    expect(silent).toMatchObject({ state: 'VERIFYING', matches: 0 })
    expect(isHolding(silent)).toBe(true)
    expect(after(silent, result('OK', at(30))).state).toBe('VERIFYING')
    expect(after(silent, result('OK', at(30)), result('OK', at(40))).state).toBe('CANARY')
  })

  test('ends its canary after 30 minutes, five matches and a signature, then the caps rise with every three matches', () => {
    const canary = after(begin(true), ...VERIFIED)
    const soon = after(canary, ...matches(5, 80))
    expect(signingProblem(soon, at(400))).toContain('more minutes')
    expect(signingProblem(canary, 40 * US_PER_MINUTE)).toContain('0 of 5')
    expect(after(soon, { kind: 'signed', by: 'human:ann', ts: at(400) })).toBe(soon)
    const signed = after(soon, { kind: 'signed', by: 'human:ann', ts: at(1_820) })
    expect(signed).toMatchObject({ state: 'RESTORED', share: 0.25, signedBy: 'human:ann' })
    expect(after(signed, ...matches(2, 2_000)).share).toBe(0.25)
    expect(after(signed, ...matches(3, 2_000)).share).toBe(0.5)
    expect(after(signed, ...matches(6, 2_000)).share).toBe(1)
    expect(after(signed, ...matches(8, 2_000)).closedTs).toBeUndefined()
    expect(after(signed, ...matches(9, 2_000)).closedTs).toBe(at(2_480))
  })

  test('that comes back in its canary stands still again, and escalates the second time', () => {
    const relapsed = after(begin(true), ...VERIFIED, result('MISMATCH', at(90)))
    expect(relapsed).toMatchObject({ state: 'CONTAINED', relapses: 1, radius: 'high', share: 1 })
    expect(isHolding(relapsed)).toBe(true)
    const again = after(
      relapsed,
      ...REPAIRED,
      result('OK', at(100)),
      result('OK', at(110)),
      result('MISMATCH', at(180)),
    )
    expect(again).toMatchObject({ state: 'ESCALATED', relapses: 2 })
  })

  test('escalates after three repairs that did not help; looking three times is no repair', () => {
    const failing = [10, 20, 30].map((s) => result('MISMATCH', at(s)))
    expect(after(begin(false), ...REPAIRED, ...failing)).toMatchObject({ state: 'ESCALATED', cycles: 3 })
    const looked = [10, 20, 30, 40].map((s) => result('MISMATCH', at(s), { repairs: 0 }))
    const waiting: Seen = { kind: 'repair', by: 'human:ann', isAttempt: false, ts: 0 }
    expect(after(begin(false), ...STOPPED, waiting, ...looked)).toMatchObject({ state: 'REPAIRING', cycles: 0 })
  })

  test('escalates where money meets an order of a stranger, and where a high radius grows', () => {
    const foreign = result('MISMATCH', at(10), { differences: [FOREIGN] })
    expect(after(begin(true), ...STOPPED, foreign).state).toBe('ESCALATED')
    expect(after(begin(false), ...STOPPED, foreign).state).toBe('CLASSIFIED')
    const wide = begin(false, [MISSED, CASH])
    const wider = result('MISMATCH', at(10), { differences: [MISSED, CASH, ELSEWHERE] })
    // A look at one part sees less, and the next at all no more than there was.
    const part = result('MISMATCH', at(5), { differences: [MISSED], isFull: false })
    const whole = result('MISMATCH', at(10), { differences: [MISSED, CASH] })
    expect(after(wide, ...STOPPED, part, whole).state).toBe('CLASSIFIED')
    expect(after(wide, ...STOPPED, wider)).toMatchObject({ state: 'ESCALATED', detail: 'its radius is high and grows' })
  })

  test('that escalated is signed after a match, and proven from there', () => {
    const over = after(begin(true), ...STOPPED, { kind: 'escalated', why: 'nobody knows', ts: at(5) })
    const sign: Seen = { kind: 'signed', by: 'human:ann', ts: at(30) }
    expect(after(over, sign)).toBe(over)
    const signed = after(over, result('OK', at(20)), sign)
    expect(signed).toMatchObject({ state: 'VERIFYING', matches: 0 })
    expect(after(signed, result('OK', at(40)), result('OK', at(50))).state).toBe('CANARY')
  })

  const someSeen: fc.Arbitrary<(ts: number) => Seen> = fc.oneof(
    fc.constant((ts: number): Seen => ({ kind: 'contained', ts })),
    fc.constant((ts: number): Seen => ({ kind: 'classified', as: 'delay', by: 'human:ann', ts })),
    fc.boolean().map(
      (isAttempt) =>
        (ts: number): Seen => ({ kind: 'repair', by: 'human:ann', isAttempt, ts }),
    ),
    fc.constant((ts: number): Seen => ({ kind: 'signed', by: 'human:ann', ts })),
    fc.tuple(fc.constantFrom('OK', 'OK', 'OK', 'MISMATCH', 'UNKNOWN'), fc.boolean(), fc.nat(1)).map(
      ([verdict, isFull, repairs]) =>
        (ts: number): Seen =>
          result(verdict, ts, { isFull, repairs }),
    ),
  )

  property.prop([fc.boolean(), fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), someSeen), { maxLength: 120 })])(
    'skips no state, and is restored only after its matches',
    (hasMoney, happened) => {
      let one = begin(hasMoney)
      let ts = 0
      let proven = 0
      let wasSigned = false
      for (const [seconds, make] of happened) {
        ts += at(seconds)
        const seen = make(ts)
        if (seen.kind === 'result') {
          if (seen.result.verdict !== 'OK') proven = 0
          else if (seen.result.isFull) proven++
        }
        wasSigned ||= seen.kind === 'signed'
        for (const step of advanceCase(one, seen)) {
          if (step.state !== one.state) expect(CASE_EXITS[one.state]).toContain(step.state)
          if (step.state === 'RESTORED' && one.state !== 'RESTORED') {
            expect(proven).toBeGreaterThanOrEqual(hasMoney ? 5 : 2)
            expect(one.state).toBe(hasMoney ? 'CANARY' : 'VERIFYING')
            expect(wasSigned || !hasMoney).toBe(true)
          }
          // What trades again is capped as long as money is at stake and it is not over.
          if (hasMoney && !isHolding(step) && step.closedTs === undefined && step.state === 'CANARY')
            expect(step.share).toBeLessThan(1)
          one = step
        }
      }
    },
  )
})
