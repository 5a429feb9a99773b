import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandShell } from '../fixtures/command-shell.ts'

let shell: CommandShell
beforeEach(() => {
  shell = new CommandShell()
})
afterEach(() => shell.close())

const LINE = {
  schema_version: 1,
  ts: '2026-01-31T09:00:00.000Z',
  level: 'INFO',
  msg: 'up',
  logger: 'engine',
  service: 'engine',
  op: 'engine.start',
  run_id: 'r',
  instance_id: 'i',
  trace_id: 't1',
}

function write(lines: readonly string[]): void {
  const folder = join(shell.home, 'demo', 'logs')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'engine.jsonl'), lines.join('\n'))
}

test('UGF-0-012: a line without run_id, or that is no JSON, fails strict validation with its place', async () => {
  const { run_id: _, ...without } = LINE
  write([JSON.stringify(LINE), JSON.stringify(without), '{"half":', ''])
  expect(await shell.json('logs', 'verify')).toMatchObject({
    code: 5,
    reason_codes: ['LOG_LINE_INVALID'],
    data: [
      { file: 'engine.jsonl', line: 2, problem: expect.stringContaining('run_id') },
      { file: 'engine.jsonl', line: 3, problem: 'it is no JSON' },
    ],
  })
})

test('UGF-0-012: whole lines are in order, and a line that is being written is none yet', async () => {
  write([JSON.stringify(LINE), JSON.stringify(LINE), '{"schema_ver'])
  expect(await shell.json('logs', 'verify')).toMatchObject({ code: 0, data: [] })
})

test('logs --trace tells what belongs together', async () => {
  write([JSON.stringify(LINE), JSON.stringify({ ...LINE, trace_id: 't2', msg: 'other' }), ''])
  expect((await shell.json('logs', '--trace', 't2')).data).toEqual([expect.objectContaining({ msg: 'other' })])
})
