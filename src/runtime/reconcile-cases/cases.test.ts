import { afterEach, describe, expect, test } from 'vitest'
import { RECONCILE_EXIT } from '../../reconcile/result.ts'
import { exitOf } from '../../../commands/submission.ts'
import { CommandShell } from '../../../fixtures/command-shell.ts'
import { EngineWorld, type EngineWorldOptions } from '../../../fixtures/engine-world.ts'
import { journalTail } from '../../../storage/queries/journal-tail.ts'
import type { Payload } from '../../events/event.ts'
import type { ReconcileCase } from '../../reconcile/case.ts'
import { keepCase, storedCases } from './case-store.ts'

const worlds: EngineWorld[] = []

async function world(options: EngineWorldOptions = {}): Promise<EngineWorld> {
  const made = new EngineWorld(options)
  worlds.push(made)
  await made.boot()
  await made.run(10)
  return made
}

afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

const MARKET = { instrument_id: 'FX_BTC_JPY', side: 'buy', type: 'MARKET', qty: '0.01' } as const

async function dropFill(made: EngineWorld): Promise<string> {
  await made.command('VENUE_FAULT', { fault: 'lose-fill', instrument_id: 'FX_BTC_JPY' })
  const placed = await made.command('ORDER_PLACE', MARKET)
  return (placed.result as { order_id: string }).order_id
}

const foreignOrder = (made: EngineWorld) =>
  made.command('VENUE_FAULT', { fault: 'invent-order', instrument_id: 'BTC_JPY', seconds: 60 })

/** Runs until a case is in a state, two minutes at most. */
async function until(made: EngineWorld, state: string): Promise<void> {
  for (let s = 0; s < 120 && storedCases(made.store.notes).at(-1)?.state !== state; s++) await made.run(1)
  expect(storedCases(made.store.notes).at(-1)?.state).toBe(state)
}

const events = (made: EngineWorld, type: string) =>
  journalTail(made.store.db, { type, limit: 1_000 }).map(({ event }) => event)
const moves = (made: EngineWorld) =>
  events(made, 'reconcile.case_changed').map(({ ts, payload }) => ({
    ts,
    ...(payload as Payload<'reconcile.case_changed'>),
  }))

const reasons = (made: EngineWorld) =>
  events(made, 'safety.reason_raised').map(({ payload }) => (payload as Payload<'safety.reason_raised'>).reason_code)

interface Verdict {
  readonly status: 'OK' | 'MISMATCH' | 'UNKNOWN'
  readonly reconcile_id: string
  readonly items: readonly { readonly category: string }[]
}
const reconcile = async (made: EngineWorld) => (await made.command('RECONCILE_RUN', {})).result as Verdict

