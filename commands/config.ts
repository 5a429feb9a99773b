import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, reads, TWO_STEPS } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface ConfigShowOptions extends ReadOptions {
  readonly origin: boolean
}

export function configCommand(deps: CommandDeps): Command {
  const command = new Command('config').description('the settings of a profile, and where each comes from')
  reads(command.command('show').description('every setting as it is in force'))
    .option('--origin', 'tell where each comes from: built in, demo, a line of the file, the environment', false)
    .addHelpText('after', examples('config show --origin', 'config show --json | jq .data'))
    .action((options: ConfigShowOptions) =>
      deps.settle(options, async () => (await import('./config/show.ts')).showConfig(deps, options)),
    )
  reads(command.command('check').description('read the settings and tell everything that is wrong with them'))
    .addHelpText('after', `${examples('config check')}\nExit codes: 0 fine, 2 with every problem and its line.\n`)
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./config/show.ts')).checkConfig(options)),
    )
  changes(command.command('apply').description('put settings that were changed on disk in force, in a new session'), {
    needsReason: true,
  })
    .addHelpText(
      'after',
      `${examples('config apply --reason "the grid bot may trade ether too"')}
Limits, approvals and bots; everything else needs a start, and is named. Exit codes: 0 in force, 3 refused.${TWO_STEPS}`,
    )
    .action((options: ChangeOptions) =>
      deps.settle(options, async () => (await import('./config/apply.ts')).applyConfig(deps, options)),
    )
  reads(command.command('explain <key>').description('one setting, or all of a section: value, origin, unit, meaning'))
    .addHelpText('after', examples('config explain engine.speed', 'config explain limits'))
    .action((key: string, options: ReadOptions) =>
      deps.settle(options, async () => (await import('./config/show.ts')).explainConfig(deps, key, options)),
    )
  reads(command.command('path').description('where the profile keeps its things'))
    .addHelpText('after', examples('config path', 'config path --json | jq -r .data.config'))
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./config/show.ts')).showPaths(deps, options)),
    )
  return command
}
