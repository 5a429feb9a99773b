import { Command, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { changes, count, examples, reads } from './engine-options.ts'
import { caseCommand } from './reconcile-case.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

const SCOPES = ['all', 'orders', 'fills', 'balances', 'positions'] as const
const STATUSES = ['OK', 'MISMATCH', 'UNKNOWN'] as const

export interface ReconcileOptions extends ChangeOptions {
  readonly scope: (typeof SCOPES)[number]
  /** Descriptor that the passphrase of the secrets is read from, where the venue itself is asked. */
  readonly passphraseFd?: number
}
export interface ResultsOptions extends ReadOptions {
  readonly status?: (typeof STATUSES)[number] | undefined
  readonly limit: number
}

export function reconcileCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('reconcile').description("hold our books against the venue's")
  changes(command.command('run', { isDefault: true }).description("hold our books against the venue's now"), {
    waitS: 30,
  })
    .addOption(new Option('--scope <scope>', 'what to compare').choices(SCOPES).default('all'))
    .option(
      '--passphrase-fd <n>',
      "without an engine: where the passphrase of the profile's secrets is read from",
      count,
    )
    .addHelpText(
      'after',
      `${examples('reconcile', 'reconcile --scope orders --json')}
Exit codes: 0 OK, 5 MISMATCH, 6 not reachable or not done in time, 7 UNKNOWN.
With an engine it reconciles through it; without one it asks the venue itself, and trades nothing.\n`,
    )
    .action((options: ReconcileOptions) =>
      settle(options, async () => (await import('./reconcile/run.ts')).reconcile(deps, options)),
    )
  reads(command.command('results').description('comparisons so far, newest first'))
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--limit <n>', 'at most so many', count, 20)
    .addHelpText('after', examples('reconcile results', 'reconcile results --status MISMATCH --json'))
    .action((options: ResultsOptions) =>
      settle(options, async () => (await import('./reconcile/results.ts')).listResults(deps, options)),
    )
  reads(command.command('show <id>').description('one comparison and every difference it found'))
    .addHelpText('after', examples('reconcile show 01a204d6'))
    .action((id: string, options: ReadOptions) =>
      settle(options, async () => (await import('./reconcile/results.ts')).showResult(deps, id, options)),
    )
  command.addCommand(caseCommand(deps))
  return command.addHelpText('after', examples('reconcile', 'reconcile results', 'reconcile case list'))
}
