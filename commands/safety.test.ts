import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { SCREEN_SAFETY } from '../fixtures/screen-market-views.ts'
import { INTERLOCKS } from '../src/risk/interlocks.ts'
import type { SafetyView } from '../src/runtime/link/views.ts'

const CALM: SafetyView = { ...SCREEN_SAFETY, mode: 'NORMAL', reasons: [], kills: [], suppressed: [] }

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell({ safety: CALM })
  shell.engine.begin({ steps: 600 })
})
afterEach(() => shell.close())

type Row = Readonly<Record<string, unknown>>
const rowsOf = (data: unknown) => data as readonly Row[]

describe('UGF-0-002: safety interlocks', () => {
  test('tells all of them; none stands: exit 0', async () => {
    const { code, data } = await shell.json('safety', 'interlocks')
    expect(code).toBe(0)
    expect(rowsOf(data).map((row) => row['interlock'])).toEqual(INTERLOCKS.map(({ id }) => id))
    expect(new Set(rowsOf(data).map((row) => row['state']))).toEqual(new Set(['clear']))
  })

  test('one that raised a mode stands, one that raised a kill level too, one that is put aside says for how long', async () => {
    shell.engine.views.safety = {
      ...CALM,
      reasons: [{ code: 'LOOP_STALL', mode: 'SAFE_MODE', sinceTs: 1_000_000, detail: 'stood still' }],
      kills: [
        {
          scope: 'venue:sim',
          level: 'CLOSE_ONLY',
          reason: 'AUTH_FAILURE: refused 3 times',
          actor: 'service:engine',
          sinceTs: 2_000_000,
        },
      ],
      suppressed: [{ code: 'CLOCK_WARN', leftMs: 12_300 }],
    }
    const { code, data, reason_codes } = await shell.json('safety', 'interlocks')
    expect(code).toBe(5)
    expect(reason_codes).toEqual(['LOOP_STALL', 'AUTH_FAILURE'])
    const state = (id: string) => rowsOf(data).find((row) => row['interlock'] === id)
    expect(state('LOOP_STALL')).toMatchObject({ state: 'STANDING', detail: 'stood still' })
    expect(state('AUTH_FAILURE')).toMatchObject({ state: 'STANDING', since: '1970-01-01T00:00:02Z' })
    expect(state('CLOCK_WARN')).toMatchObject({ state: 'SUPPRESSED', detail: 'for 13 s more' })
  })

  test('without an engine they are told as the books left them', async () => {
    shell.engine.isConnected = false
    expect((await shell.say(['safety', 'interlocks'])).out.split('\n')).toHaveLength(INTERLOCKS.length + 2)
  })
})

test('safety history is the journal’s, oldest first, in columns of one meaning', async () => {
  const { code, data } = await shell.json('safety', 'history', '--limit', '1000')
  expect(code).toBe(0)
  const rows = rowsOf(data)
  expect(rows.length).toBeGreaterThan(3)
  const times = rows.map((row) => String(row['time']))
  expect(times).toEqual(times.toSorted())
  const kill = rows.find((row) => row['what'] === 'kill_changed')
  expect(kill).toMatchObject({ from: expect.stringMatching(/^[A-Z_]+$/), to: expect.stringMatching(/^[A-Z_]+$/) })
  expect((await shell.json('safety', 'history', '--limit', '2')).data).toEqual(rows.slice(-2))
})

test('safety suppress and release ask the engine, and want a reason', async () => {
  const asked = await shell.json('safety', 'suppress', 'clock_warn', '--seconds', '90', '--reason', 'time server moves')
  expect(asked).toMatchObject({
    code: 0,
    data: { type: 'INTERLOCK_SUPPRESS', payload: { interlock: 'CLOCK_WARN', seconds: 90 } },
  })
  expect(await shell.json('safety', 'release', '--reason', 'all is well')).toMatchObject({
    code: 0,
    data: { type: 'MODE_RELEASE' },
  })
  for (const args of [
    ['suppress', 'CLOCK_WARN'],
    ['release'],
    ['suppress', 'X', '--seconds', '301', '--reason', 'long'],
  ])
    expect((await shell.say(['safety', ...args])).code).toBe(2)
})

test('UGF-0-005: safety show and kill status name the record of the halt that stands, with an engine and without', async () => {
  const named = async (...args: readonly string[]) => (await shell.json(...args)).data
  expect(await named('kill', 'status')).toMatchObject({ halt_record: null })
  shell.engine.store.notes.set('halt.record', '/somewhere/logs/halt-1700000000.json')
  for (const isConnected of [true, false]) {
    shell.engine.isConnected = isConnected
    for (const command of ['kill status', 'safety show'])
      expect(await named(...command.split(' '))).toMatchObject({ halt_record: '/somewhere/logs/halt-1700000000.json' })
  }
})
