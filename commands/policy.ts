import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function policyCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('policy').description('the limits and reason codes that the gate judges by')
  reads(command.command('show').description('every limit with its value, where it comes from and what it means'))
    .addHelpText('after', examples('policy show', 'policy show --format csv'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./limits/show.ts')).limitSheetOf(deps, options)),
    )
  reads(command.command('codes').description('every reason code: its rule, what it decides, what it means, what to do'))
    .addHelpText('after', examples('policy codes', 'policy codes --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./policy/codes.ts')).showCodes(deps, options)),
    )
  reads(command.command('lint').description('limits that contradict each other or leave nothing to trade'))
    .addHelpText('after', `${examples('policy lint --profile prod')}\nExit code 5 when something was found.\n`)
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./policy/lint.ts')).lintPolicy(deps, options)),
    )
  return command
}
