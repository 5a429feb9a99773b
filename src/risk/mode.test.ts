import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  LOOSENING,
  MODE_SETTINGS,
  type ModeChange,
  type RecalledMode,
  SAFETY_MODES,
  type SafetyMode,
  SafetyModeMachine,
  severity,
} from './mode.ts'

const S = 1_000_000
const RUNNING = { ...MODE_SETTINGS, warmUpUs: 0 }

/** How a run ended that had no reasons left. */
const ended = (mode: SafetyMode): RecalledMode => ({
  mode,
  reasons: [],
  modeSinceTs: 0,
  degradedEntries: [],
  isOnlyWarming: false,
})
const running = () => new SafetyModeMachine(RUNNING, 0)

test('UGF-0-002: a boot is in SAFE_MODE until it is warm, and then NORMAL', () => {
  const machine = new SafetyModeMachine(MODE_SETTINGS, 0)
  expect(machine.mode).toBe('SAFE_MODE')
  expect([...machine.reasons.keys()]).toEqual(['WARMUP'])
  expect(machine.tick(120 * S - 1, false)).toBeUndefined()
  expect(machine.tick(120 * S, false)).toEqual({ from: 'SAFE_MODE', to: 'NORMAL', reasonCode: 'WARMUP_ENDED' })
  expect(machine.reasons.size).toBe(0)
  expect(running().mode).toBe('NORMAL')
})

test('the end of the warm-up does not release what needs an operator', () => {
  const standing = new SafetyModeMachine(MODE_SETTINGS, 0)
  standing.raise('RECONCILE_MISMATCH', 'SAFE_MODE', 10 * S)
  expect(standing.tick(120 * S, false)).toBeUndefined()
  expect(standing.mode).toBe('SAFE_MODE')

  const gone = new SafetyModeMachine(MODE_SETTINGS, 0)
  gone.raise('RECONCILE_MISMATCH', 'SAFE_MODE', 10 * S)
  gone.clear('RECONCILE_MISMATCH', 20 * S)
  expect(gone.tick(120 * S, false)).toBeUndefined()
  expect(gone.release(320 * S, [])).toMatchObject({ from: 'SAFE_MODE', to: 'NORMAL' })

  const halted = new SafetyModeMachine({ ...MODE_SETTINGS, warmUpUs: 1_000 * S }, 0)
  halted.raise('OPERATOR', 'HALTED', 10 * S)
  halted.clear('OPERATOR', 20 * S)
  expect(halted.release(400 * S, [])).toMatchObject({ to: 'SAFE_MODE' })
  expect(halted.tick(1_000 * S, false)).toBeUndefined()
  expect(halted.mode).toBe('SAFE_MODE')
})

test.each(['SAFE_MODE', 'HALTED'] as const)('UGF-0-002: a restart in %s stays there however warm it is', (bootMode) => {
  const machine = new SafetyModeMachine(MODE_SETTINGS, 0, ended(bootMode))
  expect(machine.tick(1_000 * S, false)).toBeUndefined()
  expect(machine.mode).toBe(bootMode)
})

test.each(SAFETY_MODES)('anything worse than %s is reached at once, anything else changes nothing', (from) => {
  for (const to of SAFETY_MODES) {
    const machine = new SafetyModeMachine(RUNNING, 0, ended(from))
    const isWorse = severity(to) > severity(from)
    expect(machine.raise('CAUSE', to, 5)).toEqual(isWorse ? { from, to, reasonCode: 'CAUSE' } : undefined)
    expect(machine.mode).toBe(isWorse ? to : from)
    expect(machine.reasons.get('CAUSE')).toEqual({ mode: to, sinceTs: 5 })
  }
})

test('a reason keeps its worst mode and its first time', () => {
  const machine = running()
  machine.raise('CAUSE', 'DEGRADED', 1)
  machine.raise('CAUSE', 'NORMAL', 2)
  machine.raise('CAUSE', 'DEGRADED', 3)
  expect(machine.reasons.get('CAUSE')).toEqual({ mode: 'DEGRADED', sinceTs: 1 })
  machine.raise('CAUSE', 'HALTED', 4)
  expect(machine.reasons.get('CAUSE')).toEqual({ mode: 'HALTED', sinceTs: 4 })
})

