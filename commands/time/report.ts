import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import type { TimeReportOptions } from '../time.ts'
import { type TimeLine, timeLines } from './time-lines.ts'

export function timeReport(deps: CommandDeps, options: TimeReportOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const lines = timeLines(store.db, sinceTs(options.since, deps.engine.now()) ?? 0)
      const rows = sheet(
        [
          { name: 'time', align: 'left', exact: ({ ts }: TimeLine) => isoTime(ts) },
          { name: 'what', align: 'left', exact: ({ what }) => what },
          { name: 'of', align: 'left', exact: ({ of }) => of },
          {
            name: 'seconds',
            align: 'right',
            exact: ({ lastedUs }) => (lastedUs === undefined ? undefined : lastedUs / 1e6),
            shown: ({ lastedUs }) => (lastedUs === undefined ? '' : (lastedUs / 1e6).toFixed(1)),
          },
          { name: 'detail', align: 'left', exact: ({ detail }) => detail },
        ],
        lines,
        { empty: 'the clock and the data were in order' },
      )
      return sheetOutcome(rows, format, { code: EXIT.ok, message: `${lines.length} lines` })
    },
  })
}
