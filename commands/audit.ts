import { Command, InvalidArgumentError, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { confirmOption, count, examples, parseReason, parseSince, reads, type Since } from './engine-options.ts'
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

export interface AuditForkOptions extends ReadOptions {
  readonly incident: string
  readonly reason: string
  readonly confirm?: string | undefined
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
  reads(command.command('fork').description('take note of a broken session, so that a new chain goes on from its head'))
    .addOption(new Option('--incident <ref>', 'where it is looked into').argParser(parseIncident).makeOptionMandatory())
    .addOption(
      new Option('--reason <text>', 'why, at least 4 characters; it is recorded')
        .argParser(parseReason)
        .makeOptionMandatory(),
    )
    .addOption(confirmOption())
    .addHelpText(
      'after',
      `${examples("audit fork --incident INC-7 --reason 'disk fault of May 3, see INC-7'")}
Nothing of the broken session is changed: it is exported as evidence, pinned, and told of as FORKED from then on.
Exit codes: 0 noted, 3 nothing is broken or not an admin, 4 the phrase to repeat it with, 5 a session is missing as a whole, 6 an engine runs.\n`,
    )
    .action((options: AuditForkOptions) =>
      settle(options, async () => (await import('./audit/fork.ts')).forkAudit(deps, options)),
    )
  reads(command.command('coverage').description('how much of what happened the journal explains, and what it does not'))
    .addHelpText('after', `${examples('audit coverage')}\nExit codes: 0 all of it, 5 something is not explained.\n`)
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./audit/coverage.ts')).showCoverage(deps, options)),
    )
  return command
}

function parseIncident(text: string): string {
  if (!/^\S{1,128}$/.test(text)) throw new InvalidArgumentError('1 to 128 characters without blanks.')
  return text
}

function parseMost(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : count(text)
}
