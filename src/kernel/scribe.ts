import type { BotId } from '../domain/ids.ts'
import type { EventType, Journal, KernelEvent, Payload } from '../events/event.ts'

/** Writes the kernel's events: numbers them, stamps them with engine time, and links each to what caused it. */
export class Scribe {
  readonly #journal: Journal
  #seq = 0
  /** Engine time of the input at hand, µs. Never goes back. */
  now = 0
  /** Number of the input at hand. */
  input = 0

  /** @param from time and number of the last input of the session before: both go on from there */
  constructor(journal: Journal, from?: { readonly lastTs: number; readonly inputs: number }) {
    this.#journal = journal
    this.now = from?.lastTs ?? 0
    this.input = from?.inputs ?? 0
  }

  get seq(): number {
    return this.#seq
  }

  /** Begins an input. Time is monotone: an input that is stamped earlier than the last happens now. */
  begin(ts: number): void {
    this.input++
    if (ts > this.now) this.now = ts
  }

  /** @returns the event's number, the cause of what follows from it */
  write<T extends EventType>(type: T, payload: Payload<T>, botId?: BotId, trace = this.input, causeSeq = 0): number {
    const event: KernelEvent<T> = { seq: ++this.#seq, ts: this.now, type, botId, trace, causeSeq, payload }
    this.#journal.append(event)
    return this.#seq
  }
}
