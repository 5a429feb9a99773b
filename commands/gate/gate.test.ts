import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REASON_CODES } from '../../src/risk/reason-codes.ts'
import { gateMatrixSheet } from './matrix.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const GOLDEN = join(ROOT, 'fixtures', 'golden', 'gate-matrix.csv')
const printer = { out: () => undefined, err: () => undefined, asOf: () => '', isTerminal: false }

test('UGF-0-004: the matrix is as it was last approved', () => {
  const { text = '', message } = gateMatrixSheet({ printer }, { format: 'csv', json: false })
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, `${text.trimEnd()}\n`)
  expect(existsSync(GOLDEN), `${GOLDEN} is missing: run with UPDATE_GOLDEN=1 and look at it`).toBe(true)
  expect(`${text.trimEnd()}\n`).toBe(readFileSync(GOLDEN, 'utf8'))
  expect(message).toBe('640 cells')
})

test('UGF-D-003: every reason code names a runbook that is there', () => {
  const headings = readFileSync(join(ROOT, 'docs', 'runbooks.md'), 'utf8').matchAll(/^## (\S+)$/gm)
  const known = Array.from(headings, ([, name]) => name)
  for (const { code, runbook } of REASON_CODES) expect(known, code).toContain(runbook)
})
