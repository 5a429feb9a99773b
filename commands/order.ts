import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, count, examples, parseSince, reads, type Since, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface OrderListOptions extends ReadOptions {
  readonly all: boolean
  readonly state?: string | undefined
  readonly bot?: string | undefined
  readonly instrument?: string | undefined
  readonly since?: Since | undefined
  readonly limit: number
}
export interface FillOptions extends Omit<OrderListOptions, 'all' | 'state'> {
  readonly order?: string | undefined
}
export interface ExplainOptions extends ReadOptions {
  readonly md: boolean
}
export interface PlaceOptions extends ChangeOptions {
  readonly nonce?: string | undefined
  readonly limit?: string | undefined
  readonly stop?: string | undefined
  readonly tif?: 'GTC' | 'IOC' | 'FOK' | 'POST_ONLY' | undefined
  readonly reduceOnly: boolean
  readonly bot?: string | undefined
}
export interface CancelAllOptions extends ChangeOptions {
  readonly scope?: string | undefined
}

/** The terms of an order besides what is traded, which way and how much. */
export function orderTerms(command: Command): Command {
  return command
    .option('--limit <price>', 'worst price; without it the order is a market order')
    .option('--stop <price>', 'price at which it comes alive')
    .addOption(new Option('--tif <policy>', 'time in force').choices(['GTC', 'IOC', 'FOK', 'POST_ONLY']))
    .option('--reduce-only', 'it may only make a position smaller', false)
    .option('--bot <bot>', 'whose position it is for (default: manual)')
}

export function orderCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('order').description('orders: what works, what became of others, placing and cancelling')
  const filters = (child: Command) =>
    child
      .option('--bot <bot>', 'only of this bot')
      .option('--instrument <id>', 'only in this instrument')
      .option('--since <when>', "since a time or for a duration: '2h', '2026-01-31', '2026-01-31T09:00Z'", parseSince)
      .option('--limit <n>', 'at most so many, the newest', count, 50)
  filters(
    watches(command.command('list').description('orders that work; with --all or --state also those that have ended')),
  )
    .option('--all', 'ended ones too', false)
    .option('--state <state>', 'only in this state: OPEN, FILLED, UNKNOWN, …')
    .addHelpText(
      'after',
      examples('order list', 'order list --all --since 1d --format csv', 'order list --state UNKNOWN --json'),
    )
    .action((options: OrderListOptions) =>
      settle(options, async () => (await import('./order/list.ts')).listOrders(deps, options)),
    )
  watches(command.command('show <order>').description('one order: its terms, its life, its fills'))
    .addHelpText(
      'after',
      `${examples('order show o42')}\nThe whole chain of causes: \`profinaut journal show <order>\`.\n`,
    )
    .action((order: string, options: ReadOptions) =>
      settle(options, async () => (await import('./order/show.ts')).showOrder(deps, order, options)),
    )
  reads(
    command
      .command('explain <order>')
      .description('why it existed: who wished for it, on what, and what let it through'),
  )
    .option('--md', 'as a page of Markdown', false)
    .addHelpText(
      'after',
      `${examples('order explain o42', 'order explain o42 --md > o42.md', 'order explain o42 --json')}\nWhat was never recorded is said to be so.\n`,
    )
    .action((order: string, options: ExplainOptions) =>
      settle(options, async () => (await import('./order/explain.ts')).explainOrder(deps, order, options)),
    )
  filters(watches(command.command('fills').description('executions, newest first')))
    .option('--order <order>', 'only of this order')
    .addHelpText('after', examples('order fills --since 1d', 'order fills --bot trend --format csv > fills.csv'))
    .action((options: FillOptions) =>
      settle(options, async () => (await import('./order/fills.ts')).listFills(deps, options)),
    )
  orderTerms(
    changes(
      command
        .command('place <instrument> <side> <qty>')
        .description('an order of your own, through the same gate as every other'),
    ),
  )
    .option('--nonce <text>', 'tells apart orders of the same terms: without it the same order twice is one')
    .addHelpText(
      'after',
      `${examples(
        'order place BTC_JPY buy 0.01 --limit 9500000',
        'order place BTC_JPY sell 0.01 --stop 9000000 --reduce-only',
        'order place BTC_JPY buy 0.01 --nonce "$(date +%F)"  # once a day, however often it is run',
      )}\nOne that was refused may be asked for again as it is.\n`,
    )
    .action((instrument: string, side: string, qty: string, options: PlaceOptions) =>
      settle(options, async () =>
        (await import('./order/change.ts')).placeOrder(deps, { instrument, side, qty }, options),
      ),
    )
  changes(command.command('cancel <order>').description('ask the venue to cancel one order'))
    .addHelpText('after', examples('order cancel o42'))
    .action((order: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./order/change.ts')).cancelOrder(deps, order, options)),
    )
  changes(command.command('cancel-all').description('cancel every order, but what closes a position under FLATTEN'), {
    needsReason: true,
  })
    .option('--scope <scope>', 'global, venue:…, bot:… or instrument:…')
    .addHelpText(
      'after',
      examples(
        'order cancel-all --reason "news in a minute"',
        'order cancel-all --scope bot:trend --reason "tidying up"',
      ),
    )
    .action((options: CancelAllOptions) =>
      settle(options, async () => (await import('./order/change.ts')).cancelAll(deps, options)),
    )
  return command
}
