import { Command, CommanderError, type OutputConfiguration } from 'commander'
import { formatTime } from '../src/domain/time.ts'
import { maskText } from '../src/events/mask.ts'
import { wallTime } from '../src/runtime/clock.ts'
import { versionCommand } from './about.ts'
import { alertCommand } from './alert.ts'
import { approveCommand } from './approve.ts'
import { auditCommand } from './audit.ts'
import { backtestCommand } from './backtest/command.ts'
import { botCommand } from './bot.ts'
import { breakGlassCommand } from './break-glass.ts'
import { breakersCommand } from './breakers.ts'
import { cmdCommand } from './cmd.ts'
import { completeCommand, completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { confirmationsCommand, confirmCommand } from './confirm.ts'
import { dataCommand } from './data.ts'
import { deadmanCommand } from './deadman.ts'
import { devCommand } from './dev.ts'
import { engineCommand } from './engine.ts'
import type { EngineDeps } from './engine-access.ts'
import { ENGINE_DEPS } from './engine-deps.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { describeFailure } from './failure.ts'
import type { Format } from './format.ts'
import { flattenCommand } from './flatten.ts'
import { errorsCommand } from './errors.ts'
import { flagCommand } from './flag.ts'
import { gateCommand } from './gate.ts'
import { capabilitiesCommand, healthCommand, readyCommand } from './health.ts'
import { idempotencyCommand } from './idempotency.ts'
import { initCommand } from './init.ts'
import { journalCommand } from './journal.ts'
import { keysCommand } from './keys.ts'
import { killCommand } from './kill.ts'
import { loginCommand, logoutCommand } from './login.ts'
import { logsCommand } from './logs.ts'
import { marketCommand } from './market.ts'
import { operatorCommand } from './operator.ts'
import { parityCommand } from './parity.ts'
import { demoteCommand, promoteCommand } from './promote.ts'
import { simulateCommand } from './simulate.ts'
import { orderCommand } from './order.ts'
import { envelope, type Outcome, type Printer, printOutcome } from './outcome.ts'
import { panicCommand } from './panic.ts'
import { leaseCommand } from './lease.ts'
import { liveCommand } from './live.ts'
import { venueCommand } from './venue.ts'
import { limitsCommand } from './limits.ts'
import { policyCommand } from './policy.ts'
import { portfolioCommand } from './portfolio.ts'
import { positionCommand } from './position.ts'
import { queuesCommand } from './queues.ts'
import { reconcileCommand } from './reconcile.ts'
import { replayCommand } from './replay.ts'
import { runsCommand } from './runs.ts'
import { safeModeCommand } from './safe-mode.ts'
import { safetyCommand } from './safety.ts'
import { schemaCommand } from './schema.ts'
import { secretCommand } from './secret.ts'
import { statusCommand } from './status.ts'
import { stopCommand } from './stop.ts'
import { storageCommand } from './storage.ts'
import { strategyCommand } from './strategy.ts'
import { timeCommand } from './time.ts'
import { sotCommand } from './sot.ts'
import { traceCommand } from './trace.ts'
import { whoamiCommand } from './whoami.ts'
import { tuiCommand, upCommand } from './up.ts'
import { VERSION } from './version.ts'

/** What a command file gets: how to hand in its outcome, and where progress and hints go. */
export interface CommandDeps {
  readonly printer: Printer
  /** Runs one use case, prints its outcome or its failure, and keeps the exit code. */
  readonly settle: (
    options: { readonly json?: boolean; readonly format?: Format | undefined },
    useCase: () => Promise<Outcome>,
  ) => Promise<void>
  /** How commands reach an engine and its books. */
  readonly engine: EngineDeps
}

/** In the order in which help lists them: running, watching, trading, stopping, looking back, research, the rest. */
const COMMANDS: readonly ((deps: CommandDeps) => Command)[] = [
  upCommand,
  tuiCommand,
  engineCommand,
  statusCommand,
  healthCommand,
  capabilitiesCommand,
  readyCommand,
  botCommand,
  marketCommand,
  orderCommand,
  positionCommand,
  portfolioCommand,
  killCommand,
  flattenCommand,
  panicCommand,
  safeModeCommand,
  safetyCommand,
  deadmanCommand,
  breakersCommand,
  queuesCommand,
  approveCommand,
  confirmCommand,
  confirmationsCommand,
  breakGlassCommand,
  flagCommand,
  whoamiCommand,
  loginCommand,
  logoutCommand,
  operatorCommand,
  parityCommand,
  promoteCommand,
  demoteCommand,
  simulateCommand,
  gateCommand,
  leaseCommand,
  liveCommand,
  venueCommand,
  limitsCommand,
  policyCommand,
  stopCommand,
  reconcileCommand,
  sotCommand,
  journalCommand,
  auditCommand,
  traceCommand,
  timeCommand,
  cmdCommand,
  idempotencyCommand,
  alertCommand,
  logsCommand,
  errorsCommand,
  storageCommand,
  initCommand,
  configCommand,
  secretCommand,
  backtestCommand,
  replayCommand,
  runsCommand,
  dataCommand,
  strategyCommand,
  schemaCommand,
  keysCommand,
  versionCommand,
  devCommand,
  completionCommand,
]

const STREAMS: Printer = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  asOf: () => formatTime(wallTime()),
  isTerminal: process.stdout.isTTY,
}

