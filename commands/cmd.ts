import { Command, Option } from 'commander'
import type { CommandStatus } from '../src/runtime/command-catalogue.ts'
import type { CommandDeps } from './command-line.ts'
import { count, examples, reads, seconds } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

/** Written out, so that help costs no schema; the compiler and a test hold it to the catalogue. */
export const STATUSES = [
  'PENDING',
  'ACCEPTED',
  'COMPLETED',
  'FAILED',
  'REJECTED_EXPIRED',
  'REJECTED_DUPLICATE',
  'REJECTED_POLICY',
  'REJECTED_AUTHZ',
  'CANCELED',
] as const satisfies readonly CommandStatus[]

export interface CmdListOptions extends ReadOptions {
  readonly status?: CommandStatus | undefined
  readonly limit: number
}

export interface CmdWatchOptions extends ReadOptions {
  readonly wait: number
}

/** The longest life of a command that waits for an engine is longer; who watches it asks for that. */
const WATCH_S = 600

export function cmdCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('cmd').description('commands handed to the engine, and what became of them')
  reads(command.command('list').description('commands, newest first'))
    .addOption(new Option('--status <status>', 'only in this state').choices(STATUSES))
    .option('--limit <n>', 'at most so many', count, 20)
    .addHelpText('after', examples('cmd list', 'cmd list --status PENDING --json'))
    .action((options: CmdListOptions) =>
      settle(options, async () => (await import('./cmd/list.ts')).listCommands(deps, options)),
    )
  reads(command.command('show <id>').description('one command; its exit code is that of the command'))
    .addHelpText('after', examples('cmd show 01a204d6-0000-7000-8000-000000000000'))
    .action((id: string, options: ReadOptions) =>
      settle(options, async () => (await import('./cmd/list.ts')).showCommand(deps, id, options)),
    )
  reads(command.command('watch <id>').description('stay until it has its answer; its exit code is that of the command'))
    .option('--wait <seconds>', 'how long at most', seconds, WATCH_S)
    .addHelpText('after', examples('cmd watch 01a204d6 --wait 60', 'cmd watch nightly-2026-01-31 --json'))
    .action((id: string, options: CmdWatchOptions) =>
      settle(options, async () => (await import('./cmd/list.ts')).watchCommand(deps, id, options)),
    )
  reads(command.command('cancel <id>').description('withdraw one that the engine has not taken yet'))
    .addHelpText('after', examples('cmd cancel 01a204d6-0000-7000-8000-000000000000'))
    .action((id: string, options: ReadOptions) =>
      settle(options, async () => (await import('./cmd/list.ts')).cancelCommand(deps, id, options)),
    )
  return command
}
