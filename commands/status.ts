import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function statusCommand(deps: CommandDeps): Command {
  return watches(new Command('status').description('what the engine is, does and is worth now'))
    .addHelpText(
      'after',
      `${examples('status', 'status --watch', 'status --json | jq .data.safety_mode')}
Exit codes: 0 healthy, 5 degraded or worse, 6 no engine answers, 7 something needed is unknown.\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./status/show.ts')).showStatus(deps, options)),
    )
}
