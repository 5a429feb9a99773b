import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { FactSpool, type LateFact, SpoolError } from './fact-spool.ts'

const folder = scratchFolder()
let files = 0
const fresh = () => new FactSpool(join(folder, `run-${++files}`, 'audit-emergency.jsonl'))

const cancel = (id: string): LateFact => ({
  type: 'ops.emergency_cancel',
  payload: { order_id: id, reason_code: 'BOOKS_UNWRITABLE', detail: '', sent_ts: 1 },
})

test('what is spooled is told until it is journalled, then never again', () => {
  const spool = fresh()
  expect(spool.pending()).toEqual([])
  spool.append(cancel('o1'))
  spool.append(cancel('o2'))
  expect(statSync(spool.file).mode & 0o777).toBe(0o600)
  const other = new FactSpool(spool.file)
  expect(spool.pending()).toEqual([cancel('o1'), cancel('o2')])
  spool.append(cancel('o3')) // meanwhile
  expect(other.pending()).toEqual([cancel('o1'), cancel('o2')]) // a crash before it was journalled
  other.journaled()
  expect(other.pending()).toEqual([cancel('o3')])
  other.journaled()
  expect([other.pending(), existsSync(spool.file)]).toEqual([[], false])
})

test('UGF-J-002: cut off at any byte, every whole line is told and the next one stands alone', () => {
  const whole = [cancel('o1'), cancel('o2')].map((fact) => `${JSON.stringify(fact)}\n`)
  const text = whole.join('')
  const [first = ''] = whole
  for (let bytes = 0; bytes <= text.length; bytes++) {
    const spool = fresh()
    spool.append(cancel('o0'))
    writeFileSync(spool.file, text.slice(0, bytes))
    spool.append(cancel('o9'))
    // Without its line feed a line is whole all the same.
    const kept = [bytes >= first.length - 1, bytes >= text.length - 1].filter(Boolean).length
    const ids = spool.pending().map(({ payload }) => ('order_id' in payload ? payload.order_id : ''))
    expect(ids).toEqual([...['o1', 'o2'].slice(0, kept), 'o9'])
  }
})

test('UGF-J-002: a process that is killed in the middle loses nothing that it was told is kept', async () => {
  const spool = fresh()
  const script = `import { FactSpool } from ${JSON.stringify(join(import.meta.dirname, 'fact-spool.ts'))}
    const spool = new FactSpool(${JSON.stringify(spool.file)})
    for (let n = 1; ; n++) {
      spool.append({ type: 'ops.emergency_cancel', payload: { order_id: 'o' + n, reason_code: 'BOOKS_UNWRITABLE', detail: '', sent_ts: n } })
      process.stdout.write(n + '\\n')
    }`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
  let said = ''
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString()
    if (said.split('\n').length > 40) child.kill('SIGKILL')
  })
  await ended
  const promised = said.split('\n').filter((line) => line !== '').length
  const kept = spool.pending().map(({ payload }) => ('order_id' in payload ? payload.order_id : ''))
  expect(promised).toBeGreaterThan(30)
  expect(kept.length).toBeGreaterThanOrEqual(promised)
  expect(kept).toEqual(kept.map((_, at) => `o${at + 1}`))
})

test('a spool that nobody empties is full at 1 MiB, and says so', () => {
  const spool = fresh()
  spool.append(cancel('o1'))
  appendFileSync(spool.file, ' '.repeat(1_048_576 - statSync(spool.file).size - 40))
  const before = readFileSync(spool.file)
  expect(() => spool.append(cancel('o2'))).toThrow(SpoolError)
  expect(readFileSync(spool.file)).toEqual(before)
})

test('only what may be late is told: a vote or a fill in the file is passed over', () => {
  const spool = fresh()
  spool.append(cancel('o1'))
  const vote = { type: 'approval.voted', payload: { approval_id: 'a', actor: 'human:eve', vote: 'yes', reason: '' } }
  appendFileSync(spool.file, `${JSON.stringify(vote)}\n${JSON.stringify({ ...cancel('o2'), payload: {} })}\n`)
  expect(spool.pending()).toEqual([cancel('o1')])
})
