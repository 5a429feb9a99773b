import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { profilePaths } from '../../src/runtime/config.ts'
import { readManifest } from '../../storage/run-folder.ts'
import { openRegister } from '../backtest/registered-run.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError } from '../outcome.ts'

/** Where a run is, and what is known of its journal from elsewhere than the journal. */
export interface FoundRun {
  readonly runId: string
  readonly folder: string
  readonly finalHash: string | undefined
  readonly events: number | undefined
  /** Set for a run that was cancelled: how many inputs it had taken in. */
  readonly cancelledAtInput: number | undefined
}

/** Finds a run by its folder, or by its id in the register of a profile. */
export function findRun(reference: string, profile: string | undefined): FoundRun {
  if (existsSync(join(reference, 'plan.json'))) return ofFolder(resolve(reference))
  const { db, register } = openRegister(profilePaths(profile).database)
  try {
    const run = register.find(reference)
    const found = existsSync(run.folder) ? ofFolder(run.folder, run.runId) : undefined
    if (found !== undefined) return { ...found, finalHash: run.finalHash ?? found.finalHash }
    throw new CommandError(
      EXIT.inconclusive,
      'INPUT_MISSING',
      `the folder of run ${run.runId} is gone: ${run.folder}`,
      'bring it back to its place, or give the folder it was moved to',
    )
  } finally {
    db.close()
  }
}

function ofFolder(folder: string, known?: string): FoundRun {
  const manifest = readManifest(folder)
  const runId = manifest?.run_id ?? known ?? runIdIn(folder)
  if (runId === undefined)
    throw new CommandError(
      EXIT.usage,
      'NO_RUN',
      `${folder} holds no run`,
      'a run has a manifest.json or a journal.jsonl',
    )
  return {
    runId,
    folder,
    finalHash: manifest?.final_hash ?? undefined,
    events: manifest?.events ?? undefined,
    cancelledAtInput: manifest?.status === 'cancelled' && manifest.inputs !== null ? manifest.inputs - 1 : undefined,
  }
}

/** The name in the first line of a journal, where nothing else says it. */
function runIdIn(folder: string): string | undefined {
  const path = join(folder, 'journal.jsonl')
  if (!existsSync(path)) return undefined
  return /"run_id":"([^"]+)"/.exec(readFileSync(path, 'utf8').slice(0, 4_096))?.[1]
}
