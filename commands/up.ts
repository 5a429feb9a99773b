import { Command } from 'commander'
import type { CommandDeps } from './command-line.ts'
import { times, wholeSeed } from './engine.ts'

export interface ScreenOptions {
  readonly profile?: string
  readonly json: boolean
  readonly speed?: number
  readonly seed?: number
  readonly plain: boolean
  readonly color?: string
  readonly glyphs?: string
  readonly palette?: string
  readonly motion: boolean
  readonly lowPower: boolean
}

/** Options that every way to the screen has. */
export function screenOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'profile to open')
    .option('--plain', 'no screen: a line for everything that matters', false)
    .option('--color <level>', 'never, 16, 256 or true')
    .option('--glyphs <set>', 'rich, safe or ascii; asked of the terminal unless told')
    .option('--palette <name>', 'west, east, cvd, contrast or mono')
    .option('--no-motion', 'nothing moves but numbers')
    .option('--low-power', 'one picture a second', false)
    .option('--json', 'print one JSON envelope at the end', false)
}

export function upCommand(deps: CommandDeps): Command {
  const { settle, printer } = deps
  return screenOptions(new Command('up').description('open the screen, and start the engine unless one runs'))
    .option('--speed <times>', 'engine seconds per wall second; simulated venues only', times)
    .option('--seed <number>', 'what the simulated market draws its chances from, at its first start', wholeSeed)
    .addHelpText(
      'after',
      '\nExamples:\n  profinaut                 the same: no subcommand is `up`\n  profinaut up --speed 60\n  profinaut up --profile demo --glyphs ascii\n\nWithout a terminal it prints the status instead.',
    )
    .action((options: ScreenOptions) =>
      settle(options, async () => {
        if (printer.isTerminal === true || options.plain)
          return (await import('./screen/run-up.ts')).runUp(deps, options)
        printer.err('no terminal: this is the status. `profinaut engine` runs without a screen\n')
        const { profile, json } = options
        return (await import('./status/show.ts')).showStatus(deps, {
          ...(profile === undefined ? {} : { profile }),
          json,
        })
      }),
    )
}

export function tuiCommand({ settle }: CommandDeps): Command {
  return screenOptions(new Command('tui').description('open the screen on an engine that runs already'))
    .addHelpText('after', '\nExamples:\n  profinaut tui\n  profinaut tui --profile demo --plain')
    .action((options: ScreenOptions) =>
      settle(options, async () => (await import('./screen/run-up.ts')).runTui(options)),
    )
}
