import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KernelEvent } from '../../events/event.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import { breachOf, conditionsFor, isBeyond, NOTHING_SEEN, type Stage, STAGES, type StageTally } from './ladder.ts'
import { LadderDesk } from './ladder-desk.ts'

const DAY = 86_400_000
const WHO = { actor: 'human:trader', reason: 'a test' }
const none = Object.fromEntries(STAGES.map((stage) => [stage, NOTHING_SEEN])) as Record<Stage, StageTally>
const unmet = (to: Stage, tallies: Partial<Record<Stage, Partial<StageTally>>>, evidence?: string) =>
  conditionsFor(
    to,
    {
      ...none,
      ...Object.fromEntries(Object.entries(tallies).map(([stage, tally]) => [stage, { ...NOTHING_SEEN, ...tally }])),
    },
    evidence,
  ).flatMap(({ name, isMet }) => (isMet ? [] : [name]))

describe('UGF-D-007: what a stage asks for', () => {
  test.each<[Stage, Partial<Record<Stage, Partial<StageTally>>>, string | undefined, readonly string[]]>([
    ['forward', {}, undefined, ['backtest']],
    ['forward', {}, 'run-1', []],
    ['shadow', { forward: { workMs: 6.9 * DAY } }, undefined, ['forward time']],
    ['shadow', { forward: { workMs: 7 * DAY } }, undefined, []],
    ['canary', { shadow: { workMs: 3 * DAY } }, undefined, []],
    ['canary', { shadow: { workMs: 2 * DAY, mismatches: 1 } }, undefined, ['shadow time', 'shadow mismatches']],
    ['canary', { shadow: { workMs: 3 * DAY, fills: 10, slipBps: 201 } }, undefined, ['shadow slippage']],
    ['canary', { shadow: { workMs: 3 * DAY, sent: 100, rejected: 3 } }, undefined, ['shadow rejects']],
    ['live', { canary: { fills: 50 } }, undefined, []],
    ['live', { canary: { workMs: 3 * DAY } }, undefined, []],
    ['live', { canary: { fills: 49 } }, undefined, ['canary time or fills']],
    ['live', { canary: { fills: 60, mismatches: 1 } }, undefined, ['canary mismatches']],
  ])('%s of %j', (to, tallies, evidence, names) => expect(unmet(to, tallies, evidence)).toEqual(names))

  test('more time and more fills never take a condition away', () => {
    const tally = fc.record({
      workMs: fc.nat(10 * DAY),
      fills: fc.nat(200),
      slipBps: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      sent: fc.nat(500),
      rejected: fc.nat(20),
      mismatches: fc.nat(2),
    })
    fc.assert(
      fc.property(fc.constantFrom(...STAGES), tally, fc.nat(DAY), (to, seen, more) => {
        const all = { forward: seen, shadow: seen, canary: seen, live: seen }
        const longer = { ...seen, workMs: seen.workMs + more }
        const after = { forward: longer, shadow: longer, canary: longer, live: longer }
        const met = (tallies: typeof all) => conditionsFor(to, tallies, 'run').filter(({ isMet }) => isMet).length
        expect(met(after)).toBeGreaterThanOrEqual(met(all))
      }),
    )
  })

  test.each<[Partial<StageTally>, RegExp | undefined]>([
    [{ fills: 19, slipBps: 19 * 100 }, undefined],
    [{ fills: 20, slipBps: 20 * 20 }, undefined],
    [{ fills: 20, slipBps: 20 * 20.1 }, /20\.1 bps/],
    [{ sent: 49, rejected: 49 }, undefined],
    [{ sent: 50, rejected: 2 }, /2 of 50/],
    [{ mismatches: 1 }, /did not match/],
  ])('%j takes a canary back: %s', (tally, says) => {
    const breach = breachOf('canary', { ...NOTHING_SEEN, ...tally })
    if (says === undefined) expect(breach).toBeUndefined()
    else expect(breach).toMatch(says)
    expect(breachOf('forward', { ...NOTHING_SEEN, ...tally })).toBeUndefined()
  })
})

function desk(stage: Stage | undefined, { isPractice = false, notes = new Map<string, string>() } = {}) {
  const facts: HostFact[] = []
  const stoodBack: string[] = []
  const clock = { ms: 0 }
  let isAtWork = true
  const ladder = new LadderDesk(
    { get: (name) => notes.get(name), set: (name, value) => void notes.set(name, value) },
    {
      stage: () => stage,
      isPractice: () => isPractice,
      nowMs: () => clock.ms,
      isAtWork: () => isAtWork,
      record: (fact) => facts.push(fact),
      alert: () => undefined,
      standBack: (why) => stoodBack.push(why),
    },
  )
  const work = (days: number) => {
    // A look a second would be 86 400 a day.
    for (let spent = 0; spent < days * DAY; spent += 5_000) {
      clock.ms += 5_000
      ladder.look()
    }
  }
  const event = (type: string, payload: object) => ladder.heed({ type, payload } as unknown as KernelEvent)
  return { ladder, facts, stoodBack, notes, clock, work, event, rest: () => (isAtWork = false) }
}

