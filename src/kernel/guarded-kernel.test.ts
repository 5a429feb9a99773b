import { describe, expect, test } from 'vitest'
import { testInstrument } from '../../fixtures/world.ts'
import { botId } from '../domain/ids.ts'
import { GUARD_NAMES, type GuardName, guardAges } from '../risk/guards.ts'
import { LEASE_TERMS } from '../risk/leases.ts'
import { Rig, type RigOptions } from './rig.fixture.ts'

const S = 1_000_000
const HOUR = 3_600 * S
const VITAL = ['clock', 'audit', 'policy', 'dependencies', 'metrics'] as const
const GUARDED = { guards: guardAges([...VITAL, 'reconcile']) }
const LIVE = { guards: guardAges(GUARD_NAMES) }

const ENTRY = { side: 'buy', qty: 1, type: 'LIMIT', limit: 60_000, reasonCode: 'ENTRY_TEST' } as const
const EXIT = { side: 'sell', qty: 5, type: 'MARKET', reduceOnly: true, reasonCode: 'EXIT_TEST' } as const

/** A bot that holds ten lots and rests an order, everything known. */
function holding(options: RigOptions = {}) {
  const world = new Rig({ instruments: [testInstrument({ settlement: 'margin', maxLeverage: 10 })], ...options })
  world.guard('OK', ...GUARD_NAMES)
  world.fill(world.place({ side: 'buy', qty: 10, type: 'MARKET', reasonCode: 'ENTRY_TEST' }), 10)
  const resting = world.place({ ...ENTRY, qty: 2 })
  world.accept(resting)
  return { world, resting }
}

/** What becomes of an opening order now: its id, or the codes against it. */
function open(world: Rig): string {
  return world.act((context) => context.place(ENTRY)) === undefined ? world.refusal() : 'placed'
}
/** The same of an order that only closes. */
const reduce = (world: Rig): string =>
  world.act((context) => context.place(EXIT)) === undefined ? world.refusal() : 'placed'
const modes = (world: Rig) => world.of('safety.mode_changed').map(({ payload }) => [payload.to, payload.reason_code])

describe('an input that nobody knows', () => {
  test('UGF-0-003: is a HALT decision, and cancelling works', () => {
    const { world, resting } = holding({ limits: GUARDED })
    world.guard('UNKNOWN', 'metrics')
    expect(open(world)).toBe('J_POLICY_DENY_UNKNOWN_INPUT')
    expect(reduce(world)).toBe('J_POLICY_DENY_UNKNOWN_INPUT')
    expect(world.of('policy.decided').at(-1)?.payload).toMatchObject({
      decision: 'HALT',
      inputs: { input: 'metrics', state: 'UNKNOWN' },
    })
    expect(world.act((context) => context.cancel(resting, 'EXIT_TEST'))).toBe(true)
  })

  test('UGF-0-003: that was never observed since the start halts too, and is told apart', () => {
    const world = new Rig({ limits: GUARDED })
    expect(open(world)).toBe('J_POLICY_DENY_MISSING_REQUIRED_INPUT')
    world.guard('OK', ...VITAL, 'reconcile')
    expect(open(world)).toBe('placed')
  })

  test('UGF-0-004: leads to SAFE_MODE when a minute has not made it known, and to nothing when it has', () => {
    const { world } = holding({ limits: GUARDED })
    world.guard('UNKNOWN', 'audit')
    open(world)
    world.clock(59 * S)
    world.guard('OK', ...VITAL, 'reconcile')
    world.clock(2 * S)
    expect(modes(world)).toEqual([])
    world.guard('UNKNOWN', 'audit')
    open(world)
    world.clock(59 * S)
    expect(modes(world)).toEqual([])
    world.clock(1 * S)
    expect(modes(world)).toEqual([['SAFE_MODE', 'INPUT_UNKNOWN']])
    world.guard('OK', ...VITAL)
    expect(world.kernel.facts.mode.reasons.has('INPUT_UNKNOWN')).toBe(false)
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
  })

  test('UGF-0-004: leads to HALTED where live is armed', () => {
    const { world } = holding({ limits: LIVE, runMode: 'live' })
    world.guard('UNKNOWN', 'audit')
    open(world)
    world.clock(60 * S)
    expect(modes(world)).toEqual([['HALTED', 'INPUT_UNKNOWN']])
  })

  test('UGF-0-003: is told of when it grows too old and when it is known again', () => {
    const { world } = holding({ limits: GUARDED })
    world.clock(31 * S)
    const told = () =>
      world.of('safety.input_changed').map(({ payload: { input, state, age_us: age } }) => [input, state, age])
    expect(told().at(-1)).toEqual(['dependencies', 'STALE', expect.any(Number)])
    expect(told().at(-1)?.[2]).toBeGreaterThan(30 * S)
    expect(open(world)).toBe('J_POLICY_CANCEL_ONLY_DEGRADED')
    expect(reduce(world)).toBe('placed')
    world.guard('OK', 'dependencies')
    expect(told().at(-1)).toEqual(['dependencies', 'OK', 0])
    const count = told().length
    world.guard('OK', 'dependencies')
    expect(told()).toHaveLength(count)
  })

  test('that no session asks for is told to nobody and refuses nothing', () => {
    const { world } = holding()
    world.guard('BAD', 'dependencies', 'clock')
    expect(open(world)).toBe('placed')
  })
})

