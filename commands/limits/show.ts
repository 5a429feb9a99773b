import type { ProfilePaths } from '../../src/runtime/config.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import { whereIs } from '../../src/runtime/config-problem.ts'
import { SCOPED_LIMIT } from '../../src/runtime/config-schema.ts'
import { storedLimitChanges } from '../../src/runtime/limit-changes.ts'
import { EVERYWHERE, type LimitChange, limitAt, limitText, withLimitChanges } from '../../src/runtime/limit-settings.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { limitSheet } from '../portfolio/limit-sheet.ts'
import { formatOf, type ReadOptions, read, readView } from '../reading.ts'
import { type Sheet, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'

/** A limit as it is in force. */
interface LimitRow {
  readonly limit: string
  readonly scope: string
  readonly value: string
  /** Where it can be changed, or who changed it. */
  readonly origin: string
  readonly meaning: string
}

const SCOPED = 'scoped'

/** The limits that a session has, and what of them is used where an engine runs. */
export function showLimits(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: ['portfolio'],
    show: async ({ paths, store, client }, format) => {
      const rows = limitRows(paths, storedLimitChanges(store.notes))
      const use = client === undefined ? [] : (await readView(client, 'portfolio')).limits
      const told = { code: EXIT.ok, message: `${rows.length} limits` }
      return { ...sheetsOutcome(sheetOf(rows), { use: limitSheet(use) }, format, told), data: { limits: rows, use } }
    },
  })
}

/** The same for a profile that has no books yet, and for scripts that read limits alone. */
export async function limitSheetOf({ engine, printer }: CommandDeps, options: ReadOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const store = await engine.openStore(paths)
  try {
    const rows = limitRows(paths, store === undefined ? [] : storedLimitChanges(store.notes))
    return sheetOutcome(sheetOf(rows), formatOf(options, printer), {
      code: EXIT.ok,
      message: `${rows.length} limits`,
    })
  } finally {
    store?.close()
  }
}

function sheetOf(rows: readonly LimitRow[]): Sheet {
  return sheet(
    [
      { name: 'limit', align: 'left', exact: ({ limit }: LimitRow) => limit },
      { name: 'scope', align: 'left', exact: ({ scope }) => scope },
      { name: 'value', align: 'right', exact: ({ value }) => value },
      { name: 'origin', align: 'left', exact: ({ origin }) => origin },
      { name: 'meaning', align: 'left', exact: ({ meaning }) => meaning },
    ],
    rows,
  )
}

function limitRows(paths: ProfilePaths, changes: readonly LimitChange[]): readonly LimitRow[] {
  const loaded = loadConfig(paths)
  const config = withLimitChanges(loaded.config, changes)
  const originOf = (limit: string, scope: string, key: string): string => {
    const change = changes.find((one) => one.limit === limit && one.scope === scope)
    if (change === undefined) return whereIs(loaded.origin(key))
    return `set by ${change.actor} at ${isoTime(change.ts) ?? ''}: ${change.reason}`
  }
  const whole = loaded.explain.flatMap(({ key, value, description }): readonly LimitRow[] => {
    const [section, limit = ''] = key.split('.')
    if (section !== 'limits' || limit === SCOPED) return []
    const now = limitAt(config, { limit, scope: EVERYWHERE })
    const text = now === undefined ? valueText(value) : limitText(now)
    return [{ limit, scope: EVERYWHERE, value: text, origin: originOf(limit, EVERYWHERE, key), meaning: description }]
  })
  const parts = Object.keys(config.limits.scoped).flatMap((scope) =>
    Object.keys(SCOPED_LIMIT.shape).flatMap((limit): readonly LimitRow[] => {
      const value = limitAt(config, { limit, scope })
      if (value === undefined) return []
      return [
        {
          limit,
          scope,
          value: limitText(value),
          origin: originOf(limit, scope, `limits.${SCOPED}`),
          meaning: `stricter than the whole account's, for ${scope} alone`,
        },
      ]
    }),
  )
  return [...whole, ...parts]
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
