import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, confirmOption, examples } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

const HOW = ['safe', 'flatten', 'now'] as const

export interface StopOptions extends ChangeOptions {
  readonly how: (typeof HOW)[number]
}

export function stopCommand(deps: CommandDeps): Command {
  const command = new Command('stop').description('stop the engine, and wait until it is gone')
  // A safe stop waits half a minute for cancels to be answered, and then puts its books away.
  return changes(command, { waitS: 60 })
    .addOption(
      new Option(
        '--how <how>',
        'safe: bots paused, our orders cancelled, stops at the venue kept; flatten: positions closed first; now: nothing touched',
      )
        .choices(HOW)
        .default('safe'),
    )
    .addOption(confirmOption())
    .addHelpText(
      'after',
      `${examples('stop', 'stop --how now --reason "moving the machine"')}
Exit codes: 0 gone, 3 refused, 4 confirmation required (flatten), 6 no engine runs or it is not gone yet.\n`,
    )
    .action((options: StopOptions) =>
      deps.settle(options, async () => (await import('./stop/stop-engine.ts')).stopEngine(deps, options)),
    )
}
