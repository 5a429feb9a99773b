import { Command, CommanderError } from 'commander'
import { formatTime } from '../src/domain/time.ts'
import { wallTime } from '../src/runtime/clock.ts'
import { backtestCommand } from './backtest/command.ts'
import { dataCommand } from './data.ts'
import { engineCommand } from './engine.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { describeFailure } from './failure.ts'
import { type Outcome, type Printer, printOutcome } from './outcome.ts'
import { replayCommand } from './replay.ts'
import { runsCommand } from './runs.ts'
import { schemaCommand } from './schema.ts'
import { strategyCommand } from './strategy.ts'
import { VERSION } from './version.ts'

/** What a command file gets: how to hand in its outcome, and where progress and hints go. */
export interface CommandDeps {
  readonly printer: Printer
  /** Runs one use case, prints its outcome or its failure, and keeps the exit code. */
  readonly settle: (options: { readonly json?: boolean }, useCase: () => Promise<Outcome>) => Promise<void>
}

const STREAMS: Printer = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  asOf: () => formatTime(wallTime()),
}

/** Parses the arguments and runs the command that they name. */
export async function runCommand(args: readonly string[], printer: Printer = STREAMS): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const deps: CommandDeps = {
    printer,
    settle: async (options, useCase) => {
      const json = options.json === true
      let outcome: Outcome
      try {
        outcome = await useCase()
      } catch (error) {
        outcome = describeFailure(error)
      }
      code = outcome.code
      printOutcome(outcome, { json, printer })
    },
  }
  const program = new Command('profinaut')
    .description(
      'A trading workstation that lives in a terminal: backtest, replay and read market data through one engine.',
    )
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(add --help for all options)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: printer.out, writeErr: printer.err })
    .addHelpText(
      'after',
      '\nExamples:\n  profinaut backtest sma-cross\n  profinaut backtest sma-cross --data BTCUSDT-1m.csv.gz --param fast=10 --param slow=50\n  profinaut runs list\n  profinaut replay <run>\n',
    )
  const commands = [
    engineCommand,
    backtestCommand,
    replayCommand,
    runsCommand,
    dataCommand,
    strategyCommand,
    schemaCommand,
  ]
  for (const make of commands) program.addCommand(inherit(make(deps), printer))
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end the parse as if they had failed; what was misspelt is a usage error.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  if (args.length === 0) {
    program.outputHelp()
    return EXIT.usage
  }
  return code
}

/** Subcommands fail and print like the program they belong to. */
function inherit(command: Command, printer: Printer): Command {
  command
    .exitOverride()
    .configureOutput({ writeOut: printer.out, writeErr: printer.err })
    .showHelpAfterError('(add --help for all options)')
  for (const child of command.commands) inherit(child, printer)
  return command
}
