import { profilePaths } from '../../src/runtime/config.ts'
import { printSecretRef } from '../../src/runtime/secrets/secret-ref.ts'
import { ageDays, isOverdue, referenceTo, type SecretEntry } from '../../src/runtime/secrets/secret-registry.ts'
import { SecretStore } from '../../src/runtime/secrets/secret-store.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function listSecrets({ engine, printer }: CommandDeps, options: ReadOptions): Outcome {
  const now = engine.now()
  const entries = new SecretStore(profilePaths(options.profile).secrets, engine.now).entries()
  const rows = sheet(
    [
      { name: 'id', align: 'left', exact: ({ id }: SecretEntry) => id },
      { name: 'purpose', align: 'left', exact: ({ purpose }) => purpose },
      { name: 'scope', align: 'left', exact: ({ scope }) => scope },
      { name: 'owner', align: 'left', exact: ({ owner }) => owner },
      { name: 'status', align: 'left', exact: ({ status }) => status },
      { name: 'created', align: 'left', exact: (entry) => isoTime(entry.created_ts) },
      { name: 'rotated', align: 'left', exact: (entry) => isoTime(entry.rotated_ts) },
      { name: 'age_days', align: 'right', exact: (entry) => ageDays(entry, now) },
      { name: 'rotate_days', align: 'right', exact: (entry) => entry.rotate_days },
      { name: 'is_overdue', align: 'left', exact: (entry) => entry.status === 'active' && isOverdue(entry, now) },
      {
        name: 'reference',
        align: 'left',
        exact: (entry) => (entry.status === 'active' ? printSecretRef(referenceTo(entry)) : undefined),
      },
    ],
    entries,
    { empty: 'no secrets; add one with: profinaut secret add --help' },
  )
  return sheetOutcome(rows, formatOf(options, printer), { code: EXIT.ok, message: `${entries.length} secrets` })
}
