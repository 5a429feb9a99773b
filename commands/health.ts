import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads, watches } from './engine-options.ts'
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

export function capabilitiesCommand({ settle, engine, printer }: CommandDeps): Command {
  return reads(new Command('capabilities').description('what works now, what is off, and what the gate lets through'))
    .addHelpText(
      'after',
      `${examples('capabilities', 'capabilities --json | jq -r .data.allowed_actions')}
Exit codes: 0 told, 6 no engine has told for ten seconds.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () =>
        (await import('./health/capabilities.ts')).showCapabilities({ engine, printer }, options),
      ),
    )
}

export function readyCommand({ settle, engine, printer }: CommandDeps): Command {
  return reads(new Command('ready').description('whether the engine has started, reconciled and may trade'))
    .addHelpText(
      'after',
      `${examples('ready && echo go')}\nExit codes: 0 ready, 5 not yet, 6 no engine has told for ten seconds.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./health/capabilities.ts')).showReady({ engine, printer }, options)),
    )
}
