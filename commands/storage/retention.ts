import { FactSpool } from '../../src/runtime/fact-spool.ts'
import { prune, type Tombstone } from '../../storage/prune.ts'
import { changeHold, type RetentionHold, standingHold } from '../../storage/retention-hold.ts'
import { requireWhole } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { withEngine } from '../engine-access.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import { facts, sheetOutcome } from '../sheet.ts'
import type { HoldOptions, PruneOptions } from '../storage.ts'

const TOLD_LATER = 'the journal tells of it with the next start of the engine'

export function pruneStorage({ engine, printer }: CommandDeps, options: PruneOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store, paths, caller }) => {
    // Deleting for good is for who governs the profile: no engine stands between, so the command itself asks.
    requireWhole(caller, 'govern')
    const now = engine.now()
    const beforeTs = sinceTs(options.before, now) ?? 0
    const before = isoTime(beforeTs) ?? ''
    const standing = standingHold(store.db)
    if (standing !== undefined) throw held(standing)
    if (!options.yes)
      return {
        code: EXIT.confirm,
        message: `inputs and bars before ${before} would be deleted for good, and their sessions could no longer be replayed; nothing was done\nrepeat it with: --yes`,
        reasonCodes: ['CONFIRMATION_REQUIRED'],
        data: { before },
      }
    const spool = new FactSpool(paths.spool)
    const done = prune(store.db, beforeTs, (tombstones) => {
      for (const { what, rows, fromTs, sha256 } of tombstones)
        spool.append({
          type: 'ops.pruned',
          payload: {
            what,
            actor: caller.actor,
            from_ts: fromTs,
            before_ts: beforeTs,
            rows,
            rows_sha256: sha256,
            pruned_ts: now,
          },
        })
    })
    // Put between our look and the deletion.
    if ('held' in done) throw held(done.held)
    const of = (kind: Tombstone['what']) => done.tombstones.find(({ what }) => what === kind)
    const bytes = of('inputs')?.bytes ?? 0
    const all = facts([
      ['before', before],
      ['input_chunks', of('inputs')?.rows ?? 0],
      ['input_bytes', bytes, `${shownNumber(bytes / 1_048_576, 1)} MiB`],
      ['bars', of('bars')?.rows ?? 0],
    ])
    return sheetOutcome(all, formatOf(options, printer), {
      code: EXIT.ok,
      message: `let go what was before ${before}`,
      ...(done.tombstones.length > 0 ? { note: TOLD_LATER } : {}),
    })
  })
}

export function holdStorage({ engine }: CommandDeps, options: HoldOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store, paths, caller }) => {
    requireWhole(caller, 'govern')
    const hold = { actor: caller.actor, reason: options.reason, sinceTs: engine.now() }
    const isNew = changeHold(store.db, hold, () => spoolHold(paths.spool, 'HELD', hold))
    if (!isNew) throw held(standingHold(store.db) ?? hold)
    const text = 'nothing is let go until the hold is lifted'
    return { code: EXIT.ok, message: text, text, note: TOLD_LATER, data: { is_held: true } }
  })
}

export function unholdStorage({ engine }: CommandDeps, options: HoldOptions): Promise<Outcome> {
  return withEngine(options, engine, async ({ store, paths, caller }) => {
    requireWhole(caller, 'govern')
    const by = { actor: caller.actor, reason: options.reason, sinceTs: engine.now() }
    const wasHeld = changeHold(store.db, undefined, () => spoolHold(paths.spool, 'LIFTED', by))
    if (!wasHeld)
      throw new CommandError(
        EXIT.denied,
        'NO_HOLD',
        'no hold stands',
        'put one with: profinaut storage hold --reason ...',
      )
    const text = 'old recordings may be let go again'
    return { code: EXIT.ok, message: text, text, note: TOLD_LATER, data: { is_held: false } }
  })
}

function spoolHold(file: string, state: 'HELD' | 'LIFTED', { actor, reason, sinceTs: changedTs }: RetentionHold): void {
  new FactSpool(file).append({ type: 'ops.hold_changed', payload: { state, actor, reason, changed_ts: changedTs } })
}

function held({ actor, reason, sinceTs }: RetentionHold): CommandError {
  return new CommandError(
    EXIT.denied,
    'RETENTION_HOLD',
    `a hold stands since ${isoTime(sinceTs) ?? '?'}, put by ${actor}: ${reason}`,
    'when its cause is over, lift it with: profinaut storage unhold --reason ...',
  )
}
