import { z } from 'zod'
import { readSecretFile, removeSecretFile, writeSecretFile } from '../../src/runtime/secrets/secret-file.ts'

const KeptLogin = z.strictObject({ operator_id: z.string(), token: z.string() })

/** A log-in as its terminal keeps it; only the digest of the token is anywhere else. */
export type KeptLogin = z.infer<typeof KeptLogin>

/**
 * @returns undefined where nobody is logged in
 * @throws SecretError `config.secret-rights` where others may read it
 */
export function keptLogin(path: string): KeptLogin | undefined {
  const text = readSecretFile(path)?.toString()
  return text === undefined ? undefined : KeptLogin.parse(JSON.parse(text))
}

/** Mode 0600, in a folder of its own that nobody else may enter. */
export function keepLogin(path: string, login: KeptLogin): void {
  writeSecretFile(path, Buffer.from(JSON.stringify(login)))
}

export function dropLogin(path: string): void {
  removeSecretFile(path)
}