describe('limits that drifted', () => {
  test('UGF-0-003: the next intent gets HALT, and CONFIG_DRIFT holds SAFE_MODE at once', () => {
    const { world } = holding({ limits: GUARDED })
    world.guard('BAD', 'policy')
    expect(modes(world)).toEqual([['SAFE_MODE', 'CONFIG_DRIFT']])
    expect(reduce(world)).toBe('POLICY_BUNDLE_INVALID')
    expect(world.of('policy.decided').at(-1)?.payload.decision).toBe('HALT')
    expect(world.kernel.safetyMode).toBe('SAFE_MODE')
    world.guard('OK', 'policy')
    expect(world.kernel.facts.mode.reasons.has('CONFIG_DRIFT')).toBe(false)
  })
})

describe('a decision to halt', () => {
  test('UGF-0-004: asks for HALTED with the same input', () => {
    const { world } = holding({ limits: GUARDED })
    world.guard('BAD', 'audit')
    open(world)
    const [halt] = world.of('policy.decided').filter(({ payload }) => payload.decision === 'HALT')
    expect(halt?.payload.reason_codes).toEqual(['J_POLICY_HALT_AUDIT_CHAIN_BROKEN'])
    expect(modes(world)).toEqual([['HALTED', 'AUDIT_BROKEN']])
    expect(world.kernel.bots[0]?.state).not.toBe('RUNNING')
  })

  test('over one instrument does not become a halt of everything', () => {
    const { world } = holding({
      instruments: [testInstrument(), testInstrument({ id: 'ETH/USDT' as never, symbol: 'ETHUSDT' })],
    })
    world.command({ kind: 'KILL_RAISE', scope: 'instrument:BTC/USDT', level: 'HALT' })
    expect(open(world)).toBe('J_POLICY_HALT_SAFE_MODE')
    expect(world.kernel.safetyMode).toBe('NORMAL')
  })
})

test('UGF-D-003: nothing is released on an audit chain that is not known to be sound', () => {
  const { world } = holding({ limits: GUARDED, mode: { releaseDwellUs: 0 } })
  world.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
  world.guard('UNKNOWN', 'audit')
  expect(world.command({ kind: 'MODE_RELEASE', failedChecks: [] })).toEqual(['J_POLICY_DENY_FORBIDDEN_OP'])
  world.guard('OK', 'audit')
  expect(world.command({ kind: 'MODE_RELEASE', failedChecks: [] })).toEqual([])
  expect(world.kernel.safetyMode).toBe('NORMAL')
})

