import type { SafetyView } from '../../src/runtime/link/views.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineAccess } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Format } from '../format.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { type ReadOptions, read, readView } from '../reading.ts'
import { sheet, sheetOutcome } from '../sheet.ts'

type Live = NonNullable<SafetyView['live']>

/** Only a running engine is armed: it is read from where it acts. */
export function liveStatus(deps: CommandDeps, options: ReadOptions): Promise<Outcome> {
  return read(deps, options, { topics: ['safety'], show })
}

async function show({ client }: EngineAccess, format: Format): Promise<Outcome> {
  if (client === undefined)
    throw new CommandError(
      EXIT.unreachable,
      'ENGINE_UNREACHABLE',
      'no engine is running: nothing is armed, and nothing reaches a venue',
      'start one: profinaut up, or profinaut engine',
    )
  const { live } = await readView(client, 'safety')
  const rows = sheet(
    [
      { name: 'stage', align: 'left', exact: ({ stage }: Live) => stage },
      { name: 'environment', align: 'left', exact: ({ environment }) => environment },
      { name: 'venue', align: 'left', exact: ({ isPractice }) => (isPractice ? 'practice' : 'real') },
      { name: 'armed', align: 'left', exact: ({ isArmed }) => (isArmed ? 'yes' : 'no') },
      { name: 'minutes_left', align: 'right', exact: ({ leftMs }) => Math.ceil(leftMs / 60_000) },
      { name: 'in_the_way', align: 'left', exact: ({ obstacles }) => obstacles.join(' ') },
    ],
    live === undefined ? [] : [live],
    { empty: 'this profile trades on the simulated venue: there is nothing to arm' },
  )
  if (live?.isArmed === true) return sheetOutcome(rows, format, { code: EXIT.ok, message: 'armed' })
  return sheetOutcome(rows, format, {
    code: EXIT.checkFailed,
    message: 'not armed: nothing reaches a venue',
    reasonCodes: live === undefined ? ['NOT_A_REAL_VENUE'] : ['LIVE_NOT_ARMED', ...live.obstacles],
  })
}
