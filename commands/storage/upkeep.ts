import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backUp } from '../../storage/database.ts'
import { StorageError, stored } from '../../storage/fault.ts'
import { rebuildProjections } from '../../storage/rebuild.ts'
import { type StoreVerdict, verifyStore } from '../../storage/verify.ts'
import { requireWhole } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { facts, sheetOutcome } from '../sheet.ts'
import type { BackupOptions } from '../storage.ts'

export function verifyStorage({ engine }: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store, caller }) => {
    requireWhole(caller, 'upkeep')
    return outcomeOfVerdict(verifyStore(store.db))
  })
}

function outcomeOfVerdict(verdict: StoreVerdict): Outcome {
  if (verdict.ok) {
    const { runs, events, head, isBehind } = verdict
    const behind = isBehind ? '; the tables are behind it and catch up at the next start' : ''
    const text = `sound: ${events} events in ${runs} sessions, head ${head.slice(0, 16)}${behind}`
    return { code: EXIT.ok, message: text, text, data: { sessions: runs, events, head, is_behind: isBehind } }
  }
  return {
    code: EXIT.checkFailed,
    message: wordsOf(verdict),
    reasonCodes: [verdict.code.toUpperCase().replaceAll(/[^A-Z]+/g, '_')],
    quality: 'UNKNOWN',
    data: verdict,
  }
}

function wordsOf(verdict: Exclude<StoreVerdict, { readonly ok: true }>): string {
  switch (verdict.code) {
    case 'storage.corrupt':
      return `the file is damaged: ${verdict.faults.join('; ')}\nstop the engine and restore the last backup`
    case 'storage.chain-broken': {
      const { runId, seq, what, expected, found } = verdict.fault
      return `the journal is broken at event ${seq ?? '?'} of session ${runId}: ${what}, expected ${expected}, found ${found}\nstop the engine, keep this file as it is, and restore the last backup`
    }
    case 'storage.projection-differs':
      return `the journal is sound, and ${verdict.count} rows of the tables are not what it says\nstop the engine and run: profinaut storage rebuild`
  }
}

export function rebuildStorage({ engine, printer }: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store, holder, caller }) => {
    requireWhole(caller, 'upkeep')
    if (holder !== undefined)
      throw new CommandError(
        EXIT.unreachable,
        'LEASE_CONFLICT',
        `the engine of process ${holder.pid} runs on these books`,
        'stop it first: profinaut stop',
      )
    const { events, rows, differences } = rebuildProjections(store.db, { isAlive: engine.isAlive })
    const all = facts([
      ['events', events],
      ...Object.entries(rows).map(([table, count]) => [`rows_${table}`, count] as const),
      ['differences', differences.length],
    ])
    return sheetOutcome(all, formatOf(options, printer), {
      code: EXIT.ok,
      message: `rebuilt from ${events} events; ${differences.length} rows were not what the journal says`,
    })
  })
}

export function backupStorage({ engine }: CommandDeps, options: BackupOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store, paths, caller }) => {
    requireWhole(caller, 'upkeep')
    const name = `profinaut-${(isoTime(engine.now()) ?? '').replaceAll(/[-:]|\.\d+/g, '')}.db`
    const to = options.to === undefined ? join(paths.folder, 'backups', name) : resolve(options.to)
    if (existsSync(to)) throw new StorageError('storage.exists', to)
    // What we make is ours alone; a folder of the user's own choosing must be there.
    if (options.to === undefined)
      stored(`create ${dirname(to)}`, () => mkdirSync(dirname(to), { recursive: true, mode: 0o700 }))
    stored(`back up to ${to}`, () => backUp(store.db, to))
    const text = `the database is copied to ${to}`
    return { code: EXIT.ok, message: text, text, data: { file: to } }
  })
}
