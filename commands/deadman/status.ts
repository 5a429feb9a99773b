import type { SystemView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Row = SystemView['deadMan'][number]

/** Only a running engine has switches: what is armed is read from where it acts. */
export function deadManStatus(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['system'], show })
}

async function show({ client }: EngineAccess, format: Format): Promise<Outcome> {
  if (client === undefined)
    throw new CommandError(
      EXIT.unreachable,
      'ENGINE_UNREACHABLE',
      'no engine is running: nothing trades, and nothing is watched',
      'start one: profinaut up, or profinaut engine',
    )
  const { deadMan } = await readView(client, 'system')
  const tripped = deadMan.filter(({ isTripped }) => isTripped).map(({ name }) => name)
  const rows = sheet(
    [
      { name: 'switch', align: 'left', exact: ({ name }: Row) => name },
      { name: 'state', align: 'left', exact: stateOf },
      {
        name: 'silent_ms',
        align: 'right',
        exact: ({ silentMs }) => (silentMs === undefined ? 'UNKNOWN' : Math.round(silentMs)),
      },
      { name: 'timeout_ms', align: 'right', exact: ({ timeoutMs }) => timeoutMs },
      { name: 'action', align: 'left', exact: ({ action }) => action },
      { name: 'trips', align: 'right', exact: ({ trips }) => trips },
    ],
    deadMan,
  )
  if (tripped.length === 0)
    return sheetOutcome(rows, format, { code: EXIT.ok, message: `${deadMan.length} switches, none tripped` })
  return sheetOutcome(rows, format, {
    code: EXIT.checkFailed,
    message: `silent: ${tripped.join(', ')}`,
    reasonCodes: ['DEADMAN_TRIPPED'],
  })
}

function stateOf({ isTripped, silentMs }: Row): string {
  if (isTripped) return 'TRIPPED'
  return silentMs === undefined ? 'UNKNOWN' : 'ARMED'
}
