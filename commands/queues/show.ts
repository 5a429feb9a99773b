import type { SystemView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView, requireClient } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Row = NonNullable<SystemView['lanes']>[number]

export function showQueues(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['system'], show })
}

async function show(access: EngineAccess, format: Format): Promise<Outcome> {
  const { lanes = [] } = await readView(requireClient(access), 'system')
  const rows = sheet(
    [
      { name: 'venue', align: 'left', exact: ({ venue }: Row) => venue },
      { name: 'lane', align: 'left', exact: ({ lane }) => lane },
      { name: 'depth', align: 'right', exact: ({ depth }) => depth },
      { name: 'cap', align: 'right', exact: ({ cap }) => cap },
      { name: 'refused', align: 'right', exact: ({ refused }) => refused },
      { name: 'coalesced', align: 'right', exact: ({ coalesced }) => coalesced },
    ],
    lanes,
    { empty: 'nothing guards a venue' },
  )
  const full = lanes.filter(({ depth, cap }) => depth >= cap).map(({ venue, lane }) => `${venue} ${lane}`)
  const waiting = lanes.reduce((sum, { depth }) => sum + depth, 0)
  if (full.length === 0) return sheetOutcome(rows, format, { code: EXIT.ok, message: `${waiting} wait` })
  return sheetOutcome(rows, format, {
    code: EXIT.checkFailed,
    message: `full: ${full.join(', ')}`,
    reasonCodes: ['QUEUE_FULL'],
  })
}
