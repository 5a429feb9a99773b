import {
  FLAG_NAMES,
  FLAGS,
  type FlagChange,
  type FlagDeclaration,
  type FlagName,
  type FlagRow,
  type FlagSnapshot,
  flagSnapshot,
  isFlag,
} from '../../src/runtime/authority/flags.ts'
import { lastSessionSpec } from '../../storage/queries/last-session-spec.ts'
import type { CommandDeps } from '../command-line.ts'
import type { CommandStore } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { didYouMean } from '../nearest.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { facts, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'

interface Line {
  readonly name: FlagName
  readonly declared: FlagDeclaration
  readonly stage: string
  readonly row: FlagRow | undefined
}

/** A flag that nobody declared cannot be meant. @throws CommandError exit 2 */
export function requireFlag(name: string): FlagName {
  if (isFlag(name)) return name
  const message = `no flag is called '${name}'${didYouMean(name, FLAG_NAMES)}`
  throw new CommandError(EXIT.usage, 'FLAG_UNKNOWN', message, 'see them with: profinaut flag list')
}

/** The flags as an engine of this profile reads them. */
export function flagsOf(store: CommandStore, nowTs: number): FlagSnapshot {
  return flagSnapshot(rowsOf(store), { nowTs, isSimulated: isSimulated(store) })
}

export function listFlags(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const snapshot = flagsOf(store, deps.engine.now())
      const from = sheet(
        [
          { name: 'flag', align: 'left', exact: ({ name }: Line) => name },
          { name: 'stage', align: 'left', exact: ({ stage }) => stage },
          { name: 'what', align: 'left', exact: ({ declared }) => declared.what },
          { name: 'while_off', align: 'left', exact: ({ declared }) => declared.offBehaviour },
          { name: 'owner', align: 'left', exact: ({ declared }) => declared.owner },
          { name: 'expires', align: 'left', exact: ({ row }) => isoTime(row?.expiresTs) },
        ],
        FLAG_NAMES.map((name) => lineOf(store, snapshot, name)),
      )
      return judged(sheetOutcome(from, format, { code: EXIT.ok, message: `snapshot ${snapshot.hash}` }), snapshot)
    },
  })
}

export function showFlag(deps: CommandDeps, name: string, options: ReadOptions): Promise<Outcome> {
  const flag = requireFlag(name)
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const snapshot = flagsOf(store, deps.engine.now())
      const { declared, stage, row } = lineOf(store, snapshot, flag)
      const main = facts([
        ['flag', flag],
        ['stage', stage],
        ['what', declared.what],
        ['while_off', declared.offBehaviour],
        ['unreadable', declared.degradedBehaviour],
        ['owner', declared.owner],
        ['needs', declared.needs.join(' ') || 'nothing'],
        ['expires', isoTime(row?.expiresTs)],
        ['snapshot', snapshot.hash],
      ])
      const history = sheet(
        [
          { name: 'at', align: 'left', exact: ({ ts }: FlagChange) => isoTime(ts) },
          { name: 'from', align: 'left', exact: ({ from }) => from },
          { name: 'to', align: 'left', exact: ({ to }) => to },
          { name: 'actor', align: 'left', exact: ({ actor }) => actor },
          { name: 'reason', align: 'left', exact: ({ reason }) => reason },
        ],
        store.flags.history().filter((change) => change.name === flag),
        { empty: 'never changed' },
      )
      return judged(sheetsOutcome(main, { history }, format, { code: EXIT.ok, message: stage }), snapshot)
    },
  })
}

function lineOf(store: CommandStore, { stages }: FlagSnapshot, name: FlagName): Line {
  const row = rowsOf(store)?.find((each) => each.name === name)
  return { name, declared: FLAGS[name], stage: stages[name], row }
}

/** Flags that cannot be read are all off: that is an answer, and no healthy one. */
function judged(outcome: Outcome, { fault }: FlagSnapshot): Outcome {
  return fault === undefined ? outcome : { ...outcome, quality: 'DEGRADED', note: `all flags are off: ${fault}` }
}

function rowsOf(store: CommandStore): readonly FlagRow[] | undefined {
  try {
    return store.flags.rows()
  } catch {
    return undefined
  }
}

/** Whether the last session traded on nothing but the simulated venue. */
function isSimulated(store: CommandStore): boolean {
  const spec = lastSessionSpec(store.db) as
    | { readonly instruments?: readonly { readonly venue?: string }[] }
    | undefined
  return spec?.instruments?.every(({ venue }) => venue === 'sim') === true
}
