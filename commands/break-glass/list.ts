import { type BreakGlass, isUnreviewed } from '../../src/runtime/authority/break-glass.ts'
import { storedGlasses } from '../../src/runtime/authority/glass-store.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function listGlasses(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: ['safety'],
    show: ({ store }, format) => {
      const all = storedGlasses(store.notes).toReversed()
      const open = all.filter(({ state }) => state === 'LOCKED' || state === 'OPEN')
      const due = all.filter(isUnreviewed)
      const rows = sheet(
        [
          { name: 'id', align: 'left', exact: ({ id }: BreakGlass) => id },
          { name: 'state', align: 'left', exact: ({ state }) => state },
          { name: 'scope', align: 'left', exact: ({ scope }) => scope },
          { name: 'operations', align: 'left', exact: ({ ops }) => ops.join(' ') },
          { name: 'seconds', align: 'right', exact: ({ ttlS }) => ttlS },
          { name: 'asked_by', align: 'left', exact: ({ actor }) => actor },
          { name: 'approved_by', align: 'left', exact: ({ approver }) => approver },
          { name: 'requested_at', align: 'left', exact: ({ requestedTs }) => isoTime(requestedTs) },
          { name: 'ended_at', align: 'left', exact: ({ endedTs }) => isoTime(endedTs) },
          { name: 'uses', align: 'right', exact: ({ used }) => used.length },
          { name: 'reason', align: 'left', exact: ({ reason }) => reason },
          { name: 'evidence', align: 'left', exact: ({ evidence }) => evidence },
          { name: 'review', align: 'left', exact: (glass) => glass.review?.note ?? (isUnreviewed(glass) ? 'DUE' : '') },
        ],
        all,
        { empty: 'nobody ever asked for one' },
      )
      const isQuiet = open.length === 0 && due.length === 0
      return sheetOutcome(rows, format, {
        code: isQuiet ? EXIT.ok : EXIT.checkFailed,
        message: `${open.length} locked or open, ${due.length} to be reviewed`,
        reasonCodes: [...(open.length > 0 ? ['BREAK_GLASS_OPEN'] : []), ...(due.length > 0 ? ['REVIEW_DUE'] : [])],
      })
    },
  })
}
