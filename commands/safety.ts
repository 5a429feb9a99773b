import { Command, InvalidArgumentError } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, count, examples, parseSince, reads, type Since, TWO_STEPS, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface SafetyHistoryOptions extends ReadOptions {
  readonly since?: Since | undefined
  readonly limit: number
}
export interface SuppressOptions extends ChangeOptions {
  readonly seconds: number
}

export function safetyCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('safety').description('the safety mode: why it holds, what trips it, and leaving it')
  watches(command.command('show').description('mode, reasons, kill levels, and what stands in the way of release'))
    .addHelpText('after', examples('safety show', 'safety show --watch --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./kill/status.ts')).killStatus(deps, options)),
    )
  reads(command.command('history').description('every change of mode, reasons and kill levels, oldest first'))
    .option('--since <when>', "since a time or for a duration: '2h', '2026-01-31T09:00Z'", parseSince)
    .option('--limit <n>', 'at most so many, the newest', count, 50)
    .addHelpText('after', examples('safety history --since 7d', 'safety history --format csv'))
    .action((options: SafetyHistoryOptions) =>
      settle(options, async () => (await import('./safety/history.ts')).safetyHistory(deps, options)),
    )
  watches(command.command('interlocks').description('what trips by itself, what it does, and which stand now'))
    .addHelpText(
      'after',
      `${examples('safety interlocks', 'safety interlocks --json')}
Exit codes: 0 none stands, 5 one does. Without an engine the table is told as the books left it.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./safety/interlocks.ts')).showInterlocks(deps, options)),
    )
  changes(command.command('suppress <interlock>').description('put one aside for minutes; never a latched one'), {
    needsReason: true,
  })
    .option('--seconds <n>', 'for how long, 1 to 300', parseSeconds, 60)
    .addHelpText(
      'after',
      `${examples('safety suppress CLOCK_WARN --seconds 120 --reason "time server is being moved"')}${TWO_STEPS}`,
    )
    .action((interlock: string, options: SuppressOptions) =>
      settle(options, async () => (await import('./safety/interlocks.ts')).suppress(deps, interlock, options)),
    )
  changes(command.command('release').description('leave SAFE_MODE or HALTED, once every release check is met'), {
    needsReason: true,
  })
    .addHelpText('after', `${examples('safety release --reason "reconciled, feed is back"')}${TWO_STEPS}`)
    .action((options: ChangeOptions) =>
      settle(options, async () => (await import('./kill/change.ts')).releaseMode(deps, options)),
    )
  return command
}

const SECONDS_MAX = 300
function parseSeconds(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > SECONDS_MAX)
    throw new InvalidArgumentError(`whole seconds from 1 to ${SECONDS_MAX}.`)
  return value
}