test('UGF-0-002: DEGRADED heals a minute after its last cause went away', () => {
  const machine = running()
  machine.raise('FEED', 'DEGRADED', 0)
  machine.raise('VENUE', 'DEGRADED', 0)
  machine.clear('FEED', 10 * S)
  expect(machine.tick(100 * S, false)).toBeUndefined()
  machine.clear('VENUE', 100 * S)
  expect(machine.clear('VENUE', 150 * S)).toBe(false)
  expect(machine.tick(160 * S - 1, false)).toBeUndefined()
  expect(machine.tick(160 * S, false)).toEqual({ from: 'DEGRADED', to: 'NORMAL', reasonCode: 'HEALED' })
})

test('a cause that comes back starts the minute again', () => {
  const machine = running()
  machine.raise('FEED', 'DEGRADED', 0)
  machine.clear('FEED', 10 * S)
  machine.raise('FEED', 'DEGRADED', 60 * S)
  machine.clear('FEED', 61 * S)
  expect(machine.tick(70 * S, false)).toBeUndefined()
  expect(machine.tick(121 * S, false)).toMatchObject({ to: 'NORMAL' })
})

test('UGF-0-002: DEGRADED for more than five minutes is SAFE_MODE, but only with something at stake', () => {
  const machine = running()
  machine.raise('FEED', 'DEGRADED', 0)
  expect(machine.tick(301 * S, false)).toBeUndefined()
  expect(machine.tick(300 * S, true)).toBeUndefined()
  expect(machine.tick(300 * S + 1, true)).toEqual({
    from: 'DEGRADED',
    to: 'SAFE_MODE',
    reasonCode: 'DEGRADED_TOO_LONG',
  })
})

test('UGF-0-002: the third entry into DEGRADED within a quarter of an hour is SAFE_MODE', () => {
  const flap = (machine: SafetyModeMachine, ts: number) => {
    const change = machine.raise('FEED', 'DEGRADED', ts)
    machine.clear('FEED', ts)
    machine.tick(ts + 60 * S, false)
    return change?.to
  }
  const close = running()
  expect([0, 400 * S, 900 * S - 1].map((ts) => flap(close, ts))).toEqual(['DEGRADED', 'DEGRADED', 'SAFE_MODE'])
  expect(close.release(2_000 * S, [])).toMatchObject({ from: 'SAFE_MODE', to: 'NORMAL' })
  const apart = running()
  expect([0, 400 * S, 900 * S].map((ts) => flap(apart, ts))).toEqual(['DEGRADED', 'DEGRADED', 'DEGRADED'])
})

test('UGF-0-002: a release is refused at 299 s of health and granted at 300 s', () => {
  const machine = running()
  machine.raise('MISMATCH', 'SAFE_MODE', 0)
  machine.clear('MISMATCH', 10 * S)
  expect(machine.release(309 * S, [])).toEqual({ refused: ['DWELL_TIME'] })
  expect(machine.release(310 * S, [])).toEqual({ from: 'SAFE_MODE', to: 'NORMAL', reasonCode: 'OPERATOR_RELEASE' })
})

test('a release names everything that stands against it', () => {
  const machine = running()
  machine.raise('MISMATCH', 'SAFE_MODE', 0)
  machine.raise('FEED', 'DEGRADED', 0)
  expect(machine.release(10 * S, ['RECONCILE', 'CLOCK'])).toEqual({
    refused: ['MISMATCH', 'FEED', 'RECONCILE', 'CLOCK', 'DWELL_TIME'],
  })
  expect(machine.release(900 * S, ['CLOCK'])).toEqual({ refused: ['MISMATCH', 'FEED', 'CLOCK'] })
  expect(machine.mode).toBe('SAFE_MODE')
})

test('UGF-0-002: HALTED is left for SAFE_MODE alone, though milder reasons stand', () => {
  const machine = running()
  machine.raise('DISK', 'HALTED', 0)
  machine.raise('MISMATCH', 'SAFE_MODE', 0)
  expect(machine.release(400 * S, [])).toEqual({ refused: ['DISK'] })
  machine.clear('DISK', 400 * S)
  expect(machine.release(700 * S, [])).toMatchObject({ from: 'HALTED', to: 'SAFE_MODE' })
  expect(machine.release(9_000 * S, [])).toEqual({ refused: ['MISMATCH'] })
})

