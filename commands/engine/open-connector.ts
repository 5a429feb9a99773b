import type { ProfilePaths } from '../../src/runtime/config.ts'
import type { Config } from '../../src/runtime/config-schema.ts'
import type { Connector, ConnectorTerms, VenueClock } from '../../src/venues/connector.ts'
import { venueKey } from './venue-key.ts'

/**
 * Who speaks to the venue of the settings; its code is loaded only when it is asked for.
 *
 * @throws SecretError where the key cannot be opened; VenueError of kind INVALIDREQUEST for an exchange that is not known
 */
export async function openConnector(
  config: Pick<Config, 'venue' | 'account'>,
  { paths, clock, passphrase }: { paths: ProfilePaths; clock: VenueClock; passphrase?: Buffer | undefined },
): Promise<Connector> {
  const { practice_url: practice } = config.venue
  const practiceUrl = practice === '' ? undefined : practice
  const terms: ConnectorTerms = { clock, key: venueKey(config, { paths, passphrase }), practiceUrl }
  if (config.venue.kind === 'ccxt') {
    const { openCcxt } = await import('../../src/venues/ccxt/open-ccxt.ts')
    return openCcxt(config.venue.exchange, terms)
  }
  const { GmoConnector } = await import('../../src/venues/gmo/gmo-connector.ts')
  return new GmoConnector(terms)
}
