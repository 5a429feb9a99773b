import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ConfigDrift } from './config-drift.ts'
import { readConfigFile } from './config-file.ts'
import { layerConfig } from './config-layers.ts'

const folder = mkdtempSync(join(tmpdir(), 'pf-drift-'))
const path = join(folder, 'config.toml')
afterEach(() => rmSync(path, { force: true }))

let touched = 1_700_000_000
/** Written anew, at a time of its own: two writes within a clock's tick are two writes. */
function write(text: string): void {
  writeFileSync(path, text)
  utimesSync(path, touched, touched)
  touched++
}

function watch(): ConfigDrift {
  const reload = () => layerConfig({ env: {}, file: readConfigFile(path) })
  return new ConfigDrift(path, reload(), reload)
}

test('UGF-0-002 CONFIG_DRIFT: a limit that differs on disk is drift of the policy, and ends when it is put back', () => {
  write('[limits]\nleverage_max = 3\n')
  const drift = watch()
  expect(drift.look(0)).toBeUndefined()
  write('[limits]\nleverage_max = 9\n')
  expect(drift.look(4_999)).toBeUndefined()
  expect(drift.look(5_000)).toMatchObject({ kind: 'policy', detail: expect.stringContaining('limits.leverage_max') })
  write('[limits]\nleverage_max = 3\n')
  expect(drift.look(10_000)).toBeUndefined()
})

test('what is no matter of safety is told, and what cannot be read is told with its line', () => {
  write('[limits]\nleverage_max = 3\n')
  const drift = watch()
  write('[limits]\nleverage_max = 3\n[log]\nlevel = "debug"\n')
  expect(drift.look(5_000)).toMatchObject({ kind: 'settings', detail: expect.stringContaining('log.level') })
  write('[limits\n')
  expect(drift.look(10_000)).toMatchObject({ kind: 'unreadable' })
  write('[limits]\nleverage_max = "sk-live-4242424242424242"\n')
  const { detail } = drift.look(15_000) ?? { detail: '' }
  expect(detail).toContain('config check')
  expect(detail).not.toContain('4242424242')
})

test('a file that is removed counts as what a start without it would run with', () => {
  write('[limits]\nleverage_max = 3\n')
  const drift = watch()
  rmSync(path)
  expect(drift.look(5_000)?.kind).toBe('policy')
})
