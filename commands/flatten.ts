import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, confirmOption, examples } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

export interface FlattenOptions extends ChangeOptions {
  readonly bot?: string | undefined
  readonly instrument?: string | undefined
  readonly venue?: string | undefined
}

const WAIT_S = 300

export function flattenCommand(deps: CommandDeps): Command {
  const command = new Command('flatten').description(
    'close positions safely, in slices, and wait until the venue says flat',
  )
  return changes(command, { needsReason: true, waitS: WAIT_S })
    .option('--bot <bot>', 'what this bot holds alone')
    .addOption(new Option('--instrument <id>', 'this instrument alone').conflicts('bot'))
    .addOption(new Option('--venue <id>', 'this venue alone').conflicts(['bot', 'instrument']))
    .addOption(confirmOption())
    .addHelpText(
      'after',
      `${examples(
        'flatten --reason "end of it" --confirm \'flatten 2\'',
        'flatten --bot trend --reason "wrong way" --confirm \'flatten 1\' --wait 600',
      )}
It raises FLATTEN for the scope: orders are cancelled, positions closed reduce-only within the spread's limits, and the level
stays until \`kill lower\`. Without --confirm it prints the phrase to give and does nothing.
Exit codes: 0 flat as the venue says, 4 phrase wanted, 5 something is left after its time, 6 still at work when the wait is over.\n`,
    )
    .action((options: FlattenOptions) =>
      deps.settle(options, async () => (await import('./flatten/flatten-scope.ts')).flattenScope(deps, options)),
    )
}
