import { Command } from 'commander'
import { wholeSeed } from './engine.ts'
import type { CommandDeps } from './command-line.ts'
import { examples, reads } from './engine-options.ts'
import type { ReadOptions } from './reading.ts'

export interface VenueOptions extends ReadOptions {
  /** Descriptor that the passphrase of the secrets is read from. */
  readonly passphraseFd?: number
}

export function venueCommand(deps: CommandDeps): Command {
  const { settle } = deps
  const command = new Command('venue').description(
    'the venue of this profile: what it can do, lists, and says of the key',
  )
  reads(command.command('show').description('who it is, and what it can and cannot do'))
    .addHelpText('after', examples('venue show', 'venue show --json'))
    .action((options: VenueOptions) =>
      settle(options, async () => (await import('./venue/show.ts')).showVenue(deps, options)),
    )
  reads(command.command('instruments').description('everything that it lists, with steps, limits and fees'))
    .addHelpText('after', examples('venue instruments', 'venue instruments --format csv'))
    .action((options: VenueOptions) =>
      settle(options, async () => (await import('./venue/instruments.ts')).listInstruments(deps, options)),
    )
  reads(command.command('check').description('whether it answers, how far its clock is off, and what the key may do'))
    .option('--passphrase-fd <n>', "read the passphrase of the profile's secrets from this descriptor", wholeSeed)
    .addHelpText(
      'after',
      `${examples('venue check')}
It asks the venue itself, beside an engine or without one, and changes nothing.
Exit codes: 0 all is well, 5 something is not, 7 it does not answer.\n`,
    )
    .action((options: VenueOptions) =>
      settle(options, async () => (await import('./venue/check.ts')).checkVenue(deps, options)),
    )
  return command
}
