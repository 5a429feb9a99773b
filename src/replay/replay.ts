import type { RunId } from '../domain/ids.ts'
import type { Journal, KernelEvent } from '../events/event.ts'
import { ChainLinker } from '../events/line.ts'

/** One field in which two versions of an event differ; undefined where a version has no such field. */
export interface FieldDifference {
  /** Path into the event, such as `payload.qty`. */
  readonly field: string
  readonly recorded: unknown
  readonly produced: unknown
}

/** The first place where a journal and its replay part ways. */
export interface Divergence {
  readonly seq: number
  /** The event as it was recorded, and as it came out now; undefined where one side has no event any more. */
  readonly recorded: Readonly<Record<string, unknown>> | undefined
  readonly produced: Readonly<Record<string, unknown>> | undefined
  readonly fields: readonly FieldDifference[]
  /** The input that the kernel was taking in. */
  readonly input: string
}

export interface ReplayOutcome {
  readonly verdict: 'VALID' | 'DIVERGED'
  /** Events that agreed. */
  readonly events: number
  /** Hash of the last event that agreed. */
  readonly hash: string
  readonly divergence: Divergence | undefined
}

/**
 * A journal that compares instead of keeping (UGF-I-004): every event that the kernel makes is encoded and chained and must be,
 * byte for byte, the next recorded line. Holds one line at a time, so a journal of any length is replayed in the same memory.
 */
export class ReplayJournal implements Journal {
  readonly #recorded: Iterator<string>
  readonly #linker: ChainLinker
  readonly #describeInput: () => string
  #events = 0
  #hash: string
  #divergence: Divergence | undefined

  /**
   * @param recorded the journal's lines, in order, without line feeds
   * @param describeInput says in words what the kernel is taking in; asked only at the difference
   */
  constructor(recorded: Iterator<string>, { runId, describeInput }: { runId: RunId; describeInput: () => string }) {
    this.#recorded = recorded
    this.#linker = new ChainLinker(runId)
    this.#hash = this.#linker.hash
    this.#describeInput = describeInput
  }

  /** Whether a difference was found: nothing after it is compared, so the run may stop. */
  get isDiverged(): boolean {
    return this.#divergence !== undefined
  }

  append(event: KernelEvent): void {
    if (this.#divergence !== undefined) return
    this.#linker.link(event)
    const produced = this.#linker.line()
    const next = this.#recorded.next()
    const recorded = next.done === true ? undefined : next.value
    if (recorded === produced) {
      this.#events = event.seq
      this.#hash = this.#linker.hash
      return
    }
    this.#divergence = difference(event.seq, recorded, produced, this.#describeInput())
  }

  /** Ends the comparison: recorded events that were not produced again are a difference too. */
  finish(): ReplayOutcome {
    if (this.#divergence === undefined) {
      const next = this.#recorded.next()
      if (next.done !== true)
        this.#divergence = difference(this.#events + 1, next.value, undefined, 'after the last input')
    }
    const divergence = this.#divergence
    return {
      verdict: divergence === undefined ? 'VALID' : 'DIVERGED',
      events: this.#events,
      hash: this.#hash,
      divergence,
    }
  }
}

function difference(
  seq: number,
  recorded: string | undefined,
  produced: string | undefined,
  input: string,
): Divergence {
  const [before, after] = [parsed(recorded), parsed(produced)]
  return {
    seq,
    recorded: before,
    produced: after,
    fields: before && after ? fieldsThatDiffer(before, after) : [],
    input,
  }
}

function parsed(line: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (line === undefined) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return { unreadable: line.slice(0, 500) }
  }
}

/** Differences field by field, the innermost first named; hashes are left out where anything else differs, for they follow. */
function fieldsThatDiffer(recorded: unknown, produced: unknown): readonly FieldDifference[] {
  const all = [...walk('', recorded, produced)]
  const causes = all.filter(({ field }) => field !== 'hash' && field !== 'prev_hash')
  return causes.length > 0 ? causes : all
}

function* walk(field: string, recorded: unknown, produced: unknown): Generator<FieldDifference> {
  if (isRecord(recorded) && isRecord(produced)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(produced)])
    for (const key of [...keys].sort())
      yield* walk(field === '' ? key : `${field}.${key}`, recorded[key], produced[key])
  } else if (JSON.stringify(recorded) !== JSON.stringify(produced)) yield { field, recorded, produced }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
