import { formatTime, type TimeUs } from '../../src/domain/time.ts'
import type { SystemView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView, requireClient } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Row = NonNullable<SystemView['leases']>[number]

export function showLeases(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['system'], show })
}

async function show(access: EngineAccess, format: Format): Promise<Outcome> {
  const { leases = [] } = await readView(requireClient(access), 'system')
  const rows = sheet(
    [
      { name: 'kind', align: 'left', exact: ({ kind }: Row) => kind },
      { name: 'id', align: 'left', exact: ({ id }) => id },
      { name: 'state', align: 'left', exact: ({ state }) => state },
      { name: 'constraint', align: 'left', exact: ({ constraint }) => constraint },
      { name: 'issued', align: 'left', exact: ({ issuedTs }) => formatTime(issuedTs as TimeUs) },
      { name: 'renewed', align: 'left', exact: ({ renewedTs }) => formatTime(renewedTs as TimeUs) },
      { name: 'expires', align: 'left', exact: ({ expiresTs }) => formatTime(expiresTs as TimeUs) },
    ],
    leases,
    { empty: 'no lease was issued' },
  )
  const ill = leases.filter(({ state }) => state !== 'VALID').map(({ kind, id, state }) => `${kind} ${id} ${state}`)
  if (leases.length > 0 && ill.length === 0)
    return sheetOutcome(rows, format, { code: EXIT.ok, message: `${leases.length} leases stand` })
  return sheetOutcome(rows, format, {
    code: EXIT.checkFailed,
    message: ill.length === 0 ? 'no lease was issued: nothing new is opened' : `not valid: ${ill.join(', ')}`,
    reasonCodes: ['J_POLICY_DENY_LEASE_MISSING'],
  })
}
