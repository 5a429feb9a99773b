import { Command, Option } from 'commander'
import type { CommandDeps } from '../command-line.ts'

import type { BacktestOptions } from './spec-of-options.ts'

/** What the command line of `backtest` says beyond the plan itself. */
export interface RunOptions extends BacktestOptions {
  readonly out?: string
  readonly report?: string
  readonly json: boolean
  readonly quiet: boolean
  readonly scenarios: boolean
  readonly profile?: string
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

const EXAMPLES = `
Examples:
  profinaut backtest sma-cross
      on an invented market: needs no data, no keys, no network
  profinaut backtest sma-cross --data BTCUSDT-1m.csv.gz --param fast=10 --param slow=50 --report report.html
  profinaut backtest rsi-reversion --data BTC/USDT=btc.parquet --data ETH/USDT=eth.parquet --from 2021-05-01 --to 2021-05-15
  profinaut backtest simple-mm --data depth.csv.gz --data snapshot.csv --data trades.csv.gz --instrument BTC/USDT --leverage 5 --latency 0,20ms,20ms
  profinaut backtest buy-and-hold --data synthetic:bars?count=5000000&seed=7 --json

Exit codes: 0 done, 1 internal error or a strategy that failed, 2 usage or bad data, 130 interrupted.
The parameters of a strategy: profinaut strategy show <strategy>`

export function backtestCommand({ settle, engine }: CommandDeps): Command {
  return new Command('backtest')
    .description('run a strategy over market data through the same kernel, gate, orders and books that trade')
    .argument('<strategy>', 'see `profinaut strategy list`')
    .option(
      '--data <file>',
      'market data: CSV (.gz, .zst), Parquet, or synthetic:…; [INSTRUMENT=]FILE; may be repeated',
      collect,
      [],
    )
    .option('--instrument <pair>', 'what the data is of, BASE/QUOTE; may be repeated', collect, [])
    .option('--param <k=v>', 'parameter of the strategy; may be repeated', collect, [])
    .option('--from <time>', 'first day or instant, UTC unless it says another zone')
    .option('--to <time>', 'end, not included')
    .option('--cash <amount>', 'starting cash in the first quote currency', '10000')
    .option('--fee-maker <rate>', 'of a fill that rested: 0.001, 0.1% or 10bps; negative is a rebate', '0.1%')
    .option('--fee-taker <rate>', 'of a fill that took', '0.1%')
    .option(
      '--slippage <model>',
      'none, 5bps, spread:<ticks>, sqrt:<coefficient>; default 5bps on bars, none elsewhere',
    )
    .addOption(
      new Option('--fill <when>', 'where market orders meet bars')
        .choices(['next-open', 'same-close'])
        .default('next-open'),
    )
    .addOption(
      new Option('--limit-fill <rule>', 'when a resting limit fills').choices(['through', 'touch']).default('through'),
    )
    .addOption(
      new Option('--limit-gap <price>', 'what a limit gets that the open jumped over')
        .choices(['limit', 'open'])
        .default('limit'),
    )
    .option(
      '--latency <time>',
      '50ms, or feed,entry,response; ~0.5 behind it varies it; default none on bars, 50ms on books',
    )
    .addOption(
      new Option('--queue <model>', 'place in the line at a price')
        .choices(['conservative', 'proportional', 'probability'])
        .default('conservative'),
    )
    .option('--participation <share>', 'most of the volume that may be ours, for example 10%')
    .option('--funding <rate/interval>', 'paid by longs to shorts, for example 0.01%/8h')
    .option('--leverage <times>', 'margin account with this leverage; allows short')
    .option('--short', 'margin account without leverage: allows short', false)
    .option('--tick <size>', 'price step; default: the finest in the data')
    .option('--lot <size>', 'quantity step; default: the finest in the data')
    .addOption(new Option('--stamp <which>', 'what the time of a bar means').choices(['open', 'close']).default('open'))
    .option('--repair', 'count and report faulty rows instead of stopping at the first', false)
    .option('--limit <k=v>', 'limit of the gate that differs from those of research; may be repeated', collect, [])
    .option('--periods <n>', 'trading days a year, for annual figures', '365')
    .option('--seed <n>', 'of all chance in the run', '1')
    .option('--no-scenarios', 'leave out the runs at 0× and 2× costs')
    .option('--out <dir>', 'folder for the artefacts; default: a new one in the profile')
    .option('--report <file>', 'also write a self-contained HTML report')
    .option('--profile <name>', 'profile whose register keeps the run')
    .option('--quiet', 'no progress', false)
    .option('--json', 'print one JSON envelope', false)
    .addHelpText('after', EXAMPLES)
    .action((strategy: string, options: RunOptions) =>
      settle(options, async () => {
        const { callerFor, requireRight } = await import('../caller.ts')
        requireRight(await callerFor(options, engine), 'research')
        const { runBacktest } = await import('./run.ts')
        return runBacktest(strategy, options)
      }),
    )
}
