import { Command } from 'commander'
import { parseTime } from '../src/domain/time.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, parseSince, reads, type Since, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface TimeReportOptions extends ReadOptions {
  readonly since?: Since | undefined
}
export interface TimeNoteOptions extends ChangeOptions {
  readonly from?: string | undefined
  readonly to?: string | undefined
}
export interface TimeExportOptions extends TimeReportOptions {
  readonly until?: Since | undefined
  readonly out: string
}

const SINCE = "since a time with its zone, a day, or for a duration: '2h', '2026-01-31', '2026-01-31T09:00+09:00'"

export function timeCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('time').description(
    'how far the clock is off, what arrived out of order, and what was said of it',
  )
  watches(
    command
      .command('status')
      .description('what other clocks say of ours, and how far the times of data can be relied on'),
  )
    .addHelpText(
      'after',
      `${examples('time status', 'time status --json')}\nExit codes: 0 in order, 5 off, 6 no engine, 7 no source answers.\n`,
    )
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./time/status.ts')).timeStatus(deps, options)),
    )
  reads(
    command
      .command('report')
      .description('changes of the clock, gaps and silences of data with how long they lasted, notes'),
  )
    .option('--since <when>', SINCE, parseSince)
    .addHelpText('after', examples('time report --since 1d', 'time report --since 2026-01-31T00:00Z --format csv'))
    .action((options: TimeReportOptions) =>
      settle(options, async () => (await import('./time/report.ts')).timeReport(deps, options)),
    )
  changes(command.command('note <text>').description('say something about a stretch of time: the journal keeps it'))
    .option('--from <time>', 'with its zone; now unless told', instant)
    .option('--to <time>', 'with its zone; the same as --from unless told', instant)
    .addHelpText(
      'after',
      examples('time note "exchange maintenance" --from 2026-01-31T09:00+09:00 --to 2026-01-31T11:00+09:00'),
    )
    .action((text: string, options: TimeNoteOptions) =>
      settle(options, async () => (await import('./time/note.ts')).noteTime(deps, text, options)),
    )
  reads(
    command
      .command('export')
      .description('samples of other clocks, and all that the report tells, as files with digests'),
  )
    .requiredOption('--out <folder>', 'where to; made where it is not there')
    .option('--since <when>', SINCE, parseSince)
    .option('--until <when>', 'up to then', parseSince)
    .addHelpText('after', examples('time export --since 7d --out ./evidence'))
    .action((options: TimeExportOptions) =>
      settle(options, async () => (await import('./time/export.ts')).exportTime(deps, options)),
    )
  return command
}

/** Kept as it was written: whoever carries it out says what is wrong with it. */
function instant(text: string): string {
  return parseTime(text) === undefined ? `invalid ${text}` : text
}
