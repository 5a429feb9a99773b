import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, examples } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

export interface CloseOptions extends ChangeOptions {
  readonly bot?: string | undefined
}

export function positionCommand(deps: CommandDeps): Command {
  const command = new Command('position').description('closing positions by hand; `portfolio positions` lists them')
  changes(command.command('close <instrument>').description('bring a position down to nothing, reduce-only, at market'))
    .option('--bot <bot>', 'whose position (default: manual)')
    .addHelpText('after', examples('position close BTC_JPY --bot trend --reason "not over the weekend"'))
    .action((instrument: string, options: CloseOptions) =>
      deps.settle(options, async () => {
        const { withEngine } = await import('./engine-access.ts')
        const { submit } = await import('./submission.ts')
        const payload = { instrument_id: instrument, ...(options.bot === undefined ? {} : { bot_id: options.bot }) }
        return withEngine(options, deps.engine, (access) =>
          submit(access, deps.engine, { type: 'POSITION_CLOSE', payload }, options),
        )
      }),
    )
  return command
}
