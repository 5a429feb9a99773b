import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, examples } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

export interface SafeModeOptions extends ChangeOptions {
  readonly halt: boolean
}

export function safeModeCommand(deps: CommandDeps): Command {
  const command = new Command('safe-mode').description('no new risk from now on; closing and cancelling go on')
  return changes(command, { needsReason: true })
    .option('--halt', 'HALTED instead: bots stop too', false)
    .addHelpText(
      'after',
      `${examples('safe-mode --reason "odd prices at the venue"')}\nLeft with \`safety release\`. With no engine running it waits an hour for one.\n`,
    )
    .action((options: SafeModeOptions) =>
      deps.settle(options, async () => {
        const { withEngine } = await import('./engine-access.ts')
        const { submit } = await import('./submission.ts')
        const payload = { mode: options.halt ? 'HALTED' : 'SAFE_MODE' } as const
        return withEngine(options, deps.engine, (access) =>
          submit(access, deps.engine, { type: 'MODE_RAISE', payload }, options),
        )
      }),
    )
}
