import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

/** Which of two records that disagree is believed. */
export function sotCommand(deps: CommandDeps): Command {
  const command = new Command('sot').description('which record is believed when two disagree, and when that happened')
  reads(
    command
      .command('explain <entity-id>')
      .description('whom everybody believes about an order, a fill, a balance or a position, and what was corrected'),
  )
    .addHelpText(
      'after',
      `${examples('sot explain o42', 'sot explain balance:JPY', 'sot explain position:FX_BTC_JPY --json')}
Exit codes: 0 shown, 2 nothing is known of the id.\n`,
    )
    .action((id: string, options: ReadOptions) =>
      deps.settle(options, async () => (await import('./sot/explain.ts')).explainSource(deps, id, options)),
    )
  return command.addHelpText('after', examples('sot explain o42'))
}
