import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { timeUs } from '../src/domain/time.ts'
import { type Database, openDatabase } from './database.ts'
import { RunRegister } from './runs.ts'

const ts = (n: number) => timeUs(n * 1_000_000)
const id = (n: number) => `01a204ed-0000-7000-8000-${String(n).padStart(12, '0')}`

let folder: string
let db: Database
let register: RunRegister

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runs-'))
  db = openDatabase(join(folder, 'profinaut.db'), { nowTs: ts(1), durability: 'normal' })
  register = new RunRegister(db)
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

function begin(n: number, pid = 1): void {
  register.begin({
    runId: id(n),
    kind: 'backtest',
    runKey: 'key',
    folder,
    refs: { seed: String(n), code_ref: 'c' },
    owner: { pid, boot: 'b' },
    ts: ts(n),
  })
}

test('a run is found by its id and by any beginning that no other run has', () => {
  begin(1)
  begin(2)
  expect(register.find(id(1)).refs).toEqual({ seed: '1', code_ref: 'c' })
  expect(() => register.find('01a2')).toThrow(/several runs begin with/)
  expect(() => register.find('ffff')).toThrow(/there is no run 'ffff'/)
  expect(() => register.find("' OR 1=1 --")).toThrow(/there is no run/)
})

test('a run goes from RUNNING to one end, and what has ended cannot end or be cancelled again', () => {
  begin(1)
  expect(register.progress(id(1), 0.5, ts(2))).toEqual({ isCancelRequested: false })
  register.end(id(1), { state: 'SUCCEEDED', ts: ts(3), finalHash: 'h', summary: { return_pct: '1' } })
  expect(register.find(id(1))).toMatchObject({
    state: 'SUCCEEDED',
    progress: 1,
    finalHash: 'h',
    summary: { return_pct: '1' },
    endedTs: ts(3),
  })
  expect(() => register.end(id(1), { state: 'FAILED', ts: ts(4), failure: { class: 'CODE', detail: '' } })).toThrow(
    /has ended: SUCCEEDED/,
  )
  expect(() => register.requestCancel(id(1), ts(4))).toThrow(expect.objectContaining({ code: 'runs.terminal' }))
})

test('a wish to cancel reaches the run at its next progress, and stays the first that was asked', () => {
  begin(1)
  register.requestCancel(id(1), ts(2))
  expect(register.requestCancel(id(1), ts(3)).isCancelRequested).toBe(true)
  expect(register.progress(id(1), 0.1, ts(4)).isCancelRequested).toBe(true)
})

test('a run whose process is gone becomes FAILED, class INTERRUPTED; one that is alive is left alone', () => {
  begin(1, 10)
  begin(2, 20)
  expect(register.interruptDead({ isAlive: ({ pid }) => pid === 20, ts: ts(5) })).toEqual([id(1)])
  expect(register.find(id(1))).toMatchObject({ state: 'FAILED', failureClass: 'INTERRUPTED' })
  expect(register.find(id(2)).state).toBe('RUNNING')
})

test('a run that ends while others clear up after it stays as it ended', () => {
  begin(1, 10)
  begin(2, 20)
  const other = openDatabase(join(folder, 'profinaut.db'), { nowTs: ts(1), durability: 'normal' })
  const isAlive = () => {
    // Between the look at the books and the verdict.
    if (register.find(id(1)).state === 'RUNNING') {
      new RunRegister(other).end(id(1), { state: 'SUCCEEDED', ts: ts(4), finalHash: 'h' })
    }
    return false
  }
  expect(register.interruptDead({ isAlive, ts: ts(5) })).toEqual([id(2)])
  expect(register.find(id(1)).state).toBe('SUCCEEDED')
  other.close()
})

test('the list is newest first, filtered by state and limited', () => {
  for (const n of [1, 2, 3]) begin(n)
  register.end(id(2), { state: 'CANCELED', ts: ts(9) })
  expect(register.list({ limit: 2 }).map(({ runId }) => runId)).toEqual([id(3), id(2)])
  expect(register.list({ state: 'CANCELED', limit: 9 }).map(({ runId }) => runId)).toEqual([id(2)])
})

test('nothing is ever deleted, and what a run was pinned to never changes', () => {
  begin(1)
  expect(() => db.exec('DELETE FROM runs')).toThrow(/runs are kept/)
  expect(() => db.exec("UPDATE run_refs SET value = 'x'")).toThrow(/never changes/)
})

test('two processes may write to one register', () => {
  const other = openDatabase(join(folder, 'profinaut.db'), { nowTs: ts(1), durability: 'normal' })
  begin(1)
  new RunRegister(other).requestCancel(id(1), ts(2))
  expect(register.progress(id(1), 0, ts(3)).isCancelRequested).toBe(true)
  other.close()
})

test('processes that write at the same moment lose nothing', async () => {
  const script = (from: number) => `
    import { openDatabase } from ${JSON.stringify(new URL('database.ts', import.meta.url).href)}
    import { RunRegister } from ${JSON.stringify(new URL('runs.ts', import.meta.url).href)}
    const db = openDatabase(${JSON.stringify(join(folder, 'profinaut.db'))}, { nowTs: 1, durability: 'normal' })
    const register = new RunRegister(db)
    for (let n = ${from}; n < ${from} + 40; n++) {
      const runId = '01a204ed-0000-7000-8000-' + String(n).padStart(12, '0')
      register.begin({ runId, kind: 'backtest', runKey: 'k', folder: 'f', refs: { seed: String(n) }, owner: { pid: 1, boot: 'b' }, ts: n })
      for (let step = 1; step <= 5; step++) register.progress(runId, step / 5, n + step)
      register.end(runId, { state: 'SUCCEEDED', ts: n + 9, finalHash: 'h' + n })
    }`
  const said = await Promise.all([1_000, 2_000, 3_000].map((from) => spoken(script(from))))
  expect(said).toEqual(['', '', ''])
  const runs = register.list({ state: 'SUCCEEDED', limit: 1_000 })
  expect(runs).toHaveLength(120)
  for (const run of runs) expect(run).toMatchObject({ progress: 1, finalHash: `h${run.refs.seed}` })
})

/** What a process of ours says until it ends. */
function spoken(script: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    let said = ''
    child.stdout.on('data', (data: Buffer) => (said += data.toString()))
    child.stderr.on('data', (data: Buffer) => (said += data.toString()))
    child.on('close', () => resolve(said))
  })
}
