import { hash } from 'node:crypto'
import type { z } from 'zod'
import { BUILT_IN } from '../strategy/catalogue.ts'
import { describeParams } from '../strategy/catalogue-params.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { maskText } from '../events/mask.ts'
import { ConfigError, environmentSettings, type ProfilePaths } from './config.ts'
import { DEMO } from './config-demo.ts'
import { type ConfigFile, parseTomlValue, readConfigFile } from './config-file.ts'
import { didYouMean, expected, type Origin, shown, whereIs } from './config-problem.ts'
import { BotSetting, Config, SECRET_KEYS, SECTIONS, type SectionName } from './config-schema.ts'

/** What is parsed once is not worth compiling a parser for: 40 ms of every start. */
const ONCE = { jitless: true } as const

/** One effective setting, explained. */
export interface ExplainedKey {
  /** `engine.speed`, `bot.trend.allocation`. */
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
  /** What it is, with its unit. */
  readonly description: string
}

export interface LoadedConfig {
  readonly config: Config
  /** Where a key such as `engine.speed` or `bot.trend.start` comes from. @throws ConfigError `config.key` */
  readonly origin: (key: string) => Origin
  /** Every effective key, in the order of the sections. */
  readonly explain: readonly ExplainedKey[]
  /** SHA-256 over the effective values, keys in order: two profiles that behave alike have the same. */
  readonly hash: string
}

/** What settings are layered from. */
export interface ConfigSources {
  /** undefined where the profile has no file. */
  readonly file: ConfigFile | undefined
  /** Variables by their whole name; those without our prefix are not looked at. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Values of command-line flags by key: `engine.speed`. */
  readonly flags?: Readonly<Record<string, unknown>>
  /** Strategies that a bot may name. */
  readonly strategies?: readonly StrategyDefinition[]
}

/**
 * The settings of a profile: built-in defaults, then its file (or the demo's set-up where there is none), then
 * `PROFINAUT_<SECTION>_<KEY>`, then flags.
 *
 * @throws ConfigError `config.invalid` listing every problem with its file and line, `config.file`, `config.toml`
 */
export function loadConfig(
  paths: Pick<ProfilePaths, 'config'>,
  options: Partial<Omit<ConfigSources, 'file'>> = {},
): LoadedConfig {
  return layerConfig({ env: environmentSettings(), ...options, file: readConfigFile(paths.config) })
}

const PREFIX = 'PROFINAUT_'
/** {@link loadConfig} without reading anything. */
export function layerConfig({ file, env, flags = {}, strategies = BUILT_IN }: ConfigSources): LoadedConfig {
  const layers = new Layers()
  if (file === undefined) layers.takeTable(DEMO, () => ({ layer: 'demo' }))
  else layers.takeTable(file.values, (key) => ({ layer: 'file', file: file.path, line: lineOf(file, key) }))
  for (const [variable, text] of Object.entries(env)) {
    const key = variable.startsWith(PREFIX) ? keyOfVariable(variable) : undefined
    if (key !== undefined && text !== undefined) layers.takeText(key, text, { layer: 'environment', variable })
  }
  for (const [key, value] of Object.entries(flags)) {
    const origin: Origin = { layer: 'flag', flag: key }
    if (typeof value === 'string') layers.takeText(key, value, origin)
    else if (value !== undefined) layers.take(key, value, origin)
  }
  return layers.judge(strategies)
}

/**
 * `PROFINAUT_LIMITS_LEVERAGE_MAX` names `limits.leverage_max`. A variable that names no section and resembles no setting
 * (`PROFINAUT_HOME`) is not one.
 */
function keyOfVariable(variable: string): string | undefined {
  const key = variable.slice(PREFIX.length).toLowerCase().replace('_', '.')
  const [section = ''] = key.split('.')
  return isSection(section) || didYouMean(key, allKeys()) !== '' ? key : undefined
}

function lineOf({ lines }: ConfigFile, key: string): number | undefined {
  for (let path = key; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const line = lines.get(path)
    if (line !== undefined) return line
  }
  return undefined
}

class Layers {
  readonly #values: Record<string, Record<string, unknown>> = {}
  #bots: unknown = []
  /** By key; a key within a value (`bot.0.params.fast`) is asked of the layer that gave the value. */
  readonly #origins = new Map<string, (key: string) => Origin>()
  readonly #problems: string[] = []

  takeTable(table: Readonly<Record<string, unknown>>, origin: (key: string) => Origin): void {
    for (const [name, value] of Object.entries(table)) {
      if (name === 'bot') {
        this.#bots = value
        this.#origins.set('bot', origin)
      } else if (!isSection(name)) this.#unknown(name, origin(name), [...Object.keys(SECTIONS), 'bot'])
      else if (!isTable(value)) this.#problem(name, origin(name), `a table: write it as [${name}]`, value)
      else for (const [key, inner] of Object.entries(value)) this.#set(name, key, inner, origin)
    }
  }

  /** Takes a value that came as text: itself where the key is a text, else read as TOML writes it. */
  takeText(key: string, text: string, origin: Origin): void {
    const schema = schemaOf(key)
    const isText = schema === undefined || schema.safeParse(text, ONCE).success
    this.take(key, isText ? text : (parseTomlValue(text) ?? text), origin)
  }

  take(key: string, value: unknown, origin: Origin): void {
    const [section = '', ...rest] = key.split('.')
    if (isSection(section)) this.#set(section, rest.join('.'), value, () => origin)
    else this.#unknown(key, origin, allKeys())
  }

