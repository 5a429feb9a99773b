import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { type BreakGlass, GLASS_OP_NAMES } from '../src/runtime/authority/break-glass.ts'
import { keepGlass } from '../src/runtime/authority/glass-store.ts'
import { OPS } from './break-glass.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
  shell.engine.begin()
})
afterEach(() => shell.close())

const GLASS: BreakGlass = {
  id: 'bg-1-4',
  scope: 'global',
  ops: ['LIMIT_SET'],
  ttlS: 60,
  actor: 'human:ann',
  reason: 'because of a test',
  evidence: 'incident 7',
  opensAlone: true,
  state: 'LOCKED',
  requestedTs: 0,
  detail: '',
  used: [],
}
const why = ['--reason', 'time server moves']

test('the operations of the help are those that there are', () => {
  expect(OPS).toEqual(GLASS_OP_NAMES)
})

describe('UGF-0-019: break-glass', () => {
  test.each([
    [
      ['open', '--ops', 'LIMIT_SET,BOT_START', '--ttl', '10m', '--evidence', 'incident 7', ...why],
      'BREAK_GLASS_OPEN',
      { scope: 'global', ops: ['LIMIT_SET', 'BOT_START'], ttl_s: 600, evidence: 'incident 7' },
    ],
    [['approve', 'bg-1-4', ...why], 'BREAK_GLASS_APPROVE', { glass_id: 'bg-1-4' }],
    [['close', 'bg-1-4', ...why], 'BREAK_GLASS_CLOSE', { glass_id: 'bg-1-4' }],
    [
      ['review', 'bg-1-4', '--note', 'all was well'],
      'BREAK_GLASS_REVIEW',
      { glass_id: 'bg-1-4', note: 'all was well' },
    ],
  ] as const)('%j asks the engine', async (args, type, payload) => {
    expect(await shell.json('break-glass', ...args)).toMatchObject({ code: 0, data: { type, payload } })
  })

  test('without evidence, or for what it cannot do, is a wrong line', async () => {
    const open = ['break-glass', 'open', '--ops', 'LIMIT_SET']
    expect((await shell.say([...open, ...why])).code).toBe(2)
    expect((await shell.say([...open, '--evidence', 'x', '--ops', 'MODE_RELEASE', ...why])).code).toBe(2)
  })

  test('list exits 5 while one is open or waits for a look back', async () => {
    expect((await shell.json('break-glass', 'list')).code).toBe(0)
    const { notes } = shell.engine.store
    keepGlass(notes, GLASS)
    expect(await shell.json('break-glass', 'list')).toMatchObject({ code: 5, reason_codes: ['BREAK_GLASS_OPEN'] })
    const over: BreakGlass = { ...GLASS, state: 'CLOSED', openedTs: 1, endedTs: 2 }
    keepGlass(notes, over)
    expect(await shell.json('break-glass', 'list')).toMatchObject({ code: 5, reason_codes: ['REVIEW_DUE'] })
    keepGlass(notes, { ...over, review: { actor: 'human:bob', note: 'all was well', ts: 3 } })
    expect((await shell.json('break-glass', 'list')).code).toBe(0)
  })
})
