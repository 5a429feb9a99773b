import { Command, Option } from 'commander'
import { DEFAULT_RESTART_WISH, RESTART_WISHES, type RestartWish } from '../src/runtime/restart-wish.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, collect, count, examples, parseSince, reads, type Since, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface BotListOptions extends ReadOptions {
  readonly state?: string | undefined
}
export interface BotDecisionsOptions extends ReadOptions {
  readonly limit: number
}
export interface BotLogsOptions extends ReadOptions {
  readonly since?: Since | undefined
  readonly limit: number
  readonly follow: boolean
}
export interface BotStartOptions extends ChangeOptions {
  readonly mode?: (typeof RUN_MODES)[number] | undefined
}
export interface BotRegisterOptions extends ChangeOptions {
  readonly strategy: string
  readonly instrument: readonly string[]
  readonly allocation: string
  readonly param: readonly string[]
  readonly onRestart: RestartWish
  readonly book?: string | undefined
}

const RUN_MODES = ['paper', 'canary', 'live'] as const

const STEPS = [
  ['pause', 'BOT_PAUSE', 'let it open nothing new; what it holds stays'],
  ['resume', 'BOT_RESUME', 'go on after a pause'],
  ['stop', 'BOT_STOP', 'cancel its orders and stop it'],
  ['release', 'BOT_RELEASE', 'end its quarantine; it is idle then'],
] as const

export function botCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('bot').description('bots: who trades, why or why not, and steering them')
  watches(command.command('list').description('all bots with state, position and profit'))
    .option('--state <state>', 'only those in this state')
    .addHelpText('after', examples('bot list', 'bot list --watch', 'bot list --state RUNNING --format tsv | cut -f1'))
    .action((options: BotListOptions) =>
      settle(options, async () => (await import('./bot/list.ts')).listBots(deps, options)),
    )
  watches(command.command('show <bot>').description('one bot: state, books, parameters, last decisions'))
    .addHelpText('after', examples('bot show trend'))
    .action((bot: string, options: ReadOptions) =>
      settle(options, async () => (await import('./bot/show.ts')).showBot(deps, bot, options)),
    )
  watches(command.command('decisions <bot>').description('what it decided and what the gate said, oldest first'))
    .option('--limit <n>', 'at most so many', count, 20)
    .addHelpText('after', examples('bot decisions trend --limit 50'))
    .action((bot: string, options: BotDecisionsOptions) =>
      settle(options, async () => (await import('./bot/show.ts')).showDecisions(deps, bot, options)),
    )
  reads(command.command('logs <bot>').description('its decisions, states and log lines, newest last'))
    .option('--since <when>', "since a time or for a duration: '10m', '2026-01-31T09:00Z'", parseSince)
    .option('--limit <n>', 'at most so many, the last', count, 100)
    .option('--follow', 'go on until interrupted; with --json one object a line', false)
    .addHelpText('after', examples('bot logs trend --since 1h', 'bot logs trend --follow'))
    .action((bot: string, options: BotLogsOptions) =>
      settle(options, async () => (await import('./bot/logs.ts')).botLogs(deps, bot, options)),
    )
  reads(
    command
      .command('mode <bot> [mode]')
      .description('the mode that it trades in, and what stands between it and another'),
  )
    .addHelpText(
      'after',
      `${examples('bot mode trend', 'bot mode trend live')}\nExit codes: 0 it is in that mode, 3 conditions are not met: each is listed.\n`,
    )
    .action((bot: string, mode: string | undefined, options: ReadOptions) =>
      settle(options, async () => (await import('./bot/mode.ts')).botMode(deps, bot, mode, options)),
    )
  changes(command.command('start <bot>').description('start a bot that is idle or stopped'))
    .addOption(new Option('--mode <mode>', 'where it trades; as the engine does unless told').choices(RUN_MODES))
    .addHelpText(
      'after',
      `${examples('bot start trend --reason "after lunch"', 'bot start trend --mode live')}\nIn another mode than the engine's every condition that is not met is listed (exit 3).\n`,
    )
    .action((bot: string, options: BotStartOptions) =>
      settle(options, async () => (await import('./bot/mode.ts')).startBot(deps, bot, options)),
    )
  changes(command.command('restart <bot>').description('stop it, wait until its orders are gone, and start it'))
    .addHelpText(
      'after',
      `${examples('bot restart trend --reason "new parameters"')}\nCut off in the middle, it stays stopped: start it with \`bot start\`.\n`,
    )
    .action((bot: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./bot/restart.ts')).restartBot(deps, bot, options)),
    )
  changes(command.command('register <bot>').description('a new bot, idle; its id is never used again'))
    .requiredOption('--strategy <id>', 'as `strategy list` names it')
    .requiredOption('--instrument <id>', 'what it trades; may be repeated, the first is its main one', collect)
    .requiredOption('--allocation <amount>', 'what it may trade with, in the base currency')
    .option('--param <name=value>', 'parameter of the strategy; may be repeated', collect, [])
    .addOption(
      new Option('--on-restart <what>', 'when the engine is started again while it is at work')
        .choices(RESTART_WISHES)
        .default(DEFAULT_RESTART_WISH),
    )
    .option('--book <name>', 'the book that it belongs to: operators may be held to some (default: main)')
    .addHelpText(
      'after',
      examples(
        'bot register trend-2 --strategy sma-cross --instrument BTC_JPY --allocation 500000 --param fast=5 --param slow=20',
      ),
    )
    .action((bot: string, options: BotRegisterOptions) =>
      settle(options, async () => (await import('./bot/steer.ts')).registerBot(deps, bot, options)),
    )
  for (const [name, type, description] of STEPS)
    changes(command.command(`${name} <bot>`).description(description))
      .addHelpText('after', examples(`bot ${name} trend --reason "after lunch"`))
      .action((bot: string, options: ChangeOptions) =>
        settle(options, async () => (await import('./bot/steer.ts')).steerBot(deps, type, bot, options)),
      )
  changes(
    command.command('params <bot> [name=value...]').description('change parameters; those left out stay as they are'),
  )
    .addHelpText('after', examples('bot params trend fast=4 slow=9', 'bot show trend  # tells them'))
    .action((bot: string, params: readonly string[], options: ChangeOptions) =>
      settle(options, async () => (await import('./bot/steer.ts')).setParams(deps, bot, params, options)),
    )
  changes(command.command('allocate <bot> <amount>').description('what it may trade with, in the base currency'))
    .addHelpText('after', examples('bot allocate trend 1500000 --reason "a good month"'))
    .action((bot: string, amount: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./bot/steer.ts')).allocate(deps, bot, amount, options)),
    )
  return command
}
