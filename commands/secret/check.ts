import { environmentSecret, type ProfilePaths, profilePaths } from '../../src/runtime/config.ts'
import { loadConfig } from '../../src/runtime/config-layers.ts'
import { SecretError } from '../../src/runtime/secrets/secret-error.ts'
import { parseSecretRef, type SecretRef } from '../../src/runtime/secrets/secret-ref.ts'
import { type SecretFinding, SecretStore } from '../../src/runtime/secrets/secret-store.ts'
import type { CommandDeps } from '../command-line.ts'
import type { EngineDeps } from '../engine-access.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf } from '../reading.ts'
import type { SecretCheckOptions } from '../secret.ts'
import { sheet, sheetOutcome } from '../sheet.ts'
import { passphraseOf, requireHidden } from './passphrase.ts'

export async function checkSecrets(
  { engine, printer }: CommandDeps,
  reference: string | undefined,
  options: SecretCheckOptions,
): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const store = new SecretStore(paths.secrets, engine.now)
  if (reference !== undefined) return checkReference(engine, store, refOf(paths, reference), options)
  const needsPassphrase = store.active().length > 0
  const passphrase = needsPassphrase ? await passphraseOf(requireHidden(engine), options.passphraseFd) : Buffer.alloc(0)
  try {
    return findingsOutcome(store.findings(passphrase), store.entries().length, formatOf(options, printer))
  } finally {
    passphrase.fill(0)
  }
}

function findingsOutcome(
  findings: readonly SecretFinding[],
  count: number,
  format: ReturnType<typeof formatOf>,
): Outcome {
  const rows = sheet(
    [
      { name: 'id', align: 'left', exact: ({ id }: SecretFinding) => (id === '' ? undefined : id) },
      { name: 'problem', align: 'left', exact: ({ problem }) => problem },
      { name: 'detail', align: 'left', exact: ({ detail }) => detail },
    ],
    findings,
    { empty: `${count} secrets, all as they should be` },
  )
  const [first] = findings
  return sheetOutcome(rows, format, {
    code: first === undefined ? EXIT.ok : EXIT.checkFailed,
    message: first === undefined ? `${count} secrets, all as they should be` : `${findings.length} findings`,
    reasonCodes: [...new Set(findings.map(({ problem }) => `SECRET_${problem}`))],
  })
}

/** Reads a reference as this profile does, which decides where a secret may come from. */
function refOf(paths: ProfilePaths, reference: string): SecretRef {
  const { venues } = loadConfig(paths).config.limits
  return parseSecretRef(reference, { isSimulated: venues.length > 0 && venues.every((venue) => venue === 'sim') })
}

async function checkReference(
  engine: EngineDeps,
  store: SecretStore,
  ref: SecretRef,
  { passphraseFd }: SecretCheckOptions,
): Promise<Outcome> {
  const { registryId } = ref
  if (ref.scheme === 'env') {
    if (environmentSecret(ref.path) === undefined)
      throw new SecretError(
        'config.secret-missing',
        `secret ${registryId} comes from the variable ${ref.path}, which is not set`,
        'set it for the engine, or keep the secret in an encrypted file',
      )
  } else {
    const passphrase = await passphraseOf(requireHidden(engine), passphraseFd)
    try {
      store.open(ref, passphrase).fill(0)
    } finally {
      passphrase.fill(0)
    }
  }
  const message = `${registryId} can be had`
  return { code: EXIT.ok, message, text: message, data: { id: registryId, scope: ref.scope } }
}
