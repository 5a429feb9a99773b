import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { count, examples, parseSince, reads, type Since } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface TailOptions extends ReadOptions {
  readonly type?: string | undefined
  readonly bot?: string | undefined
  readonly since?: Since | undefined
  readonly order?: string | undefined
  readonly trace?: string | undefined
  readonly limit: number
}
export interface ExportOptions extends ReadOptions {
  readonly run?: string | undefined
}
export interface SessionOptions extends ReadOptions {
  readonly limit: number
}

export function journalCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('journal').description(
    'what happened and why: the events of all sessions, in one chain each',
  )
  reads(command.command('tail').description('the last events that fit, oldest first'))
    .option('--type <type>', "a type such as 'order.filled', or a family with its dot: 'safety.'")
    .option('--bot <bot>', 'only of this bot')
    .option('--since <when>', "since a time or for a duration: '10m', '2026-01-31T09:00Z'", parseSince)
    .option('--order <order>', 'only what names this order')
    .option('--trace <trace>', 'only this chain of thought, as `t812`')
    .option('--limit <n>', 'at most so many', count, 50)
    .addHelpText(
      'after',
      examples('journal tail', 'journal tail --type safety. --since 1d', 'journal tail --order o42 --json'),
    )
    .action((options: TailOptions) =>
      settle(options, async () => (await import('./journal/tail.ts')).tail(deps, options)),
    )
  reads(command.command('show <order>').description('the causal chain of an order: what led to it and what came of it'))
    .addHelpText('after', examples('journal show o42', 'journal show o42 --json'))
    .action((order: string, options: ReadOptions) =>
      settle(options, async () => (await import('./journal/tail.ts')).showChain(deps, order, options)),
    )
  reads(command.command('verify').description('check the hash chain of every session'))
    .addHelpText(
      'after',
      `${examples('journal verify')}\nExit codes: 0 sound, 5 broken, with the first event that is.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./journal/verify.ts')).verify(deps, options)),
    )
  reads(command.command('export').description('a whole session as the lines that its hashes are made of, JSON each'))
    .option('--run <run>', 'which session, by its id or the beginning of it (default: the last)')
    .addHelpText('after', examples('journal export > journal.jsonl', 'journal export --run 01a204d6 | jq -c .type'))
    .action((options: ExportOptions) =>
      settle(options, async () => (await import('./journal/export.ts')).exportSession(deps, options)),
    )
  reads(command.command('sessions').description('starts and stops of the engine, newest first'))
    .option('--limit <n>', 'at most so many', count, 20)
    .addHelpText('after', examples('journal sessions'))
    .action((options: SessionOptions) =>
      settle(options, async () => (await import('./journal/sessions.ts')).listSessions(deps, options)),
    )
  return command
}
