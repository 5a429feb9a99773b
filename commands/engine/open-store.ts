import { randomUUIDv7 } from 'node:crypto'
import { dirname } from 'node:path'
import { wallTime } from '../../src/runtime/clock.ts'
import { URGENT } from '../../src/runtime/command-catalogue.ts'
import type { ProfilePaths } from '../../src/runtime/config.ts'
import type { LeaseHolder } from '../../src/runtime/ports.ts'
import { isAlive } from '../../src/runtime/process.ts'
import { openEngineStore, type SqliteEngineStore } from '../../storage/engine-store.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError } from '../outcome.ts'

/** Somebody else's engine owns the profile. */
export function leaseConflict(paths: ProfilePaths, holder: LeaseHolder): CommandError {
  return new CommandError(
    EXIT.unreachable,
    'LEASE_CONFLICT',
    `an engine already runs for profile ${paths.profile}: pid ${holder.pid}`,
    'watch it with `profinaut tui`, stop it with `profinaut stop`, or use another --profile',
  )
}

/** Opens the database of a profile as its engine or as a client. */
export function openStore(
  paths: ProfilePaths,
  durability: 'full' | 'normal',
  { isEngine = false }: { readonly isEngine?: boolean } = {},
): SqliteEngineStore {
  return openEngineStore(paths.database, {
    profile: paths.profile,
    instanceId: randomUUIDv7(),
    nowTs: wallTime(),
    durability,
    urgent: URGENT,
    isAlive,
    auditFolder: isEngine ? dirname(paths.status) : undefined,
  })
}
