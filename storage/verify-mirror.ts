import { readFileSync } from 'node:fs'
import { runId } from '../src/domain/ids.ts'
import { GENESIS } from '../src/events/chain.ts'
import { ChainCheck } from '../src/events/chain-check.ts'
import { JournalError, type JournalFault } from '../src/events/journal-fault.ts'
import type { AuditCheckpoints } from './audit-checkpoints.ts'
import { Seal, type Segment, sealedText, sealFile, segmentsOf } from './audit-segment.ts'
import type { Database } from './database.ts'
import { readBlocks } from './journal-lines.ts'
import { POSITIONS_PER_RUN } from './sqlite-journal.ts'

/** What the mirror of the journal turned out to be. */
export type MirrorVerdict =
  /** Oldest segments may have been moved away; what is left agrees with the journal, event by event. */
  | { readonly result: 'VALID'; readonly segments: number; readonly events: number }
  | { readonly result: 'INVALID'; readonly seq: number | undefined; readonly runId: string; readonly detail: string }
  | { readonly result: 'INCOMPLETE'; readonly detail: string }

/** Checks each segment's chain and seal, that nothing is missing between two of them, and each end against the journal. */
export function verifyMirror(db: Database, folder: string, checkpoints: AuditCheckpoints): MirrorVerdict {
  const segments = segmentsOf(folder)
  const missing = db.prepare('SELECT 1 FROM events WHERE position > ? AND position < ?').pluck()
  const hashAt = db.prepare('SELECT hash FROM events WHERE position = ?').pluck()
  const runOf = db.prepare('SELECT run_id FROM chains WHERE run_no = ?').pluck()
  let before: { readonly position: number; readonly hash: string } | undefined
  let events = 0
  for (const [at, segment] of segments.entries()) {
    const { runNo, fromSeq } = segment
    const base = runNo * POSITIONS_PER_RUN
    const run = runOf.get(runNo) as string | undefined
    const invalid = (seq: number | undefined, detail: string): MirrorVerdict => {
      return { result: 'INVALID', seq, runId: run ?? `number ${runNo}`, detail: `${segment.file}: ${detail}` }
    }
    if (run === undefined) return invalid(undefined, `journal.cut: the journal has no session number ${runNo}`)
    if (before !== undefined && missing.get(before.position, base + fromSeq) !== undefined)
      return { result: 'INCOMPLETE', detail: `events before event ${fromSeq} of session ${run} are not in the mirror` }
    const isFirst = before?.position !== base + fromSeq - 1
    const prevHash = isFirst ? hashAt.get(base + fromSeq - 1) : before?.hash
    const check = new ChainCheck({ runId: runId(run) }, { seq: fromSeq - 1, hash: (prevHash as string) ?? GENESIS })
    const fault = faultOf(segment, check, { isGrowing: at === segments.length - 1 })
    if (fault !== undefined)
      return invalid(fault.seq, `${fault.what}: expected ${fault.expected}, found ${fault.found}`)
    const { seq, hash } = check.head
    const found = hashAt.get(base + seq) as string | undefined
    if (seq >= fromSeq && found !== hash)
      return invalid(seq, `the mirror has event ${seq} with hash ${hash}, the journal ${found ?? 'no such event'}`)
    if (at < segments.length - 1) {
      const unsealed = sealFault(segment, { run, seq, hash }, checkpoints)
      if (unsealed !== undefined) return { result: 'INCOMPLETE', detail: `${segment.file}: ${unsealed}` }
    }
    events += check.head.seq - fromSeq + 1
    before = { position: base + seq, hash }
  }
  return { result: 'VALID', segments: segments.length, events }
}

/** @param options.isGrowing whether an engine may be writing it: its last line may not be whole yet */
function faultOf(
  { file }: Segment,
  check: ChainCheck,
  { isGrowing }: { readonly isGrowing: boolean },
): JournalFault | undefined {
  try {
    for (const lines of readBlocks(file)) {
      for (const line of lines) {
        const fault = check.line(line)
        if (fault !== undefined) return fault
      }
    }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    return isGrowing && error.fault.what === 'journal.torn' ? undefined : error.fault
  }
  return undefined
}

function sealFault(
  segment: Segment,
  { run, seq, hash }: { readonly run: string; readonly seq: number; readonly hash: string },
  checkpoints: AuditCheckpoints,
): string | undefined {
  let seal: Seal
  try {
    seal = Seal.parse(JSON.parse(readFileSync(sealFile(segment), 'utf8')))
  } catch {
    return 'its seal is missing or cannot be read'
  }
  if (!checkpoints.isSigned(sealedText(seal), seal.mac)) return "its seal is not signed by this profile's key"
  const isSame =
    seal.run_id === run &&
    seal.session === segment.runNo &&
    seal.from_seq === segment.fromSeq &&
    seal.to_seq === seq &&
    seal.hash === hash
  return isSame ? undefined : `its seal names event ${seal.to_seq}, it ends with event ${seq}`
}
