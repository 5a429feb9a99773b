import { Command, InvalidArgumentError } from 'commander'
import type { CommandDeps } from './command-line.ts'

export interface EngineCommandOptions {
  readonly profile?: string
  readonly json: boolean
  readonly speed?: number
  readonly seed?: number
  /** Descriptor that the passphrase of the secrets is read from. */
  readonly passphraseFd?: number
}

export function engineCommand(deps: CommandDeps): Command {
  const { settle } = deps
  return new Command('engine')
    .description('run the engine without a screen, until it is stopped')
    .option('--profile <name>', 'profile to run')
    .option('--speed <times>', 'engine seconds per wall second; simulated venues only', times)
    .option('--seed <number>', 'what the simulated market draws its chances from, at its first start', wholeSeed)
    .option('--passphrase-fd <n>', "read the passphrase of the profile's secrets from this descriptor", wholeSeed)
    .option('--json', 'print one JSON envelope at the end', false)
    .addHelpText(
      'after',
      '\nExamples:\n  profinaut engine\n  profinaut engine --profile demo --speed 60\n\nSIGTERM and SIGINT stop it safely: bots paused, our orders cancelled, positions kept. A second one stops at once.\nWatch it with `profinaut tui`, ask it with `profinaut status`.',
    )
    .action((options: EngineCommandOptions) =>
      settle(options, async () => (await import('./engine/run-headless.ts')).runHeadless(deps, options)),
    )
}

export function times(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1_000)) throw new InvalidArgumentError('a number above 0, at most 1000.')
  return value
}

export function wholeSeed(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0.')
  return value
}
