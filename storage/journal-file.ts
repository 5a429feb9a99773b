import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'
import type { AssertionFailed } from '../src/domain/brand.ts'
import type { RunId } from '../src/domain/ids.ts'
import type { Journal, KernelEvent } from '../src/events/event.ts'
import { ChainLinker } from '../src/events/line.ts'
import { finish, INCOMPLETE, writeAll } from './durable.ts'
import { StorageError, storageFault, stored } from './fault.ts'

export interface FileJournalOptions {
  /** Of the finished journal; until {@link FileJournal.close} the file is called `<path>.incomplete`. */
  readonly path: string
  readonly runId: RunId
  /** Events after which they are written, if their bytes have not filled the buffer before. */
  readonly flushEvery?: number
}

const FLUSH_EVERY = 4_096
const BUFFER_BYTES = 1 << 20
/** UTF-8 needs at most this much for one UTF-16 unit. */
const BYTES_PER_UNIT = 3
const LINE_FEED = 0x0a

/**
 * A run's journal as a file of lines, for runs whose effects need no durable record before they happen: backtests and
 * other research. The file carries its real name only once it is whole, so a crash, a full disk or a kill leaves a file that
 * says itself that it is incomplete. Memory is bounded: lines wait as bytes in one buffer.
 */
export class FileJournal implements Journal {
  readonly path: string
  readonly #linker: ChainLinker
  readonly #flushEvery: number
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  /** Bytes, and events, that wait in the buffer. */
  #held = 0
  #waiting = 0
  #fd: number | undefined
  #failure: StorageError | AssertionFailed | undefined

  /** @throws StorageError `storage.exists` when there is a journal already, and whatever the disk says */
  constructor({ path, runId, flushEvery = FLUSH_EVERY }: FileJournalOptions) {
    this.path = path
    this.#linker = new ChainLinker(runId)
    this.#flushEvery = flushEvery
    if (existsSync(path)) throw new StorageError('storage.exists', `${path} is a journal already`)
    this.#fd = stored(`create ${this.incompletePath}`, () => openSync(this.incompletePath, 'wx', 0o600))
  }

  /** What the file is called until it is whole. */
  get incompletePath(): string {
    return `${this.path}${INCOMPLETE}`
  }

  /** Events appended, written or not. */
  get seq(): number {
    return this.#linker.seq
  }

  /** Hash of the last event appended; of the run once it is closed. */
  get hash(): string {
    return this.#linker.hash
  }

  /** @throws StorageError when the buffer is full and cannot be written, and ever after: no event is lost without a word */
  append(event: KernelEvent): void {
    if (this.#failure !== undefined) throw this.#failure
    try {
      this.#linker.link(event)
    } catch (bug) {
      this.flush() // What led to it is evidence.
      throw this.#fail(bug as AssertionFailed)
    }
    this.#hold(this.#linker.line())
    if (++this.#waiting >= this.#flushEvery) this.flush()
  }

  #hold(line: string): void {
    const room = line.length * BYTES_PER_UNIT + 1
    if (this.#held + room > BUFFER_BYTES) this.flush()
    if (room > BUFFER_BYTES) return this.#write(Buffer.from(`${line}\n`))
    this.#held += this.#buffer.write(line, this.#held)
    this.#buffer[this.#held++] = LINE_FEED
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#write(this.#buffer.subarray(0, this.#held))
    this.#held = 0
    this.#waiting = 0
  }

  /** Writes the rest, makes it durable and gives the file its name. */
  close(): void {
    this.flush()
    const fd = this.#fd
    if (fd === undefined) return
    try {
      fsyncSync(fd)
      this.#release()
      finish(this.incompletePath, this.path)
    } catch (error) {
      throw this.#fail(storageFault(error, `close ${this.incompletePath}`))
    }
    this.#failure = new StorageError('storage.closed', `${this.path} is closed`)
  }

  /** Leaves the file incomplete. What waits is not written. Safe to call at any time. */
  abandon(): void {
    this.#release()
    this.#failure ??= new StorageError('storage.closed', `${this.incompletePath} was left incomplete`)
  }

  #write(bytes: Uint8Array): void {
    const fd = this.#fd
    if (fd === undefined || bytes.length === 0) return
    try {
      writeAll(fd, bytes)
    } catch (error) {
      throw this.#fail(storageFault(error, `write ${this.incompletePath}`))
    }
  }

  #fail<T extends StorageError | AssertionFailed>(failure: T): T {
    this.#failure = failure
    this.#release()
    return failure
  }

  #release(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) closeSync(fd)
  }
}
