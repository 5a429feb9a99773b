import type { AuditCheckpoints, CheckpointsFound } from './audit-checkpoints.ts'
import type { ForksBySession } from './audit-forks.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'
import { JOURNAL_START, type JournalHead, type StretchVerdict, verifyStretch } from './sqlite-events.ts'
import { POSITIONS_PER_RUN } from './sqlite-journal.ts'

/** What the audit log turned out to be. */
export type AuditVerdict =
  | { readonly result: 'VALID'; readonly head: JournalHead; readonly since: JournalHead; readonly checkpoints: number }
  | {
      readonly result: 'INVALID'
      /** Number of the first event that is wrong or missing, within its run; undefined where a whole run is. */
      readonly seq: number | undefined
      readonly runId: string
      readonly detail: string
    }
  /** What was looked at is in order, and something that is needed to say more is not there. */
  | { readonly result: 'INCOMPLETE'; readonly head: JournalHead; readonly detail: string }

const SLICE = 4_096

/**
 * Checks the audit log: with `isWhole` from its first event and against every checkpoint, else from the last checkpoint.
 *
 * @param forks broken sessions that a person took note of: they are held against what was pinned of them
 * @param onProgress told after each slice how many events were checked
 */
export function verifyAudit(
  db: Database,
  checkpoints: AuditCheckpoints,
  {
    isWhole,
    forks = new Map(),
    onProgress = () => undefined,
  }: {
    readonly isWhole: boolean
    readonly forks?: ForksBySession
    readonly onProgress?: (events: number) => void
  },
): AuditVerdict {
  const found = checkpoints.all()
  const last = found.valid.at(-1)
  const since = isWhole ? JOURNAL_START : (last ?? JOURNAL_START)
  const walk = verifyStretch(db, since, SLICE, forks)
  let step = walk.next()
  while (step.done !== true) {
    onProgress(step.value.events - since.events)
    step = walk.next()
  }
  const verdict = step.value
  if (!verdict.ok) return invalid(verdict)
  const against = contradiction(db, found, verdict.head, forks)
  if (against !== undefined) return against
  const { head } = verdict
  if (head.position === 0) return { result: 'INCOMPLETE', head, detail: 'there is no event yet' }
  if (found.distrusted > 0) {
    const detail = `${found.distrusted} checkpoints are not signed by this profile's key`
    return { result: 'INCOMPLETE', head, detail }
  }
  return { result: 'VALID', head, since, checkpoints: found.valid.length }
}

/** What a broken stretch is called. */
export function invalid({
  fault,
}: Extract<StretchVerdict, { readonly ok: false }>): Extract<AuditVerdict, { readonly result: 'INVALID' }> {
  const { what, seq, runId, expected, found } = fault
  return { result: 'INVALID', seq, runId, detail: `${what}: expected ${expected}, found ${found}` }
}

/** A checkpoint that the journal does not bear out: it was cut, or written anew with hashes that fit each other. */
function contradiction(
  db: Database,
  { valid }: CheckpointsFound,
  head: JournalHead,
  forks: ForksBySession,
): AuditVerdict | undefined {
  const hashAt = db.prepare('SELECT hash FROM events WHERE position = ?').pluck()
  return stored('compare with the checkpoints', () => {
    for (const { position, hash } of valid) {
      const found = hashAt.get(position) as string | undefined
      if (found === hash) continue
      const seq = position % POSITIONS_PER_RUN
      const runNo = Math.floor(position / POSITIONS_PER_RUN)
      // That it was changed is known, and what stands of it was compared already.
      if (forks.has(runNo)) continue
      const run = db.prepare('SELECT run_id FROM chains WHERE run_no = ?').pluck().get(runNo) as string | undefined
      const detail =
        found === undefined
          ? `journal.cut: a checkpoint names event ${seq}, the journal ends at ${head.position % POSITIONS_PER_RUN}`
          : `journal.hash-wrong: the checkpoint has ${hash}, found ${found}`
      return { result: 'INVALID', seq, runId: run ?? `number ${runNo}`, detail } as const
    }
    return undefined
  })
}
