import { afterEach, describe, expect, test } from 'vitest'
import { EngineWorld } from '../../../fixtures/engine-world.ts'
import { INTERLOCKS } from '../../risk/interlocks.ts'
import { ExposureJump } from './exposure-jump.ts'
import { Sight } from './sight.ts'
import { Watch } from './watch.ts'

const worlds: EngineWorld[] = []

async function world(): Promise<EngineWorld> {
  const made = new EngineWorld()
  worlds.push(made)
  await made.boot()
  await made.run(5)
  return made
}

afterEach(async () => {
  for (const made of worlds.splice(0)) await made.end()
})

const reasons = ({ engine }: EngineWorld) => [...engine.kernel.facts.mode.reasons.keys()]
const killAt = ({ engine }: EngineWorld, scope: 'global' | 'venue:sim') => engine.kernel.facts.kill.at(scope)
const openAlerts = ({ store }: EngineWorld) =>
  store.alerts.list(50).flatMap(({ source, state }) => (state === 'OPEN' ? [source] : []))

test('UGF-0-002: every condition that the watch can raise is in the table of interlocks, with the mode that it says', () => {
  const found = new Watch({ skewWarnMs: 500, skewCriticalMs: 1_500 }).look(
    {
      skewUs: 2_000_000,
      stallUs: 6_000_000,
      diskFree: 0.01,
      isReconciled: true,
      reconcile: 'MISMATCH',
      isVenueUp: false,
      auditFault: 'event 3 was changed',
      venueTrouble: 'slow',
      blindness: 'nothing is known',
      leaks: 1,
    },
    0,
  )
  expect(found.length).toBeGreaterThanOrEqual(9)
  for (const { code, mode } of found)
    expect([code, INTERLOCKS.find(({ id }) => id === code)?.result]).toEqual([
      code,
      expect.stringContaining(mode ?? 'nothing'),
    ])
})

describe('UGF-0-002 OBS_UNKNOWN', () => {
  const checks = (unknown: number, of: number) =>
    Array.from({ length: of }, (_, at) => ({ name: `check ${at}`, health: at < unknown ? 'UNKNOWN' : 'OK' }))

  test('a fifth of the checks unknown for ten seconds is too little to see by', () => {
    const sight = new Sight()
    expect(sight.look(checks(2, 10), 0)).toBeUndefined()
    expect(sight.look(checks(2, 10), 9_999)).toBeUndefined()
    expect(sight.look(checks(2, 10), 10_000)).toContain('2 of 10')
    expect(sight.look(checks(1, 10), 10_001)).toBeUndefined()
  })

  test('one check unknown for more than a minute is too much, and a look that answers it begins anew', () => {
    const sight = new Sight()
    sight.look(checks(1, 20), 0)
    expect(sight.look(checks(1, 20), 60_000)).toBeUndefined()
    expect(sight.look(checks(1, 20), 60_001)).toContain('check 0')
    expect(sight.look(checks(0, 20), 61_000)).toBeUndefined()
    expect(sight.look(checks(1, 20), 62_000)).toBeUndefined()
  })

  test('an engine that cannot see is in SAFE_MODE', async () => {
    const made = await world()
    for (let s = 0; s < 62; s++) {
      made.engine.heedHealth([{ name: 'clock', health: 'UNKNOWN' }])
      await made.run(1)
    }
    expect(reasons(made)).toContain('OBS_UNKNOWN')
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
    made.engine.heedHealth([{ name: 'clock', health: 'OK' }])
    await made.run(1)
    expect(reasons(made)).not.toContain('OBS_UNKNOWN')
    expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
  })
})

describe('UGF-0-002 PNL_EXPOSURE_JUMP', () => {
  const S = 1_000_000
  const held = (worth: number, lots: number) => [{ at: 0, exposure: worth * lots, lots }]

  test('what is held is worth 35 % more within a minute, without a fill: once, and again a second later', () => {
    const jump = new ExposureJump()
    expect(jump.look(0, held(100, 10)).count).toBe(0)
    expect(jump.look(59 * S, held(134, 10)).count).toBe(0)
    expect(jump.look(60 * S, held(135, 10))).toEqual({ count: 1, share: 0.35 })
    expect(jump.look(60.5 * S, held(135, 10)).count).toBe(0)
  })

  test('our own fills, short or long, are no jump; a flip of prices is', () => {
    const jump = new ExposureJump()
    jump.look(0, held(100, 1))
    expect(jump.look(S, held(100, 500)).count).toBe(0)
    expect(jump.look(2 * S, held(100, -500)).count).toBe(0)
    expect(jump.look(3 * S, held(60, -500)).count).toBe(1)
    expect(jump.look(4 * S, held(60, -500)).count).toBe(2)
    expect(jump.look(70 * S, held(60, -500)).count).toBe(0)
  })

  test('a mark that is missing is no jump', () => {
    const jump = new ExposureJump()
    jump.look(0, held(100, 1))
    expect(jump.look(S, held(Number.NaN, 1)).count).toBe(0)
    expect(jump.look(2 * S, held(100, 1)).count).toBe(0)
  })
})

