import { ConfigError } from './config.ts'
import { readConfigFile } from './config-file.ts'
import type { GuardStatus } from '../risk/guards.ts'

/**
 * Watches the limits that a session was started from: its own limits are fixed, and whoever reads the file must be able to
 * believe it. A file that is gone, is no TOML or says something else is BAD; one that cannot be read is UNKNOWN.
 *
 * @param path of `config.toml`, read now for what it says
 */
export function policyFile(path: string): () => GuardStatus {
  const began = limitsIn(path)
  return () => {
    try {
      return limitsIn(path) === began ? 'OK' : 'BAD'
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return error.code === 'config.file' ? 'UNKNOWN' : 'BAD'
    }
  }
}

/** The limits of a file as text; no file is something else than a file without limits. */
function limitsIn(path: string): string {
  const file = readConfigFile(path)
  if (file === undefined) return 'no file'
  // JSON has no infinity, and a limit that becomes none is the one to notice.
  return JSON.stringify(file.values['limits'] ?? {}, (_, value: unknown) =>
    typeof value === 'number' || typeof value === 'bigint' ? String(value) : value,
  )
}
