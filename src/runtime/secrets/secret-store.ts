import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { deriveKey, saltOf, seal, unseal, wipeKey } from './secret-box.ts'
import { SecretError } from './secret-error.ts'
import { readSecretFile, removeSecretFile, writeSecretFile } from './secret-file.ts'
import { SecretLog, type SecretChange } from './secret-log.ts'
import type { SecretRef } from './secret-ref.ts'
import {
  ageDays,
  isOverdue,
  type Purpose,
  referenceTo,
  requireScope,
  requireSecretId,
  type SecretEntry,
  SecretRegistry,
} from './secret-registry.ts'

/** What a new secret is registered as. */
export interface SecretTerms {
  readonly id: string
  readonly scope: string
  readonly purpose: Purpose
  readonly owner: string
  readonly rotateDays: number
}

/** Something that is not as it should be about a secret. */
export interface SecretFinding {
  readonly id: string
  readonly problem: 'OVERDUE' | 'MISSING' | 'RIGHTS' | 'NOT_OPENED' | 'LEFT_OVER' | 'UNREGISTERED'
  readonly detail: string
}

const FIELD = 'value'
const BOX = '.box'

/**
 * The secrets of a profile: each value in an encrypted file of its own, all under one passphrase. Values and passphrases
 * are overwritten by who owns them, which is the caller.
 */
export class SecretStore {
  readonly #folder: string
  readonly #registry: SecretRegistry
  readonly #log: SecretLog
  readonly #now: () => number
  readonly #derive: typeof deriveKey

  /**
   * @param folder `secrets/` of the profile
   * @param now wall time, µs
   * @param derive how a passphrase becomes a key; tests give one that costs less
   */
  constructor(folder: string, now: () => number, derive: typeof deriveKey = deriveKey) {
    this.#folder = folder
    this.#registry = new SecretRegistry(folder)
    this.#log = new SecretLog(folder)
    this.#now = now
    this.#derive = derive
  }

  entries(): readonly SecretEntry[] {
    return this.#registry.entries()
  }

  /** Those whose values are kept. */
  active(): readonly SecretEntry[] {
    return this.entries().filter(({ status }) => status === 'active')
  }

  /** @throws SecretError `config.secret-missing` for an id that is not registered, or not any more */
  entry(id: string): SecretEntry {
    return this.#registry.active(id)
  }

  /** Refuses what cannot be added, before its value is asked for. @throws SecretError `config.secret-value` */
  requireNew({ id, scope }: Pick<SecretTerms, 'id' | 'scope'>): void {
    requireSecretId(id)
    requireScope(scope)
    if (!this.entries().some((entry) => entry.id === id)) return
    throw new SecretError(
      'config.secret-value',
      `a secret is registered as ${id} already`,
      `give it a new value with: profinaut secret rotate ${id}`,
    )
  }

  /**
   * Keeps a new secret.
   *
   * @throws SecretError `config.secret-box` when the passphrase is not the one of the secrets that are there
   */
  add(terms: SecretTerms, value: Buffer, passphrase: Buffer, actor: string): SecretEntry {
    this.requireNew(terms)
    this.requirePassphrase(passphrase)
    const now = this.#now()
    const entry: SecretEntry = {
      id: terms.id,
      purpose: terms.purpose,
      scope: terms.scope,
      owner: terms.owner,
      path: `${terms.id}${BOX}`,
      field: FIELD,
      created_ts: now,
      rotated_ts: now,
      rotate_days: terms.rotateDays,
      status: 'active',
    }
    this.#record(entry, 'added', actor)
    this.#write(entry, value, passphrase)
    this.#registry.put(entry)
    return entry
  }

