import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { count, examples, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface MarketShowOptions extends ReadOptions {
  readonly depth: number
}

export function marketCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('market').description('prices, books and how far their data can be trusted')
  watches(command.command('list').description('every instrument: best prices, spread, age, quality'))
    .addHelpText('after', examples('market list', 'market list --watch --json | jq -c .data[]'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./market/list.ts')).listMarkets(deps, options)),
    )
  const show = (child: Command) =>
    child
      .option('--depth <n>', 'rows of book, tape and bars', count, 10)
      .addHelpText(
        'after',
        examples(`market ${child.name()} BTC_JPY`, `market ${child.name()} BTC_JPY --depth 5 --json`),
      )
  show(
    watches(command.command('show <instrument>').description('one instrument: book, last trades, last bars')),
  ).action((instrument: string, options: MarketShowOptions) =>
    settle(options, async () => (await import('./market/show.ts')).showMarket(deps, instrument, options)),
  )
  show(watches(command.command('watch <instrument>').description('`market show --watch`'))).action(
    (instrument: string, options: MarketShowOptions) =>
      settle(options, async () =>
        (await import('./market/show.ts')).showMarket(deps, instrument, { ...options, watch: true }),
      ),
  )
  watches(command.command('quality').description('whether each feed can be traded on'))
    .addHelpText(
      'after',
      `${examples('market quality', 'market quality --json')}\nExit codes: 0 all OK, 5 one is not, 6 no engine answers, 7 one is UNKNOWN.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./market/list.ts')).marketQuality(deps, options)),
    )
  return command
}
