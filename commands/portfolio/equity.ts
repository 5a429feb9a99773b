import type { CommandDeps } from '../command-line.ts'
import { sinceTs } from '../engine-options.ts'
import { exactNumber, isoTime, shownNumber } from '../exact-text.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { SpanOptions } from '../portfolio.ts'
import { readRestricted } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

export function showEquity(deps: CommandDeps, options: SpanOptions): Promise<Outcome> {
  return readRestricted(deps, options, {
    topics: ['portfolio'],
    show: ({ store }, format, veil) => {
      const points = store.equity.since(sinceTs(options.since, deps.engine.now()) ?? 0)
      const from = sheet(
        [
          { name: 'time', align: 'left', exact: ({ ts }: (typeof points)[number]) => isoTime(ts) },
          {
            name: 'equity',
            align: 'right',
            exact: ({ equity }) => exactNumber(equity),
            shown: ({ equity }) => shownNumber(equity, 2),
          },
        ],
        points,
        { empty: 'nothing recorded yet' },
      )
      return sheetOutcome(veil.sheet(from), format, { code: EXIT.ok, message: `${points.length} points` })
    },
  })
}
