import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
})
afterEach(() => shell.close())

test.each([
  ['human:ann', 'admin', 'live', 'yes'],
  ['human:ann#operator', 'operator', 'live', 'no'],
  ['human:ann#viewer', 'viewer', 'restricted', 'masked'],
  ['service:cron', 'cron', 'stop', 'no'],
  ['ann', 'nobody', 'observe', 'no'],
])('UGF-B-001: whoami of %s is %s, with %s: %s', async (actor, role, right, may) => {
  const { out, code } = await shell.say(['whoami', '--json'], { actor })
  const { data } = JSON.parse(out) as { data: { role: string; rights: readonly unknown[] } }
  expect({ code, role: data.role }).toEqual({ code: 0, role })
  expect(data.rights).toContainEqual({ right, may })
})