describe('UGF-D-007: the ladder of a profile', () => {
  test('shadow is where it begins; a stage of the settings beyond that is not granted, except to practise', () => {
    expect(desk('shadow').ladder.isUngranted).toBe(false)
    expect(desk('canary').ladder.isUngranted).toBe(true)
    expect(desk('live').ladder.isUngranted).toBe(true)
    expect(desk('live', { isPractice: true }).ladder.isUngranted).toBe(false)
    expect(desk(undefined).ladder.promote({ stage: 'canary' }, WHO).reasonCodes).toEqual(['NOT_A_REAL_VENUE'])
  })

  test('a promotion is refused with everything that is missing, and granted with what was found', () => {
    const { ladder, facts, work, notes } = desk('shadow')
    const early = ladder.promote({ stage: 'canary' }, WHO)
    expect(early).toMatchObject({ ok: false, reasonCodes: ['STAGE_NOT_EARNED'] })
    expect(facts.at(-1)).toMatchObject({
      type: 'promotion.refused',
      payload: { evidence: expect.stringContaining('not met') },
    })
    expect(ladder.promote({ stage: 'live' }, WHO).reasonCodes).toEqual(['STAGE_SKIPPED'])
    work(3.01)
    expect(ladder.promote({ stage: 'canary' }, WHO).ok).toBe(true)
    expect(facts.at(-1)).toMatchObject({ type: 'promotion.granted', payload: { stage: 'canary' } })
    // It outlives the process.
    expect(desk('canary', { notes }).ladder.isUngranted).toBe(false)
  })

  test('time without a venue, and time that jumped, is no work', () => {
    const { ladder, clock, rest } = desk('shadow')
    ladder.look()
    clock.ms += 10 * DAY
    ladder.look()
    rest()
    for (let at = 0; at < 1_000; at++) {
      clock.ms += 1_000
      ladder.look()
    }
    expect(ladder.conditions('canary')[0]).toMatchObject({ found: '0.00 days', isMet: false })
  })

  test('fills that are worse than rehearsed take the stage back by themselves, and what was counted beyond is gone', () => {
    const { ladder, event, work, facts, stoodBack, notes } = desk('canary', {
      notes: new Map([['ladder.real', JSON.stringify({ granted: 'canary', tallies: none })]]),
    })
    work(0.01)
    for (let at = 0; at < 20; at++) event('fill.recorded', { side: 'sell', price: 997, arrival_price: 1_000 })
    work(0.001)
    expect(stoodBack).toEqual([expect.stringContaining('30.0 bps slippage')])
    expect(facts.at(-1)).toMatchObject({
      type: 'promotion.revoked',
      payload: { stage: 'shadow', actor: 'service:engine' },
    })
    expect(ladder.isUngranted).toBe(true)
    work(0.001)
    expect(stoodBack).toHaveLength(1)
    expect(desk('canary', { notes }).ladder.granted).toBe('shadow')
  })

  test('one mismatch of the books is enough; better fills than expected are no reason', () => {
    const canary = () =>
      desk('canary', { notes: new Map([['ladder.real', JSON.stringify({ granted: 'canary', tallies: none })]]) })
    const good = canary()
    for (let at = 0; at < 40; at++) good.event('fill.recorded', { side: 'buy', price: 900, arrival_price: 1_000 })
    good.work(0.001)
    expect(good.stoodBack).toEqual([])
    const bad = canary()
    bad.event('reconcile.run', { status: 'OK' })
    bad.event('reconcile.run', { status: 'MISMATCH' })
    bad.work(0.001)
    expect(bad.stoodBack).toEqual([expect.stringContaining('did not match')])
  })

  test('a person takes it back at once, and never forward', () => {
    const { ladder, facts } = desk('canary', {
      notes: new Map([['ladder.real', JSON.stringify({ granted: 'live', tallies: none })]]),
    })
    expect(ladder.demote({ stage: 'canary' }, WHO).ok).toBe(true)
    expect(ladder.granted).toBe('canary')
    expect(ladder.demote({ stage: 'live' }, WHO).detail).toContain('no more')
    expect(facts.map(({ type }) => type)).toEqual(['promotion.revoked'])
  })

  test.each(['', '{', '{"granted":"live"}', '{"granted":"moon","tallies":{}}', 'null'])(
    'what was kept and cannot be read (%s) is nothing that was earned',
    (text) => expect(desk('live', { notes: new Map([['ladder.real', text]]) }).ladder.granted).toBe('shadow'),
  )

  test('stages are in order', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STAGES), fc.constantFrom(...STAGES), (a, b) => {
        expect(isBeyond(a, b) && isBeyond(b, a)).toBe(false)
      }),
    )
  })
})
