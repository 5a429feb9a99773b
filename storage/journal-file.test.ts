import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRun } from '../fixtures/arbitrary-events.ts'
import { scratchFolder } from '../fixtures/scratch-folder.ts'
import { runId } from '../src/domain/ids.ts'
import type { KernelEvent } from '../src/events/event.ts'
import { MemoryJournal } from '../src/events/memory-journal.ts'
import { StorageError } from './fault.ts'
import { FileJournal } from './journal-file.ts'
import { readJournal } from './journal-lines.ts'
import { verifyJournal } from './verify-journal.ts'

const RUN = runId('01970000-0000-7000-8000-000000000001')
const folder = scratchFolder()
let files = 0
const freshPath = (): string => join(folder, `${++files}.jsonl`)

function health(seq: number, detail = ''): KernelEvent {
  const payload = { component: 'feed', status: 'OK', detail }
  return { seq, ts: seq * 1_000, type: 'ops.health', botId: undefined, trace: seq, causeSeq: 0, payload } as KernelEvent
}

/** A finished journal of some events. */
function written(events: readonly KernelEvent[], flushEvery?: number): string {
  const path = freshPath()
  const journal = new FileJournal({ path, runId: RUN, ...(flushEvery === undefined ? {} : { flushEvery }) })
  for (const event of events) journal.append(event)
  journal.close()
  return path
}

const three = [health(1), health(2, 'née "ここ" \n😀'), health(3)]

test('what is written is what memory would hold, however often it is flushed', () => {
  fc.assert(
    fc.property(
      arbitraryRun({ minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 13 }),
      (events, flushEvery) => {
        const memory = new MemoryJournal(RUN)
        for (const event of events) memory.append(event)
        const path = written(events, flushEvery)
        expect([...readJournal(path)]).toEqual([...memory.lines()])
        expect(verifyJournal(path)).toEqual({ ok: true, events: events.length, hash: memory.hash(), runId: RUN })
      },
    ),
    { numRuns: 40 },
  )
})

test('memory is bounded: full buffers are written, and the rest at the end', () => {
  const path = freshPath()
  const journal = new FileJournal({ path, runId: RUN, flushEvery: 2 })
  for (const event of three) journal.append(event)
  expect([...readJournal(journal.incompletePath)]).toHaveLength(2)
  expect(journal.seq).toBe(3)
  journal.close()
  expect([...readJournal(path)]).toHaveLength(3)
  expect(journal.hash).toBe(JSON.parse([...readJournal(path)].at(-1) ?? '').hash)
})

test('the file has its name only when it is whole', () => {
  const path = freshPath()
  const journal = new FileJournal({ path, runId: RUN })
  journal.append(health(1))
  journal.flush()
  expect([existsSync(path), existsSync(`${path}.incomplete`)]).toEqual([false, true])
  journal.close()
  expect([existsSync(path), existsSync(`${path}.incomplete`)]).toEqual([true, false])
})

test('a journal that is left or closed takes no more events', () => {
  const left = new FileJournal({ path: freshPath(), runId: RUN })
  left.abandon()
  expect(() => left.append(health(1))).toThrow('storage.closed')
  expect(existsSync(left.incompletePath)).toBe(true)
  const closed = new FileJournal({ path: freshPath(), runId: RUN })
  closed.close()
  expect(() => closed.append(health(1))).toThrow('storage.closed')
})

test('an event that is not what its schema says stops the journal, with what led to it on disk', () => {
  const path = freshPath()
  const journal = new FileJournal({ path, runId: RUN })
  for (const event of [health(1), health(2)]) journal.append(event)
  expect(() => journal.append(health(3, 'x'.repeat(501)))).toThrow('ops.health.detail is 0 to 500 characters')
  expect(() => journal.append(health(3))).toThrow('ops.health.detail')
  expect(() => journal.close()).toThrow('ops.health.detail')
  expect(existsSync(path)).toBe(false)
  expect([...readJournal(journal.incompletePath)]).toHaveLength(2)
})

