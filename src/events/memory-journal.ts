import type { RunId } from '../domain/ids.ts'
import type { Journal, KernelEvent } from './event.ts'
import { ChainLinker } from './line.ts'

/** Keeps events as they are made. Encoding and hashing wait until somebody asks: most backtests of a sweep never do. */
export class MemoryJournal implements Journal {
  readonly runId: RunId
  readonly events: KernelEvent[] = []
  readonly #linker: ChainLinker

  constructor(runId: RunId) {
    this.runId = runId
    this.#linker = new ChainLinker(runId)
  }

  append(event: KernelEvent): void {
    this.events.push(event)
  }

  get seq(): number {
    return this.events.length
  }

  /** Hash of the last event; hashes what was appended since it was last asked. */
  hash(): string {
    const { events } = this
    for (let at = this.#linker.seq; at < events.length; at++) this.#linker.link(events[at] as KernelEvent)
    return this.#linker.hash
  }

  /** The journal as a file would hold it, line by line without line feeds. */
  *lines(): Generator<string, void, void> {
    const linker = new ChainLinker(this.runId)
    for (const event of this.events) {
      linker.link(event)
      yield linker.line()
    }
  }
}
