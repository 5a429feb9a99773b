import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function leaseCommand(deps: CommandDeps): Command {
  const command = new Command('lease').description('the short permissions without which nothing new is opened')
  watches(command.command('status').description('every lease: of which bot or venue, until when, for what'))
    .addHelpText(
      'after',
      `${examples('lease status', 'lease status --watch', 'lease status --json')}
Exit codes: 0 all stand, 5 one has run out or only closes, 6 without an engine.\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./lease/status.ts')).showLeases(deps, options)),
    )
  return command
}
