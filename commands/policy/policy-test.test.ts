import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../../fixtures/command-shell.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
})
afterEach(() => shell.close())

test('UGF-D-003: policy test holds the profile’s limits against orders around each, and exits 5 where one does not hold', async () => {
  const held = await shell.json('policy', 'test')
  expect(held).toMatchObject({ code: 0, reason_codes: [] })
  expect(held.data).toContainEqual({
    case: 'OPEN in SAFE_MODE under NONE',
    expected: 'refused',
    found: 'SAFE_MODE_BLOCKED',
    result: 'ok',
  })
})

test.each([
  [['--set', 'luck=1'], 'LIMIT_INVALID'],
  [['--set', 'order_notional_max'], 'LIMIT_INVALID'],
  [['--session', '99'], 'SESSION_NOT_FOUND'],
])('policy simulate %j is refused with words', async (args, code) => {
  shell.engine.begin()
  expect(await shell.json('policy', 'simulate', ...args)).toMatchObject({ code: 2, reason_codes: [code] })
})
