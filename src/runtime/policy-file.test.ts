import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { policyFile } from './policy-file.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pf-policy-'))
  path = join(folder, 'config.toml')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('UGF-0-003: limits that are gone, changed or no limits any more are bad, until they are as they were', () => {
  const limits = '[limits]\nleverage_max = 2\n'
  writeFileSync(path, limits)
  const look = policyFile(path)
  expect(look()).toBe('OK')
  for (const text of ['[limits]\nleverage_max = 3\n', '', '[limits\n', '[limits]\nleverage_max = inf\n']) {
    writeFileSync(path, text)
    expect(look(), text).toBe('BAD')
  }
  rmSync(path)
  expect(look()).toBe('BAD')
  writeFileSync(path, `# the same, said otherwise\n${limits}\n[screen]\nbell = false\n`)
  expect(look()).toBe('OK')
})

test('a profile that began without a file has other limits once there is one', () => {
  const look = policyFile(path)
  expect(look()).toBe('OK')
  writeFileSync(path, '[limits]\n')
  expect(look()).toBe('BAD')
})

test('a file that cannot be read is not known to be good or bad', () => {
  writeFileSync(path, '')
  const look = policyFile(path)
  rmSync(path)
  // Reading a folder fails, whoever asks.
  mkdirSync(path)
  expect(look()).toBe('UNKNOWN')
})
