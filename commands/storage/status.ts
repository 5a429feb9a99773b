import { MIGRATIONS } from '../../storage/database.ts'
import { sessionList } from '../../storage/recorded-sessions.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { facts, sheetOutcome } from '../sheet.ts'

export function storageStatus(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store, holder, paths }, format) => {
      const { bytes, walBytes } = store.size()
      const [last] = sessionList(store.db, 1)
      const all = facts([
        ['database', paths.database],
        ['instance_id', store.instanceId],
        ['schema_version', MIGRATIONS.length],
        ['bytes', bytes, `${shownNumber(bytes / 1_048_576, 1)} MiB`],
        ['wal_bytes', walBytes, `${shownNumber(walBytes / 1_048_576, 1)} MiB`],
        ['sessions', last?.runNo ?? 0],
        ['last_session', last?.runId],
        ['last_opened', isoTime(last?.openedTs)],
        ['last_events', last?.events],
        ['owner_pid', holder?.pid, holder === undefined ? 'nobody' : `process ${holder.pid}`],
        ['owner_since', isoTime(holder?.acquiredTs)],
      ])
      return sheetOutcome(all, format, { code: EXIT.ok, message: paths.database, note: '' })
    },
  })
}
