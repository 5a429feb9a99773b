import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { ConfigError } from './config.ts'

/** A configuration file, read: what it says and where. */
export interface ConfigFile {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
  /** Line, from 1, of a key or table by its dotted path; tables of an array are counted from 0: `bot.0.id`. */
  readonly lines: ReadonlyMap<string, number>
}

/**
 * @returns undefined where there is no file
 * @throws ConfigError `config.file` for a file that cannot be read, `config.toml` for one that is no TOML
 */
export function readConfigFile(path: string): ConfigFile | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConfigError(
      'config.file',
      `${path} cannot be read: ${(error as Error).message}`,
      'make the file readable to you, or move it away to start without it',
    )
  }
  return parseConfigFile(path, text)
}

/** @throws ConfigError `config.toml` with the line where the text stops being TOML */
export function parseConfigFile(path: string, text: string): ConfigFile {
  try {
    return { path, values: parse(text), lines: linesOf(text) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [what = 'it is no TOML'] = error.message.split('\n')
    throw new ConfigError(
      'config.toml',
      `${path}:${error.line}: ${what}`,
      'mend the line; strings stand in quotes, tables in [brackets]',
    )
  }
}

/** A value as TOML writes it; undefined where the text is none. */
export function parseTomlValue(text: string): unknown {
  try {
    const { value, ...others } = parse(`value = ${text}`)
    return Object.keys(others).length === 0 ? value : undefined
  } catch {
    return undefined
  }
}

const TOKEN =
  /"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|\n|[[{]|[\]}]|[^"'#\n[\]{}]+|[^]/g
const ARRAY_HEADER = /^\[\[([^]*)\]\]$/
const TABLE_HEADER = /^\[([^]*)\]$/
const KEY = /^((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^'"=])+)=/

/**
 * Finds the line of every key. The parser keeps values alone, so the text is cut into its statements once more; it is
 * known to be TOML by then.
 */
function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table = ''
  for (const { head, line } of statements(text)) {
    const array = ARRAY_HEADER.exec(head)?.[1]
    const header = array ?? TABLE_HEADER.exec(head)?.[1]
    if (header !== undefined) {
      const name = inArrays(pathOf(header), counts, array !== undefined)
      if (array !== undefined) counts.set(name, (counts.get(name) ?? -1) + 1)
      table = array === undefined ? name : `${name}.${counts.get(name)}`
      lines.set(table, line)
    } else {
      const key = KEY.exec(head)?.[1]
      if (key !== undefined) lines.set([table, ...pathOf(key)].filter((part) => part !== '').join('.'), line)
    }
  }
  return lines
}

/** A dotted path with the number of the table that each array of tables has come to. */
function inArrays(path: readonly string[], counts: ReadonlyMap<string, number>, isArray: boolean): string {
  return path.reduce((name, part, at) => {
    const next = name === '' ? part : `${name}.${part}`
    const count = isArray && at === path.length - 1 ? undefined : counts.get(next)
    return count === undefined ? next : `${next}.${count}`
  }, '')
}

function* statements(text: string): Generator<{ readonly head: string; readonly line: number }> {
  let head = ''
  let depth = 0
  let line = 1
  let startedAt = 1
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '\n' && depth === 0) {
      if (head.trim() !== '') yield { head: head.trim(), line: startedAt }
      head = ''
    } else if (!token.startsWith('#')) {
      if (head.trim() === '') startedAt = line
      if (token === '[' || token === '{') depth++
      if (token === ']' || token === '}') depth--
      head += token
    }
    line += token.split('\n').length - 1
  }
  if (head.trim() !== '') yield { head: head.trim(), line: startedAt }
}

/** The parts of a dotted key, quotes undone by the parser itself. */
function pathOf(key: string): readonly string[] {
  const path: string[] = []
  let at: unknown = parse(`${key} = 0`)
  while (typeof at === 'object' && at !== null) {
    const [name, inner]: readonly [string, unknown] = Object.entries(at)[0] as [string, unknown]
    path.push(name)
    at = inner
  }
  return path
}
