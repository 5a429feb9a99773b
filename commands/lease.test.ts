import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeEngine } from '../fixtures/fake-engine.ts'
import { SCREEN_VIEWS } from '../fixtures/screen-views.ts'
import { assert } from '../src/domain/brand.ts'
import type { SystemView } from '../src/runtime/link/views.ts'
import { runCommand } from './command-line.ts'

let home: string
let engine: FakeEngine
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'profinaut-'))
  process.env['PROFINAUT_HOME'] = home
})
afterEach(() => {
  engine.close()
  rmSync(home, { recursive: true, force: true })
  delete process.env['PROFINAUT_HOME']
})

async function say(args: readonly string[], leases: SystemView['leases']) {
  const { system } = SCREEN_VIEWS
  assert(system !== undefined, 'the screen has a system view')
  engine = new FakeEngine(home, { ...SCREEN_VIEWS, system: { ...system, leases } })
  engine.begin()
  let out = ''
  const printer = {
    out: (text: string) => void (out += text),
    err: () => undefined,
    asOf: () => '2026-01-01T00:00:00Z',
  }
  const code = await runCommand(args, printer, engine.world)
  return { code, out }
}

const VENUE = {
  kind: 'venue',
  id: 'sim',
  state: 'VALID',
  constraint: 'NONE',
  issuedTs: 1_760_000_000_000_000,
  renewedTs: 1_760_000_005_000_000,
  expiresTs: 1_760_000_025_000_000,
} as const

test('UGF-D-004: leases that stand are shown with their times', async () => {
  const { code, out } = await say(['lease', 'status'], [VENUE, { ...VENUE, kind: 'bot', id: 'trend' }])
  expect(code).toBe(0)
  const [head, first, second] = out.split('\n').map((line) => line.split('\t'))
  expect(head).toEqual(['kind', 'id', 'state', 'constraint', 'issued', 'renewed', 'expires'])
  expect(first).toEqual([
    'venue',
    'sim',
    'VALID',
    'NONE',
    '2025-10-09T08:53:20Z',
    '2025-10-09T08:53:25Z',
    '2025-10-09T08:53:45Z',
  ])
  expect(second?.slice(0, 2)).toEqual(['bot', 'trend'])
})

test('UGF-D-004: one that ran out is a failed check', async () => {
  const ran = await say(
    ['lease', 'status', '--json'],
    [VENUE, { ...VENUE, kind: 'bot', id: 'trend', state: 'EXPIRED' }],
  )
  expect(ran.code).toBe(5)
  expect(JSON.parse(ran.out)).toMatchObject({
    message: 'not valid: bot trend EXPIRED',
    reason_codes: ['J_POLICY_DENY_LEASE_MISSING'],
  })
})

test('an engine that issued none opens nothing, and says so', async () => {
  const { code, out } = await say(['lease', 'status', '--json'], undefined)
  expect(code).toBe(5)
  expect(JSON.parse(out)).toMatchObject({ message: 'no lease was issued: nothing new is opened' })
})
