import { after, monotonicMs, wallTime } from '../../src/runtime/clock.ts'
import { type ProfilePaths, profilePaths } from '../../src/runtime/config.ts'
import type { Config } from '../../src/runtime/config-schema.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import type { Connector } from '../../src/venues/connector.ts'
import type { CommandDeps } from '../command-line.ts'
import { openConnector } from '../engine/open-connector.ts'
import { venuePassphrase } from '../engine/venue-passphrase.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError } from '../outcome.ts'
import type { VenueOptions } from '../venue.ts'

export interface AskedVenue {
  readonly connector: Connector
  readonly config: Config
  readonly paths: ProfilePaths
}

/**
 * Who speaks to the venue of the profile, for a question beside the engine.
 *
 * @param needsKey without it only what is public can be asked, and no passphrase is
 * @throws CommandError `SIMULATED_VENUE` where there is nobody to ask
 */
export async function askedVenue(deps: CommandDeps, options: VenueOptions, needsKey: boolean): Promise<AskedVenue> {
  const paths = profilePaths(options.profile)
  const { config } = loadConfig(paths)
  if (config.venue.kind === 'simulated')
    throw new CommandError(
      EXIT.usage,
      'SIMULATED_VENUE',
      `profile ${paths.profile} trades on the simulated venue, which has no address`,
      'name a venue in the section [venue] of its settings: profinaut config explain venue',
    )
  const passphrase = needsKey ? await venuePassphrase(deps, { ...options, flags: {} }) : undefined
  try {
    const venue = needsKey ? config.venue : { ...config.venue, key: '', secret: '' }
    const connector = await openConnector(
      { venue, account: config.account },
      { paths, clock: { nowUs: wallTime, monotonicMs, after }, passphrase },
    )
    return { connector, config, paths }
  } finally {
    passphrase?.fill(0)
  }
}
