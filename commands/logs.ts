import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { count, examples, parseSince, reads, type Since } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export interface LogsOptions extends ReadOptions {
  readonly level: (typeof LEVELS)[number]
  readonly since?: Since | undefined
  readonly limit: number
  readonly follow: boolean
  readonly trace?: string | undefined
}

export function logsCommand(deps: CommandDeps): Command {
  const command = new Command('logs').description('what the engine wrote into its log files')
  reads(command.command('show', { isDefault: true }).description('lines, the newest last'))
    .addOption(new Option('--level <level>', 'this level and above').choices(LEVELS).default('info'))
    .option('--since <when>', "since a time or for a duration: '10m', '2026-01-31T09:00Z'", parseSince)
    .option('--limit <n>', 'at most so many, the last', count, 100)
    .option('--trace <id>', 'only what belongs to this trace')
    .option(
      '--follow',
      'go on with what is written from now on, until interrupted; with --json one object a line',
      false,
    )
    .addHelpText('after', examples('logs --level warn --since 1h', 'logs --follow', 'logs --json | jq .data[].msg'))
    .action((options: LogsOptions) =>
      deps.settle(options, async () => (await import('./logs/show.ts')).showLogs(deps, options)),
    )
  reads(command.command('verify').description('read every line as strictly as it was meant to be written'))
    .addHelpText(
      'after',
      `${examples('logs verify', 'logs verify --json')}\nExit code 5 when a line is not as it should be.\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./logs/verify.ts')).verifyLogs(deps, options)),
    )
  return command
}
