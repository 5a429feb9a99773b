import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SecretError } from './secret-error.ts'

/**
 * Reads a file that only its owner may read or write, in a folder that only its owner may enter.
 *
 * @throws SecretError `config.secret-rights` unless the file is 0600 and the folder 0700
 */
export function readSecretFile(path: string): Buffer {
  requireRights(dirname(path), statSync(dirname(path)).mode, 0o700)
  const file = openSync(path, 'r')
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
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  requireRights(folder, statSync(folder).mode, 0o700)
  const next = `${path}.next`
  const file = openSync(next, 'w', 0o600)
  try {
    requireRights(next, fstatSync(file).mode, 0o600) // one left behind keeps the rights it had
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(next, path)
  const parent = openSync(folder, 'r')
  try {
    fsyncSync(parent) // the new name itself
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
