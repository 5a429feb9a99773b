import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DatasetError } from './fault.ts'
import { inspectDataset } from './inspect.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const T0 = 1_700_000_000_000
const row = (minute: number, rest = '1.5,2,1,1.75,0') => `${T0 + minute * 60_000},${rest}\n`

test('a bad file is described in full, and left as it is', async () => {
  const path = join(folder, 'bad.csv')
  const content = `ts_ms,open,high,low,close,volume,note\n${[
    row(0),
    row(1),
    row(1),
    row(5),
    row(4),
    row(6, '1,2,3,4,x'),
    row(20, '1.5,1,2,1.5,1'),
  ]
    .map((line) => line.replace('\n', ',n\n'))
    .join('')}1,2\n`
  writeFileSync(path, content)
  const found = await inspectDataset(path)
  expect(found).toMatchObject({
    kind: 'bars',
    rows: 8,
    rowsKept: 4,
    barStepUs: 60_000_000,
    ignored: ['note'],
    zeroVolume: 4,
    duplicates: 1,
    unsorted: 1,
    inOrder: false,
    gaps: { count: 1, missing: 2 },
    repairsNeeded: { DUPLICATE: 1, UNSORTED: 1, NOT_A_NUMBER: 1, RANGE: 1, TORN_ROW: 1 },
  })
  expect(found.faults.NOT_A_NUMBER?.examples).toEqual(
    ["line 7 close: a number, was 'x'"].map((text) => text.replace('close', 'volume')),
  )
  expect(found).not.toHaveProperty('chunks')
  expect(readFileSync(path, 'utf8')).toBe(content)
})

test('a good file needs no repair, gaps or not', async () => {
  const path = join(folder, 'good.csv')
  writeFileSync(path, `ts_ms,open,high,low,close,volume\n${row(0)}${row(1)}${row(5)}`)
  expect(await inspectDataset(path)).toMatchObject({
    inOrder: true,
    duplicates: 0,
    repairsNeeded: {},
    faults: { GAP: { count: 1, policy: 'report' } },
  })
})

test('what cannot be repaired is an error here too', async () => {
  const path = join(folder, 'other.csv')
  writeFileSync(path, 'a,b\n1,2\n')
  await expect(inspectDataset(path)).rejects.toThrow(DatasetError)
})
