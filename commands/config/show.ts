import { booksOf } from '../../src/runtime/authority/operator.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { type ExplainedKey, loadConfig } from '../../src/runtime/config-layers.ts'
import { didYouMean, whereIs } from '../../src/runtime/config-problem.ts'
import { type Caller, callerFor } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import type { ConfigShowOptions } from '../config.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { type Exact, facts, type SheetColumn, sheet, sheetOutcome } from '../sheet.ts'

const KEY: SheetColumn<ExplainedKey> = { name: 'key', align: 'left', exact: ({ key }) => key }
const VALUE: SheetColumn<ExplainedKey> = { name: 'value', align: 'left', exact: ({ value }) => exactValue(value) }
const ORIGIN: SheetColumn<ExplainedKey> = { name: 'origin', align: 'left', exact: ({ origin }) => whereIs(origin) }

export async function showConfig({ printer, engine }: CommandDeps, options: ConfigShowOptions): Promise<Outcome> {
  const { explain: all, hash } = loadConfig(profilePaths(options.profile))
  const explain = visibleTo(await callerFor(options, engine), all)
  const columns = options.origin ? [KEY, VALUE, ORIGIN] : [KEY, VALUE]
  const message = `${explain.length} settings, config hash ${hash.slice(0, 16)}`
  return sheetOutcome(sheet(columns, explain), formatOf(options, printer), { code: EXIT.ok, message })
}

/** Reading is checking: what is wrong is thrown with every problem and its line. */
export function checkConfig({ profile }: ReadOptions): Outcome {
  const paths = profilePaths(profile)
  const { explain, hash, config } = loadConfig(paths)
  const text = `${paths.config}: fine; ${explain.length} settings, ${config.bot.length} bots, config hash ${hash.slice(0, 16)}`
  return { code: EXIT.ok, message: text, text, data: { config: paths.config, settings: explain.length, hash } }
}

/** Bots stand in the settings by their names: whoever is held to books sees those of the house alone. */
function visibleTo({ identity }: Caller, all: readonly ExplainedKey[]): readonly ExplainedKey[] {
  return booksOf(identity) === undefined ? all : all.filter(({ key }) => !key.startsWith('bot'))
}

export async function explainConfig(
  { printer, engine }: CommandDeps,
  asked: string,
  options: ReadOptions,
): Promise<Outcome> {
  const explain = visibleTo(await callerFor(options, engine), loadConfig(profilePaths(options.profile)).explain)
  const found = explain.filter(({ key }) => key === asked || key.startsWith(`${asked}.`))
  if (found.length === 0) {
    const known = explain.map(({ key }) => key)
    throw new CommandError(
      EXIT.usage,
      'CONFIG_KEY',
      `${asked} is no setting${didYouMean(asked, known)}`,
      'name it section.key, or a section: `profinaut config show` lists all',
    )
  }
  const meaning: SheetColumn<ExplainedKey> = { name: 'meaning', align: 'left', exact: ({ description }) => description }
  const [only] = found
  const format = formatOf(options, printer)
  const message = `${found.length} settings`
  if (found.length > 1 || only === undefined)
    return sheetOutcome(sheet([KEY, VALUE, ORIGIN, meaning], found), format, { code: EXIT.ok, message })
  const { key, value, origin, description } = only
  const one = facts([
    ['key', key],
    ['value', exactValue(value)],
    ['origin', whereIs(origin)],
    ['meaning', description],
    ['variable', variableOf(key)],
  ])
  return sheetOutcome(one, format, { code: EXIT.ok, message: key })
}

/** Bots are not set by the environment. */
function variableOf(key: string): string | undefined {
  return key.startsWith('bot.') ? undefined : `PROFINAUT_${key.replace('.', '_').toUpperCase()}`
}

export function showPaths({ printer }: CommandDeps, options: ReadOptions): Outcome {
  const paths = profilePaths(options.profile)
  const all = facts([
    ['profile', paths.profile],
    ['folder', paths.folder],
    ['config', paths.config],
    ['database', paths.database],
    ['runs', paths.runs],
    ['logs', paths.logs],
    ['status', paths.status],
    ['kill', paths.kill],
    ['socket', paths.socket],
  ])
  return sheetOutcome(all, formatOf(options, printer), { code: EXIT.ok, message: paths.folder })
}

/** A setting as TOML would write it, near enough; infinity has no JSON. */
function exactValue(value: unknown): Exact {
  if (value === Infinity) return 'inf'
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return JSON.stringify(value, (_, inner: unknown) => (inner === Infinity ? 'inf' : inner))
}
