import { actorOf, cellOf, MATRIX, type Right } from '../../src/runtime/authority/roles.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { facts, sheet, sheetsOutcome } from '../sheet.ts'

const RIGHTS = Object.keys(MATRIX) as readonly Right[]

/** Who asks, as commands are recorded under, and every right with how far it goes. */
export function showRights({ engine, printer }: CommandDeps, options: ReadOptions): Outcome {
  const { actor: name } = engine
  const actor = actorOf(name)
  const role = actor?.role ?? 'nobody'
  const main = facts([
    ['actor', name],
    ['role', role],
    ['kind', actor?.kind ?? 'unknown'],
  ])
  const rights = sheet(
    [
      { name: 'right', align: 'left', exact: (right: Right) => right },
      { name: 'may', align: 'left', exact: (right) => (actor === undefined ? 'no' : cellOf(actor.role, right)) },
    ],
    RIGHTS,
  )
  return sheetsOutcome(main, { rights }, formatOf(options, printer), { code: EXIT.ok, message: `${name} is ${role}` })
}
