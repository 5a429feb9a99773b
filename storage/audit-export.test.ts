import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import { type ExportManifest, exportAudit, verifyExport } from './audit-export.ts'
import { openEngineStore, type SqliteEngineStore } from './engine-store.ts'
import { TellingSession } from './history.fixture.ts'

const folder = scratchFolder()
let store: SqliteEngineStore
let events = 0
let times: number[] = []

beforeAll(() => {
  const options = { profile: 'demo', instanceId: 'i', nowTs: 1, durability: 'normal' } as const
  store = openEngineStore(join(folder, 'x.db'), { ...options, urgent: new Set(), isAlive: () => true })
  let numbers: TellingSession['numbers'] | undefined
  for (const no of [1, 2]) {
    const writer = store.beginSession({ runId: runId(`run-${no}`), openedTs: 1, spec: {} })
    const session: TellingSession = new TellingSession(no, numbers)
    for (const told of [session.open(), ...Array.from({ length: 40 }, () => session.step())]) {
      for (const event of told) {
        writer.append(event)
        times.push(event.ts)
        events++
      }
      writer.commit()
    }
    numbers = session.numbers
  }
})
afterAll(() => store.close())

let made = 0
function exported(wish: Partial<Parameters<typeof exportAudit>[2]> = {}): { to: string; manifest: ExportManifest } {
  const to = join(folder, `out-${++made}`)
  const manifest = exportAudit(store.db, to, {
    profile: 'demo',
    most: 100_000,
    withRows: true,
    madeAt: '2026-01-01T00:00:00Z',
    ...wish,
  })
  if ('tooMany' in manifest) throw new Error('too many')
  return { to, manifest }
}

function change(file: string, edit: (lines: string[]) => string[]): void {
  writeFileSync(file, edit(readFileSync(file, 'utf8').split('\n')).join('\n'))
}

test('an export of all sessions proves itself without the database', () => {
  const { to, manifest } = exported()
  expect(manifest.events).toBe(events)
  expect(manifest.ranges.map(({ from_seq: from, session }) => [session, from])).toEqual([
    [1, 1],
    [2, 1],
  ])
  expect(verifyExport(to)).toEqual({ result: 'VALID', manifest })
  expect(statSync(join(to, 'events.jsonl')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(to, 'audit.csv'), 'utf8').split('\n')[0]).toContain('event_id,actor,origin,action')
})

test('a stretch of time is proved from the hash it goes on from', () => {
  const { to, manifest } = exported({ sinceTs: times[50], untilTs: times[events - 30], withRows: false })
  expect(manifest.events).toBeLessThan(events - 30)
  expect(manifest.ranges[0]?.from_seq).toBeGreaterThan(1)
  expect(verifyExport(to).result).toBe('VALID')
})

test('whatever is changed, taken away, added or swapped is found, and named where it can be', () => {
  const edits: readonly (readonly [name: string, edit: (lines: string[]) => string[], seq: number | undefined])[] = [
    ['a byte', (lines) => lines.with(20, (lines[20] ?? '').replace('"ts":17', '"ts":18')), 21],
    ['a line gone', (lines) => lines.toSpliced(9, 1), 11],
    ['the first gone', (lines) => lines.slice(1), 2],
    ['two swapped', (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''), 6],
    ['a line twice', (lines) => lines.toSpliced(7, 0, lines[6] ?? ''), 7],
  ]
  for (const [name, edit, seq] of edits) {
    const { to } = exported()
    change(join(to, 'events.jsonl'), edit)
    expect(verifyExport(to), name).toMatchObject({ result: 'INVALID', seq })
  }
  const cut = exported()
  change(join(cut.to, 'events.jsonl'), (lines) => [...lines.slice(0, -4), ''])
  expect(verifyExport(cut.to), 'the end gone').toMatchObject({ result: 'INVALID', seq: expect.any(Number) })
  const rows = exported()
  change(join(rows.to, 'audit.csv'), (lines) => lines.slice(0, -2))
  expect(verifyExport(rows.to), 'the table').toMatchObject({ result: 'INVALID' })
})

test('an export that misses a part says so instead of passing', () => {
  const { to } = exported()
  rmSync(join(to, 'audit.csv'))
  expect(verifyExport(to)).toMatchObject({ result: 'INCOMPLETE', detail: 'audit.csv is missing' })
  rmSync(join(to, 'manifest.json'))
  expect(verifyExport(to).result).toBe('INCOMPLETE')
})

test('more than asked for is refused before anything is written, and nothing is overwritten', () => {
  const to = join(folder, 'much')
  const wish = { profile: 'demo', most: 10, withRows: false, madeAt: 'now' }
  expect(exportAudit(store.db, to, wish)).toEqual({ tooMany: events })
  mkdirSync(to)
  expect(() => exportAudit(store.db, to, { ...wish, most: 100_000 })).toThrow(/storage.exists/)
})
