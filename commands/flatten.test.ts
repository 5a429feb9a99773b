import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { SCREEN_SAFETY } from '../fixtures/screen-market-views.ts'
import type { KillView, SafetyView } from '../src/runtime/link/views.ts'

const KILL: KillView = {
  scope: 'bot:trend',
  scopes: ['global', 'bot:trend'],
  level: 'NONE',
  ts: 1,
  positions: 2,
  orders: 1,
  reducing: 0,
  stops: 0,
  bots: 1,
  unprotected: [],
  legs: [],
  intentHash: 'ab',
}
const ASK = ['flatten', '--bot', 'trend', '--reason', 'wrong way'] as const

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell({ safety: safety([]), 'kill/global': { ...KILL, scope: 'global' }, 'kill/bot:trend': KILL })
  shell.engine.begin()
})
afterEach(() => shell.close())

function safety(flatten: SafetyView['flatten'], level: 'FLATTEN' | 'HALT' = 'FLATTEN', sinceTs = 2): SafetyView {
  const kill = { scope: 'bot:trend', level, reason: 'wrong way', actor: 'human:tester', sinceTs }
  return { ...SCREEN_SAFETY, flatten, kills: [kill] }
}
const at = (state: string) => safety([{ scope: 'bot:trend', state, detail: '0.3 BTC left', ts: 2 }])

test('UGF-D-004: flatten asks for the phrase that names what it closes, and does nothing before', async () => {
  expect(await shell.json(...ASK)).toMatchObject({ code: 4, data: { phrase: 'flatten 2', scope: 'bot:trend' } })
  expect(shell.engine.answered).toEqual([])
})

test('UGF-D-004: flatten of one bot tells its progress and ends when the venue says flat', async () => {
  const states = ['WORKING', 'WORKING', 'CHECKING', 'FLAT']
  const pause = async (ms: number) => {
    shell.engine.views.safety = at(states.shift() ?? 'FLAT')
    await shell.engine.world.pause(ms)
  }
  const { code, out, err } = await shell.say([...ASK, '--confirm', 'flatten 2'], { pause })
  expect(code).toBe(0)
  expect(out).toContain('bot:trend is flat')
  expect(err.trim().split('\n').at(-1)).toBe('FLAT: 0.3 BTC left')
  expect(shell.engine.answered[0]).toMatchObject({
    type: 'KILL_RAISE',
    payload: { scope: 'bot:trend', level: 'FLATTEN' },
  })
})

test.each([
  ['WORKING', 6, 'STILL_FLATTENING'],
  ['INCOMPLETE', 5, 'FLATTEN_INCOMPLETE'],
  ['STUCK', 5, 'FLATTEN_INCOMPLETE'],
])('one that is %s when the wait is over is exit %i', async (state, code, reason) => {
  shell.engine.views.safety = at(state)
  expect(await shell.json(...ASK, '--confirm', 'flatten 2', '--wait', '1')).toMatchObject({
    code,
    reason_codes: [reason],
  })
})

test('one that stands already is waited for, and one that is refused is not', async () => {
  shell.engine.views.safety = at('FLAT')
  shell.engine.answer = () => ({ status: 'REJECTED_POLICY', reasonCodes: ['ALREADY_AT_LEAST'] })
  expect((await shell.json(...ASK, '--confirm', 'flatten 2')).code).toBe(0)
  shell.engine.answer = () => ({ status: 'REJECTED_AUTHZ', reasonCodes: ['ROLE'] })
  expect((await shell.json(...ASK, '--confirm', 'flatten 2')).code).toBe(3)
})

test('what an earlier flatten came to is not taken for this one, and under HALT nothing is waited for', async () => {
  const earlier = [{ scope: 'bot:trend', state: 'FLAT', detail: 'nothing left', ts: 1 }]
  shell.engine.views.safety = safety(earlier, 'FLATTEN', 2)
  expect((await shell.json(...ASK, '--confirm', 'flatten 2', '--wait', '1')).code).toBe(6)
  shell.engine.views.safety = safety(earlier, 'HALT')
  expect(await shell.json(...ASK, '--confirm', 'flatten 2')).toMatchObject({ code: 3, reason_codes: ['KILL_HALT'] })
})

test('one scope at a time, with a reason', async () => {
  for (const args of [
    ['--bot', 'a', '--venue', 'b', '--reason', 'both'],
    ['--bot', 'a'],
  ])
    expect((await shell.say(['flatten', ...args])).code).toBe(2)
})
