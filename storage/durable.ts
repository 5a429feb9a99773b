import { closeSync, fsyncSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Ending of a file that is still being written, or whose writer did not live to finish it. */
export const INCOMPLETE = '.incomplete'

/** Writes every byte: one call to the system may write fewer. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  let from = 0
  while (from < bytes.length) from += writeSync(fd, bytes, from, bytes.length - from)
}

/** Makes new names in a folder survive a loss of power. Systems that cannot sync a folder need not. */
export function syncFolder(folder: string): void {
  let fd: number
  try {
    fd = openSync(folder, 'r')
  } catch {
    return // Windows opens no folders and keeps names by other means.
  }
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Gives a finished file its real name, durably. */
export function finish(temporary: string, path: string): void {
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Writes a whole file or nothing: readers see the old content or the new, never half of it. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}${INCOMPLETE}`
  writeFileSync(temporary, content, { mode: 0o600, flush: true })
  finish(temporary, path)
}
