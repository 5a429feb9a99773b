import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples } from './engine-options.ts'

export interface PanicOptions {
  readonly profile?: string | undefined
  readonly reason: string
  readonly json: boolean
}

export function panicCommand(deps: CommandDeps): Command {
  return new Command('panic')
    .description('halt now: writes the kill file, which needs neither engine, network nor database')
    .option('--profile <name>', 'whose engine')
    .option('--reason <text>', 'why', 'panic')
    .option('--json', 'print one JSON envelope', false)
    .addHelpText(
      'after',
      `${examples('panic', 'panic --reason "venue sends nonsense"')}
An engine halts within half a second; one that starts later halts before it trades.
Undone step by step with \`kill lower\`, which takes the file away too.\n`,
    )
    .action((options: PanicOptions) =>
      deps.settle(options, async () => (await import('./panic/write-kill-file.ts')).panic(deps, options)),
    )
}
