import type { RunId } from '../src/domain/ids.ts'
import { ChainCheck, type ExpectedJournal } from '../src/events/chain-check.ts'
import { JournalError, type JournalFault } from '../src/events/journal-fault.ts'
import { readBlocks } from './journal-lines.ts'

/** What a journal turned out to be. `events` and `hash` are those of its good beginning. */
export type JournalVerdict =
  | { readonly ok: true; readonly events: number; readonly hash: string; readonly runId: RunId | undefined }
  | {
      readonly ok: false
      readonly events: number
      readonly hash: string
      readonly runId: RunId | undefined
      /** The first fault; `line` counts from 1. */
      readonly fault: JournalFault & { readonly line: number }
    }

/**
 * Checks every byte of a journal file: encoding, canonical form, numbers without gaps, one run, the hash chain, and its end.
 * What no file can say of itself (that its last events are missing, that its only line names another run) is found by what
 * is expected, from the run's manifest.
 *
 * @throws StorageError when the file cannot be read at all
 */
export function verifyJournal(path: string, expected: ExpectedJournal = {}): JournalVerdict {
  const check = new ChainCheck(expected)
  let line = 0
  let fault: JournalFault | undefined
  try {
    for (const lines of readBlocks(path)) {
      for (const text of lines) {
        line++
        fault = check.line(text)
        if (fault !== undefined) break
      }
      if (fault !== undefined) break
    }
    fault ??= check.end()
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    line++
    fault = error.fault
  }
  const { seq: events, hash } = check.head
  const found = { events, hash, runId: check.runId }
  return fault === undefined ? { ok: true, ...found } : { ok: false, ...found, fault: { ...fault, line } }
}
