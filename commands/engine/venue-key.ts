import { environmentSecret, type ProfilePaths } from '../../src/runtime/config.ts'
import type { Config } from '../../src/runtime/config-schema.ts'
import { SecretError } from '../../src/runtime/secrets/secret-error.ts'
import { parseSecretRef } from '../../src/runtime/secrets/secret-ref.ts'
import { SecretStore } from '../../src/runtime/secrets/secret-store.ts'
import { wallTime } from '../../src/runtime/clock.ts'
import type { VenueKey } from '../../src/venues/connector.ts'

/** Whether opening the key of a venue needs the passphrase of the profile's secrets. */
export function needsPassphrase({ key, secret }: Pick<Config['venue'], 'key' | 'secret'>): boolean {
  return [key, secret].some((reference) => reference.startsWith('fileenc:'))
}

type KeySettings = Pick<Config['venue'], 'key' | 'secret' | 'practice_url'>

/**
 * The key of the settings, opened once: it stays in this process, is handed to whoever signs, and goes nowhere else.
 *
 * @returns undefined where the settings name none: then only what is public can be asked
 * @throws SecretError where a reference does not open; a key from the environment is for practice alone
 */
export function venueKey(
  { venue, account }: { readonly venue: KeySettings; readonly account: Pick<Config['account'], 'environment'> },
  { paths, passphrase }: { paths: Pick<ProfilePaths, 'secrets'>; passphrase?: Buffer | undefined },
): (() => VenueKey) | undefined {
  if (venue.key === '') return undefined
  const open = (reference: string): string => {
    const isSimulated = venue.practice_url !== '' && account.environment !== 'prod'
    const ref = parseSecretRef(reference, { isSimulated })
    if (ref.scheme === 'env') {
      const value = environmentSecret(ref.path)
      if (value !== undefined && value !== '') return value
      throw new SecretError(
        'config.secret-missing',
        `secret ${ref.registryId} comes from the variable ${ref.path}, which is not set`,
        'set it for the engine, or keep the secret in an encrypted file',
      )
    }
    if (passphrase === undefined)
      throw new SecretError(
        'config.secret-box',
        `secret ${ref.registryId} needs the passphrase of this profile's secrets`,
        'start in a terminal, where it is asked for, or give it with --passphrase-fd',
      )
    const value = new SecretStore(paths.secrets, wallTime).open(ref, passphrase)
    try {
      return value.toString('utf8').trim()
    } finally {
      value.fill(0)
    }
  }
  const opened: VenueKey = { key: open(venue.key), secret: open(venue.secret) }
  return () => opened
}
