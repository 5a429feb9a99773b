import { expect, test } from 'vitest'
import type { KillLevel } from '../../risk/kill.ts'
import { COMMANDS, type CommandPayload, type CommandType } from '../command-catalogue.ts'
import { demandOf, OPERATIONS, type Situation } from './operations.ts'

const situation = (now: Partial<Situation> & { readonly kill?: KillLevel } = {}): Situation => ({
  runMode: 'paper',
  isSimulated: true,
  safetyMode: 'NORMAL',
  killAt: () => now.kill ?? 'NONE',
  positionsIn: () => 2,
  limitStep: ({ value }) => ({ before: '5', after: value, relaxes: value !== '4' }),
  ...now,
})

function demand<T extends CommandType>(type: T, payload: CommandPayload<T>, now?: Parameters<typeof situation>[0]) {
  return demandOf(type, payload, situation(now))
}

test('every command that the engine knows has its row, and no other has one', () => {
  expect(Object.keys(OPERATIONS).toSorted()).toEqual(Object.keys(COMMANDS).toSorted())
})

test.each(['NUKE', 'toString', '__proto__', ''])("'%s' is in no table: nobody may do it", (type) => {
  expect(demandOf(type, {}, situation())).toBeUndefined()
})

test('what tightens is confirmed by nothing: closing, halting, pausing, stopping, cancelling', () => {
  const bot = { bot_id: 'b' }
  const asked = [
    demand('KILL_RAISE', { scope: 'global', level: 'CLOSE_ONLY' }, { runMode: 'live' }),
    demand('KILL_RAISE', { scope: 'global', level: 'HALT' }, { runMode: 'live' }),
    demand('MODE_RAISE', { mode: 'HALTED' }),
    demand('BOT_PAUSE', bot, { runMode: 'live' }),
    demand('BOT_STOP', bot),
    demand('ORDER_CANCEL', { order_id: 'o' }),
    demand('CANCEL_ALL', {}, { runMode: 'live' }),
    demand('POSITION_CLOSE', { instrument_id: 'X' }),
    demand('ENGINE_STOP', { how: 'safe' }),
    demand('FLAG_SET', { name: 'dangerous_ops', stage: 'off' }),
  ]
  for (const it of asked) expect(it).toMatchObject({ tier: 'none', tightens: true, right: 'stop' })
})

test('a flatten is typed with the number of positions that it closes, at once where it is known; what stands needs nothing', () => {
  const flatten = { scope: 'bot:b', level: 'FLATTEN' } as const
  const typed = { tier: 'T0', phrase: 'flatten 2', atOnce: true, tightens: true }
  expect(demand('KILL_RAISE', flatten)).toMatchObject({ ...typed, scope: 'bot:b' })
  expect(demand('KILL_RAISE', flatten, { kill: 'HALT' })).toMatchObject({ tier: 'none' })
  expect(demand('ENGINE_STOP', { how: 'flatten' })).toMatchObject({ ...typed, scope: 'global' })
})

test('coming back is T1, and T0 from where positions were worked or everything stood still', () => {
  const lower = (kill: KillLevel) => demand('KILL_LOWER', { scope: 'global', level: 'NONE' }, { kill })
  expect(lower('CLOSE_ONLY')).toMatchObject({ tier: 'T1', right: 'release', phrase: undefined })
  expect(lower('FLATTEN')).toMatchObject({ tier: 'T0', phrase: 'CONFIRM', atOnce: false })
  expect(lower('HALT')).toMatchObject({ tier: 'T0' })
  expect(demand('MODE_RELEASE', {}, { safetyMode: 'SAFE_MODE' })).toMatchObject({ tier: 'T1', isSafeModeRelease: true })
  expect(demand('MODE_RELEASE', {}, { safetyMode: 'SAFE_MODE', runMode: 'live' })?.isSafeModeRelease).toBe(false)
  expect(demand('MODE_RELEASE', {}, { safetyMode: 'HALTED' })).toMatchObject({ tier: 'T0', isSafeModeRelease: false })
  expect(demand('BOT_RELEASE', { bot_id: 'b' })).toMatchObject({ tier: 'T1', right: 'release' })
  expect(demand('INTERLOCK_SUPPRESS', { interlock: 'X', seconds: 1 })).toMatchObject({ tier: 'T1', right: 'exception' })
})

test('where money is at stake, starting and ordering by hand are T0 with the long phrase, and changing is T1', () => {
  const order = { instrument_id: 'X', side: 'buy', type: 'MARKET', qty: '1' } as const
  expect(demand('ORDER_PLACE', order)).toMatchObject({ tier: 'none', right: 'paper' })
  expect(demand('BOT_START', { bot_id: 'b' }, { runMode: 'shadow' })).toMatchObject({ tier: 'none', right: 'shadow' })
  const live = { tier: 'T0', right: 'live', phrase: 'I UNDERSTAND LIVE RISK' }
  for (const runMode of ['canary', 'live'] as const) {
    expect(demand('ORDER_PLACE', order, { runMode })).toMatchObject(live)
    expect(demand('BOT_START', { bot_id: 'b' }, { runMode })).toMatchObject(live)
    expect(demand('BOT_SET_PARAMS', { bot_id: 'b', params: {} }, { runMode })).toMatchObject({ tier: 'T1' })
  }
})

test('flags are an admin’s and have their reason; near money and out of a guard they are T1', () => {
  const set = (name: string, stage: 'off' | 'paper' | 'canary' | 'on', isSimulated: boolean) =>
    demand('FLAG_SET', { name, stage }, { isSimulated })
  expect(set('algos', 'paper', false)).toMatchObject({ tier: 'none', right: 'govern', needsReason: true })
  expect(set('algos', 'canary', false)).toMatchObject({ tier: 'T1' })
  expect(set('algos', 'on', true)).toMatchObject({ tier: 'none' })
  expect(set('replay_gate', 'off', true)).toMatchObject({ tier: 'T1', right: 'govern' })
  expect(set('dangerous_ops', 'on', false)).toMatchObject({ tier: 'none', right: 'govern', needsReason: true })
})

test('UGF-D-003: a limit that is relaxed is confirmed, one that is made stricter is in force at once', () => {
  const limit = { limit: 'order_notional_max', scope: 'bot:b' }
  expect(demand('LIMIT_SET', { ...limit, value: '6' })).toMatchObject({ right: 'release', tier: 'T1', scope: 'bot:b' })
  expect(demand('LIMIT_SET', { ...limit, value: '4' })).toMatchObject({
    right: 'stop',
    tier: 'none',
    needsReason: true,
  })
})
