import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scratchFolder } from '../../fixtures/scratch-folder.ts'
import { FactSpool, type LateFact, SpoolError } from './fact-spool.ts'

const cancel = (id: string): LateFact => ({
  type: 'ops.emergency_cancel',
  payload: { order_id: id, reason_code: 'BOOKS_UNWRITABLE', detail: 'was OPEN', sent_ts: 5 },
})
const spool = () => new FactSpool(join(scratchFolder(), 'run', 'audit-emergency.jsonl'))

test('UGF-J-002: what could not be journalled waits in a file of its owner, and is told once', () => {
  const made = spool()
  expect(made.pending()).toEqual([])
  made.append(cancel('o1'))
  made.append(cancel('o2'))
  expect(statSync(made.file).mode & 0o777).toBe(0o600)
  expect(made.pending()).toEqual([cancel('o1'), cancel('o2')])
  // Killed before the journal had them: they are told again, and what came meanwhile after them.
  const next = new FactSpool(made.file)
  next.append(cancel('o3'))
  expect(next.pending()).toEqual([cancel('o1'), cancel('o2')])
  next.journaled()
  expect(next.pending()).toEqual([cancel('o3')])
  next.journaled()
  expect(next.pending()).toEqual([])
  expect(existsSync(made.file)).toBe(false)
})

test('half a line, as a loss of power leaves it, is passed over; the lines around it are whole', () => {
  const made = spool()
  made.append(cancel('o1'))
  appendFileSync(made.file, '{"type":"ops.emer')
  made.append(cancel('o2'))
  expect(made.pending()).toEqual([cancel('o1'), cancel('o2')])
})

test('UGF-J-002: cut off at any byte, every whole line is told and the next one stands alone', () => {
  const whole = [cancel('o1'), cancel('o2')].map((fact) => `${JSON.stringify(fact)}\n`)
  const text = whole.join('')
  const [first = ''] = whole
  for (let bytes = 0; bytes <= text.length; bytes++) {
    const made = spool()
    made.append(cancel('o0'))
    writeFileSync(made.file, text.slice(0, bytes))
    made.append(cancel('o9'))
    // Without its line feed a line is whole all the same.
    const kept = [bytes >= first.length - 1, bytes >= text.length - 1].filter(Boolean).length
    const ids = made.pending().map(({ payload }) => ('order_id' in payload ? payload.order_id : ''))
    expect(ids).toEqual([...['o1', 'o2'].slice(0, kept), 'o9'])
  }
})

test('UGF-J-002: a process that is killed in the middle loses nothing that it was told is kept', async () => {
  const made = spool()
  const script = `import { FactSpool } from ${JSON.stringify(join(import.meta.dirname, 'fact-spool.ts'))}
    const spool = new FactSpool(${JSON.stringify(made.file)})
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
  const kept = made.pending().map(({ payload }) => ('order_id' in payload ? payload.order_id : ''))
  expect(promised).toBeGreaterThan(30)
  expect(kept.length).toBeGreaterThanOrEqual(promised)
  expect(kept).toEqual(kept.map((_, at) => `o${at + 1}`))
})

test('only what may be late is told: a vote or a fill in the file is passed over', () => {
  const made = spool()
  made.append(cancel('o1'))
  const vote = { type: 'approval.voted', payload: { approval_id: 'a', actor: 'human:eve', vote: 'yes', reason: '' } }
  appendFileSync(made.file, `${JSON.stringify(vote)}\n${JSON.stringify({ ...cancel('o2'), payload: {} })}\n`)
  expect(made.pending()).toEqual([cancel('o1')])
})

test('it takes no more than it may hold, and says what to do', () => {
  const made = spool()
  made.append(cancel('o1'))
  writeFileSync(made.file, 'x'.repeat(1_048_576))
  expect(() => made.append(cancel('o2'))).toThrow(SpoolError)
  expect(readFileSync(made.file, 'utf8')).not.toContain('o2')
})

test('what would be passed over when it is read is refused when it is told', () => {
  const made = spool()
  const lifted = { state: 'LIFTED', actor: 'human:ann', reason: 'x'.repeat(501), changed_ts: 1 } as const
  expect(() => made.append({ type: 'ops.hold_changed', payload: lifted })).toThrow(SpoolError)
  expect(existsSync(made.file)).toBe(false)
})

test('whatever stands in the file, only facts come out of it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
      const made = spool()
      made.append(cancel('o1'))
      appendFileSync(made.file, `${lines.join('\n')}\n`)
      expect(made.pending()[0]).toEqual(cancel('o1'))
      for (const { type } of made.pending()) expect(type).toMatch(/^ops\./)
    }),
    { numRuns: 50 },
  )
})
