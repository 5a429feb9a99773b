import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function queuesCommand(deps: CommandDeps): Command {
  return watches(new Command('queues').description('what waits to leave for a venue, the most urgent first'))
    .addHelpText(
      'after',
      `${examples('queues', 'queues --watch', 'queues --json')}
The lanes: cancel and flatten, reduce, open and amend, questions. A lane that is full refuses; that of cancels never does.
Exit codes: 0 there is room, 5 a lane is full, 6 without an engine.\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./queues/show.ts')).showQueues(deps, options)),
    )
}
