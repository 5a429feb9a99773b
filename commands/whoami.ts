import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function whoamiCommand(deps: CommandDeps): Command {
  return reads(new Command('whoami').description('who you are to the engine, and what you may do'))
    .addHelpText(
      'after',
      `${examples('whoami', 'PROFINAUT_ROLE=viewer profinaut whoami --json')}
Without a register of operators you have all rights of the machine's user; PROFINAUT_ROLE gives some of them up: viewer, researcher,
operator, or cron. With one you are who it says (profinaut operator --help).\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./whoami/show.ts')).showRights(deps, options)),
    )
}
