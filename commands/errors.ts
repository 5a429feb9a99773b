import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export function errorsCommand(deps: CommandDeps): Command {
  const command = new Command('errors').description('codes of errors and refusals: what each means, and what to do')
  reads(command.command('list', { isDefault: true }).description('every code'))
    .addHelpText('after', examples('errors list', 'errors list --format csv'))
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./errors/show.ts')).listErrors(deps, options)),
    )
  reads(command.command('show <code>').description('one code'))
    .addHelpText('after', examples('errors show storage.disk-full', 'errors show LOSS_DAILY --json'))
    .action((code: string, options: ReadOptions) =>
      deps.settle(options, async () => (await import('./errors/show.ts')).showError(deps, code, options)),
    )
  return command
}
