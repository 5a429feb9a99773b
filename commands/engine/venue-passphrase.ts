import { profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import type { CommandDeps } from '../command-line.ts'
import { passphraseOf, requireHidden } from '../secret/passphrase.ts'
import { needsPassphrase } from './venue-key.ts'

/** Asks for the passphrase of the secrets where the venue of the profile needs one; the caller overwrites it. */
export async function venuePassphrase(
  { engine }: Pick<CommandDeps, 'engine'>,
  options: {
    readonly profile?: string | undefined
    readonly passphraseFd?: number | undefined
    readonly flags: Readonly<Record<string, unknown>>
  },
): Promise<Buffer | undefined> {
  const { config } = loadConfig(profilePaths(options.profile), { flags: options.flags })
  return needsPassphrase(config.venue) ? passphraseOf(requireHidden(engine), options.passphraseFd) : undefined
}