describe('UGF-0-010: a fill that was dropped', () => {
  test('accept 1: is contained within a second, booked, matched twice, and on paper the canary is not applicable', async () => {
    const made = await world()
    const orderId = await dropFill(made)
    await until(made, 'RESTORED')
    const told = moves(made)
    expect(told.map(({ to }) => to)).toEqual([
      'DETECTED',
      'CONTAINED',
      'CLASSIFIED',
      'REPAIRING',
      'VERIFYING',
      'RESTORED',
    ])
    expect(told.at(-1)).toMatchObject({ class: 'missing', canary: 'not_applicable', is_closed: true })
    const [mismatch] = events(made, 'reconcile.mismatch')
    const detectedTs = mismatch?.ts ?? Number.NaN
    expect((told[1]?.ts ?? Number.NaN) - detectedTs).toBeLessThanOrEqual(1_000_000)
    const raised = events(made, 'safety.reason_raised').find(
      ({ payload }) => (payload as Payload<'safety.reason_raised'>).reason_code === 'CASE_OPEN',
    )
    expect((raised?.ts ?? Number.NaN) - detectedTs).toBeLessThanOrEqual(1_000_000)
    const contained = events(made, 'reconcile.case_changed')[1]
    const booked = events(made, 'fill.').find(({ payload }) => Reflect.get(payload, 'order_id') === orderId)
    expect(contained?.seq).toBeLessThan(booked?.seq ?? 0)
    expect(made.engine.kernel.holdingsIn('bot:manual')).toHaveLength(1)
    // What stood still is a person's to release.
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
  })

  test('accept 3: nothing is loosened while its case is open: exit 3, CASE_OPEN', async () => {
    const made = await world()
    await foreignOrder(made)
    await reconcile(made)
    const [one] = storedCases(made.store.notes)
    expect(one).toMatchObject({ state: 'CLASSIFIED', kind: 'external', scope: 'instrument:BTC_JPY' })
    const released = await made.command('MODE_RELEASE', {})
    expect(exitOf(released)).toBe(3)
    expect(released.reasonCodes).toContain('CASE_OPEN')
    for (const scope of ['instrument:BTC_JPY', 'global']) {
      const lowered = await made.command('KILL_LOWER', { scope, level: 'NONE' })
      expect([exitOf(lowered), lowered.reasonCodes]).toEqual([3, ['CASE_OPEN']])
    }
    // Gone by itself, and proven to be: then a person may.
    await until(made, 'RESTORED')
    expect((await made.confirmed('KILL_LOWER', { scope: 'instrument:BTC_JPY', level: 'NONE' })).status).toBe(
      'COMPLETED',
    )
  })

  test('while a canary runs one bot trades where it may, a tenth at most; a session that begins knows it', async () => {
    const made = await world()
    const canary: ReconcileCase = {
      id: 'case-1-4',
      venueId: 'sim',
      scope: 'instrument:FX_BTC_JPY',
      state: 'CANARY',
      kind: 'missing',
      radius: 'low',
      differences: [],
      reach: ['FX_BTC_JPY'],
      isAttempted: false,
      cycles: 0,
      matches: 0,
      relapses: 0,
      canary: 'required',
      canaryTs: made.engine.now,
      canaryBotId: 'manual',
      canaryInstrumentId: 'FX_BTC_JPY',
      share: 0.1,
      openedTs: made.engine.now,
      changedTs: made.engine.now,
      detail: 'one bot trades',
    }
    keepCase(made.store.notes, canary)
    made.crash()
    await made.boot()
    await made.run(10)
    const asked = async (instrument_id: string, qty: string) =>
      (await made.command('ORDER_PLACE', { ...MARKET, instrument_id, qty })).reasonCodes
    expect(await asked('BTC_JPY', '0.001')).toEqual(['CANARY_CAP'])
    // Of two million that one order may be worth, two hundred thousand are left.
    expect(await asked('FX_BTC_JPY', '0.05')).toEqual(['CANARY_CAP'])
    expect(await asked('FX_BTC_JPY', '0.01')).toEqual([])
  })

  test('a restart goes on with the case where it was', async () => {
    const made = await world()
    await foreignOrder(made)
    await reconcile(made)
    const [before] = storedCases(made.store.notes)
    made.crash()
    await made.boot()
    expect(made.engine.cases.current?.id).toBe(before?.id)
    expect(made.engine.kernel.facts.mode.reasons.has('CASE_OPEN')).toBe(true)
    expect((await made.command('MODE_RELEASE', {})).reasonCodes).toContain('CASE_OPEN')
    await until(made, 'RESTORED')
    expect(made.engine.kernel.facts.mode.reasons.has('CASE_OPEN')).toBe(false)
  })
})

