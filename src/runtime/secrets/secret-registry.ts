import { join } from 'node:path'
import { z } from 'zod'
import { US_PER_DAY } from '../../domain/time.ts'
import { SecretError } from './secret-error.ts'
import { readSecretFile, writeSecretFile } from './secret-file.ts'
import type { SecretRef } from './secret-ref.ts'

/** What a key may do at its venue: nothing here may withdraw. */
export const PURPOSES = ['read', 'trade', 'cancel'] as const
export type Purpose = (typeof PURPOSES)[number]

export const ROTATE_DAYS = 90

/**
 * Words of a few letters: long runs of letters and digits, as keys are, fit no id. So a value that is typed in the place
 * of an id is refused before it is kept or shown.
 */
const ID = /^(?=.{1,48}$)[a-z][a-z0-9]{0,15}(-[a-z0-9]{1,15})*$/
const SCOPE = /^(?=.{1,96}$)[a-z][\w]{0,15}(:[\w-]{1,32}){0,4}$/

const Entry = z.strictObject({
  id: z.string().regex(ID),
  purpose: z.enum(PURPOSES),
  scope: z.string().regex(SCOPE),
  owner: z.string().min(1).max(64),
  /** Of its file, below the secrets folder. */
  path: z.string().regex(/^[\w-]+\.box$/),
  field: z.string().regex(/^[\w-]+$/),
  created_ts: z.int().nonnegative(),
  rotated_ts: z.int().nonnegative(),
  /** Days after which it is due for a new value. */
  rotate_days: z.int().min(1).max(3_650),
  status: z.enum(['active', 'revoked']),
})

/** What is known of one secret, and never the secret. */
export type SecretEntry = Readonly<z.infer<typeof Entry>>

const Registry = z.strictObject({
  version: z.literal(1),
  secrets: z
    .array(Entry)
    .refine((entries) => new Set(entries.map(({ id }) => id)).size === entries.length, 'an id occurs twice'),
})

/** @throws SecretError `config.secret-value`, without repeating what was given */
export function requireSecretId(id: string): string {
  if (ID.test(id)) return id
  throw new SecretError(
    'config.secret-value',
    'the id of a secret is words of 1 to 16 lowercase letters and digits, joined by -; something else was given (not shown: it may be a secret)',
    'name it like gmo-trade-key; the value itself is asked for, or read with --stdin',
  )
}

/** @throws SecretError `config.secret-value`, without repeating what was given */
export function requireScope(scope: string): string {
  if (SCOPE.test(scope)) return scope
  throw new SecretError(
    'config.secret-value',
    'a scope is words joined by colons; something else was given (not shown: it may be a secret)',
    'write what it opens, like venue:gmo:trade',
  )
}

/** Age of a secret's value at `now`, whole days. */
export function ageDays({ rotated_ts: rotatedTs }: SecretEntry, now: number): number {
  return Math.max(0, Math.floor((now - rotatedTs) / US_PER_DAY))
}

/** Whether a secret should have had a new value before `now`. */
export function isOverdue(entry: SecretEntry, now: number): boolean {
  return now - entry.rotated_ts > entry.rotate_days * US_PER_DAY
}

/** Where the value of a secret is kept, as settings name it. */
export function referenceTo({ id, path, field, scope }: SecretEntry): SecretRef {
  return { scheme: 'fileenc', path, field, registryId: id, scope }
}

/** The list of a profile's secrets: a JSON file beside them that holds no value. */
export class SecretRegistry {
  readonly #file: string

  /** @param folder `secrets/` of the profile */
  constructor(folder: string) {
    this.#file = join(folder, 'secret-registry.json')
  }

  /** @throws SecretError `config.secret-registry` for a file that is no such list */
  entries(): readonly SecretEntry[] {
    const bytes = readSecretFile(this.#file)
    if (bytes === undefined) return []
    const read = Registry.safeParse(jsonOf(bytes))
    if (read.success) return read.data.secrets
    throw new SecretError(
      'config.secret-registry',
      `${this.#file} is no list of secrets: ${read.error.issues.map(({ path }) => path.join('.') || 'its form').join(', ')} is wrong`,
      'put it back from a copy; the values are safe in their own files',
    )
  }

  /** @throws SecretError `config.secret-missing` for an id that is not registered, or not any more */
  active(id: string): SecretEntry {
    requireSecretId(id)
    const found = this.entries().find((entry) => entry.id === id)
    if (found?.status === 'active') return found
    throw new SecretError(
      'config.secret-missing',
      found === undefined ? `no secret is registered as ${id}` : `secret ${id} is revoked`,
      found === undefined
        ? `register it with: profinaut secret add ${id} --scope <scope> --purpose <purpose>`
        : 'add a new one under another id: a revoked id is not used again',
    )
  }

  /** Puts an entry in, in place of the one with its id. */
  put(entry: SecretEntry): void {
    const others = this.entries().filter(({ id }) => id !== entry.id)
    const secrets = [...others, Entry.parse(entry)].sort((a, b) => (a.id < b.id ? -1 : 1))
    writeSecretFile(this.#file, Buffer.from(`${JSON.stringify({ version: 1, secrets }, null, 2)}\n`))
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
