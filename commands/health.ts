import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface HealthOptions extends ReadOptions {
  readonly allowDegraded: boolean
}

export function healthCommand(deps: CommandDeps): Command {
  return watches(new Command('health').description('every check of the engine, and the worst of them'))
    .option('--allow-degraded', 'DEGRADED is exit 0 too', false)
    .addHelpText(
      'after',
      `${examples('health', 'health --allow-degraded --json')}
Exit codes: 0 OK, 5 FAILED or DEGRADED, 6 no engine answers (its last words are shown with their age), 7 UNKNOWN.\n`,
    )
    .action((options: HealthOptions) =>
      deps.settle(options, async () => (await import('./health/show.ts')).showHealth(deps, options)),
    )
}
