import { auditCoverage, type Coverage } from '../../storage/queries/audit-coverage.ts'
import { requireEveryBook } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { renderSheet, sheet, sheetData } from '../sheet.ts'

/** Rows of what is missing that a person is shown; a program gets all. */
const SHOWN = 20

export function showCoverage(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store, caller }, format) => {
      requireEveryBook(caller)
      const all = auditCoverage(store.db)
      const subjects = sheet(
        [
          { name: 'subject', align: 'left', exact: ({ subject }: Coverage) => subject },
          { name: 'asks', align: 'left', exact: ({ asks }) => asks },
          { name: 'total', align: 'right', exact: ({ total }) => total },
          { name: 'explained', align: 'right', exact: ({ total, missing }) => total - missing.length },
          { name: 'percent', align: 'right', exact: percentOf },
        ],
        all,
      )
      const missing = all.flatMap(({ subject, missing: rows }) => rows.map((row) => ({ subject, ...row })))
      const gaps = sheet(
        [
          { name: 'subject', align: 'left', exact: ({ subject }: (typeof missing)[number]) => subject },
          { name: 'id', align: 'left', exact: ({ id }) => id },
          { name: 'why', align: 'left', exact: ({ why }) => why },
        ],
        format === 'table' ? missing.slice(0, SHOWN) : missing,
      )
      const isWhole = missing.length === 0
      const shown = [subjects, ...(isWhole ? [] : [gaps])].map((part) => renderSheet(part, format))
      return {
        code: isWhole ? EXIT.ok : EXIT.checkFailed,
        message: isWhole
          ? 'the journal explains all of it'
          : `${missing.length} things are not explained by the journal`,
        text: format === 'json' ? '' : shown.join('\n\n'),
        data: { subjects: sheetData(subjects), missing },
        ...(isWhole ? {} : { reasonCodes: ['AUDIT_COVERAGE'] }),
      }
    },
  })
}

/** Rounded down: 100 is said of all of them alone. Nothing to explain is explained. */
function percentOf({ total, missing }: Coverage): string {
  if (missing.length === 0) return '100.00'
  return (Math.floor(((total - missing.length) / total) * 10_000) / 100).toFixed(2)
}