test.each(['NORMAL', 'DEGRADED'] as const)('there is no release from %s', (mode) => {
  expect(new SafetyModeMachine(RUNNING, 0, ended(mode)).release(9_000 * S, [])).toEqual({
    refused: ['TRANSITION_FORBIDDEN'],
  })
})

test('every way down is one step, and none leads from HALTED to NORMAL', () => {
  expect(LOOSENING).toEqual({
    NORMAL: undefined,
    DEGRADED: { to: 'NORMAL', by: 'time' },
    SAFE_MODE: { to: 'NORMAL', by: 'operator' },
    HALTED: { to: 'SAFE_MODE', by: 'operator' },
  })
})

// ---- any order of events -----------------------------------------------------------------------------------------------

type Step =
  | { readonly kind: 'raise'; readonly code: string; readonly mode: SafetyMode }
  | { readonly kind: 'clear'; readonly code: string }
  | { readonly kind: 'tick'; readonly hasExposure: boolean }
  | { readonly kind: 'release'; readonly failed: readonly string[] }

const codes = fc.constantFrom('A', 'B', 'C')
const steps: fc.Arbitrary<readonly { readonly afterUs: number; readonly step: Step }[]> = fc.array(
  fc.record({
    afterUs: fc.oneof(fc.nat(20 * S), fc.constantFrom(0, 60 * S, 120 * S, 300 * S, 301 * S)),
    step: fc.oneof(
      fc.record({ kind: fc.constant('raise' as const), code: codes, mode: fc.constantFrom(...SAFETY_MODES) }),
      fc.record({ kind: fc.constant('clear' as const), code: codes }),
      fc.record({ kind: fc.constant('clear' as const), code: codes }),
      fc.record({ kind: fc.constant('tick' as const), hasExposure: fc.boolean() }),
      fc.record({ kind: fc.constant('release' as const), failed: fc.constantFrom([], [], ['RECONCILE']) }),
    ),
  }),
  { maxLength: 60 },
)

test('UGF-0-002: in any order of events the mode covers every reason, and loosens only as the table says', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (history, warms) => {
      const machine = new SafetyModeMachine(warms ? MODE_SETTINGS : RUNNING, 0)
      let ts = 0
      let healthySinceTs = 0
      let wasWorseThanWarmUp = false
      for (const { afterUs, step } of history) {
        ts += afterUs
        const from = machine.mode
        let change: ModeChange | undefined
        if (step.kind === 'raise') {
          change = machine.raise(step.code, step.mode, ts)
          if (severity(step.mode) >= severity('SAFE_MODE')) wasWorseThanWarmUp = true
        } else if (step.kind === 'clear') {
          if (machine.clear(step.code, ts)) healthySinceTs = ts
        } else if (step.kind === 'tick') change = machine.tick(ts, step.hasExposure)
        else {
          const outcome = machine.release(ts, step.failed)
          if ('refused' in outcome) expect(outcome.refused).not.toEqual([])
          else change = outcome
        }
        const { mode } = machine
        expect(change === undefined ? mode : change.to).toBe(mode)
        if (change !== undefined) expect(change.from).toBe(from)
        const standing = [...machine.reasons]
        for (const [, reason] of standing) expect(severity(mode)).toBeGreaterThanOrEqual(severity(reason.mode))
        if (severity(mode) < severity(from)) {
          const isWarm = change?.reasonCode === 'WARMUP_ENDED'
          expect(LOOSENING[from]?.to).toBe(mode)
          expect(standing.filter(([, reason]) => severity(reason.mode) > severity(mode))).toEqual([])
          if (isWarm) expect([step.kind, warms, wasWorseThanWarmUp, ts >= 120 * S]).toEqual(['tick', true, false, true])
          else {
            const byTime = LOOSENING[from]?.by === 'time'
            expect(step.kind).toBe(byTime ? 'tick' : 'release')
            expect(ts - healthySinceTs).toBeGreaterThanOrEqual(byTime ? 60 * S : 300 * S)
            if (step.kind === 'release') expect(step.failed).toEqual([])
          }
        }
      }
    }),
    { numRuns: 2_000 },
  )
})
