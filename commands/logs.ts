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
}

export function logsCommand(deps: CommandDeps): Command {
  return reads(new Command('logs').description('what the engine wrote into its log files'))
    .addOption(new Option('--level <level>', 'this level and above').choices(LEVELS).default('info'))
    .option('--since <when>', "since a time or for a duration: '10m', '2026-01-31T09:00Z'", parseSince)
    .option('--limit <n>', 'at most so many, the last', count, 100)
    .option(
      '--follow',
      'go on with what is written from now on, until interrupted; with --json one object a line',
      false,
    )
    .addHelpText('after', examples('logs --level warn --since 1h', 'logs --follow', 'logs --json | jq .data[].msg'))
    .action((options: LogsOptions) =>
      deps.settle(options, async () => (await import('./logs/show.ts')).showLogs(deps, options)),
    )
}
