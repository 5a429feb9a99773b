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
  /** Events held in memory before they are written. */
  readonly flushEvery?: number
}

const FLUSH_EVERY = 4_096
/** Characters per write, so that a run of large events does not pile up. */
const BLOCK_CHARS = 1 << 20

/**
 * A run's journal as a file of lines, for runs whose effects need no durable record before they happen: backtests and
 * other research. The file carries its real name only once it is whole, so a crash, a full disk or a kill leaves a file that
 * says itself that it is incomplete.
 */
export class FileJournal implements Journal {
  readonly path: string
  readonly #linker: ChainLinker
  readonly #flushEvery: number
  #pending: KernelEvent[] = []
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
    return this.#linker.seq + this.#pending.length
  }

  /** Hash of the last event written; of the run once it is closed. */
  get hash(): string {
    return this.#linker.hash
  }

  /** @throws StorageError when a full buffer cannot be written, and ever after: no event is lost without a word */
  append(event: KernelEvent): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#pending.push(event)
    if (this.#pending.length >= this.#flushEvery) this.flush()
  }

  /** Encodes, hashes and writes what is in memory. */
  flush(): void {
    if (this.#failure !== undefined) throw this.#failure
    const pending = this.#pending
    this.#pending = []
    let block = ''
    for (const event of pending) {
      try {
        this.#linker.link(event)
      } catch (bug) {
        this.#write(block) // What led to it is evidence.
        throw this.#fail(bug as AssertionFailed)
      }
      block += `${this.#linker.line()}\n`
      if (block.length < BLOCK_CHARS) continue
      this.#write(block)
      block = ''
    }
    this.#write(block)
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

  /** Leaves the file incomplete. What is in memory is not written. Safe to call at any time. */
  abandon(): void {
    this.#release()
    this.#pending = []
    this.#failure ??= new StorageError('storage.closed', `${this.incompletePath} was left incomplete`)
  }

  #write(block: string): void {
    const fd = this.#fd
    if (fd === undefined || block === '') return
    try {
      writeAll(fd, Buffer.from(block))
    } catch (error) {
      throw this.#fail(storageFault(error, `write ${this.incompletePath}`))
    }
  }

  #fail<T extends StorageError | AssertionFailed>(failure: T): T {
    this.#failure = failure
    this.#pending = []
    this.#release()
    return failure
  }

  #release(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) closeSync(fd)
  }
}
