import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TimeUs } from '../../src/domain/time.ts'
import { monotonicMs, wallTime } from '../../src/runtime/clock.ts'
import { isAlive, thisProcess } from '../../src/runtime/process.ts'
import { type Database, openDatabase } from '../../storage/database.ts'
import { stored } from '../../storage/fault.ts'
import { writeManifest } from '../../storage/run-folder.ts'
import { type RefName, RunRegister } from '../../storage/runs.ts'

export interface RunEntry {
  readonly database: string
  readonly runId: string
  readonly kind: string
  readonly folder: string
  readonly runKey: string
  readonly refs: Readonly<Partial<Record<RefName, string>>>
  readonly startedTs: TimeUs
}

export interface RunEnd {
  readonly finalHash: string
  readonly events: number
  readonly inputs: number
  readonly summary: Readonly<Record<string, unknown>>
  readonly files: readonly string[]
  readonly failure: string
  readonly endedTs: TimeUs
}

/** Looks into the register this often while a run goes on. */
const POLL_MS = 250

/** Opens a profile's register; its folder is made if need be, readable by its owner alone. */
export function openRegister(database: string): { readonly db: Database; readonly register: RunRegister } {
  stored(`create ${dirname(database)}`, () => mkdirSync(dirname(database), { recursive: true, mode: 0o700 }))
  const db = openDatabase(database, { nowTs: wallTime(), durability: 'normal' })
  const register = new RunRegister(db)
  register.interruptDead({ isAlive, ts: wallTime() })
  return { db, register }
}

/** One run in the register, from its beginning to its end, with Ctrl-C and `runs cancel` as one wish to stop. */
export class RegisteredRun {
  readonly #entry: RunEntry
  readonly #db: Database
  readonly #register: RunRegister
  #isInterrupted = false
  #polledMs = Number.NEGATIVE_INFINITY
  #isCancelRequested = false
  readonly #interrupt = () => {
    // The second one ends at once: whoever presses twice means it.
    if (this.#isInterrupted) process.exit(130)
    this.#isInterrupted = true
  }

  private constructor(entry: RunEntry, db: Database, register: RunRegister) {
    this.#entry = entry
    this.#db = db
    this.#register = register
    process.on('SIGINT', this.#interrupt)
    process.on('SIGTERM', this.#interrupt)
  }

  static begin(entry: RunEntry): RegisteredRun {
    const { db, register } = openRegister(entry.database)
    const { runId, kind, runKey, folder, refs, startedTs } = entry
    register.begin({ runId, kind, runKey, folder, refs, owner: thisProcess(), ts: startedTs })
    return new RegisteredRun(entry, db, register)
  }

  /** Notes how far the run is; tells whether it should stop. */
  isCancelled(share: number | undefined): boolean {
    const now = monotonicMs()
    if (now - this.#polledMs >= POLL_MS) {
      this.#polledMs = now
      this.#isCancelRequested = this.#register.progress(this.#entry.runId, share ?? 0, wallTime()).isCancelRequested
    }
    return this.#isInterrupted || this.#isCancelRequested
  }

  end(outcome: 'completed' | 'cancelled' | 'failed', end: RunEnd): void {
    const { runId, kind, folder, runKey, refs } = this.#entry
    const status = outcome === 'completed' ? 'complete' : outcome === 'cancelled' ? 'cancelled' : 'incomplete'
    const { finalHash, events, inputs, summary, endedTs } = end
    writeManifest(
      folder,
      { run_id: runId, kind, run_key: runKey, status, final_hash: finalHash, events, inputs, refs: { ...refs } },
      end.files,
    )
    const failure = outcome === 'failed' ? { class: 'CODE', detail: end.failure } : undefined
    const state = outcome === 'completed' ? 'SUCCEEDED' : outcome === 'cancelled' ? 'CANCELED' : 'FAILED'
    this.#register.end(runId, { state, ts: endedTs, finalHash, summary, failure })
    this.#close()
  }

  /** The run broke: what it wrote is marked, and the register says why. */
  fail(error: unknown, ts: TimeUs): void {
    const { runId, kind, folder, runKey, refs } = this.#entry
    const detail = error instanceof Error ? error.message : String(error)
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'CODE'
    try {
      writeManifest(
        folder,
        {
          run_id: runId,
          kind,
          run_key: runKey,
          status: 'incomplete',
          final_hash: null,
          events: null,
          inputs: null,
          refs: { ...refs },
        },
        [],
      )
      this.#register.end(runId, { state: 'FAILED', ts, failure: { class: code, detail } })
    } catch {
      // The first error is the one to tell: a full disk also keeps it from being written down.
    }
    this.#close()
  }

  #close(): void {
    process.off('SIGINT', this.#interrupt)
    process.off('SIGTERM', this.#interrupt)
    this.#db.close()
  }
}
