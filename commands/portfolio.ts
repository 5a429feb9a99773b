import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples, parseSince, type Since, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface SpanOptions extends ReadOptions {
  readonly since?: Since | undefined
}
export interface PnlOptions extends SpanOptions {
  readonly daily: boolean
}

export function portfolioCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('portfolio').description('what is held, what it is worth, gains and risks')
  watches(command.command('show').description('equity, cash, limits and how near they are'))
    .addHelpText('after', examples('portfolio show', 'portfolio show --watch --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./portfolio/show.ts')).showPortfolio(deps, options)),
    )
  watches(command.command('positions').description('positions by bot and instrument'))
    .addHelpText('after', examples('portfolio positions', 'portfolio positions --format csv'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./portfolio/positions.ts')).listPositions(deps, options)),
    )
  const since = (child: Command) =>
    child.option('--since <when>', "since a time or for a duration: '7d', '2026-01-31'", parseSince)
  since(watches(command.command('pnl').description('profit: realised, unrealised, fees, funding')))
    .option('--daily', 'by UTC day and instrument, from the books, exact', false)
    .addHelpText('after', examples('portfolio pnl', 'portfolio pnl --daily --since 30d --format csv'))
    .action((options: PnlOptions) =>
      settle(options, async () => (await import('./portfolio/pnl.ts')).showPnl(deps, options)),
    )
  since(watches(command.command('equity').description('the equity curve, as it was recorded')))
    .addHelpText('after', examples('portfolio equity --since 1d', 'portfolio equity --format csv > equity.csv'))
    .action((options: SpanOptions) =>
      settle(options, async () => (await import('./portfolio/equity.ts')).showEquity(deps, options)),
    )
  watches(command.command('exposure').description('exposure by asset, venue and bot, and the limits'))
    .addHelpText('after', examples('portfolio exposure'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./portfolio/show.ts')).showExposure(deps, options)),
    )
  return command
}
