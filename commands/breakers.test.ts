import { afterEach, expect, test } from 'vitest'
import { CommandShell, type Said } from '../fixtures/command-shell.ts'
import { SCREEN_VIEWS } from '../fixtures/screen-views.ts'
import { assert } from '../src/domain/brand.ts'
import type { SystemView } from '../src/runtime/link/views.ts'

const WELL = { venue: 'sim', state: 'CLOSED', sinceMs: 1_000.4, failures: 0, reason: '' } as const
const LANE = { venue: 'sim', depth: 0, refused: 0, coalesced: 0 } as const
const CLOSED: SystemView['breakers'] = [
  { ...WELL, group: 'account', p95Ms: 12.3 },
  { ...WELL, group: 'orders' },
]
const EMPTY: SystemView['lanes'] = [
  { ...LANE, lane: 'cancel', cap: 1_000 },
  { ...LANE, lane: 'open', cap: 100, refused: 3 },
]

let shell: CommandShell | undefined
afterEach(() => shell?.close())

/** What a command says of an engine that shows this. */
function say(args: readonly string[], view: Pick<SystemView, 'breakers' | 'lanes'>): Promise<Said> {
  const { system } = SCREEN_VIEWS
  assert(system !== undefined, 'the screen has a system view')
  shell = new CommandShell({ ...SCREEN_VIEWS, system: { ...system, ...view } })
  shell.engine.begin()
  return shell.say(args)
}

test('breakers: all closed is well', async () => {
  const { code, out } = await say(['breakers'], { breakers: CLOSED })
  expect(code).toBe(0)
  expect(out.replace(/\n$/, '').split('\n')).toEqual([
    'venue\tgroup\tstate\tsince_ms\tfailures\tp95_ms\tnext_try_ms\treason',
    'sim\taccount\tCLOSED\t1000\t0\t12\t\t',
    'sim\torders\tCLOSED\t1000\t0\t\t\t',
  ])
})

test('breakers: one that is open fails the check, and says why and when it tries again', async () => {
  const open = {
    ...WELL,
    group: 'orders',
    state: 'OPEN',
    failures: 3,
    nextTryMs: 29_000,
    reason: '3 in a row',
  } as const
  const { code, out } = await say(['breakers', '--json'], { breakers: [open] })
  expect(code).toBe(5)
  expect(JSON.parse(out)).toMatchObject({
    message: 'not closed: sim orders',
    reason_codes: ['BREAKER_OPEN'],
    data: [{ state: 'OPEN', failures: 3, p95_ms: null, next_try_ms: 29_000, reason: '3 in a row' }],
  })
})

test('queues: lanes with room are well, and what they refused is told', async () => {
  const { code, out } = await say(['queues', '--json'], { lanes: EMPTY })
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    data: [
      { venue: 'sim', lane: 'cancel', depth: 0, cap: 1_000, refused: 0, coalesced: 0 },
      { venue: 'sim', lane: 'open', depth: 0, cap: 100, refused: 3, coalesced: 0 },
    ],
  })
})

test('queues: a lane that is full fails the check', async () => {
  const { code, out } = await say(['queues', '--json'], { lanes: [{ ...LANE, lane: 'open', cap: 100, depth: 100 }] })
  expect(code).toBe(5)
  expect(JSON.parse(out)).toMatchObject({ message: 'full: sim open', reason_codes: ['QUEUE_FULL'] })
})

test.each(['breakers', 'queues'])('%s needs an engine that runs', async (command) => {
  shell = new CommandShell(SCREEN_VIEWS)
  shell.engine.begin()
  shell.engine.die()
  expect((await shell.say([command])).code).toBe(6)
})
