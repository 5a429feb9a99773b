import { hash } from 'node:crypto'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRole, ROLES, type Role } from './authority/roles.ts'

/** Where a profile keeps its things. */
export interface ProfilePaths {
  readonly profile: string
  readonly folder: string
  /** Settings, TOML; there need not be one. */
  readonly config: string
  readonly database: string
  /** What the simulated venue remembers, apart from our own books as a real venue would be. */
  readonly simDatabase: string
  /** One folder for every research run. */
  readonly runs: string
  /** Log files, JSON lines. */
  readonly logs: string
  /** Health and capabilities as of seconds ago, for scripts. */
  readonly status: string
  /** Its presence stops new risk, whatever else still works. */
  readonly kill: string
  /** What happened and waits for an engine to journal it. */
  readonly spool: string
  /** Encrypted keys of venues, what is known of each, and who changed them. */
  readonly secrets: string
  /** Who is logged in from here, with the token of it; only its owner may read it. */
  readonly login: string
  /** Where the engine's views are read. */
  readonly socket: string
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

/** The address of a local socket has 104 bytes on macOS and 108 on Linux, its closing zero included. */
const SOCKET_BYTES_MAX = 100

/**
 * Finds the folder of a profile: `$PROFINAUT_HOME/<profile>`, by default `~/.profinaut/demo`. Nothing is created.
 *
 * @throws ConfigError `config.profile` for a name that is no folder name, `config.home` where there is no home,
 * `config.socket` where no path is short enough for a socket
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
  return {
    profile,
    folder,
    config: join(folder, 'config.toml'),
    database: join(folder, 'profinaut.db'),
    simDatabase: join(folder, 'sim-venue.db'),
    runs: join(folder, 'runs'),
    logs: join(folder, 'logs'),
    status: join(folder, 'run', 'status.json'),
    kill: join(folder, 'kill'),
    spool: join(folder, 'run', 'audit-emergency.jsonl'),
    secrets: join(folder, 'secrets'),
    login: join(folder, 'login', 'token.json'),
    socket: socketPath(folder),
  }
}

/** In the profile's folder, or where that is too long, under a short name in a folder that only this user can enter. */
function socketPath(folder: string): string {
  const inFolder = join(folder, 'engine.sock')
  if (Buffer.byteLength(inFolder) <= SOCKET_BYTES_MAX) return inFolder
  const name = `${hash('sha256', folder, 'hex').slice(0, 16)}.sock`
  const runtime = process.env['XDG_RUNTIME_DIR']
  const parents = [runtime ?? '', tmpdir()].filter((parent) => parent !== '')
  const places = parents.map((parent) => join(parent, `profinaut-${process.getuid?.() ?? 0}`, name))
  const short = places.find((place) => Buffer.byteLength(place) <= SOCKET_BYTES_MAX)
  if (short !== undefined) return short
  throw new ConfigError(
    'config.socket',
    `${inFolder} is too long for a socket: at most ${SOCKET_BYTES_MAX} bytes, has ${Buffer.byteLength(inFolder)}`,
    'set PROFINAUT_HOME or XDG_RUNTIME_DIR to a shorter path',
  )
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

/**
 * The role that a command asks to work in, `PROFINAUT_ROLE`: never more than whoever calls it has.
 *
 * @throws ConfigError `config.role` for a word that is no role
 */
export function askedRole(): Role | undefined {
  const asked = process.env['PROFINAUT_ROLE'] ?? ''
  if (asked === '') return undefined
  if (isRole(asked)) return asked
  throw new ConfigError('config.role', `PROFINAUT_ROLE: '${asked}' is no role`, `use one of ${ROLES.join(', ')}`)
}

/** The environment's variables of ours, by name. */
export function environmentSettings(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PROFINAUT_')))
}

/** A variable that a reference to a secret names: for simulated profiles alone, which the reader of references sees to. */
export function environmentSecret(name: string): string | undefined {
  return process.env[name]
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

/** What a terminal says of itself through its environment. */
export interface TerminalFacts {
  /** Colour is unwanted (https://no-color.org) or cannot be shown. */
  readonly isColourless: boolean
  readonly isDumb: boolean
  readonly isTmux: boolean
  readonly isRemote: boolean
  readonly isScreenReader: boolean
  readonly isUtf8: boolean
  readonly term: string
  /** How it can call its user by itself. */
  readonly notifyBy: 'osc9' | 'osc777' | 'osc99' | 'desktop'
}

export function terminalFacts(env: Readonly<Record<string, string | undefined>> = process.env): TerminalFacts {
  const {
    NO_COLOR,
    TERM = '',
    TMUX,
    SSH_CONNECTION,
    SSH_TTY,
    INK_SCREEN_READER,
    TERM_PROGRAM = '',
    KITTY_WINDOW_ID,
  } = env
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  const isDumb = TERM === 'dumb' || TERM === 'linux' || TERM === ''
  const notifyBy =
    KITTY_WINDOW_ID !== undefined
      ? 'osc99'
      : /^(iTerm|WezTerm|ghostty)/i.test(TERM_PROGRAM)
        ? 'osc9'
        : /rxvt|foot|contour/.test(TERM)
          ? 'osc777'
          : 'desktop'
  return {
    isColourless: (NO_COLOR !== undefined && NO_COLOR !== '') || isDumb,
    isDumb,
    isTmux: TMUX !== undefined && TMUX !== '',
    isRemote: SSH_CONNECTION !== undefined || SSH_TTY !== undefined,
    isScreenReader: INK_SCREEN_READER === 'true',
    isUtf8: /utf-?8/i.test(locale),
    term: TERM,
    notifyBy,
  }
}