test('no journal is written over', () => {
  const path = written(three)
  expect(() => new FileJournal({ path, runId: RUN })).toThrow('storage.exists')
  const crashed = freshPath()
  writeFileSync(`${crashed}.incomplete`, '')
  expect(() => new FileJournal({ path: crashed, runId: RUN })).toThrow('storage.exists')
})

test('a missing folder is named, with what to do', () => {
  const path = join(folder, 'nowhere', 'journal.jsonl')
  let found: unknown
  try {
    new FileJournal({ path, runId: RUN }).close()
  } catch (error) {
    found = error
  }
  expect(found).toBeInstanceOf(StorageError)
  expect(found).toMatchObject({ code: 'storage.missing', hint: expect.stringContaining('path') })
  expect(String(found)).toContain(path)
})

test.skipIf(process.platform === 'win32')(
  'a full disk stops the run with a word for it and leaves the file incomplete',
  () => {
    const path = freshPath()
    const script = `
    import { FileJournal } from ${JSON.stringify(new URL('journal-file.ts', import.meta.url).href)}
    const journal = new FileJournal({ path: ${JSON.stringify(path)}, runId: '${RUN}', flushEvery: 10 })
    const codes = []
    for (let seq = 1; seq <= 1000; seq++) {
      const payload = { component: 'feed', status: 'OK', detail: 'x'.repeat(400) }
      try { journal.append({ seq, ts: seq, type: 'ops.health', botId: undefined, trace: seq, causeSeq: 0, payload }) }
      catch (error) { codes.push(error.code); if (codes.length === 3) break }
    }
    try { journal.close() } catch (error) { codes.push(error.code) }
    process.stdout.write(codes.join(' '))`
    // A limit on the size of files stands in for the disk: the system refuses the write in the same place.
    const shell = 'ulimit -f 100; exec "$0" --input-type=module -e "$1"'
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' })
    expect(stdout, stderr).toBe('storage.disk-full storage.disk-full storage.disk-full storage.disk-full')
    expect(existsSync(path)).toBe(false)
    const verdict = verifyJournal(`${path}.incomplete`)
    expect(verdict).toMatchObject({ ok: false, fault: { what: 'journal.torn' } })
    expect(verdict.events).toBeGreaterThan(10)
  },
)

