import type { SystemView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView, requireClient } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Row = NonNullable<SystemView['breakers']>[number]

export function showBreakers(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['system'], show })
}

async function show(access: EngineAccess, format: Format): Promise<Outcome> {
  const { breakers = [] } = await readView(requireClient(access), 'system')
  const rows = sheet(
    [
      { name: 'venue', align: 'left', exact: ({ venue }: Row) => venue },
      { name: 'group', align: 'left', exact: ({ group }) => group },
      { name: 'state', align: 'left', exact: ({ state }) => state },
      { name: 'since_ms', align: 'right', exact: ({ sinceMs }) => Math.round(sinceMs) },
      { name: 'failures', align: 'right', exact: ({ failures }) => failures },
      { name: 'p95_ms', align: 'right', exact: ({ p95Ms }) => whole(p95Ms) },
      { name: 'next_try_ms', align: 'right', exact: ({ nextTryMs }) => whole(nextTryMs) },
      { name: 'reason', align: 'left', exact: ({ reason }) => reason },
    ],
    breakers,
    { empty: 'nothing guards a venue' },
  )
  const ill = breakers.filter(({ state }) => state !== 'CLOSED').map(({ venue, group }) => `${venue} ${group}`)
  if (ill.length === 0)
    return sheetOutcome(rows, format, { code: EXIT.ok, message: `${breakers.length} breakers, all closed` })
  return sheetOutcome(rows, format, {
    code: EXIT.checkFailed,
    message: `not closed: ${ill.join(', ')}`,
    reasonCodes: ['BREAKER_OPEN'],
  })
}

function whole(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms)
}
