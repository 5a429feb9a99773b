import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface LimitSetOptions extends ChangeOptions {
  readonly scope: string
}

export function limitsCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('limits').description(
    'what may be risked: the limits in force, their use, and setting them',
  )
  watches(
    command
      .command('show', { isDefault: true })
      .description('every limit with its value, who set it, and how much of it is used'),
  )
    .addHelpText('after', examples('limits show', 'limits show --watch', 'limits show --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./limits/show.ts')).showLimits(deps, options)),
    )
  changes(
    command
      .command('set <limit> <value>')
      .description('set a limit above the settings, for a running engine and every later start'),
    { needsReason: true },
  )
    .addOption(
      new Option('--scope <scope>', 'of a part of the account: venue:…, instrument:…, strategy:… or bot:…').default(
        'global',
      ),
    )
    .addHelpText(
      'after',
      `${examples(
        'limits set order_notional_max 200000 --reason "thin market"',
        'limits set exposure_max 100000 --scope bot:trend --reason "first week"',
        'limits set order_notional_max default --reason "as it was"',
      )}
A stricter limit is in force at once; one that is relaxed is confirmed first (exit 4). 'default' is as the settings have it, 'inf' is
no limit. A limit is fixed for a session: setting one begins a new session on the same books, and strategies warm up anew.\n`,
    )
    .action((limit: string, value: string, options: LimitSetOptions) =>
      settle(options, async () => (await import('./limits/set.ts')).setLimit(deps, limit, value, options)),
    )
  return command
}
