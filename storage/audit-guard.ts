import { AssertionFailed } from '../src/domain/brand.ts'
import type { AuditGuard } from '../src/runtime/ports.ts'
import type { AuditCheckpoints } from './audit-checkpoints.ts'
import type { ForksBySession } from './audit-forks.ts'
import type { AuditMirror } from './audit-mirror.ts'
import type { Database } from './database.ts'
import { JOURNAL_START, type JournalHead, type StretchVerdict, verifyStretch } from './sqlite-events.ts'
import { invalid } from './verify-audit.ts'

const TAIL_EVERY_MS = 60_000
/** A journal that is gone through sooner than that rests for the remainder: what is short is not read thousands of times. */
const PATROL_EVERY_MS = 60_000
/** Events checked at each look, two milliseconds of an engine’s turn: four looks a second go through 60 000 a minute. */
const SLICE = 256
/** Slices that a stop copies at most: a journal that is new to its mirror is copied by those who run. */
const COPIES_AT_STOP = 64

type Walk = Generator<JournalHead, StretchVerdict, void>

/**
 * Keeps checking the journal of a running engine: what was written since the last checkpoint every minute, and in between
 * all of it from the beginning, again and again, a round a minute at most. What was found sound is copied to the mirror. A slice at each look, so that
 * no order waits for it.
 */
export class SqliteAuditGuard implements AuditGuard {
  readonly #db: Database
  readonly #checkpoints: AuditCheckpoints
  readonly #mirror: AuditMirror
  readonly #forks: ForksBySession
  #tail: Walk | undefined
  #patrol: Walk | undefined
  #tailMs = Number.NEGATIVE_INFINITY
  #patrolMs = Number.NEGATIVE_INFINITY
  /** The last head that was found sound. */
  #head: JournalHead | undefined
  /** Whether the mirror lacks some of what was found sound. */
  #isBehind = false
  #fault: string | undefined

  /** `forks` are as they were when the engine started: none comes while one runs. */
  constructor(
    db: Database,
    {
      checkpoints,
      mirror,
      forks = new Map(),
    }: {
      readonly checkpoints: AuditCheckpoints
      readonly mirror: AuditMirror
      readonly forks?: ForksBySession
    },
  ) {
    this.#db = db
    this.#checkpoints = checkpoints
    this.#mirror = mirror
    this.#forks = forks
  }

  get verified(): { readonly events: number; readonly hash: string } | undefined {
    return this.#head
  }

  look({ ms, ts }: { readonly ms: number; readonly ts: number }): string | undefined {
    if (this.#fault !== undefined) return this.#fault
    if (this.#tail === undefined && ms - this.#tailMs >= TAIL_EVERY_MS) {
      this.#tailMs = ms
      this.#tail = this.#newTail()
    }
    if (this.#tail !== undefined) {
      if (this.#step(this.#tail, ts)) this.#tail = undefined
    } else if (this.#isBehind && this.#head !== undefined) {
      this.#isBehind = this.#mirror.copy(this.#head.position)
    } else if (this.#patrol !== undefined) {
      if (this.#step(this.#patrol, undefined)) this.#patrol = undefined
    } else if (ms - this.#patrolMs >= PATROL_EVERY_MS) {
      this.#patrolMs = ms
      this.#patrol = verifyStretch(this.#db, JOURNAL_START, SLICE, this.#forks)
    }
    return this.#fault
  }

  seal(ts: number): void {
    // Before a first stretch was verified all of the journal may be ahead: a stop does not wait for that.
    if (this.#fault !== undefined || this.#head === undefined) return
    const walk = this.#newTail()
    while (!this.#step(walk, ts));
    if (this.#fault !== undefined) return
    const { position } = this.#head
    for (let copies = 0; copies < COPIES_AT_STOP && this.#mirror.copy(position); copies++);
  }

  #newTail(): Walk {
    return verifyStretch(this.#db, this.#head ?? this.#checkpoints.last() ?? JOURNAL_START, SLICE, this.#forks)
  }

  /** @param ts when a sound end becomes a checkpoint; undefined where it does not @returns whether the walk is over */
  #step(walk: Walk, ts: number | undefined): boolean {
    let step: ReturnType<Walk['next']>
    try {
      step = walk.next()
    } catch (error) {
      // A journal that cannot be put together is no better than one that contradicts itself.
      if (!(error instanceof AssertionFailed)) throw error
      this.#fault = error.message
      return true
    }
    if (step.done !== true) return false
    const verdict = step.value
    if (!verdict.ok) {
      const { seq, runId, detail } = invalid(verdict)
      this.#fault = `event ${seq ?? '?'} of session ${runId}: ${detail}`
    } else if (ts !== undefined && verdict.head.position > 0) {
      const isNew = verdict.head.position !== (this.#head ?? this.#checkpoints.last())?.position
      this.#head = verdict.head
      this.#isBehind = true
      if (isNew) this.#checkpoints.append(verdict.head, Math.round(ts))
    }
    return true
  }
}
