import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { mayDo, type Right, ROLES } from '../src/runtime/authority/roles.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
  shell.engine.begin({ steps: 5 })
  shell.engine.die()
})
afterEach(() => shell.close())

/** What is done without an engine asks for the same rights as what goes through one; what follows the refusal is its own matter. */
const ROWS: readonly (readonly [line: string, right: Right])[] = [
  ['backtest nothing', 'research'],
  ['replay nothing', 'research'],
  ['replay session', 'research'],
  ['reconcile run', 'upkeep'],
  ['storage verify', 'upkeep'],
  ['storage rebuild', 'upkeep'],
  ['storage backup', 'upkeep'],
  ['audit verify', 'upkeep'],
  ['journal verify', 'upkeep'],
  ['order list', 'restricted'],
  ['portfolio show', 'restricted'],
  ['trace o1', 'restricted'],
  ['bot list', 'observe'],
  ['flag list', 'observe'],
  ['secret add key --scope sim --purpose trade --stdin --passphrase-fd 3', 'govern'],
  ['secret rotate key', 'govern'],
  ['secret revoke key --reason gone', 'govern'],
  ['secret passphrase', 'govern'],
  ['audit export --out /nowhere/at/all', 'govern'],
  ['journal export', 'govern'],
  ['storage prune --before 90d', 'govern'],
  ['storage hold --reason court', 'govern'],
  ['storage unhold --reason over', 'govern'],
]

describe('UGF-B-001: the matrix, where a command asks for itself', () => {
  test.each(ROWS)('UGF-B-001: %s: %s', async (line, right) => {
    for (const role of ROLES) {
      const actor = role === 'cron' ? 'service:cron' : `human:ann#${role}`
      const { code, out } = await shell.say([...line.split(' '), '--json'], { actor })
      const [reason] = (JSON.parse(out.trim().split('\n').at(-1) ?? '{}') as { reason_codes?: readonly string[] })
        .reason_codes ?? ['']
      const isDenied = code === 3 && reason === 'ROLE_DENIED'
      expect([line, role, isDenied]).toEqual([line, role, !mayDo(role, right)])
    }
  })
})