describe('UGF-D-005: reconciliation', () => {
  test('accept 2: an order that somebody else placed is exit 5, MISSING_LOCAL, closes its instrument and is kept', async () => {
    const made = await world()
    await foreignOrder(made)
    const verdict = await reconcile(made)
    expect(RECONCILE_EXIT[verdict.status]).toBe(5)
    expect(verdict.items.map(({ category }) => category)).toContain('MISSING_LOCAL')
    expect(made.engine.kernel.facts.kill.at('instrument:BTC_JPY')).toBe('CLOSE_ONLY')
    await made.run(20)
    expect((await made.exchange.books()).openOrders.filter(({ orderId }) => orderId === undefined)).toHaveLength(1)
    expect(made.store.alerts.list(50).map(({ source }) => source)).toContain('EXTERNAL_ORDER_DETECTED')
  })

  test('… and is cancelled where external_orders = "cancel"', async () => {
    const made = await world({ toml: '[engine]\nexternal_orders = "cancel"\n' })
    await foreignOrder(made)
    await reconcile(made)
    await made.run(1)
    expect((await made.exchange.books()).openOrders.filter(({ orderId }) => orderId === undefined)).toHaveLength(0)
  })

  test('accept 3: a fill that comes five seconds late alarms nobody; one that is lost is a MISMATCH', async () => {
    const made = await world()
    await made.command('VENUE_FAULT', { fault: 'delay-fill', instrument_id: 'FX_BTC_JPY', seconds: 5 })
    await made.command('ORDER_PLACE', MARKET)
    expect((await reconcile(made)).status).not.toBe('MISMATCH')
    await made.run(70)
    expect(storedCases(made.store.notes)).toEqual([])
    expect(events(made, 'reconcile.mismatch')).toEqual([])
    // A venue that is slow is left alone for a while: that is another matter.
    expect(reasons(made).filter((code) => /^(RECONCILE|CASE)_/.test(code))).toEqual([])
    expect(made.engine.kernel.holdingsIn('bot:manual')).toHaveLength(1)
    const other = await world()
    await dropFill(other)
    await other.run(5)
    expect((await reconcile(other)).status).toBe('MISMATCH')
  })

  test('accept 5: asked for twice at once, the second is answered with the round of the first', async () => {
    const made = await world()
    const ids = ['01a204d6-aaaa-7000-8000-000000000001', '01a204d6-aaaa-7000-8000-000000000002']
    for (const id of ids)
      made.store.commands.submit({
        id,
        type: 'RECONCILE_RUN',
        payload: {},
        actor: 'human:test',
        origin: 'cli',
        reason: 'both at once',
        issuedTs: made.clock.wall,
        expiresTs: made.clock.wall + 30_000_000,
      })
    made.engine.poke()
    await made.run(3)
    const [first, second] = ids.map((id) => made.store.commands.get(id)?.result as Verdict | undefined)
    expect(first?.status).toBe('OK')
    expect(second?.reconcile_id).toBe(first?.reconcile_id)
  })
})

describe('UGF-0-007: when two records disagree', () => {
  test('accept 1: the venue says FILLED, we say OPEN: we become FILLED, and the journal has who was believed', async () => {
    const made = await world()
    const orderId = await dropFill(made)
    await made.run(3)
    expect(made.engine.chronicle.order(orderId)?.state).not.toBe('FILLED')
    await until(made, 'VERIFYING')
    expect(made.engine.chronicle.order(orderId)?.state).toBe('FILLED')
    const [resolved] = events(made, 'sot.resolved')
    expect(resolved?.payload).toMatchObject({
      entity_id: orderId,
      fact: 'orders',
      winner: 'venue asked',
      losers: ['venue stream', 'ledger'],
      reason_code: 'FILL_MISSED',
    })
    const fill = events(made, 'fill.').find(({ payload }) => Reflect.get(payload, 'order_id') === orderId)
    expect(made.engine.corrections).toBe(1)
    expect(resolved?.seq).toBeLessThan(fill?.seq ?? 0)
    const shell = new CommandShell()
    try {
      const { out, code } = await shell.say(['sot', 'explain', orderId, '--json'], {
        openStore: () => Promise.resolve(made.store),
      })
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        message: '1 correction',
        data: { corrections: [{ winner: 'venue asked', reason_code: 'FILL_MISSED' }] },
      })
    } finally {
      shell.close()
    }
  })

  test('accept 2: an order at the venue that we never sent is MISSING_LOCAL, and new risk stops', async () => {
    const made = await world()
    await foreignOrder(made)
    expect((await reconcile(made)).items.map(({ category }) => category)).toContain('MISSING_LOCAL')
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    expect(events(made, 'sot.resolved')).toEqual([])
  })
})
