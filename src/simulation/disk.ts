import type { KernelEvent } from '../events/event.ts'
import type { CommandAnswer, EngineStore, SessionWriter } from '../runtime/ports.ts'

/** Thrown where the process dies: nobody catches it who is still alive. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/** A profile's database on a disk that the simulation owns. */
export interface ScratchStore {
  readonly store: EngineStore
  /** Room for so many more pages; undefined is as much as is needed. */
  limit(pages: number | undefined): void
  /** The power goes: what is committed stays. */
  drop(): void
  /** The image of the disk is taken now: a write that follows may be torn. */
  mark(): void
  /** The power goes in the middle of what was written since {@link mark}; `share` of it got to the disk. */
  tear(share: number): void
  /** Looks through all that is kept: pages, chain, tables against the journal. */
  verify(): { readonly fault: string | undefined; readonly events: number }
  close(): void
}

/** Opens and keeps what outlives processes: one file, and those beside it. */
export interface ScratchDisk {
  /** @throws StorageError when it cannot be opened, and has no room */
  open(nowTs: number, pages: number | undefined): ScratchStore
  end(): void
}

/** What may happen around a commit. */
export interface CommitHooks {
  /** @throws Killed where the process dies before anything is written */
  before(): void
  /** The commit is done. @throws Killed where it dies now, and the effects never leave */
  after(events: readonly KernelEvent[]): void
  /** A dead process writes nothing. @throws Killed */
  alive(): void
}

/** A store whose commits are watched, and can be the last thing that their process does. */
export function watched(store: EngineStore, hooks: CommitHooks): EngineStore {
  const begin = store.beginSession.bind(store)
  store.beginSession = (session) => new WatchedWriter(begin(session), hooks)
  return store
}

class WatchedWriter implements SessionWriter {
  readonly #writer: SessionWriter
  readonly #hooks: CommitHooks
  #events: KernelEvent[] = []

  constructor(writer: SessionWriter, hooks: CommitHooks) {
    this.#writer = writer
    this.#hooks = hooks
  }

  get runNo(): number {
    return this.#writer.runNo
  }

  get hash(): string {
    return this.#writer.hash
  }

  get isDirty(): boolean {
    return this.#writer.isDirty
  }

  append(event: KernelEvent): void {
    this.#hooks.alive()
    this.#writer.append(event)
    this.#events.push(event)
  }

  record(inputs: Uint8Array): void {
    this.#hooks.alive()
    this.#writer.record(inputs)
  }

  answer(answer: CommandAnswer): void {
    this.#hooks.alive()
    this.#writer.answer(answer)
  }

  commit(): void {
    this.#hooks.alive()
    this.#hooks.before()
    this.#writer.commit()
    const events = this.#events
    this.#events = []
    this.#hooks.after(events)
  }
}