test('UGF-0-002 AUTH_FAILURE: a key refused three times in a row closes the venue, and refused on and on halts it', async () => {
  const made = await world()
  await made.command('VENUE_FAULT', { fault: 'refuse-key' })
  for (let at = 0; at < 2; at++) await made.command('RECONCILE_RUN', {})
  expect(killAt(made, 'venue:sim')).toBe('NONE')
  await made.command('RECONCILE_RUN', {})
  await made.run(2)
  expect(killAt(made, 'venue:sim')).toBe('CLOSE_ONLY')
  expect(openAlerts(made)).toContain('AUTH_FAILURE')
  for (let at = 0; at < 30 && killAt(made, 'venue:sim') !== 'HALT'; at++) {
    await made.command('RECONCILE_RUN', {})
    await made.run(30)
  }
  expect(killAt(made, 'venue:sim')).toBe('HALT')
  await made.command('VENUE_FAULT', { fault: 'online' })
  await made.run(400)
  expect(killAt(made, 'venue:sim')).toBe('HALT')
  expect(openAlerts(made)).not.toContain('AUTH_FAILURE')
})

test('UGF-0-002 SECRET_LEAK and CONFIG_DRIFT: SAFE_MODE; settings that are no matter of safety are told', async () => {
  const made = await world()
  made.drift = { kind: 'settings', detail: 'log.level differs' }
  await made.run(1)
  expect(made.engine.kernel.safetyMode).toBe('NORMAL')
  expect(openAlerts(made)).toContain('CONFIG_CHANGED')
  made.drift = { kind: 'policy', detail: 'limits.leverage_max differs' }
  made.leaks = 1
  await made.run(1)
  expect(made.engine.kernel.safetyMode).toBe('SAFE_MODE')
  expect(reasons(made)).toEqual(expect.arrayContaining(['CONFIG_DRIFT', 'SECRET_LEAK']))
  expect(openAlerts(made)).not.toContain('CONFIG_CHANGED')
})

describe('UGF-0-002: what is put aside', () => {
  test('is withdrawn for its time and comes back, and the mode stays for the operator to release', async () => {
    const made = await world()
    made.clock.wall += 600_000
    await made.run(1)
    expect(reasons(made)).toContain('CLOCK_WARN')
    const row = await made.confirmed('INTERLOCK_SUPPRESS', { interlock: 'CLOCK_WARN', seconds: 60 })
    expect(row.status).toBe('COMPLETED')
    await made.run(1)
    expect(reasons(made)).not.toContain('CLOCK_WARN')
    await made.run(60)
    expect(reasons(made)).toContain('CLOCK_WARN')
  })

  test.each(['CLOCK_CRITICAL', 'AUDIT_BROKEN', 'ORDER_STORM', 'VENUE_DOWN'])('is never %s', async (interlock) => {
    const made = await world()
    const row = await made.command('INTERLOCK_SUPPRESS', { interlock, seconds: 60 })
    expect([row.status, row.resultCode]).toEqual(['REJECTED_POLICY', 'INTERLOCK_NOT_SUPPRESSIBLE'])
  })

  test('needs a reason, a name that is one, and five minutes at most', async () => {
    const made = await world()
    const ask = async (interlock: string, seconds: number, reason?: string) =>
      (await made.command('INTERLOCK_SUPPRESS', { interlock, seconds }, reason === undefined ? {} : { reason }))
        .resultCode
    expect(await ask('CLOCK_WARN', 60, 'no')).toBe('REASON_REQUIRED')
    expect(await ask('WEATHER', 60)).toBe('INTERLOCK_UNKNOWN')
    expect(await ask('CLOCK_WARN', 301)).toBe('PAYLOAD_INVALID')
  })
})

test('a reason of the host whose cause went while no engine ran is withdrawn by the next one', async () => {
  const made = await world()
  await made.command('VENUE_FAULT', { fault: 'offline', seconds: 5 })
  await made.run(2)
  expect(reasons(made)).toContain('VENUE_DOWN')
  made.crash()
  made.clock.pass(10_000)
  await made.boot()
  await made.run(3)
  expect(reasons(made)).not.toContain('VENUE_DOWN')
})

test('UGF-0-005: a kill with a time to look at it again tells when that is, and stands on', async () => {
  const made = await world()
  const raise = { scope: 'bot:maker', level: 'CLOSE_ONLY' } as const
  await made.command('KILL_RAISE', { ...raise, review_minutes: 2 }, { reason: 'odd prices' })
  const kill = () => made.engine.chronicle.state.safety.kills.find(({ scope }) => scope === 'bot:maker')
  const since = kill()?.sinceTs
  expect((kill()?.reviewTs ?? 0) - (since ?? 0)).toBe(120_000_000)
  await made.run(60, 100)
  // Looked at: another two minutes.
  await made.command('KILL_RAISE', { ...raise, review_minutes: 2 }, { reason: 'still odd' })
  await made.run(62, 100)
  expect(openAlerts(made)).not.toContain('KILL_REVIEW')
  expect(kill()).toMatchObject({ sinceTs: since, reason: 'still odd' })
  const review = kill()?.reviewTs
  made.engine.commit()
  made.crash()
  await made.boot()
  expect(kill()?.reviewTs).toBe(review)
  await made.run(1)
  await made.run(62, 100)
  expect(openAlerts(made)).toContain('KILL_REVIEW')
  expect(kill()?.level).toBe('CLOSE_ONLY')
  await made.confirmed('KILL_LOWER', { scope: 'bot:maker', level: 'NONE' })
  await made.run(2)
  expect(openAlerts(made)).not.toContain('KILL_REVIEW')
})
