import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { MANIFEST, readManifest, writeManifest } from './run-folder.ts'

const scratch = scratchFolder()
const freshFolder = (): string => mkdtempSync(join(scratch, 'run-'))

const ABOUT = {
  run_id: '01a204ed-0000-7000-8000-000000000001',
  kind: 'backtest',
  run_key: 'k',
  status: 'complete',
  final_hash: 'f'.repeat(64),
  events: 7,
  inputs: null,
  refs: { seed: '1' },
} as const

test('a manifest names every file by size and hash, in one order, and reads back as it was', () => {
  const folder = freshFolder()
  const large = Buffer.alloc(3_000_000, 'ab')
  writeFileSync(join(folder, 'summary.json'), '{}')
  writeFileSync(join(folder, 'journal.jsonl'), large)
  const manifest = writeManifest(folder, ABOUT, ['summary.json', 'journal.jsonl'])
  const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')
  expect(manifest.files).toEqual([
    { name: 'journal.jsonl', bytes: large.length, sha256: sha256(large) },
    { name: 'summary.json', bytes: 2, sha256: sha256('{}') },
  ])
  expect(readManifest(folder)).toEqual(manifest)
  const bytes = readFileSync(join(folder, MANIFEST))
  writeManifest(folder, ABOUT, ['journal.jsonl', 'summary.json'])
  expect(readFileSync(join(folder, MANIFEST)).equals(bytes)).toBe(true)
})

test('a manifest is there whole or not at all', () => {
  const folder = freshFolder()
  expect(() => writeManifest(folder, ABOUT, ['absent.csv'])).toThrow()
  expect([existsSync(join(folder, MANIFEST)), existsSync(join(folder, `${MANIFEST}.incomplete`))]).toEqual([
    false,
    false,
  ])
})

test('what is missing, torn or of another shape is no manifest', () => {
  const folder = freshFolder()
  expect(readManifest(folder)).toBeUndefined()
  writeManifest(folder, ABOUT, [])
  const whole = readFileSync(join(folder, MANIFEST), 'utf8')
  writeFileSync(join(folder, MANIFEST), whole.slice(0, 50))
  expect(readManifest(folder)).toBeUndefined()
  writeFileSync(join(folder, MANIFEST), whole.replace('"schema_version": 1', '"schema_version": 2'))
  expect(readManifest(folder)).toBeUndefined()
  writeFileSync(join(folder, MANIFEST), whole.replace('complete', 'fine'))
  expect(readManifest(folder)).toBeUndefined()
})