test('UGF-D-003: at 02:00 in Tokyo live opens nothing, and cancels and reduces', () => {
  const { world, resting } = holding({ limits: LIVE, runMode: 'live' })
  const night = 17 * HOUR - world.now
  world.clock(night)
  world.guard('OK', ...GUARD_NAMES)
  expect(open(world)).toBe('J_POLICY_DENY_QUIET_HOURS')
  expect(reduce(world)).toBe('placed')
  expect(world.act((context) => context.cancel(resting, 'EXIT_TEST'))).toBe(true)
  world.command({ kind: 'BOT_PAUSE', botId: 'bot-1' })
  expect(world.command({ kind: 'BOT_RESUME', botId: 'bot-1' })).toEqual(['J_POLICY_DENY_QUIET_HOURS'])
})

test('UGF-D-003: what was disarmed with positions open is closed by an operator alone', () => {
  const { world } = holding({ limits: LIVE, runMode: 'live' })
  world.guard('BAD', 'armed')
  expect(reduce(world)).toBe('LIVE_NOT_ARMED')
  const close = { kind: 'POSITION_CLOSE', botId: 'bot-1', instrumentId: 'BTC/USDT' } as const
  expect(world.command(close)).toEqual(['J_POLICY_DENY_RBAC'])
  expect(world.command({ ...close, role: 'viewer' })).toEqual(['J_POLICY_DENY_RBAC'])
  expect(world.command({ ...close, role: 'operator' })).toEqual([])
})

describe('a lease', () => {
  const LEASED = { limits: { leases: LEASE_TERMS } }
  const told = (world: Rig, type: 'safety.lease_issued' | 'safety.lease_denied') =>
    world.of(type).map(({ payload: { kind, id } }) => `${kind} ${id}`)

  test('UGF-D-004: of a loop that stood still for 21 s is none: opening is refused, cancelling works', () => {
    const { world, resting } = holding(LEASED)
    // The market goes on; nobody tells the time.
    for (let second = 0; second < 21; second++) world.quote(100_000, { afterUs: S })
    expect(open(world)).toBe('J_POLICY_DENY_LEASE_MISSING')
    expect(world.of('policy.decided').at(-1)?.payload).toMatchObject({
      decision: 'BLOCK',
      inputs: { lease: 'EXPIRED' },
    })
    expect(reduce(world)).toBe('placed')
    expect(world.act((context) => context.cancel(resting, 'EXIT_TEST'))).toBe(true)
    world.clock(S)
    expect(open(world)).toBe('placed')
  })

  test('UGF-D-004: is issued at the start to every bot and venue, and its renewals are told once a minute', () => {
    const { world } = holding({ ...LEASED, bots: 2 })
    expect(told(world, 'safety.lease_issued')).toEqual(['venue sim', 'bot bot-1', 'bot bot-2'])
    for (let second = 0; second < 70; second++) world.clock(S)
    expect(told(world, 'safety.lease_issued')).toHaveLength(3)
    const accounts = world.of('safety.leases_renewed').map(({ payload: { renewed, denied } }) => [renewed, denied])
    expect(accounts).toEqual([[36, 0]])
    expect(open(world)).toBe('placed')
  })

  test('UGF-D-004: permits only closing in SAFE_MODE, and everything again with the first look after it', () => {
    const { world } = holding({ ...LEASED, mode: { releaseDwellUs: 0 } })
    world.command({ kind: 'MODE_RAISE', mode: 'SAFE_MODE' })
    world.clock(S)
    expect(world.kernel.facts.leases?.all.map(({ constraint }) => constraint)).toEqual(['CLOSE_ONLY', 'CLOSE_ONLY'])
    world.command({ kind: 'MODE_RELEASE', failedChecks: [] })
    expect(open(world)).toBe('J_POLICY_DENY_LEASE_MISSING')
    world.clock(S)
    expect(open(world)).toBe('placed')
  })

  test('UGF-D-004: is not issued in HALTED, and a bot that was denied three times is paused', () => {
    const { world } = holding(LEASED)
    world.command({ kind: 'MODE_RAISE', mode: 'HALTED' })
    const bots = world.kernel.bots.map(({ config }) => ({ ...config, allocation: 0n as never }))
    // A bot that is new begins at work, in whatever mode.
    world.restart({ config: { bots: [...bots, { ...(bots[0] as (typeof bots)[0]), id: botId('bot-2') }] } })
    const [, added] = world.kernel.bots
    expect(added?.state).toBe('RUNNING')
    expect(world.kernel.facts.leases?.all).toEqual([])
    for (let second = 0; second < 9; second++) world.clock(S)
    expect(added?.state).toBe('RUNNING')
    world.clock(2 * S)
    expect(added?.state).toBe('PAUSED')
    expect(told(world, 'safety.lease_denied').filter((holder) => holder === 'bot bot-2')).toHaveLength(2)
  })

  test('of a venue that is halted is not renewed', () => {
    const { world } = holding(LEASED)
    world.command({ kind: 'KILL_RAISE', scope: 'venue:sim', level: 'HALT' })
    for (let second = 0; second < 20; second++) world.clock(S)
    expect(world.kernel.facts.leases?.state('venue', 'sim', world.now)).toBe('EXPIRED')
    expect(world.of('safety.lease_denied').map(({ payload }) => payload.reason_code)).toContain('KILL_HALT')
  })
})

