import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryRun } from '../../fixtures/arbitrary-events.ts'
import { runId } from '../domain/ids.ts'
import { chainHash, GENESIS } from './chain.ts'
import { canonicalBody } from './encode.ts'
import { MemoryJournal } from './memory-journal.ts'
import { QuickScan } from './quick-scan.ts'
import { scanLine } from './scan.ts'

const RUN = runId('01970000-0000-7000-8000-000000000001')

function linesOf(events: Parameters<MemoryJournal['append']>[0][]): readonly string[] {
  const journal = new MemoryJournal(RUN)
  for (const event of events) journal.append(event)
  return [...journal.lines()]
}

test('every line that was written is recognised once its bot is known, with the body and hash that it has', () => {
  fc.assert(
    fc.property(arbitraryRun({ minLength: 1, maxLength: 8 }), (events) => {
      const quick = new QuickScan(RUN)
      let head = GENESIS
      linesOf([...events]).forEach((line, at) => {
        const event = events[at]
        if (event === undefined) return
        quick.learn(event.botId)
        expect(quick.recognises(line, event.seq, head)).toBe(true)
        expect(quick.body).toBe(canonicalBody(event))
        expect(quick.hash).toBe(chainHash(head, quick.body))
        head = quick.hash
      })
    }),
    { numRuns: 60 },
  )
})

test('what it recognises, the full reading reads as the same', () => {
  const characters = fc.constantFrom('"', '\\', ' ', '0', '1', '-', ',', ':', '}', '{', 'a', '\u0000')
  fc.assert(
    fc.property(
      arbitraryRun({ minLength: 1, maxLength: 1 }),
      fc.nat(),
      fc.nat(2),
      characters,
      ([event], place, remove, put) => {
        if (event === undefined) return
        const [line = ''] = linesOf([event])
        const at = place % line.length
        const changed = line.slice(0, at) + put + line.slice(at + remove)
        const quick = new QuickScan(RUN)
        quick.learn(event.botId)
        if (!quick.recognises(changed, 1, GENESIS)) return
        // Whether the hash is right, and so one at all, is for who knows the chain.
        if (!/^[0-9a-f]{64}$/.test(quick.hash)) return
        const scanned = scanLine(changed)
        expect({ body: quick.body, hash: quick.hash }).toEqual({ body: scanned.body, hash: scanned.hash })
        expect([scanned.seq, scanned.prevHash, scanned.runId]).toEqual([1, GENESIS, RUN])
      },
    ),
    { numRuns: 3_000 },
  )
})
