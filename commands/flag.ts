import { Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../src/domain/time.ts'
import type { FlagStage } from '../src/runtime/authority/flags.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

/** Written out, so that help costs no schema; the compiler and a test hold it to the flags. */
export const STAGES = ['off', 'dev', 'paper', 'shadow', 'canary', 'on'] as const satisfies readonly FlagStage[]

export interface FlagChangeOptions extends ChangeOptions {
  readonly evidence?: string | undefined
  /** How long it holds, µs. */
  readonly until?: number | undefined
}

export function flagCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('flag').description('what new or risky behaviour may happen, and how far it has come')
  reads(
    command.command('list', { isDefault: true }).description('every flag, its stage, and what holds while it is off'),
  )
    .addHelpText('after', examples('flag list', 'flag list --json'))
    .action((options: ReadOptions) =>
      settle(options, async () => (await import('./flag/rows.ts')).listFlags(deps, options)),
    )
  reads(command.command('show <flag>').description('one flag and every change of it'))
    .addHelpText('after', examples('flag show dangerous_ops'))
    .action((name: string, options: ReadOptions) =>
      settle(options, async () => (await import('./flag/rows.ts')).showFlag(deps, name, options)),
    )
  changing(command.command('set <flag>').description('take a flag down, at once, or one stage up'))
    .addArgument(command.createArgument('<stage>', 'off, dev, paper, shadow, canary or on').choices(STAGES))
    .addHelpText(
      'after',
      `${examples(
        'flag set dangerous_ops off --reason "away for a week"',
        'flag set algos dev --until 7d --reason "first try of slices"',
      )}
Exit codes: 0 done, 3 a stage was skipped or a combination is forbidden, 4 confirm it.\n`,
    )
    .action((name: string, stage: FlagStage, options: FlagChangeOptions) =>
      settle(options, async () => (await import('./flag/change.ts')).setFlag(deps, name, stage, options)),
    )
  changing(command.command('promote <flag>').description('one stage up'))
    .addHelpText('after', examples('flag promote algos --reason "a week without a fault" --evidence run/41'))
    .action((name: string, options: FlagChangeOptions) =>
      settle(options, async () => (await import('./flag/change.ts')).promoteFlag(deps, name, options)),
    )
  return command
}

function changing(command: Command): Command {
  return changes(command, { needsReason: true })
    .addOption(new Option('--evidence <ref>', 'where the checks of the stage before are recorded'))
    .addOption(
      new Option('--until <duration>', 'back to off by itself after so long: 1h to 365d').argParser(parseUntil),
    )
}

function parseUntil(text: string): number {
  const duration = parseDuration(text)
  if (duration === undefined || duration <= 0) throw new InvalidArgumentError("a duration such as '12h' or '7d'.")
  return duration
}
