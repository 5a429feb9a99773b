import type { Database } from './database.ts'
import { StorageError, stored } from './fault.ts'

interface StampCells {
  readonly name: string
  readonly instance_id: string
}

function stampOf(db: Database): StampCells | undefined {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'profile'").get()
  if (isThere === undefined) return undefined
  return db.prepare('SELECT name, instance_id FROM profile').get() as StampCells | undefined
}

/**
 * Refuses the database of another profile: its books, its orders and its lease are not ours. Reads only.
 *
 * @throws StorageError `storage.other-profile`
 */
export function refuseOtherProfile(db: Database, path: string, profile: string): void {
  const stamp = stampOf(db)
  if (stamp === undefined || stamp.name === profile) return
  throw new StorageError('storage.other-profile', `${path} is of profile '${stamp.name}', asked for was '${profile}'`)
}

/**
 * Stamps a database that no profile has claimed.
 *
 * @returns the id that it bears, this one or an earlier one
 */
export function stampProfile(
  db: Database,
  stamp: { readonly path: string; readonly profile: string; readonly instanceId: string; readonly nowTs: number },
): string {
  const { path, profile, instanceId, nowTs } = stamp
  const known = stored(`read the stamp of ${path}`, () => stampOf(db))
  if (known === undefined) {
    const sql = `INSERT INTO profile (one, name, instance_id, created_ts) VALUES (1, ?, ?, ?) ON CONFLICT (one) DO NOTHING`
    stored(`stamp ${path}`, () => db.prepare(sql).run(profile, instanceId, nowTs))
  }
  // Another process may have been faster, for another profile too.
  refuseOtherProfile(db, path, profile)
  return stampOf(db)?.instance_id ?? instanceId
}
