import { Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration, US_PER_MINUTE } from '../src/domain/time.ts'
import type { CommandDeps } from './command-line.ts'
import { changes, confirmOption, examples, TWO_STEPS, watches } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'
import type { ChangeOptions } from './submission.ts'

export interface KillOptions extends ChangeOptions {
  readonly scope: string
  readonly level: 'NONE' | 'CLOSE_ONLY' | 'FLATTEN' | 'HALT'
  /** Minutes. */
  readonly ttl?: number | undefined
}

export function killCommand(deps: CommandDeps): Command {
  const command = new Command('kill').description('the kill switch: close_only, flatten or halt, by scope')
  const scope = () => new Option('--scope <scope>', 'global, venue:…, bot:… or instrument:…').default('global')
  watches(
    command.command('status').description('levels that stand, the safety mode, and what stands in the way of release'),
  )
    .addHelpText('after', examples('kill status', 'kill status --watch --json'))
    .action((options: ReadOptions) =>
      deps.settle(options, async () => (await import('./kill/status.ts')).killStatus(deps, options)),
    )
  changes(command.command('set').description('raise a level; a milder one than what stands changes nothing'), {
    needsReason: true,
  })
    .addOption(level('level to raise to', ['close_only', 'flatten', 'halt']))
    .addOption(scope())
    .option(
      '--ttl <duration>',
      'when to look at it again, 1m to 24h: it is told then, and never ends by itself',
      parseTtl,
    )
    .addOption(confirmOption())
    .addHelpText(
      'after',
      `${examples(
        'kill set --level close_only --reason "spread looks wrong" --ttl 30m',
        'kill set --level flatten --reason "end of it" --confirm \'flatten 2\'',
      )}
flatten trades: without --confirm it prints the phrase to give, and does nothing (exit 4).
With no engine running, close_only and halt wait an hour for one; an engine that hangs is reached by \`panic\`.\n`,
    )
    .action((options: KillOptions) =>
      deps.settle(options, async () => (await import('./kill/change.ts')).raiseKill(deps, options)),
    )
  changes(command.command('lower').alias('release').description('one step milder: halt, flatten, close_only, none'), {
    needsReason: true,
  })
    .addOption(level('the next milder level', ['none', 'close_only', 'flatten']))
    .addOption(scope())
    .addHelpText('after', `${examples('kill lower --level flatten --reason "venue is back"')}${TWO_STEPS}`)
    .action((options: KillOptions) =>
      deps.settle(options, async () => (await import('./kill/change.ts')).lowerKill(deps, options)),
    )
  return command
}

function parseTtl(text: string): number {
  const duration = parseDuration(text)
  const minutes = duration === undefined ? 0 : Math.round(duration / US_PER_MINUTE)
  if (minutes < 1 || minutes > 1_440) throw new InvalidArgumentError("a duration from 1m to 24h, such as '30m'.")
  return minutes
}

function level(description: string, levels: readonly string[]): Option {
  return new Option('--level <level>', description)
    .choices(levels)
    .argParser((text) => {
      const value = text.toLowerCase().replaceAll('-', '_')
      // The choices are checked by hand: one's own parser takes the place of theirs.
      if (!levels.includes(value)) throw new InvalidArgumentError(`one of ${levels.join(', ')}.`)
      return value.toUpperCase()
    })
    .makeOptionMandatory()
}
