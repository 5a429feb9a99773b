import type { Statement } from 'better-sqlite3'
import type { EngineLease, LeaseHolder } from '../src/runtime/ports.ts'
import type { ProcessMark } from '../src/runtime/process.ts'
import type { Database } from './database.ts'
import { StorageError, stored } from './fault.ts'

interface LeaseCells {
  readonly instance_id: string
  readonly pid: number
  readonly boot: string
  readonly acquired_ts: number
  readonly renewed_ts: number
}

export interface LeaseOptions {
  /** Of this opening of the store, so that two engines in one process are told apart too. */
  readonly instanceId: string
  readonly isAlive: (mark: ProcessMark) => boolean
}

/** Who owns the profile: one row. A holder that lives is never replaced; one that died always is. */
export class LeaseTable implements EngineLease {
  readonly #instanceId: string
  readonly #isAlive: (mark: ProcessMark) => boolean
  readonly #read: Statement
  readonly #acquire: (mark: ProcessMark, ts: number) => ReturnType<EngineLease['acquire']>
  readonly #renew: Statement
  readonly #release: Statement
  #isHeld = false

  constructor(db: Database, { instanceId, isAlive }: LeaseOptions) {
    this.#instanceId = instanceId
    this.#isAlive = isAlive
    this.#read = db.prepare('SELECT * FROM lease')
    this.#renew = db.prepare('UPDATE lease SET renewed_ts = ? WHERE instance_id = ?')
    this.#release = db.prepare('DELETE FROM lease WHERE instance_id = ?')
    const put = db.prepare(
      `INSERT OR REPLACE INTO lease (one, instance_id, pid, boot, acquired_ts, renewed_ts)
       VALUES (1, @instanceId, @pid, @boot, @ts, @ts)`,
    )
    const acquire = db.transaction((mark: ProcessMark, ts: number) => {
      const holder = this.#holder()
      if (holder !== undefined && holder.instanceId !== instanceId && this.#isAlive(holder)) {
        return { ok: false, holder } as const
      }
      put.run({ instanceId, pid: mark.pid, boot: mark.boot, ts })
      return { ok: true } as const
    })
    this.#acquire = (mark, ts) => acquire.immediate(mark, ts)
  }

  acquire(mark: ProcessMark, ts: number): ReturnType<EngineLease['acquire']> {
    const answer = stored('acquire the lease', () => this.#acquire(mark, ts))
    this.#isHeld = answer.ok
    return answer
  }

  /** @throws StorageError `storage.lease-lost` when another has taken it */
  renew(ts: number): void {
    const { changes } = stored('renew the lease', () => this.#renew.run(ts, this.#instanceId))
    if (changes === 0) throw this.#lost()
  }

  release(): void {
    stored('release the lease', () => this.#release.run(this.#instanceId))
    this.#isHeld = false
  }

  holder(): LeaseHolder | undefined {
    return stored('read the lease', () => this.#holder())
  }

  /**
   * Refuses to write for a profile that is not ours: an engine that hung while another took over must not go on when it wakes.
   * Where nobody ever asked for the lease, nobody may hold it.
   *
   * @throws StorageError `storage.lease-lost`
   */
  assertOurs(): void {
    const row = this.#read.get() as LeaseCells | undefined
    const isOurs = row === undefined ? !this.#isHeld : row.instance_id === this.#instanceId
    if (!isOurs) throw this.#lost()
  }

  #lost(): StorageError {
    const holder = this.#holder()
    const who = holder === undefined ? 'nobody' : `process ${holder.pid} since ${holder.acquiredTs} µs`
    return new StorageError('storage.lease-lost', `the profile is ${this.#instanceId}'s, it is held by ${who}`)
  }

  #holder(): LeaseHolder | undefined {
    const row = this.#read.get() as LeaseCells | undefined
    if (row === undefined) return undefined
    const { instance_id: instanceId, pid, boot, acquired_ts: acquiredTs, renewed_ts: renewedTs } = row
    return { instanceId, pid, boot, acquiredTs, renewedTs }
  }
}
