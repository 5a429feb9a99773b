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
