import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples } from './engine-options.ts'

export interface InitOptions {
  readonly profile?: string | undefined
  readonly force: boolean
  readonly json: boolean
}

export function initCommand(deps: CommandDeps): Command {
  return new Command('init')
    .description("make a profile's folder and a config.toml that says every setting and changes none")
    .option('--profile <name>', 'profile to make')
    .option('--force', 'put a new config.toml in place of the one that is there; the old one is kept beside it', false)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', examples('init', 'init --profile paper-1'))
    .action((options: InitOptions) =>
      deps.settle(options, async () => (await import('./init/write-config.ts')).init(deps, options)),
    )
}
