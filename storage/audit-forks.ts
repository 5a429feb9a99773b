import { createHmac, timingSafeEqual } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from './durable.ts'
import { StorageError, stored } from './fault.ts'
import { profileKey, readProfileKey } from './profile-key.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A session whose chain is broken, as a person took note of it: what stands of it is pinned, and the next goes on from its head. */
const AuditFork = z.strictObject({
  session: z.int().positive(),
  run_id: z.string().min(1),
  /** First event that is wrong or missing; absent where a whole session is. */
  seq: z.int().nonnegative().optional(),
  /** What was wrong, as the check said it. */
  detail: z.string(),
  /** The broken head: hash of the last event that stands of the session. */
  head: sha256,
  /** Over all that stands of the session: any further change of it is a new break. */
  rows_sha256: sha256,
  incident: z.string().min(1),
  reason: z.string(),
  actor: z.string().min(1),
  /** µs. */
  ts: z.int().nonnegative(),
  /** SHA-256 of the manifest of the evidence. */
  bundle_sha256: sha256,
})
export type AuditFork = z.infer<typeof AuditFork>

const File = z.strictObject({ forks: z.array(AuditFork), mac: sha256 })

/** The forks that hold, by the number of their session: of several for one session the last. */
export type ForksBySession = ReadonlyMap<number, AuditFork>

/**
 * Forks of a profile's journal, signed with the key of its checkpoints: who changed the database could otherwise also excuse
 * the change. A file of another hand is as good as none.
 */
export class AuditForks {
  readonly file: string
  readonly #keyFile: string

  /** @param folder `run/` of the profile */
  constructor(folder: string) {
    this.file = join(folder, 'audit-forks.json')
    this.#keyFile = join(folder, 'audit.key')
  }

  /** Oldest first. */
  all(): readonly AuditFork[] {
    const key = readProfileKey(this.#keyFile)
    const text = stored(`read ${this.file}`, () => textOf(this.file))
    if (key === undefined || text === undefined) return []
    const { data } = File.safeParse(jsonOf(text))
    if (data === undefined) return []
    const isRight = timingSafeEqual(Buffer.from(data.mac, 'hex'), Buffer.from(macOf(key, data.forks), 'hex'))
    return isRight ? data.forks : []
  }

  bySession(): ForksBySession {
    return new Map(this.all().map((fork) => [fork.session, fork]))
  }

  /**
   * Adds a fork, durably.
   *
   * @throws StorageError `storage.corrupt` where the file is there and is not ours: what it said must not be lost in silence
   */
  append(fork: AuditFork): void {
    const key = profileKey(this.#keyFile)
    const before = this.all()
    if (before.length === 0 && textOf(this.file) !== undefined)
      throw new StorageError('storage.corrupt', `${this.file} is not signed by this profile's key: keep it aside first`)
    const forks = [...before, AuditFork.parse(fork)]
    stored(`write ${this.file}`, () => {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 })
      writeWhole(this.file, `${JSON.stringify({ forks, mac: macOf(key, forks) }, null, 2)}\n`)
    })
  }
}

function macOf(key: Buffer, forks: readonly AuditFork[]): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(forks.map((fork) => Object.entries(fork).toSorted(([a], [b]) => (a < b ? -1 : 1)))))
    .digest('hex')
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
