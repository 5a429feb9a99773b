import { Command, InvalidArgumentError, Option } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { examples } from './engine-options.ts'

export interface RunsOptions {
  readonly profile?: string
  readonly json: boolean
}

const STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const

export interface ListOptions extends RunsOptions {
  readonly state?: (typeof STATES)[number]
  readonly limit: number
}

export function runsCommand({ settle }: CommandDeps): Command {
  const command = new Command('runs').description('the register of research runs')
  const common = (child: Command) =>
    child
      .option('--profile <name>', 'profile whose register to read')
      .option('--json', 'print one JSON envelope', false)
  common(
    command
      .command('list')
      .description('runs, newest first')
      .addOption(new Option('--state <state>', 'only runs in this state').choices(STATES))
      .option('--limit <n>', 'at most so many', wholeNumber, 20),
  )
    .addHelpText('after', examples('runs list --state SUCCEEDED --limit 5'))
    .action((options: ListOptions) => settle(options, async () => (await import('./runs/list.ts')).listRuns(options)))
  common(command.command('show <run>').description('one run: state, references, summary, files'))
    .addHelpText('after', examples('runs show 01a204d6'))
    .action((run: string, options: RunsOptions) =>
      settle(options, async () => (await import('./runs/show.ts')).showRun(run, options)),
    )
  common(command.command('compare <a> <b>').description('exactly the references and figures in which two runs differ'))
    .addHelpText('after', examples('runs compare 01a204d6 01a204d7'))
    .action((a: string, b: string, options: RunsOptions) =>
      settle(options, async () => (await import('./runs/compare.ts')).compare(a, b, options)),
    )
  common(command.command('cancel <run>').description('ask a run to end; what it wrote is marked'))
    .addHelpText('after', examples('runs cancel 01a204d6'))
    .action((run: string, options: RunsOptions) =>
      settle(options, async () => (await import('./runs/cancel.ts')).cancelRun(run, options)),
    )
  return command.addHelpText(
    'after',
    '\nExamples:\n  profinaut runs list --state SUCCEEDED\n  profinaut runs compare 01a204d6 01a204d7\n\nA run is named by its id or by any beginning of it that no other run has.',
  )
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 10_000)
    throw new InvalidArgumentError('a whole number from 1 to 10000.')
  return value
}
