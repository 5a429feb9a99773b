import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, reads } from './engine-options.ts'
import { orderTerms, type PlaceOptions } from './order.ts'
import type { ReadOptions } from './reading.ts'

export function gateCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('gate').description(
    'the policy gate: what it lets pass in each state, and why or why not',
  )
  reads(
    command
      .command('matrix')
      .description(
        'every cell of safety mode, kill level, what else is the matter, and action, as the gate answers it',
      ),
  )
    .addHelpText('after', examples('gate matrix', 'gate matrix --format csv > matrix.csv', 'gate matrix --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./gate/matrix.ts')).gateMatrixSheet(deps, options)),
    )
  orderTerms(
    changes(
      command
        .command('explain <instrument> <side> <qty>')
        .description('what every rule says of an order now; nothing is placed'),
    ),
  )
    .addHelpText(
      'after',
      `${examples('gate explain BTC_JPY buy 0.01 --limit 9500000', 'gate explain BTC_JPY sell 0.01 --reduce-only --json')}
Exit code 0 when it would pass, 3 when it would not. Asked of the running engine, by its books and its market.\n`,
    )
    .action((instrument: string, side: string, qty: string, options: PlaceOptions) =>
      settle(options, async () =>
        (await import('./gate/explain.ts')).explainGate(deps, { instrument, side, qty }, options),
      ),
    )
  return command
}
