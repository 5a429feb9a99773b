import { type SessionRow, sessionList } from '../../storage/recorded-sessions.ts'
import { tailEvents } from '../../storage/sqlite-events.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { ExportOptions } from '../journal.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { requireWhole } from '../caller.ts'

const ALL = 1_048_576

/** Prints the lines as they come: a session need not fit into memory. With `--json` the envelope follows as the last line. */
export async function exportSession({ printer, ...deps }: CommandDeps, options: ExportOptions): Promise<Outcome> {
  return read({ printer, ...deps }, options, {
    topics: [],
    show: ({ store, caller }) => {
      // The lines as they were hashed cannot be masked.
      requireWhole(caller, 'govern')
      const session = find(sessionList(store.db, ALL), options.run)
      let count = 0
      for (const line of tailEvents(store.db, session.runId)) {
        printer.out(`${line}\n`)
        count++
      }
      const { runId: id } = session
      return {
        code: EXIT.ok,
        message: `${count} events of session ${id}`,
        note: '',
        runId: id,
        data: { run_id: id, events: count },
      }
    },
  })
}

function find(all: readonly SessionRow[], asked: string | undefined): SessionRow {
  const found = asked === undefined ? all.slice(0, 1) : all.filter(({ runId }) => runId.startsWith(asked))
  const [one] = found
  if (one !== undefined && found.length === 1) return one
  throw new CommandError(
    EXIT.usage,
    found.length === 0 ? 'SESSION_UNKNOWN' : 'AMBIGUOUS',
    found.length === 0 ? `there is no session '${asked ?? 'yet'}'` : `'${asked ?? ''}' begins ${found.length} ids`,
    'list them with: profinaut journal sessions',
  )
}
