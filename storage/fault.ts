/** What can go wrong with stored state. The codes are stable: people grep for them and scripts branch on them. */
export type StorageFaultCode =
  | 'storage.disk-full'
  | 'storage.permission'
  | 'storage.missing'
  | 'storage.exists'
  | 'storage.busy'
  | 'storage.corrupt'
  | 'storage.not-ours'
  | 'storage.other-profile'
  | 'storage.schema-newer'
  | 'storage.lease-lost'
  | 'storage.chain-broken'
  | 'storage.projection-differs'
  | 'storage.closed'
  | 'storage.io'

/** What to do about each, for the operator. */
export const STORAGE_HINTS: Readonly<Record<StorageFaultCode, string>> = {
  'storage.disk-full': 'free space on the disk, then start again: what was not written whole does not count as written',
  'storage.permission': 'check who owns the folder and that this user may write to it',
  'storage.missing': 'check the path: the file or its folder is not there',
  'storage.exists': 'something of that name is there already and is never overwritten: move it away',
  'storage.busy': 'another process holds the database: try again, or stop the other one',
  'storage.corrupt': 'the file is damaged: restore it from a backup',
  'storage.not-ours': 'the file is a database of another program: choose another path',
  'storage.other-profile':
    'the database belongs to another profile: check --profile, or move the file back to where it was',
  'storage.schema-newer':
    'the database was written by a newer profinaut: start that one, or restore the backup made before the upgrade',
  'storage.lease-lost':
    'another process owns the profile now: this engine must stop; see who it is before starting again',
  'storage.chain-broken':
    'the journal was changed after it was written: restore it from a backup, and distrust what it says',
  'storage.projection-differs':
    'the journal is sound and the tables made of it are not: stop the engine and rebuild them',
  'storage.closed': 'the journal was closed or had failed before: start a new run',
  'storage.io': 'the disk reported an error: check it before trusting anything on it',
}

/** Faults that a user mends by other input: commands end with the exit code for malformed input (2). */
export const USAGE_FAULTS: ReadonlySet<StorageFaultCode> = new Set([
  'storage.schema-newer',
  'storage.not-ours',
  'storage.other-profile',
  'storage.missing',
])

/** Thrown when stored state cannot be read or written. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageFaultCode
  readonly hint: string

  constructor(code: StorageFaultCode, said: string, options?: { cause: unknown }) {
    super(`${code}: ${said}`, options)
    this.code = code
    this.hint = STORAGE_HINTS[code]
  }
}

/** Codes of the operating system and of SQLite, by what they mean to us. SQLite's extended codes begin with these. */
const MEANINGS: readonly (readonly [string, StorageFaultCode])[] = [
  ['ENOSPC', 'storage.disk-full'],
  ['EDQUOT', 'storage.disk-full'],
  ['EFBIG', 'storage.disk-full'],
  ['SQLITE_FULL', 'storage.disk-full'],
  ['EACCES', 'storage.permission'],
  ['EPERM', 'storage.permission'],
  ['EROFS', 'storage.permission'],
  ['SQLITE_READONLY', 'storage.permission'],
  ['SQLITE_PERM', 'storage.permission'],
  ['SQLITE_AUTH', 'storage.permission'],
  ['ENOENT', 'storage.missing'],
  ['ENOTDIR', 'storage.missing'],
  ['SQLITE_CANTOPEN', 'storage.missing'],
  ['EEXIST', 'storage.exists'],
  ['SQLITE_BUSY', 'storage.busy'],
  ['SQLITE_LOCKED', 'storage.busy'],
  ['SQLITE_CORRUPT', 'storage.corrupt'],
  ['SQLITE_NOTADB', 'storage.corrupt'],
]

/**
 * Names what an error of the operating system or of SQLite means.
 *
 * @param doing what was attempted, with the path: `write /data/journal.jsonl`
 */
export function storageFault(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error
  const code = (error as { code?: string } | undefined)?.code ?? ''
  const meaning = MEANINGS.find(([known]) => code.startsWith(known))?.[1] ?? 'storage.io'
  const said = error instanceof Error ? error.message : String(error)
  return new StorageError(meaning, `${doing}: ${said}`, { cause: error })
}

/** Does something that may fail as stored state fails, and names the failure. */
export function stored<T>(doing: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw storageFault(error, doing)
  }
}
