import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function breakersCommand(deps: CommandDeps): Command {
  return watches(new Command('breakers').description('what stops asking a venue that fails or is slow'))
    .addHelpText(
      'after',
      `${examples('breakers', 'breakers --watch', 'breakers --json')}
CLOSED lets everything through, OPEN only what cancels or reduces, HALF_OPEN one trial at a time besides. While one is not
closed, new risk waits.
Exit codes: 0 all are closed, 5 one is not, 6 without an engine.\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./breakers/show.ts')).showBreakers(deps, options)),
    )
}
