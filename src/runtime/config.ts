import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a profile keeps its things. */
export interface ProfilePaths {
  readonly profile: string
  readonly folder: string
  readonly database: string
  /** One folder for every research run. */
  readonly runs: string
}

/** Thrown when the environment asks for something that cannot be. */
export class ConfigError extends Error {
  readonly code: string
  readonly hint: string
  constructor(code: string, message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

const PROFILE_NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/

/**
 * Finds the folder of a profile: `$PROFINAUT_HOME/<profile>`, by default `~/.profinaut/demo`. Nothing is created.
 *
 * @throws ConfigError `config.profile` for a name that is no folder name, `config.home` where there is no home
 */
export function profilePaths(asked?: string): ProfilePaths {
  const profile = asked ?? process.env['PROFINAUT_PROFILE'] ?? 'demo'
  if (!PROFILE_NAME.test(profile)) {
    throw new ConfigError(
      'config.profile',
      `'${profile}' is no name for a profile`,
      'use 1 to 32 lowercase letters, digits, - or _, beginning with a letter or digit',
    )
  }
  const folder = join(home(), profile)
  return { profile, folder, database: join(folder, 'profinaut.db'), runs: join(folder, 'runs') }
}

function home(): string {
  const given = process.env['PROFINAUT_HOME']
  if (given !== undefined && given !== '') return given
  const user = homedir()
  if (user !== '') return join(user, '.profinaut')
  throw new ConfigError(
    'config.home',
    'there is no home folder to keep runs in',
    'set PROFINAUT_HOME to a folder you can write to',
  )
}

/** Whether colour is unwanted (https://no-color.org, read 2026-11-22) or cannot be shown. */
export function wantsColour(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '0') return true
  return stream.isTTY === true && TERM !== 'dumb'
}

/** What a result may depend on besides code and data: said in every run's references. */
export function environmentRef(): string {
  return `node ${process.versions.node} ${process.platform}-${process.arch}`
}
