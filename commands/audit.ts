import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { count, examples, parseSince, reads, type Since } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface AuditSpanOptions extends ReadOptions {
  readonly since?: Since | undefined
  readonly until?: Since | undefined
}
export interface AuditSearchOptions extends AuditSpanOptions {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly target?: string | undefined
  readonly reasonCode?: string | undefined
  readonly trace?: string | undefined
  readonly text?: string | undefined
  readonly limit: number
}
export interface AuditVerifyOptions extends ReadOptions {
  readonly tail: boolean
  readonly export?: string | undefined
}
export interface AuditExportOptions extends AuditSpanOptions {
  readonly out: string
  readonly csv: boolean
  readonly most: number
}

export function auditCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('audit').description('who did what, why and with what result; and proof that it is whole')
  const rows = (options: AuditSearchOptions) =>
    settle(options, async () => (await import('./audit/rows.ts')).searchAudit(deps, options))
  const span = (child: Command) =>
    child
      .option('--since <when>', "since a time or for a duration: '2h', '2026-01-31T09:00Z'", parseSince)
      .option('--until <when>', 'before a time, or until so long ago', parseSince)
  reads(command.command('tail').description('the last audit rows, oldest first'))
    .option('--limit <n>', 'at most so many', count, 50)
    .addHelpText('after', examples('audit tail', 'audit tail --limit 200 --format csv'))
    .action(rows)
  span(reads(command.command('search').description('audit rows that fit all that is given')))
    .option('--actor <actor>', 'who: human:ann, bot:trend, service:engine')
    .option('--action <action>', "an action, or a family with its dot: 'execution.'")
    .option('--target <id>', 'what was acted on: an order, a command, a bot, a scope')
    .option('--reason-code <code>', 'one of its reason codes')
    .option('--trace <trace>', 'only this chain of thought, as `t812`')
    .option('--text <words>', 'said anywhere in it, in upper or lower case')
    .option('--limit <n>', 'at most so many, the newest', count, 200)
    .addHelpText(
      'after',
      `${examples('audit search --action KILL_APPLIED --since 30d', 'audit search --actor human:ann --text halt', 'audit search --target o42 --json')}\nEvery answer says how complete it is: rows scanned, numbers missing, rows that cannot be read.\nExit codes: 0 found or nothing there, 7 rows are missing or cannot be read.\n`,
    )
    .action(rows)
  reads(
    command.command('show <event>').description('one row with all that it says, by its event id or <session>/<seq>'),
  )
    .addHelpText('after', examples('audit show 3/812', 'audit show 3/812 --json'))
    .action((event: string, options: ReadOptions) =>
      settle(options, async () => (await import('./audit/rows.ts')).showAudit(deps, event, options)),
    )
  reads(command.command('verify').description('check the chain and the signed checkpoints, and sign what is sound'))
    .option('--tail', 'only what came after the last checkpoint', false)
    .option('--export <dir>', 'check an export instead: needs no profile and no database')
    .addHelpText(
      'after',
      `${examples('audit verify', 'audit verify --tail', 'audit verify --export ./audit-2026-01')}\nExit codes: 0 valid, 5 changed or cut, with the event's number, 7 not enough is there to say so.\n`,
    )
    .action((options: AuditVerifyOptions) =>
      settle(options, async () => (await import('./audit/verify.ts')).verify(deps, options)),
    )
  span(reads(command.command('export').description('a span of the log as files that prove themselves elsewhere')))
    .requiredOption('--out <dir>', 'a new folder')
    .option('--csv', 'the audit rows as a table too', false)
    .addOption(new Option('--most <n>', 'refuse to write more events than this').argParser(parseMost).default(100_000))
    .addHelpText(
      'after',
      `${examples('audit export --out ./audit-2026-01 --since 31d --csv', 'audit verify --export ./audit-2026-01')}\nExit codes: 0 written, 3 more than --most.\n`,
    )
    .action((options: AuditExportOptions) =>
      settle(options, async () => (await import('./audit/export.ts')).writeExport(deps, options)),
    )
  reads(command.command('coverage').description('how much of what happened the journal explains, and what it does not'))
    .addHelpText('after', `${examples('audit coverage')}\nExit codes: 0 all of it, 5 something is not explained.\n`)
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./audit/coverage.ts')).showCoverage(deps, options)),
    )
  return command
}

function parseMost(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : count(text)
}