  /** Puts a new value in place of the old one. @throws SecretError `config.secret-box` for another passphrase */
  rotate(id: string, value: Buffer, passphrase: Buffer, actor: string): SecretEntry {
    const entry = this.entry(id)
    this.open(referenceTo(entry), passphrase).fill(0)
    this.#record(entry, 'rotated', actor)
    this.#write(entry, value, passphrase)
    const rotated = { ...entry, rotated_ts: this.#now() }
    this.#registry.put(rotated)
    return rotated
  }

  /** Ends the use of a secret and removes its value. At the venue it must be revoked too. */
  revoke(id: string, reason: string, actor: string): SecretEntry {
    const entry = this.entry(id)
    this.#record(entry, 'revoked', actor, reason)
    const revoked: SecretEntry = { ...entry, status: 'revoked' }
    this.#registry.put(revoked)
    removeSecretFile(this.#pathOf(entry))
    return revoked
  }

  /**
   * Opens the value that a reference names; the caller overwrites it after use.
   *
   * @throws SecretError `config.secret-missing` for one that is not registered; `config.secret-ref` for another place or
   * scope than it is registered with; `config.secret-box`, `config.secret-rights` as its file has it
   */
  open(ref: SecretRef, passphrase: Buffer): Buffer {
    const entry = this.entry(ref.registryId)
    const { path, field, scope } = referenceTo(entry)
    if (ref.scheme !== 'fileenc' || ref.path !== path || ref.field !== field || ref.scope !== scope)
      throw new SecretError(
        'config.secret-ref',
        `secret ${entry.id} is registered for another place or scope than the reference names`,
        'copy the reference from: profinaut secret list',
      )
    const box = readSecretFile(this.#pathOf(entry))
    if (box === undefined)
      throw new SecretError(
        'config.secret-missing',
        `the file of secret ${entry.id} is missing: ${this.#pathOf(entry)}`,
        'put it back from a copy, or revoke the secret and add a new one',
      )
    const key = this.#derive(passphrase, saltOf(box))
    try {
      return unseal(box, key, ref)
    } finally {
      wipeKey(key)
    }
  }

  /** @throws SecretError `config.secret-box` when the secrets that are there do not open with it */
  requirePassphrase(passphrase: Buffer): void {
    const [entry] = this.active()
    if (entry !== undefined) this.open(referenceTo(entry), passphrase).fill(0)
  }

  /**
   * Seals every secret anew under another passphrase; nothing is written unless all of them open. A crash leaves some under
   * the old one and some under the new: done again with the same two, it goes on where it stopped.
   *
   * @returns how many secrets there are
   */
  changePassphrase(old: Buffer, next: Buffer, actor: string): number {
    const opened: { readonly entry: SecretEntry; readonly value: Buffer }[] = []
    try {
      for (const entry of this.active()) opened.push({ entry, value: this.#openWithEither(entry, [old, next]) })
      for (const { entry, value } of opened) {
        this.#record(entry, 'resealed', actor)
        this.#write(entry, value, next)
      }
    } finally {
      for (const { value } of opened) value.fill(0)
    }
    return opened.length
  }

  /** What is wrong: values too old, files missing, open to others, unreadable or of no registered secret. */
  findings(passphrase: Buffer): readonly SecretFinding[] {
    const now = this.#now()
    const found: SecretFinding[] = []
    const entries = this.entries()
    for (const entry of entries) {
      if (entry.status === 'revoked') continue
      const { id } = entry
      if (isOverdue(entry, now))
        found.push({
          id,
          problem: 'OVERDUE',
          detail: `its value is ${ageDays(entry, now)} days old, at most ${entry.rotate_days} are wanted`,
        })
      try {
        this.open(referenceTo(entry), passphrase).fill(0)
      } catch (error) {
        if (!(error instanceof SecretError)) throw error
        found.push({ id, problem: PROBLEMS[error.code] ?? 'NOT_OPENED', detail: error.message })
      }
    }
    const known = new Map(entries.map(({ path, id, status }) => [path, { id, status }]))
    for (const name of this.#boxes()) {
      const owner = known.get(name)
      if (owner === undefined)
        found.push({ id: '', problem: 'UNREGISTERED', detail: `${name} belongs to no registered secret: remove it` })
      else if (owner.status === 'revoked')
        found.push({ id: owner.id, problem: 'LEFT_OVER', detail: `${name} is of a revoked secret: remove it` })
    }
    return found
  }

  #boxes(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.includes(BOX))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  #openWithEither(entry: SecretEntry, passphrases: readonly Buffer[]): Buffer {
    let refusal: unknown
    for (const passphrase of passphrases) {
      try {
        return this.open(referenceTo(entry), passphrase)
      } catch (error) {
        if (!(error instanceof SecretError) || error.code !== 'config.secret-box') throw error
        refusal ??= error
      }
    }
    throw refusal
  }

  #write(entry: SecretEntry, value: Buffer, passphrase: Buffer): void {
    const key = this.#derive(passphrase)
    try {
      writeSecretFile(this.#pathOf(entry), seal(value, key, referenceTo(entry)))
    } finally {
      wipeKey(key)
    }
  }

  #record({ id }: SecretEntry, action: SecretChange['action'], actor: string, reason?: string): void {
    this.#log.append({ ts: this.#now(), id, action, actor, ...(reason === undefined ? {} : { reason }) })
  }

  #pathOf({ path }: SecretEntry): string {
    return join(this.#folder, path)
  }
}

const PROBLEMS: Partial<Readonly<Record<SecretError['code'], SecretFinding['problem']>>> = {
  'config.secret-missing': 'MISSING',
  'config.secret-rights': 'RIGHTS',
}
