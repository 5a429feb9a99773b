import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'
import { SYSTEM } from '../fixtures/screen-views.ts'
import type { TimekeepingView } from '../src/runtime/link/views.ts'

const TIME: TimekeepingView = {
  state: 'OK',
  offsetUs: 1_200,
  uncertaintyUs: 400,
  ageMs: 3_000,
  localSkewUs: -20,
  sources: [
    { name: 'system', offsetUs: 1_200, uncertaintyUs: 400, ageMs: 3_000, fault: '' },
    { name: 'time.example', fault: 'no route' },
  ],
  feeds: [
    {
      instrumentId: 'BTC_JPY',
      last: 77,
      gaps: 1,
      missed: 2,
      late: 0,
      isDirty: false,
      grades: { A: 75, B: 1, C: 0, D: 1, E: 0 },
    },
  ],
}

let shell: CommandShell
const show = (time: TimekeepingView) => {
  shell = new CommandShell({ system: { ...SYSTEM, time } })
  shell.engine.begin()
}
beforeEach(() => show(TIME))
afterEach(() => shell.close())

test.each([
  ['OK', 0],
  ['NONE', 0],
  ['WARN', 5],
  ['CRITICAL', 5],
  ['UNKNOWN', 7],
] as const)('UGF-0-021: time status in %s exits %i', async (state, code) => {
  shell.close()
  show({ ...TIME, state })
  const told = await shell.json('time', 'status')
  expect(told).toMatchObject({ code, data: { state, offset_us: 1_200 } })
})

test('time status lists sources and feeds', async () => {
  const { data } = await shell.json('time', 'status')
  expect(data).toMatchObject({
    sources: [
      { source: 'system', offset_us: 1_200 },
      { source: 'time.example', fault: 'no route' },
    ],
    feeds: [{ instrument: 'BTC_JPY', sequence: 77, state: 'IN_SYNC', gaps: 1, grade_d: 1 }],
  })
})

test('time note asks the engine, and a time without its zone is refused with words', async () => {
  const from = '2026-01-31T09:00+09:00'
  expect(await shell.json('time', 'note', 'maintenance', '--from', from, '--to', '2026-01-31T01:00Z')).toMatchObject({
    code: 0,
    data: { type: 'TIME_NOTE', payload: { text: 'maintenance', from_ts: 1_769_817_600_000_000 } },
  })
  for (const args of [
    ['--from', '2026-01-31T09:00'],
    ['--from', from, '--to', '2026-01-30T00:00Z'],
  ])
    expect((await shell.json('time', 'note', 'maintenance', ...args)).code).toBe(2)
})

test('time export writes files under digests and has the engine keep that it was done', async () => {
  shell.engine.store.clockSamples.add({ ts: 5_000_000, source: 'system', offsetUs: 1, uncertaintyUs: 2 })
  const out = mkdtempSync(join(shell.home, 'out-'))
  const told = await shell.json('time', 'export', '--out', out)
  expect(told).toMatchObject({ code: 0, data: { is_recorded: true } })
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { files: { name: string }[] }
  expect(manifest.files.map(({ name }) => name)).toEqual(['samples.jsonl', 'lines.jsonl'])
  expect(readFileSync(join(out, 'samples.jsonl'), 'utf8')).toContain('"offset_us":1')
  expect((await shell.json('time', 'report')).code).toBe(0)
})