describe('verification', () => {
  test('finds any byte that was changed, anywhere', () => {
    fc.assert(
      fc.property(
        arbitraryRun({ minLength: 2, maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (events, place, flip) => {
          const path = written(events)
          const bytes = readFileSync(path)
          const at = place % bytes.length
          bytes[at] = (bytes[at] ?? 0) ^ flip
          writeFileSync(path, bytes)
          expect(verifyJournal(path).ok, `byte ${at} of ${bytes.length}`).toBe(false)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('finds every single byte of one journal that was changed', () => {
    const path = written(three)
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      writeFileSync(path, changed)
      expect(verifyJournal(path).ok, `byte ${at}`).toBe(false)
    }
  })

  test('finds any byte that was removed or put in', () => {
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.integer({ min: 0, max: 255 })), (place, put) => {
        const path = written(three)
        const bytes = readFileSync(path)
        const at = place % bytes.length
        const middle = put === null ? Buffer.alloc(0) : Buffer.from([put])
        writeFileSync(path, Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(put === null ? at + 1 : at)]))
        expect(verifyJournal(path).ok, `byte ${at}`).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  const lines = (): string[] => [...readJournal(written(three))]
  const verdictOf = (text: string, expected = {}): unknown => {
    const path = freshPath()
    writeFileSync(path, text)
    const verdict = verifyJournal(path, expected)
    return verdict.ok ? 'ok' : { what: verdict.fault.what, line: verdict.fault.line, events: verdict.events }
  }
  const joined = (parts: readonly string[]): string => parts.map((line) => `${line}\n`).join('')

  test('names the first fault, its line, and how much is good before it', () => {
    const [one = '', two = '', last = ''] = lines()
    const other = [...readJournal(written([health(1, 'other'), health(2, 'other')]))]
    const foreign = one.replace(RUN, RUN.replace('1', '2'))
    expect(verdictOf(joined([one, two, last]))).toBe('ok')
    expect(verdictOf('')).toEqual({ what: 'journal.empty', line: 0, events: 0 })
    expect(verdictOf(joined([one, last]))).toEqual({ what: 'journal.gap', line: 2, events: 1 })
    expect(verdictOf(joined([two, last]))).toEqual({ what: 'journal.gap', line: 1, events: 0 })
    expect(verdictOf(joined([one, one, two]))).toEqual({ what: 'journal.gap', line: 2, events: 1 })
    expect(verdictOf(joined([one, other[1] ?? '']))).toEqual({ what: 'journal.chain-broken', line: 2, events: 1 })
    expect(verdictOf(joined([foreign, two]))).toEqual({ what: 'journal.run-changed', line: 2, events: 1 })
    expect(verdictOf(joined([one, two.replace('née', 'nee')]))).toEqual({
      what: 'journal.hash-wrong',
      line: 2,
      events: 1,
    })
    expect(verdictOf(`${joined([one, two])}\n`)).toEqual({ what: 'journal.malformed', line: 3, events: 2 })
    expect(verdictOf(`${joined([one, two])}${last}`)).toEqual({ what: 'journal.torn', line: 3, events: 2 })
    expect(verdictOf(`${joined([one])}${two.slice(0, 50)}`)).toEqual({ what: 'journal.torn', line: 2, events: 1 })
  })

  test('finds with the manifest what a file cannot say of itself', () => {
    const [one = '', two = ''] = lines()
    const cut = joined([one, two])
    expect(verdictOf(cut)).toBe('ok')
    expect(verdictOf(cut, { events: 3 })).toMatchObject({ what: 'journal.cut' })
    expect(verdictOf(cut, { hash: 'f'.repeat(64) })).toMatchObject({ what: 'journal.cut' })
    expect(verdictOf(joined([one]), { runId: runId('another') })).toMatchObject({
      what: 'journal.run-changed',
      line: 1,
    })
  })

  test('bytes that are no UTF-8 are found in their own line', () => {
    const path = written(three)
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('é') + 1] = 0x20
    writeFileSync(path, bytes)
    expect(verifyJournal(path)).toMatchObject({ ok: false, events: 1, fault: { what: 'journal.not-utf8', line: 2 } })
  })

  test('lines across the edges of what is read at once are whole', () => {
    const long = Array.from({ length: 40 }, (_, at) => {
      const payload = { state_version: '1', state: 'é'.repeat(65_000 - at) }
      return { ...health(at + 1), type: 'ops.strategy_state' as const, payload }
    })
    const path = written(long)
    expect(verifyJournal(path)).toMatchObject({ ok: true, events: 40 })
    truncateSync(path, 3_000_000)
    expect(verifyJournal(path)).toMatchObject({ ok: false, fault: { what: 'journal.torn' } })
  })

  test('a file of one endless line is refused in bounded memory', () => {
    const path = freshPath()
    writeFileSync(path, '')
    for (let at = 0; at < 18; at++) appendFileSync(path, Buffer.alloc(1 << 20, 0x61))
    expect(verifyJournal(path)).toMatchObject({ ok: false, fault: { what: 'journal.line-too-long' } })
  })

  test('what cannot be read at all is a fault of storage, not of the journal', () => {
    expect(() => verifyJournal(join(folder, 'absent.jsonl'))).toThrow('storage.missing')
    mkdirSync(join(folder, 'a-folder'))
    expect(() => verifyJournal(join(folder, 'a-folder'))).toThrow('storage.io')
  })
})
