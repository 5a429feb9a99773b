import { Argument, Command, InvalidArgumentError } from 'commander'
import { VENUE_FAULTS, type VenueFault } from '../src/venues/simulated/venue-faults.ts'
import type { CommandDeps } from './command-line.ts'
import { wholeSeed } from './engine.ts'
import { changes, examples, seconds } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

export interface FaultOptions extends ChangeOptions {
  readonly instrument?: string | undefined
  readonly seconds?: number | undefined
}

export interface ServeOptions {
  readonly name: PracticeVenue
  readonly port: number
  readonly seed: number
  readonly chaos: boolean
  readonly json: boolean
}

/** Venues that are served on this machine, to practise on. */
const PRACTICE_VENUES = ['gmo', 'binance', 'binanceusdm'] as const
export type PracticeVenue = (typeof PRACTICE_VENUES)[number]
const PRACTICE_PORT = 18_080

export function devCommand(deps: CommandDeps): Command {
  const command = new Command('dev').description('make things go wrong on purpose, where money is simulated')
  changes(
    command
      .command('venue')
      .description('serve a venue on this machine to practise live trading on, or have the simulated one misbehave'),
  )
    .addArgument(
      new Argument('<what>', 'a venue to serve, or a fault of the simulated one').choices([
        ...PRACTICE_VENUES,
        ...VENUE_FAULTS,
      ]),
    )
    .option('--port <n>', 'where a venue is served; 0 is any port', portNumber, PRACTICE_PORT)
    .option('--seed <n>', 'what its markets are drawn from', wholeSeed, 1)
    .option('--chaos', 'something goes wrong every half minute', false)
    .option('--instrument <id>', 'only there')
    .option('--seconds <n>', 'how long a delay or an outage lasts', seconds)
    .addHelpText(
      'after',
      examples(
        'dev venue gmo --chaos',
        'dev venue binance',
        'dev venue lose-fill --instrument BTC_JPY',
        'dev venue offline --seconds 30',
      ),
    )
    .action((what: PracticeVenue | VenueFault, options: FaultOptions & Omit<ServeOptions, 'name'>) =>
      deps.settle(options, async () => {
        if (isPracticeVenue(what))
          return (await import('./dev/serve-venue.ts')).servePracticeVenue(deps, { ...options, name: what })
        const { withEngine } = await import('./engine-access.ts')
        const { submit } = await import('./submission.ts')
        const { instrument, seconds: lasts } = options
        const payload = {
          fault: what,
          ...(instrument === undefined ? {} : { instrument_id: instrument }),
          ...(lasts === undefined ? {} : { seconds: lasts }),
        }
        return withEngine(options, deps.engine, (access) =>
          submit(access, deps.engine, { type: 'VENUE_FAULT', payload }, options),
        )
      }),
    )
  return command
}

function isPracticeVenue(what: string): what is PracticeVenue {
  return PRACTICE_VENUES.some((name) => name === what)
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!Number.isSafeInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('a port, 0 to 65535.')
  return port
}