describe('losses', () => {
  const LIMITED = { limits: { lossDayMax: 100, lossDrawdownMax: 250 } }
  const S2 = 2 * S
  /** Holds ten coins at 1 000.00. */
  const invested = () => {
    const world = new Rig({ instruments: [testInstrument({ settlement: 'margin', maxLeverage: 10 })], ...LIMITED })
    world.quote(100_000)
    world.quote(100_000, { afterUs: S2 })
    world.fill(world.place({ side: 'buy', qty: 1_000_000, type: 'MARKET', reasonCode: 'ENTRY_TEST' }), 1_000_000)
    world.quote(100_000, { afterUs: S2 })
    return world
  }
  /** Price at which the day has lost so much. */
  const priceAt = (loss: number) => 100_000 - 10 * loss

  test('UGF-D-003: of the day at marks stop new risk before anything is sold, and exits pass', () => {
    const world = invested()
    world.quote(priceAt(95), { afterUs: S2 })
    expect(open(world)).toBe('placed')
    world.quote(priceAt(100), { afterUs: S2 })
    expect(open(world)).toBe('LOSS_DAILY')
    expect(world.of('policy.decided').at(-1)?.payload.decision).toBe('CLOSE_ONLY')
    expect(reduce(world)).toBe('placed')
    world.quote(priceAt(0), { afterUs: S2 })
    expect(open(world)).toBe('placed')
  })

  test('UGF-D-003: from the best are counted over days', () => {
    const world = invested()
    world.quote(priceAt(-200), { afterUs: S2 })
    for (const loss of [-120, -30, 45]) {
      world.quote(priceAt(loss), { afterUs: S2 })
      world.quote(priceAt(loss), { afterUs: 24 * HOUR })
    }
    expect(open(world)).toBe('placed')
    world.quote(priceAt(51), { afterUs: S2 })
    expect(open(world)).toBe('LOSS_DRAWDOWN')
  })

  test('UGF-D-003: are measured after a restart from where they were measured before', () => {
    const world = invested()
    const marks = world.kernel.facts.losses?.marks
    world.restart({ config: { lossMarks: marks } })
    world.quote(priceAt(110), { afterUs: S2 })
    expect(open(world)).toBe('LOSS_DAILY')
    world.restart({ config: { lossMarks: undefined } })
    world.quote(priceAt(110), { afterUs: S2 })
    world.quote(priceAt(110), { afterUs: S2 })
    expect(open(world)).toBe('placed')
  })
})

test('a guard of every name can be observed, and asked for', () => {
  const { world } = holding({ limits: LIVE })
  const states = GUARD_NAMES.map((name: GuardName) => world.kernel.facts.guards.state(name, world.now))
  expect(new Set(states)).toEqual(new Set(['OK']))
})
