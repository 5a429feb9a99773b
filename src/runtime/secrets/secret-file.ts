import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SecretError } from './secret-error.ts'

/**
 * Reads a file that only its owner may read or write, in a folder that only its owner may enter.
 *
 * @returns undefined where there is none
 * @throws SecretError `config.secret-rights` unless the file is 0600 and the folder 0700
 */
export function readSecretFile(path: string): Buffer | undefined {
  let file: number
  try {
    requireRights(dirname(path), statSync(dirname(path)).mode, 0o700)
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    requireRights(path, fstatSync(file).mode, 0o600)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Writes a file whole, mode 0600: the old one stays until the new one is on disk, and the name changes at once.
 *
 * @throws SecretError `config.secret-rights` for a folder that others may enter
 */
export function writeSecretFile(path: string, content: Buffer): void {
  requireFolder(dirname(path))
  const next = `${path}.next`
  // One left behind by a crash was never in force, and may have other rights.
  rmSync(next, { force: true })
  write(next, 'wx', content)
  renameSync(next, path)
  syncFolder(dirname(path))
}

/**
 * Adds a line to a file, mode 0600, and returns when it is on disk. A line that a crash cut off is ended first.
 *
 * @throws SecretError `config.secret-rights` for a file or folder that others may read
 */
export function appendSecretLine(path: string, line: string): void {
  requireFolder(dirname(path))
  const before = readSecretFile(path)
  const isTorn = before !== undefined && before.length > 0 && before.at(-1) !== 0x0a
  write(path, 'a', Buffer.from(`${isTorn ? '\n' : ''}${line}\n`))
  if (before === undefined) syncFolder(dirname(path))
}

/** Removes a file so that it stays away after a loss of power; there need not be one. */
export function removeSecretFile(path: string): void {
  rmSync(path, { force: true })
  syncFolder(dirname(path))
}

function requireFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  requireRights(folder, statSync(folder).mode, 0o700)
}

function write(path: string, flag: 'a' | 'wx', content: Buffer): void {
  const file = openSync(path, flag, 0o600)
  try {
    requireRights(path, fstatSync(file).mode, 0o600)
    writeFileSync(file, content) // from where the descriptor stands: the end, when it appends
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** New names in a folder are on disk after it. */
function syncFolder(folder: string): void {
  const parent = openSync(folder, 'r')
  try {
    fsyncSync(parent)
  } finally {
    closeSync(parent)
  }
}

function requireRights(path: string, mode: number, wanted: number): void {
  const found = mode & 0o777
  if (found === wanted) return
  throw new SecretError(
    'config.secret-rights',
    `${path} has mode ${found.toString(8)}, expected ${wanted.toString(8)}`,
    `chmod ${wanted.toString(8)} ${path}, and rotate what it held if others could read it`,
  )
}
