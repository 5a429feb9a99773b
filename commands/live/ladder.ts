import type { Condition } from '../../src/runtime/live/ladder.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import { facts, sheet, sheetsOutcome } from '../sheet.ts'

/** The engine counts what its stage does: it is asked. */
export function showLadder(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['safety'], show })
}

async function show({ client }: EngineAccess, format: Format): Promise<Outcome> {
  if (client === undefined)
    throw new CommandError(
      EXIT.unreachable,
      'ENGINE_UNREACHABLE',
      'no engine is running: what a stage did is counted by an engine',
      'start one: profinaut engine',
    )
  const { live } = await readView(client, 'safety')
  if (live === undefined)
    throw new CommandError(
      EXIT.denied,
      'NOT_A_REAL_VENUE',
      'this profile trades on the simulated venue: it has no stages',
      'name a venue in the section [venue]',
    )
  const { granted, next, conditions } = live.ladder
  const main = facts([
    ['stage', live.stage],
    ['granted', granted],
    ['next', next ?? 'none'],
  ])
  const rows = sheet(
    [
      { name: 'condition', align: 'left', exact: ({ name }: Condition) => name },
      { name: 'expected', align: 'left', exact: ({ expected }) => expected },
      { name: 'found', align: 'left', exact: ({ found }) => found },
      { name: 'met', align: 'left', exact: ({ isMet }) => (isMet ? 'yes' : 'no') },
    ],
    conditions,
    { empty: 'there is nothing beyond' },
  )
  const message = next === undefined ? 'live is granted' : `${granted} is granted; ${next} is next`
  return sheetsOutcome(main, { conditions: rows }, format, { code: EXIT.ok, message })
}
