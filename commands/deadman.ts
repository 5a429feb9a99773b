import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export function deadmanCommand(deps: CommandDeps): Command {
  const command = new Command('deadman').description("dead-man's switches: what stops trading when it goes silent")
  watches(command.command('status').description('each switch, how long it has heard nothing, and what it then does'))
    .addHelpText(
      'after',
      `${examples('deadman status', 'deadman status --json')}
Exit code 5 when one has tripped, 6 without an engine: then nothing trades, and nothing is watched.\n`,
    )
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./deadman/status.ts')).deadManStatus(deps, options)),
    )
  changes(command.command('ack').description('say that the operator is there (deadman.operator_h)'))
    .addHelpText('after', examples('deadman ack'))
    .action((options: ChangeOptions) =>
      deps.settle(options, async () => {
        const { withEngine } = await import('./engine-access.ts')
        const { submit } = await import('./submission.ts')
        return withEngine(options, deps.engine, (access) =>
          submit(access, deps.engine, { type: 'DEADMAN_ACK', payload: {} }, options),
        )
      }),
    )
  return command
}
