import type { AlertRow } from '../../src/runtime/ports.ts'
import type { AlertListOptions } from '../alert.ts'
import type { CommandDeps } from '../command-line.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { read } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

const LOOKED_THROUGH = 100_000

export function listAlerts(deps: CommandDeps, options: AlertListOptions): Promise<Outcome> {
  return read(deps, options, {
    topics: [],
    show: ({ store }, format) => {
      const { all, limit } = options
      const rows = store.alerts
        .list(LOOKED_THROUGH)
        .filter(({ state }) => all || state !== 'RESOLVED')
        .slice(0, limit)
      const from = sheet(
        [
          { name: 'alert', align: 'left', exact: ({ id }: AlertRow) => id },
          { name: 'severity', align: 'left', exact: ({ severity }) => severity },
          { name: 'state', align: 'left', exact: ({ state }) => state },
          { name: 'first', align: 'left', exact: ({ firstTs }) => isoTime(firstTs) },
          { name: 'last', align: 'left', exact: ({ lastTs }) => isoTime(lastTs) },
          { name: 'count', align: 'right', exact: ({ count }) => count },
          { name: 'text', align: 'left', exact: ({ text }) => text },
          {
            name: 'look_with',
            align: 'left',
            exact: ({ command }) => command,
            shown: ({ command }) => `profinaut ${command}`,
          },
        ],
        rows,
        { empty: 'no alerts' },
      )
      return sheetOutcome(from, format, { code: EXIT.ok, message: `${rows.length} alerts` })
    },
  })
}
