import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FactSpool } from '../src/runtime/fact-spool.ts'
import type { EngineAccess, EngineDeps } from './engine-access.ts'
import { EXIT } from './exit-code.ts'
import { submit } from './submission.ts'

/** Evidence as it lies in a folder. */
export interface ExportMade {
  readonly what: 'audit' | 'time' | 'journal'
  /** Its manifest is what the digest is over: it has those of all the other files. */
  readonly folder: string
  readonly rows: number
  readonly fromTs?: number | undefined
  readonly toTs?: number | undefined
}

/** Has a running engine keep that evidence left the house; where none runs it waits for the next: only an engine writes events. */
export async function recordExport(
  access: EngineAccess,
  deps: EngineDeps,
  { what, folder, rows, fromTs, toTs }: ExportMade,
): Promise<{ readonly isRecorded: boolean; readonly note: string }> {
  const sha256 = hash('sha256', readFileSync(join(folder, 'manifest.json')), 'hex')
  const payload = {
    what,
    sha256,
    rows,
    ...(fromTs === undefined ? {} : { from_ts: fromTs }),
    ...(toTs === undefined ? {} : { to_ts: toTs }),
  }
  if (access.holder === undefined) {
    const { sha256: digest, ...about } = payload
    new FactSpool(access.paths.spool).append({
      type: 'ops.export_made',
      payload: { ...about, export_sha256: digest, actor: access.caller.actor },
    })
    return { isRecorded: false, note: 'no engine runs: the journal tells of it with the next start of one' }
  }
  const outcome = await submit(
    access,
    deps,
    { type: 'EXPORT_NOTED', payload },
    { json: false, reason: `export of ${what}` },
  )
  return outcome.code === EXIT.ok
    ? { isRecorded: true, note: `the journal has it under ${sha256.slice(0, 12)}` }
    : { isRecorded: false, note: `this export is not recorded in the journal: ${outcome.message}` }
}
