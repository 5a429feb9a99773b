import { expect, test } from 'vitest'
import { unmetConditions } from './mode.ts'

const READY = {
  ribbon: {
    profile: 'p',
    runMode: 'live',
    safetyMode: 'NORMAL',
    killLevel: 'NONE',
    integrity: 'PASS',
    gate: 'PASS',
  },
  liveStage: 'on',
  actor: 'human:trader',
} as const

const codes = (...args: Parameters<typeof unmetConditions>) => unmetConditions(...args).map(({ code }) => code)

test('UGF-B-003: each condition of live that is not met is listed by itself, with what takes it away', () => {
  expect(codes('live', READY)).toEqual([])
  const cases = [
    ['RUN_MODE_OTHER', { ...READY, ribbon: { ...READY.ribbon, runMode: 'paper' } }],
    ['FLAG_LIVE_OFF', { ...READY, liveStage: 'canary' }],
    ['SAFETY_NOT_NORMAL', { ...READY, ribbon: { ...READY.ribbon, safetyMode: 'DEGRADED' } }],
    ['KILL_STANDS', { ...READY, ribbon: { ...READY.ribbon, killLevel: 'CLOSE_ONLY' } }],
    ['RECONCILE_NOT_MATCH', { ...READY, ribbon: { ...READY.ribbon, integrity: 'UNKNOWN' } }],
    ['GATE_NOT_PASS', { ...READY, ribbon: { ...READY.ribbon, gate: 'UNKNOWN' } }],
    ['ACTOR_NOT_HUMAN', { ...READY, actor: 'service:cron' }],
  ] as const
  for (const [code, facts] of cases) expect(codes('live', facts)).toEqual([code])
  for (const { remedy } of unmetConditions('live', { ...READY, liveStage: 'off' })) expect(remedy).not.toBe('')
})

test('canary is content with the stage before on, and paper asks for its session alone', () => {
  const canary = { ...READY, liveStage: 'canary', ribbon: { ...READY.ribbon, runMode: 'canary' } } as const
  expect(codes('canary', canary)).toEqual([])
  expect(codes('paper', { ...READY, ribbon: { ...READY.ribbon, safetyMode: 'HALTED' } })).toEqual(['RUN_MODE_OTHER'])
})