  #set(section: SectionName, key: string, value: unknown, origin: (key: string) => Origin): void {
    const name = `${section}.${key}`
    if (schemaOf(name) === undefined) return this.#unknown(name, origin(name), allKeys(section))
    this.#values[section] = { ...this.#values[section], [key]: value }
    this.#origins.set(name, origin)
  }

  judge(strategies: readonly StrategyDefinition[]): LoadedConfig {
    const raw = { ...this.#values, bot: this.#bots }
    const judged = Config.safeParse(raw, ONCE)
    for (const issue of judged.error?.issues ?? []) this.#issue(issue, raw, Object.keys(BotSetting.shape))
    const config = judged.data
    config?.bot.forEach((bot, at) => this.#judgeStrategy(bot, at, strategies))
    if (config === undefined || this.#problems.length > 0) throw invalid(this.#problems)
    const explain = [...this.#explainSections(config), ...this.#explainBots(config)]
    return {
      config,
      explain,
      origin: (key) => {
        const found = explain.find((row) => row.key === key)
        if (found !== undefined) return found.origin
        const known = explain.map((row) => row.key)
        throw new ConfigError('config.key', `${key} is no setting${didYouMean(key, known)}`, 'name it section.key')
      },
      hash: hash('sha256', canonical(config), 'hex'),
    }
  }

  #judgeStrategy({ strategy: name, params }: BotSetting, at: number, strategies: readonly StrategyDefinition[]): void {
    const key = `bot.${at}.strategy`
    const strategy = strategies.find(({ id }) => id === name)
    if (strategy === undefined) {
      const known = strategies.map(({ id }) => id)
      const names = `one of ${known.join(', ')}${didYouMean(name, known)}`
      return this.#problem(key, this.#originOf(key), names, name)
    }
    const names = describeParams(strategy).map((row) => row.name)
    for (const issue of strategy.params.safeParse(params, ONCE).error?.issues ?? [])
      this.#issue({ ...issue, path: ['bot', at, 'params', ...issue.path] }, { bot: { [at]: { params } } }, names)
  }

  /** @param names keys that the table at fault may have */
  #issue(issue: z.core.$ZodIssue, raw: unknown, names: readonly string[]): void {
    const key = issue.path.join('.')
    if (issue.code === 'unrecognized_keys') {
      const known = names.map((name) => `${key}.${name}`)
      for (const name of issue.keys) this.#unknown(`${key}.${name}`, this.#originOf(`${key}.${name}`), known)
    } else this.#problem(key, this.#originOf(key), expected(issue), valueAt(raw, issue.path))
  }

  #originOf(key: string): Origin {
    for (let path = key; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
      const origin = this.#origins.get(path)
      if (origin !== undefined) return origin(key)
    }
    return { layer: 'default' }
  }

  #unknown(key: string, origin: Origin, known: readonly string[]): void {
    this.#problems.push(`${whereIs(origin)}: ${key} is no setting${didYouMean(key, known)}`)
  }

  #problem(key: string, origin: Origin, wanted: string, found: unknown): void {
    const was = SECRET_KEYS.has(key) ? 'something else (not shown: it may be a secret)' : maskText(shown(found))
    this.#problems.push(`${whereIs(origin)}: ${key} is ${wanted}, was ${was}`)
  }

  #explainSections(config: Config): readonly ExplainedKey[] {
    return Object.entries(SECTIONS).flatMap(([section, { shape }]) => {
      const values: Readonly<Record<string, unknown>> = config[section as SectionName]
      return Object.entries(shape).map(([name, schema]) => {
        const key = `${section}.${name}`
        return { key, value: values[name], origin: this.#originOf(key), description: schema.description ?? '' }
      })
    })
  }

  #explainBots({ bot }: Config): readonly ExplainedKey[] {
    return bot.flatMap((setting, at) =>
      Object.entries(BotSetting.shape).map(([name, schema]) => ({
        key: `bot.${setting.id}.${name}`,
        value: setting[name as keyof BotSetting],
        origin: this.#originOf(`bot.${at}.${name}`),
        description: schema.description ?? '',
      })),
    )
  }
}

function invalid(problems: readonly string[]): ConfigError {
  return new ConfigError(
    'config.invalid',
    problems.join('\n'),
    '`profinaut config explain` tells every setting with its unit and where it comes from',
  )
}

function isSection(name: string): name is SectionName {
  return Object.hasOwn(SECTIONS, name)
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function schemaOf(key: string): z.ZodType | undefined {
  const [section = '', name = '', ...rest] = key.split('.')
  if (!isSection(section) || rest.length > 0) return undefined
  const shape: Readonly<Record<string, z.ZodType>> = SECTIONS[section].shape
  return Object.hasOwn(shape, name) ? shape[name] : undefined
}

/** Every key, those of one section first: the nearest of equals is the one at hand. */
function allKeys(first?: SectionName): readonly string[] {
  const names = Object.keys(SECTIONS) as SectionName[]
  const order = first === undefined ? names : [first, ...names.filter((name) => name !== first)]
  return order.flatMap((section) => Object.keys(SECTIONS[section].shape).map((key) => `${section}.${key}`))
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null ? (at as Readonly<Record<PropertyKey, unknown>>)[part] : undefined,
    raw,
  )
}

/** JSON with keys in order; infinity has no JSON and is written as text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner === Infinity) return 'inf'
    if (!isTable(inner)) return inner
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
