import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Payload } from '../../src/events/event.ts'
import { FactSpool } from '../../src/runtime/fact-spool.ts'
import { thisProcess } from '../../src/runtime/process.ts'
import { AuditCheckpoints } from '../../storage/audit-checkpoints.ts'
import { exportAudit } from '../../storage/audit-export.ts'
import { type AuditFork, AuditForks } from '../../storage/audit-forks.ts'
import { MIRROR_FOLDER } from '../../storage/audit-mirror.ts'
import { stored } from '../../storage/fault.ts'
import { sessionRows, sessionSpan } from '../../storage/forked-session.ts'
import { type AuditVerdict, verifyAudit } from '../../storage/verify-audit.ts'
import type { AuditForkOptions } from '../audit.ts'
import type { CommandDeps } from '../command-line.ts'
import { type EngineAccess, withEngine } from '../engine-access.ts'
import { leaseConflict } from '../engine/open-store.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { requireWhole } from '../caller.ts'

const SLICE = 4_096
type Broken = Extract<AuditVerdict, { readonly result: 'INVALID' }>

/**
 * Takes note of a broken session, so that a new chain may go on from its head (UGF-J-002). Nothing of the session is changed:
 * what stands of it is exported and pinned, and from then on another change of it is another break.
 */
export async function forkAudit(deps: CommandDeps, options: AuditForkOptions): Promise<Outcome> {
  const { engine } = deps
  return withEngine(options, engine, async (access) => {
    requireWhole(access.caller, 'govern')
    const { store, holder, paths } = access
    if (holder !== undefined) throw leaseConflict(paths, holder)
    // No engine starts on a journal that is being looked at.
    const leased = store.lease.acquire(thisProcess(), engine.now())
    if (!leased.ok) throw leaseConflict(paths, leased.holder)
    try {
      return fork(deps, access, options)
    } finally {
      store.lease.release()
    }
  })
}

function fork(
  { engine, printer }: CommandDeps,
  { store, paths, caller }: EngineAccess,
  options: AuditForkOptions,
): Outcome {
  const { db } = store
  const run = dirname(paths.status)
  const forks = new AuditForks(run)
  const broken = findBreak(verifyAudit(db, new AuditCheckpoints(run), { isWhole: true, forks: forks.bySession() }))
  const { runId, seq, detail } = broken
  const span = sessionSpan(db, runId)
  if (span === undefined)
    throw new CommandError(
      EXIT.checkFailed,
      'SESSION_MISSING',
      `session ${runId} is missing as a whole (${detail}): there is no head to go on from`,
      'restore the last backup; see docs/operations.md, the audit log',
    )
  const { session, firstTs, lastTs } = span
  const phrase = `fork ${session}${seq === undefined ? '' : `/${seq}`}`
  const found = `session ${session} (${runId}) is broken at event ${seq ?? '?'}: ${detail}`
  if ((options.confirm ?? '').normalize('NFKC').trim().toLowerCase() !== phrase) {
    const said = options.confirm === undefined ? '' : `'${options.confirm}' is not the phrase; `
    return {
      code: EXIT.confirm,
      message: `${said}${found}; nothing was done\ncopy it first (profinaut storage backup), find out who did it, then repeat with: --confirm '${phrase}'`,
      reasonCodes: ['CONFIRMATION_REQUIRED'],
      data: { phrase, session, run_id: runId, seq: seq ?? null, detail },
    }
  }
  const now = engine.now()
  const bundle = join(paths.folder, 'evidence', `fork-${session}-${now}`)
  stored(`create ${dirname(bundle)}`, () => mkdirSync(dirname(bundle), { recursive: true, mode: 0o700 }))
  exportAudit(db, bundle, {
    profile: paths.profile,
    sinceTs: firstTs,
    untilTs: lastTs + 1,
    most: Number.MAX_SAFE_INTEGER,
    // Rows are read from events, and these may be none.
    withRows: false,
    madeAt: printer.asOf(),
  })
  const rows = sessionRows(db, session, SLICE)
  let step = rows.next()
  while (step.done !== true) step = rows.next()
  const made: AuditFork = {
    session,
    run_id: runId,
    ...(seq === undefined ? {} : { seq }),
    detail: detail.slice(0, 500),
    head: step.value.hash,
    rows_sha256: step.value.sha256,
    incident: options.incident,
    reason: options.reason.slice(0, 500),
    actor: caller.actor,
    ts: now,
    bundle_sha256: hash('sha256', readFileSync(join(bundle, 'manifest.json')), 'hex'),
  }
  // The journal is told first: a fork that it never hears of would be a repair in silence.
  new FactSpool(paths.spool).append({ type: 'audit.forked', payload: factOf(made) })
  forks.append(made)
  // The mirror has what stood there before: it is evidence now, and a new one begins.
  const mirror = join(run, MIRROR_FOLDER)
  if (existsSync(mirror)) stored(`put ${mirror} aside`, () => renameSync(mirror, join(bundle, 'mirror')))
  const text = `FORKED: ${forkText(made)}\nnothing of the session was changed; its evidence is in ${bundle}`
  return {
    code: EXIT.ok,
    message: text,
    text,
    note: 'the next engine journals it and is not halted by this break; leave HALTED with: profinaut safety release',
    data: { ...forkData(made), bundle },
  }
}

function findBreak(verdict: AuditVerdict): Broken {
  if (verdict.result === 'INVALID') return verdict
  throw new CommandError(
    EXIT.denied,
    'NOT_BROKEN',
    `the audit log is ${verdict.result}: there is no break to take note of`,
    'see: profinaut audit verify',
  )
}

/** As the journal has it: what stands of the session is pinned by the evidence. */
function factOf({ session, run_id, seq, head, detail, ...told }: AuditFork): Payload<'audit.forked'> {
  const { incident, actor, reason, bundle_sha256, ts } = told
  const place = { session, forked_run_id: run_id, ...(seq === undefined ? {} : { at_seq: seq }) }
  return { ...place, head, detail, incident, actor, reason, bundle_sha256, forked_ts: ts }
}

/** A fork in one line. */
export function forkText({ session, seq, detail, incident, actor, ts, bundle_sha256: bundle }: AuditFork): string {
  const at = `session ${session} at event ${seq ?? '?'} (${detail})`
  return `${at}; ${incident} by ${actor} at ${isoTime(ts) ?? ''}, evidence ${bundle.slice(0, 12)}`
}

export function forkData({ ts, seq, ...told }: AuditFork): Readonly<Record<string, unknown>> {
  return { result: 'FORKED', ...told, seq: seq ?? null, forked_at: isoTime(ts) }
}