/** Parses the arguments and runs the command that they name. */
export async function runCommand(
  args: readonly string[],
  printer: Printer = STREAMS,
  engine: EngineDeps = ENGINE_DEPS,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const deps: CommandDeps = {
    printer,
    engine,
    settle: async (options, useCase) => {
      const json = options.json === true || options.format === 'json'
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
  const program = programOf(deps)
  try {
    // No subcommand opens the screen; without a terminal there is a status to read instead.
    await program.parseAsync(args.length === 0 ? ['up'] : [...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version end the parse as if they had failed; what was misspelt is a usage error.
    if (error.exitCode === 0) return EXIT.ok
    // The words are on stderr already; a program reads the same in the envelope.
    const misuse = { code: EXIT.usage, message: unsaid(error.message).replace(/^error: /, ''), reasonCodes: ['USAGE'] }
    if (wantsJson(args)) printer.out(`${JSON.stringify(envelope(misuse, printer.asOf()))}\n`)
    return EXIT.usage
  }
  return code
}

/** The program with all its commands. */
export function programOf(deps: CommandDeps): Command {
  const { printer } = deps
  const program = new Command('profinaut')
    .description(
      'A trading workstation that lives in a terminal: trade, watch, reconcile, backtest and replay through one engine.',
    )
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(add --help for all options)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput(outputOf(printer))
    .addHelpText(
      'after',
      '\nExamples:\n  profinaut engine --profile demo\n  profinaut status\n  profinaut panic\n  profinaut backtest sma-cross\n  profinaut backtest sma-cross --data BTCUSDT-1m.csv.gz --param fast=10 --param slow=50\n  profinaut runs list\n  profinaut replay <run>\n',
    )
  for (const make of COMMANDS) program.addCommand(inherit(make(deps), printer))
  program.addCommand(inherit(completeCommand(deps), printer), { hidden: true })
  return program
}

/** Arguments that could not be parsed still say which form their writer reads. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (arg, at) => arg === '--json' || arg === '--format=json' || (arg === '--format' && args[at + 1] === 'json'),
  )
}

function outputOf(printer: Printer): OutputConfiguration {
  const outputError = (text: string, write: (text: string) => void) => write(unsaid(text))
  return { writeOut: printer.out, writeErr: printer.err, outputError }
}

/** What is said of arguments that were misspelt, without repeating those too many: a secret may have slipped in there. */
function unsaid(text: string): string {
  return maskText(text.replace(/^(error: too many arguments[^]*? but got \d+): [^]*?(\n?)$/, '$1$2'))
}

/** Subcommands fail and print like the program they belong to. */
function inherit(command: Command, printer: Printer): Command {
  command.exitOverride().configureOutput(outputOf(printer)).showHelpAfterError('(add --help for all options)')
  for (const child of command.commands) inherit(child, printer)
  return command
}
