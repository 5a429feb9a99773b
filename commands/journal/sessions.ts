import { type SessionRow, sessionList } from '../../storage/recorded-sessions.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { SessionOptions } from '../journal.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function listSessions(deps: CommandDeps, options: SessionOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store, holder }, format) => {
      const rows = sessionList(store.db, options.limit)
      const newest = rows[0]?.runNo
      const endOf = ({ runNo, endedTs }: SessionRow) =>
        isoTime(endedTs) ?? (runNo === newest && holder !== undefined ? 'running' : 'cut off')
      const from = sheet(
        [
          { name: 'session', align: 'right', exact: ({ runNo }: SessionRow) => runNo },
          { name: 'run_id', align: 'left', exact: ({ runId }) => runId },
          { name: 'opened', align: 'left', exact: ({ openedTs }) => isoTime(openedTs) },
          { name: 'ended', align: 'left', exact: ({ endedTs }) => isoTime(endedTs), shown: endOf },
          { name: 'events', align: 'right', exact: ({ events }) => events },
          { name: 'input_bytes', align: 'right', exact: ({ inputBytes }) => inputBytes },
        ],
        rows,
        { empty: 'no sessions yet' },
      )
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${rows.length} sessions`, note: '' })
    },
  })
}
