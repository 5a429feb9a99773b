import { Command, Option } from 'commander'
import { CASE_CLASSES, type CaseClass } from '../src/runtime/reconcile-cases/case-classes.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, count, examples, reads, TWO_STEPS } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface CaseListOptions extends ReadOptions {
  readonly limit: number
}
export interface CaseClassifyOptions extends ChangeOptions {
  readonly class: CaseClass
}

/** What becomes of a mismatch: `reconcile case`. */
export function caseCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('case').description('what becomes of a mismatch, until nothing is left of it')
  reads(command.command('list').description('cases, newest first'))
    .option('--limit <n>', 'at most so many', count, 20)
    .addHelpText(
      'after',
      `${examples('reconcile case list', 'reconcile case list --json')}
Exit codes: 0 none is open, 5 one is.\n`,
    )
    .action((options: CaseListOptions) =>
      settle(options, async () => (await import('./reconcile/cases.ts')).listCases(deps, options)),
    )
  reads(command.command('show <id>').description('one case: where it is, what differed, and what to do next'))
    .addHelpText('after', examples('reconcile case show case-1-4'))
    .action((id: string, options: ReadOptions) =>
      settle(options, async () => (await import('./reconcile/cases.ts')).showCase(deps, id, options)),
    )
  changes(command.command('classify <id>').description('say what its cause is'), { needsReason: true })
    .addOption(new Option('--class <class>', 'what it is').choices(CASE_CLASSES).makeOptionMandatory())
    .addHelpText(
      'after',
      examples('reconcile case classify case-1-4 --class external --reason "an order from the phone app"'),
    )
    .action((id: string, options: CaseClassifyOptions) =>
      settle(options, async () => (await import('./reconcile/tend-case.ts')).classifyCase(deps, id, options)),
    )
  changes(command.command('repair <id>').description('ask the venue again now, and repair what can be'), {
    needsReason: true,
  })
    .addHelpText(
      'after',
      `${examples('reconcile case repair case-1-4 --reason "cancelled it at the venue"')}
Only what the venue says is booked, by appended events. Nothing is forced.\n`,
    )
    .action((id: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./reconcile/tend-case.ts')).repairCase(deps, id, options)),
    )
  changes(command.command('signoff <id>').description('say that it is well: ends a canary, or what escalated'), {
    needsReason: true,
  })
    .addHelpText(
      'after',
      `${examples('reconcile case signoff case-1-4 --reason "thirty minutes without a difference"')}
A canary is signed after 30 minutes and 5 matches; what escalated after a match. ${TWO_STEPS}`,
    )
    .action((id: string, options: ChangeOptions) =>
      settle(options, async () => (await import('./reconcile/tend-case.ts')).signCase(deps, id, options)),
    )
  return command.addHelpText('after', examples('reconcile case list', 'reconcile case show case-1-4'))
}
