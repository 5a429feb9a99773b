import { dirname, join } from 'node:path'
import { AuditCheckpoints } from '../../storage/audit-checkpoints.ts'
import { verifyExport } from '../../storage/audit-export.ts'
import { type AuditFork, AuditForks } from '../../storage/audit-forks.ts'
import { MIRROR_FOLDER } from '../../storage/audit-mirror.ts'
import { type AuditVerdict, verifyAudit } from '../../storage/verify-audit.ts'
import { type MirrorVerdict, verifyMirror } from '../../storage/verify-mirror.ts'
import type { AuditVerifyOptions } from '../audit.ts'
import { requireWhole } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { terminalProgress } from '../terminal.ts'
import { forkData, forkText } from './fork.ts'

export function verify(deps: CommandDeps, options: AuditVerifyOptions): Promise<Outcome> {
  if (options.export !== undefined) return Promise.resolve(exportOutcome(options.export))
  return read(deps, options, {
    topics: [],
    show: ({ store, paths, caller }) => {
      requireWhole(caller, 'upkeep')
      const checkpoints = new AuditCheckpoints(dirname(paths.status))
      const forks = new AuditForks(dirname(paths.status))
      const progress = terminalProgress()
      const verdict = verifyAudit(store.db, checkpoints, {
        isWhole: !options.tail,
        forks: forks.bySession(),
        onProgress: (events) => progress.update('verifying', events, undefined, 'events'),
      })
      progress.clear()
      // What was found sound is what the next check goes on from.
      if (verdict.result === 'VALID' && checkpoints.last()?.position !== verdict.head.position)
        checkpoints.append(verdict.head, deps.engine.now())
      const told = outcomeOf(verdict, forks.all())
      if (verdict.result !== 'VALID' || options.tail) return told
      return withMirror(told, verifyMirror(store.db, join(dirname(paths.status), MIRROR_FOLDER), checkpoints))
    },
  })
}

function outcomeOf(verdict: AuditVerdict, forks: readonly AuditFork[]): Outcome {
  switch (verdict.result) {
    case 'VALID': {
      const { head, since, checkpoints } = verdict
      const from = since.position === 0 ? 'from the first event' : `after the checkpoint at event ${since.events}`
      const text = `VALID: ${head.events - since.events} events ${from}, ${checkpoints} checkpoints agree, head ${head.hash.slice(0, 16)}${forks.map((fork) => `\nFORKED: ${forkText(fork)}`).join('')}`
      const data = {
        result: 'VALID',
        events: head.events,
        verified: head.events - since.events,
        checkpoints,
        head: head.hash,
        forks: forks.map(forkData),
      }
      return { code: EXIT.ok, message: text, text, note: '', data }
    }
    case 'INVALID':
      return brokenOutcome(verdict)
    case 'INCOMPLETE': {
      const { head, detail } = verdict
      const message = `INCOMPLETE: ${detail}; what could be checked is sound`
      const data = { result: 'INCOMPLETE', events: head.events, detail }
      return { code: EXIT.inconclusive, message, note: '', reasonCodes: ['AUDIT_INCOMPLETE'], quality: 'UNKNOWN', data }
    }
  }
}

/** A journal that is sound, and what its mirror says of it. */
function withMirror(sound: Outcome, mirror: MirrorVerdict): Outcome {
  switch (mirror.result) {
    case 'VALID': {
      const { segments, events } = mirror
      const said = segments === 0 ? 'no mirror yet' : `the mirror has ${events} events and agrees`
      const text = `${sound.text ?? ''}; ${said}`
      return { ...sound, message: text, text, data: { ...(sound.data as object), mirror: { segments, events } } }
    }
    case 'INVALID':
      return brokenOutcome(mirror)
    case 'INCOMPLETE': {
      const { detail } = mirror
      const message = `INCOMPLETE: the journal is sound, its mirror is not whole: ${detail}`
      const data = { result: 'INCOMPLETE', detail }
      return { code: EXIT.inconclusive, message, note: '', reasonCodes: ['AUDIT_INCOMPLETE'], quality: 'UNKNOWN', data }
    }
  }
}

function brokenOutcome({ seq, runId, detail }: Extract<AuditVerdict, { readonly result: 'INVALID' }>): Outcome {
  const message = `INVALID at event ${seq ?? '?'} of session ${runId}: ${detail}\nstop the engine, keep the profile as it is, and compare it with the last backup and export; what to do then is in docs/operations.md, the audit log`
  const data = { result: 'INVALID', seq: seq ?? null, run_id: runId, detail }
  return { code: EXIT.checkFailed, message, note: '', reasonCodes: ['AUDIT_BROKEN'], quality: 'UNKNOWN', data }
}

function exportOutcome(folder: string): Outcome {
  const verdict = verifyExport(folder)
  switch (verdict.result) {
    case 'VALID': {
      const { events, ranges, profile, made_at: madeAt } = verdict.manifest
      const text = `VALID: ${events} events in ${ranges.length} sessions of profile ${profile}, exported ${madeAt}`
      return { code: EXIT.ok, message: text, text, data: { result: 'VALID', events, ranges } }
    }
    case 'INVALID': {
      const { seq, detail } = verdict
      const message = `INVALID at event ${seq ?? '?'}: ${detail}`
      const data = { result: 'INVALID', seq: seq ?? null, detail }
      return { code: EXIT.checkFailed, message, reasonCodes: ['AUDIT_BROKEN'], quality: 'UNKNOWN', data }
    }
    case 'INCOMPLETE': {
      const { detail } = verdict
      const data = { result: 'INCOMPLETE', detail }
      const message = `INCOMPLETE: ${detail}`
      return { code: EXIT.inconclusive, message, reasonCodes: ['AUDIT_INCOMPLETE'], quality: 'UNKNOWN', data }
    }
  }
}
