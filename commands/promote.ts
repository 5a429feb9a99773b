import { Command, Option } from 'commander'
import { STAGES, type Stage } from '../src/runtime/live/ladder.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, examples, TWO_STEPS } from './engine-options.ts'
import type { ChangeOptions } from './submission.ts'

export interface StageOptions extends ChangeOptions {
  readonly to: Stage
  readonly evidence?: string | undefined
}

export function promoteCommand(deps: CommandDeps): Command {
  return changes(
    new Command('promote').description('let the profile go a stage nearer to money, when what it did earns that'),
    { needsReason: true },
  )
    .addOption(stageOption('the next stage'))
    .option('--evidence <run>', 'a backtest, by its run id: what forward asks for')
    .addHelpText(
      'after',
      `${examples('promote --to canary --reason "three quiet days in shadow"', 'promote --to forward --evidence 01J9… --reason "the backtest holds"')}
\`live ladder\` shows what is asked and what was found. The settings say where the profile stands: set venue.stage then.
Exit codes: 0 granted, 3 not earned, 4 confirm it first.${TWO_STEPS}`,
    )
    .action((options: StageOptions) =>
      deps.settle(options, async () => (await import('./live/change.ts')).promoteStage(deps, options)),
    )
}

export function demoteCommand(deps: CommandDeps): Command {
  return changes(
    new Command('demote').description('take a stage back: disarms, closes the venue for openings, counts anew'),
    { needsReason: true },
  )
    .addOption(stageOption('the stage that stays').default('shadow'))
    .addHelpText(
      'after',
      examples('demote --reason "fills are worse than rehearsed"', 'demote --to forward --reason "new strategy"'),
    )
    .action((options: StageOptions) =>
      deps.settle(options, async () => (await import('./live/change.ts')).demoteStage(deps, options)),
    )
}

function stageOption(description: string): Option {
  return new Option('--to <stage>', description).choices(STAGES).makeOptionMandatory()
}
