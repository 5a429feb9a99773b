import { Command, InvalidArgumentError } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { collect, examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface SimulateOptions extends ReadOptions {
  readonly session?: number | undefined
  readonly settings?: string | undefined
  readonly set: readonly string[]
}

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
  reads(
    command
      .command('test')
      .description('hold the limits against orders just within and just beyond each, and what must never pass'),
  )
    .addHelpText('after', `${examples('policy test', 'policy test --json')}\nExit code 5 when a case fails.\n`)
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./policy/test.ts')).testPolicy(deps, options)),
    )
  reads(
    command
      .command('simulate')
      .description('what the gate would have said of the orders of recorded sessions under other limits'),
  )
    .option('--session <n>', 'one session of `profinaut journal sessions`; all unless told', sessionNumber)
    .option('--settings <file>', 'limits of another configuration file')
    .option(
      '--set <limit=value>',
      'one limit, of a part of the account with @: exposure_max@bot:trend=50000',
      collect,
      [],
    )
    .addHelpText(
      'after',
      `${examples(
        'policy simulate --set order_notional_max=100000',
        'policy simulate --session 3 --set exposure_max@bot:trend=50000 --set leverage_max=1.5',
        'policy simulate --settings stricter.toml --json',
      )}
Every intent is judged in the world as it was: what would have followed from another answer is not lived.
Exit codes: 0 told, 2 no such session or limit, 7 a session cannot be lived again.\n`,
    )
    .action((options: SimulateOptions) =>
      settle(options, async () => (await import('./policy/simulate.ts')).simulateLimits(deps, options)),
    )
  return command
}

function sessionNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a number of `profinaut journal sessions`.')
  return Number(text)
}
