import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder, writeAll } from './durable.ts'
import { StorageError, storageFault, stored } from './fault.ts'

const KEY_BYTES = 32

/** The secret of a profile as it stands; undefined where there is none yet. @throws StorageError for a file that is no key */
export function readProfileKey(path: string): Buffer | undefined {
  let key: Buffer
  try {
    key = readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw storageFault(error, `read ${path}`)
  }
  if (key.length === KEY_BYTES) return key
  throw new StorageError('storage.corrupt', `${path} holds ${key.length} bytes, a key has ${KEY_BYTES}`)
}

/** The secret of a profile, made at first need: 32 random bytes in a file that only its owner reads. */
export function profileKey(path: string): Buffer {
  const standing = readProfileKey(path)
  if (standing !== undefined) return standing
  const key = randomBytes(KEY_BYTES)
  return stored(`write ${path}`, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    let fd: number
    try {
      fd = openSync(path, 'wx', 0o600)
    } catch (error) {
      // Another process was first: its key is the profile's.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(path)
      throw error
    }
    try {
      writeAll(fd, key)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    syncFolder(dirname(path))
    return key
  })
}
