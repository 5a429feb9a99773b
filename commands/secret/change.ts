import { profilePaths } from '../../src/runtime/config.ts'
import { prepareFolders } from '../../src/runtime/config-folder.ts'
import { printSecretRef } from '../../src/runtime/secrets/secret-ref.ts'
import { referenceTo, type SecretEntry } from '../../src/runtime/secrets/secret-registry.ts'
import { SecretStore } from '../../src/runtime/secrets/secret-store.ts'
import { callerFor, requireWhole } from '../caller.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import type { NewPassphraseOptions, SecretAddOptions, SecretRevokeOptions, SecretValueOptions } from '../secret.ts'
import { newPassphrase, passphraseOf, requireHidden, valueOf } from './passphrase.ts'

/** The id that was given, and all that stood on the line. */
interface Named {
  readonly id: string
  readonly args: readonly string[]
}

export async function addSecret(
  { engine }: CommandDeps,
  { id, args }: Named,
  { profile, scope, purpose, owner = engine.actor, rotateDays, stdin, passphraseFd }: SecretAddOptions,
): Promise<Outcome> {
  refuseMore(args, 1)
  requireWhole(await callerFor({ profile }, engine), 'govern')
  requireDescriptors({ stdin, passphraseFd })
  const hidden = requireHidden(engine)
  const paths = profilePaths(profile)
  prepareFolders(paths)
  const store = new SecretStore(paths.secrets, engine.now)
  store.requireNew({ id, scope })
  const isFirst = store.active().length === 0
  return withHidden(async (keep) => {
    const passphrase = keep(await (isFirst ? newPassphrase : passphraseOf)(hidden, passphraseFd))
    store.requirePassphrase(passphrase)
    const value = keep(await valueOf(hidden, stdin))
    return told(store.add({ id, scope, purpose, owner, rotateDays }, value, passphrase, engine.actor), 'is kept')
  })
}

export async function rotateSecret(
  { engine }: CommandDeps,
  { id, args }: Named,
  { profile, stdin, passphraseFd }: SecretValueOptions,
): Promise<Outcome> {
  refuseMore(args, 1)
  requireWhole(await callerFor({ profile }, engine), 'govern')
  requireDescriptors({ stdin, passphraseFd })
  const hidden = requireHidden(engine)
  const store = new SecretStore(profilePaths(profile).secrets, engine.now)
  store.entry(id)
  return withHidden(async (keep) => {
    const passphrase = keep(await passphraseOf(hidden, passphraseFd))
    store.requirePassphrase(passphrase)
    const value = keep(await valueOf(hidden, stdin))
    return told(store.rotate(id, value, passphrase, engine.actor), 'has its new value')
  })
}

export async function revokeSecret(
  { engine }: CommandDeps,
  id: string,
  { profile, reason }: SecretRevokeOptions,
): Promise<Outcome> {
  requireWhole(await callerFor({ profile }, engine), 'govern')
  const store = new SecretStore(profilePaths(profile).secrets, engine.now)
  return told(store.revoke(id, reason, engine.actor), 'is revoked and its value removed; revoke it at the venue too')
}

export async function changePassphrase(
  { engine }: CommandDeps,
  args: readonly string[],
  { profile, passphraseFd, newPassphraseFd }: NewPassphraseOptions,
): Promise<Outcome> {
  refuseMore(args, 0)
  requireWhole(await callerFor({ profile }, engine), 'govern')
  const hidden = requireHidden(engine)
  const store = new SecretStore(profilePaths(profile).secrets, engine.now)
  if (store.active().length === 0)
    throw new CommandError(
      EXIT.usage,
      'NO_SECRETS',
      'there is no secret yet, and so no passphrase',
      'the first one that is added asks for it: profinaut secret add --help',
    )
  return withHidden(async (keep) => {
    const old = keep(await passphraseOf(hidden, passphraseFd))
    const next = keep(await newPassphrase(hidden, newPassphraseFd))
    const count = store.changePassphrase(old, next, engine.actor)
    const message = `${count} secrets are under the new passphrase`
    return { code: EXIT.ok, message, text: message, data: { secrets: count } }
  })
}

/** Runs a use case and overwrites, however it ends, what it kept. */
async function withHidden(useCase: (keep: (bytes: Buffer) => Buffer) => Promise<Outcome>): Promise<Outcome> {
  const kept: Buffer[] = []
  try {
    return await useCase((bytes) => {
      kept.push(bytes)
      return bytes
    })
  } finally {
    for (const bytes of kept) bytes.fill(0)
  }
}

/** @throws CommandError `VALUE_IN_ARGUMENT` for more than the command knows, without repeating it */
function refuseMore(args: readonly string[], known: number): void {
  const more = args.length - known
  if (more <= 0) return
  throw new CommandError(
    EXIT.usage,
    'VALUE_IN_ARGUMENT',
    `${more} more on the line than this command knows (not shown: it may be a secret)`,
    'a secret is typed when it is asked for, or read with --stdin. If this was one, the shell’s history and the list of processes have it: take a new one at the venue',
  )
}

function requireDescriptors({ stdin, passphraseFd }: Pick<SecretValueOptions, 'stdin' | 'passphraseFd'>): void {
  if (stdin && passphraseFd === 0)
    throw new CommandError(
      EXIT.usage,
      'DESCRIPTOR',
      'value and passphrase cannot both be read from stdin',
      'give the passphrase by another descriptor: --passphrase-fd 3 3< file',
    )
}

function told(entry: SecretEntry, what: string): Outcome {
  const { id, scope, purpose, owner, rotate_days: rotateDays, status } = entry
  const reference = status === 'active' ? printSecretRef(referenceTo(entry)) : undefined
  const message = `${id} ${what}`
  return {
    code: EXIT.ok,
    message,
    text: reference === undefined ? message : `${message}\nname it in settings as: ${reference}`,
    data: { id, scope, purpose, owner, rotate_days: rotateDays, status, reference: reference ?? null },
  }
}
