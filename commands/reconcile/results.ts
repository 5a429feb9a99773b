import { type ReconcileItem, type Reconciliation, reconciliations } from '../../storage/queries/reconciliations.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import type { ResultsOptions } from '../reconcile.ts'
import { facts, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'

export function listResults(deps: CommandDeps, options: ResultsOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const rows = reconciliations(store.db, { status: options.status, limit: options.limit })
      const from = sheet(
        [
          { name: 'reconcile_id', align: 'left', exact: ({ id }: Reconciliation) => id },
          { name: 'time', align: 'left', exact: ({ ts }) => isoTime(ts) },
          { name: 'venue', align: 'left', exact: ({ venueId }) => venueId },
          { name: 'status', align: 'left', exact: ({ status }) => status },
          { name: 'compared', align: 'right', exact: ({ compared }) => compared },
          { name: 'differences', align: 'right', exact: ({ differences }) => differences },
        ],
        rows,
        { empty: 'nothing was compared yet' },
      )
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${rows.length} comparisons` })
    },
  })
}

/** Looks this far back for an id, or the beginning of one. */
const LOOKED_THROUGH = 100_000

export function showResult(deps: CommandDeps, id: string, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const found = reconciliations(store.db, { limit: LOOKED_THROUGH }).filter((each) => each.id.startsWith(id))
      const [one] = found
      if (one === undefined || found.length > 1)
        throw new CommandError(
          EXIT.usage,
          one === undefined ? 'RECONCILE_UNKNOWN' : 'AMBIGUOUS',
          one === undefined ? `there is no comparison '${id}'` : `'${id}' begins ${found.length} ids`,
          'list them with: profinaut reconcile results',
        )
      const main = facts([
        ['reconcile_id', one.id],
        ['time', isoTime(one.ts)],
        ['venue', one.venueId],
        ['status', one.status],
        ['compared', one.compared],
        ['differences', one.differences],
      ])
      const items = sheet(
        [
          { name: 'category', align: 'left', exact: ({ category }: ReconcileItem) => category },
          { name: 'subject', align: 'left', exact: ({ subject }) => subject },
          { name: 'reason_code', align: 'left', exact: ({ reasonCode }) => reasonCode },
          { name: 'evidence', align: 'left', exact: ({ evidence }) => JSON.stringify(evidence) },
        ],
        one.items,
        { empty: 'no differences' },
      )
      return sheetsOutcome(main, { items }, format, { code: EXIT.ok, message: one.status })
    },
  })
}
