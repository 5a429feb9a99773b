import { Argument, Command } from 'commander'
import { VENUE_FAULTS, type VenueFault } from '../src/venues/simulated/venue-faults.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, seconds } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

export interface FaultOptions extends ChangeOptions {
  readonly instrument?: string | undefined
  readonly seconds?: number | undefined
}

export function devCommand(deps: CommandDeps): Command {
  const command = new Command('dev').description('make things go wrong on purpose, where money is simulated')
  changes(command.command('venue').description('tell the simulated venue to misbehave; other venues refuse'))
    .addArgument(new Argument('<fault>', 'how').choices(VENUE_FAULTS))
    .option('--instrument <id>', 'only there')
    .option('--seconds <n>', 'how long a delay or an outage lasts', seconds)
    .addHelpText('after', examples('dev venue lose-fill --instrument BTC_JPY', 'dev venue offline --seconds 30'))
    .action((fault: VenueFault, options: FaultOptions) =>
      deps.settle(options, async () => {
        const { withEngine } = await import('./engine-access.ts')
        const { submit } = await import('./submission.ts')
        const { instrument, seconds: lasts } = options
        const payload = {
          fault,
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
