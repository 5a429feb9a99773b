import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function idempotencyCommand(deps: CommandDeps): Command {
  const command = new Command('idempotency').description(
    'what a key stands for, and how often it came again without effect',
  )
  reads(command.command('show <key>').description('a request id, or the id of a trade'))
    .addHelpText(
      'after',
      examples('idempotency show order-3f2a91c04b7e6d5a8c1f0b2e', 'idempotency show nightly-2026-01-31 --json'),
    )
    .action((key: string, options: ReadOptions) =>
      deps.settle(options, async () => (await import('./idempotency/show.ts')).showKey(deps, key, options)),
    )
  return command
}
