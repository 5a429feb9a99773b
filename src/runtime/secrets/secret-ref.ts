import { SecretError } from './secret-error.ts'

/** Where a secret is kept and what it may be used for; never the secret. */
export interface SecretRef {
  readonly scheme: 'fileenc' | 'env'
  /** A file below the secrets folder, or the name of a variable. */
  readonly path: string
  readonly field: string
  readonly registryId: string
  /** What it opens: `venue:gmo:trade`. */
  readonly scope: string
}

const SHAPE = /^(fileenc|env):\/\/([\w.-]+(?:\/[\w.-]+)*)#([\w-]+)\?registry_id=([\w.-]+)&scope=([\w-]+(?::[\w-]+)*)$/

/**
 * Reads `fileenc://path#field?registry_id=…&scope=venue:gmo:trade`.
 *
 * @throws SecretError `config.secret-ref` for another shape, without repeating it: it may be a secret itself;
 * `config.secret-source` for env in a profile that is not simulated
 */
export function parseSecretRef(text: string, profile: { readonly isSimulated: boolean }): SecretRef {
  const [, scheme, path, field, registryId, scope] = SHAPE.exec(text) ?? []
  if (
    (scheme !== 'fileenc' && scheme !== 'env') ||
    path === undefined ||
    field === undefined ||
    registryId === undefined ||
    scope === undefined ||
    path.split('/').some((part) => /^\.+$/.test(part))
  )
    throw new SecretError(
      'config.secret-ref',
      'expected a reference to a secret, found something else (not shown: it may be a secret)',
      'write fileenc://path#field?registry_id=<id>&scope=<scope>; a secret itself never stands in settings',
    )
  if (scheme === 'env' && !profile.isSimulated)
    throw new SecretError(
      'config.secret-source',
      `secret ${registryId} comes from the environment, which only a simulated profile may use`,
      'keep it in an encrypted file and refer to it by fileenc://',
    )
  return { scheme, path, field, registryId, scope }
}

/** Whether it is written like a reference; whatever else it is may be a secret. */
export function isSecretRef(text: string): boolean {
  return SHAPE.test(text)
}

/** The text that `parseSecretRef` reads. */
export function printSecretRef({ scheme, path, field, registryId, scope }: SecretRef): string {
  return `${scheme}://${path}#${field}?registry_id=${registryId}&scope=${scope}`
}
