import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { count, examples, reads, seconds } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface ConfirmOptions extends ChangeOptions {
  readonly token: string
  readonly phrase?: string | undefined
}
export interface ConfirmationsOptions extends ReadOptions {
  readonly limit: number
}

export function confirmCommand(deps: CommandDeps): Command {
  return new Command('confirm')
    .description('carry out a dangerous operation: the second of its two steps')
    .argument('<challenge>', 'id, as the first step printed it')
    .addOption(new Option('--token <token>', 'as the first step printed it; good once').makeOptionMandatory())
    .option('--phrase <phrase>', 'to be typed where the first step asks for one')
    .option('--profile <name>', 'whose engine')
    .option('--wait <seconds>', 'how long to wait for the answer; 0 prints the id of the command', seconds, 10)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText(
      'after',
      `${examples(
        'confirm 01a204d6-0000-7000-8000-000000000000 --token 3q2-…',
        "confirm 01a204d6-0000-7000-8000-000000000000 --token 3q2-… --phrase 'CONFIRM' --json",
      )}
Exit codes: 0 done, 3 expired, used, or not what was asked; then the first step is taken again.\n`,
    )
    .action((challenge: string, options: ConfirmOptions) =>
      deps.settle(options, async () => (await import('./confirm/confirm.ts')).confirm(deps, challenge, options)),
    )
}

export function confirmationsCommand(deps: CommandDeps): Command {
  return reads(new Command('confirmations').description('dangerous operations that were asked for, and their ends'))
    .option('--limit <n>', 'at most so many, the newest', count, 20)
    .addHelpText('after', examples('confirmations', 'confirmations --limit 5 --json'))
    .action((options: ConfirmationsOptions) =>
      deps.settle(options, async () => (await import('./confirm/list.ts')).listConfirmations(deps, options)),
    )
}
