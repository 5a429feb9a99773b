import { describe, expect, test } from 'vitest'
import { runId } from '../domain/ids.ts'
import { chainHash, GENESIS } from './chain.ts'
import { canonicalBody } from './encode.ts'
import type { KernelEvent } from './event.ts'
import { ChainLinker } from './line.ts'
import { MemoryJournal } from './memory-journal.ts'

const RUN = runId('01970000-0000-7000-8000-000000000001')
const event = (seq: number, change: Partial<KernelEvent> = {}): KernelEvent => ({
  seq,
  ts: seq,
  type: 'safety.reason_cleared',
  botId: undefined,
  trace: 1,
  causeSeq: 0,
  payload: { reason_code: 'WARMUP' },
  ...change,
})

test('a line has the envelope in code-unit order and nothing else', () => {
  const linker = new ChainLinker(RUN)
  linker.link(event(1))
  const hash = chainHash(GENESIS, canonicalBody(event(1)))
  expect(linker.line()).toBe(
    `{"cause_seq":0,"hash":"${hash}","payload":{"reason_code":"WARMUP"},"prev_hash":"${GENESIS}","run_id":"${RUN}",` +
      '"schema_version":1,"seq":1,"trace_id":"t1","ts":1,"type":"safety.reason_cleared"}',
  )
  expect(linker.line()).toBe(sorted(linker.line()))
})

test('the hash does not know the run, so equal runs end in equal hashes', () => {
  const one = new MemoryJournal(RUN)
  const other = new MemoryJournal(runId('01970000-0000-7000-8000-000000000002'))
  for (const journal of [one, other]) for (const seq of [1, 2, 3]) journal.append(event(seq))
  expect(one.hash()).toBe(other.hash())
  expect([...one.lines()]).not.toEqual([...other.lines()])
})

test('the memory journal hashes on, not again, and ends as the linker does', () => {
  const journal = new MemoryJournal(RUN)
  expect(journal.hash()).toBe(GENESIS)
  journal.append(event(1))
  const first = journal.hash()
  journal.append(event(2))
  expect(journal.hash()).toBe(chainHash(first, canonicalBody(event(2))))
  expect(journal.seq).toBe(2)
  expect([...journal.lines()].at(-1)).toContain(`"hash":"${journal.hash()}"`)
})

describe('what is not the next event is a bug', () => {
  test.each([
    ['a gap', event(3), '2 is next, was 3'],
    ['a repetition', event(1), '2 is next, was 1'],
    ['a time that is not whole', event(2, { ts: 0.5 }), 'whole and in range'],
    ['a cause that comes later', event(2, { causeSeq: 2 }), 'whole and in range'],
  ])('%s', (_, next, said) => {
    const linker = new ChainLinker(RUN)
    linker.link(event(1))
    expect(() => linker.link(next)).toThrow(said)
  })
})

function sorted(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>
  return JSON.stringify(Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}
