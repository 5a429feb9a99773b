import { type KeyUse, keyUses } from '../../storage/queries/idempotency.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function showKey(deps: CommandDeps, key: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const uses = keyUses(store.db, store.commands, key)
      if (uses.length === 0)
        throw new CommandError(
          EXIT.usage,
          'KEY_UNKNOWN',
          `no command and no trade has the key '${key}'`,
          'list commands with: profinaut cmd list',
        )
      const rows = sheet(
        [
          { name: 'key', align: 'left', exact: (use: KeyUse) => use.key },
          { name: 'kind', align: 'left', exact: ({ kind }) => kind },
          { name: 'first_seen', align: 'left', exact: ({ firstTs }) => isoTime(firstTs) },
          { name: 'stands_for', align: 'left', exact: ({ of }) => of },
          { name: 'result', align: 'left', exact: ({ result }) => result },
          { name: 'suppressed', align: 'right', exact: ({ suppressed }) => suppressed },
          { name: 'conflicts', align: 'right', exact: ({ conflicts }) => conflicts },
          { name: 'effects', align: 'left', exact: ({ effects }) => effects.join(' ') },
          { name: 'payload_sha256', align: 'left', exact: ({ payloadSha256 }) => payloadSha256 },
        ],
        uses,
      )
      return sheetOutcome(rows, format, { code: EXIT.ok, message: `${uses.length} uses of ${key}` })
    },
  })
}
