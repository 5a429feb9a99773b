import { accessSync, constants, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, type ProfilePaths } from './config.ts'

/** Readable, writable and visible to its owner alone: it holds books, settings and the file that stops trading. */
const OWNER_ONLY = 0o700
const WRITABLE_BY_OTHERS = 0o022

/**
 * Makes the folders of a profile where they are missing, mode 0700.
 *
 * @throws ConfigError `config.folder` for one that cannot be made or written, belongs to someone else, or that others
 * may write to
 */
export function prepareFolders(paths: ProfilePaths): void {
  for (const folder of [paths.folder, paths.logs, dirname(paths.status), dirname(paths.socket)]) prepare(folder)
}

function prepare(folder: string): void {
  let found: Stats
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY })
    found = statSync(folder)
  } catch (error) {
    throw refused(
      folder,
      `cannot be made: ${(error as Error).message}`,
      'set PROFINAUT_HOME to a folder you can write to',
    )
  }
  const us = process.getuid?.()
  if (us !== undefined && found.uid !== us)
    throw refused(
      folder,
      `belongs to user ${found.uid}, we are user ${us}`,
      `run as its owner, give it to yourself with chown, or set PROFINAUT_HOME to another folder`,
    )
  if (us !== undefined && (found.mode & WRITABLE_BY_OTHERS) !== 0)
    throw refused(
      folder,
      `can be written by others (mode ${(found.mode & 0o777).toString(8)})`,
      `chmod 700 '${folder}'`,
    )
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw refused(folder, `cannot be written: ${(error as Error).message}`, `chmod 700 '${folder}'`)
  }
}

function refused(folder: string, what: string, hint: string): ConfigError {
  return new ConfigError('config.folder', `${folder} ${what}`, hint)
}
