import type { TimeUs } from '../src/domain/time.ts'
import type { Database } from './database.ts'
import { stored } from './fault.ts'

export type RunState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED'
export type EndState = 'SUCCEEDED' | 'FAILED' | 'CANCELED'

/** What a run's result follows from (UGF-0-015); each a hash or a reference, never a place or "latest". */
export const REF_NAMES = [
  'code_ref',
  'config_ref',
  'policy_ref',
  'dataset_ref',
  'params_ref',
  'cost_model_ref',
  'seed',
  'env_ref',
] as const
export type RefName = (typeof REF_NAMES)[number]

/** One run as the register knows it. */
export interface RegisteredRun {
  readonly runId: string
  readonly kind: string
  readonly state: RunState
  readonly runKey: string
  readonly createdTs: TimeUs
  readonly startedTs: TimeUs | undefined
  readonly endedTs: TimeUs | undefined
  readonly folder: string
  /** 0 to 1. */
  readonly progress: number
  readonly progressTs: TimeUs
  readonly isCancelRequested: boolean
  readonly failureClass: string | undefined
  readonly failureDetail: string | undefined
  readonly finalHash: string | undefined
  /** The run's own summary; undefined before its end. */
  readonly summary: Readonly<Record<string, unknown>> | undefined
  readonly refs: Readonly<Partial<Record<RefName, string>>>
}

/** A run that cannot be what was asked of it. `code` is stable. */
export class RunsError extends Error {
  readonly code: 'runs.not-found' | 'runs.ambiguous' | 'runs.terminal'
  readonly hint: string
  constructor(code: RunsError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** The process that works on a run, so that a run whose process died can be told from one that is slow. */
export interface Owner {
  readonly pid: number
  /** Differs after every start of the machine. */
  readonly boot: string
}

interface Row {
  readonly run_id: string
  readonly kind: string
  readonly state: RunState
  readonly run_key: string
  readonly created_ts: number
  readonly started_ts: number | null
  readonly ended_ts: number | null
  readonly folder: string
  readonly progress: number
  readonly progress_ts: number
  readonly cancel_requested_ts: number | null
  readonly failure_class: string | null
  readonly failure_detail: string | null
  readonly final_hash: string | null
  readonly summary: string | null
}

/**
 * The register of research runs (UGF-B-004): QUEUED → RUNNING → SUCCEEDED | FAILED | CANCELED. What has ended stays as it ended, and
 * nothing is ever deleted: a trial that went badly is a trial too. Several processes may write at once.
 */
export class RunRegister {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Enters a run that begins now. */
  begin(run: {
    runId: string
    kind: string
    runKey: string
    folder: string
    refs: Partial<Record<RefName, string>>
    owner: Owner
    ts: TimeUs
  }): void {
    stored(`register run ${run.runId}`, () => {
      const enter = this.#db.transaction(() => {
        this.#db
          .prepare(
            `INSERT INTO runs (run_id, kind, state, run_key, created_ts, started_ts, folder, progress_ts, owner_pid, owner_boot)
             VALUES (@runId, @kind, 'RUNNING', @runKey, @ts, @ts, @folder, @ts, @pid, @boot)`,
          )
          .run({
            runId: run.runId,
            kind: run.kind,
            runKey: run.runKey,
            folder: run.folder,
            ts: run.ts,
            pid: run.owner.pid,
            boot: run.owner.boot,
          })
        const refer = this.#db.prepare('INSERT INTO run_refs (run_id, name, value) VALUES (?, ?, ?)')
        for (const name of REF_NAMES) if (run.refs[name] !== undefined) refer.run(run.runId, name, run.refs[name])
      })
      enter.immediate()
    })
  }

  /** Notes how far a run is, and tells whether somebody asked for its end. */
  progress(runId: string, share: number, ts: TimeUs): { readonly isCancelRequested: boolean } {
    return stored(`update run ${runId}`, () => {
      this.#db
        .prepare(`UPDATE runs SET progress = ?, progress_ts = ? WHERE run_id = ? AND state = 'RUNNING'`)
        .run(Math.min(1, Math.max(0, share)), ts, runId)
      const row = this.#db.prepare('SELECT cancel_requested_ts AS asked FROM runs WHERE run_id = ?').get(runId) as
        | { asked: number | null }
        | undefined
      return { isCancelRequested: typeof row?.asked === 'number' }
    })
  }

  /** Ends a run. @throws RunsError `runs.terminal` when it has ended */
  end(
    runId: string,
    end: {
      state: EndState
      ts: TimeUs
      finalHash?: string | undefined
      summary?: Readonly<Record<string, unknown>> | undefined
      failure?: { readonly class: string; readonly detail: string } | undefined
    },
  ): void {
    const { changes } = stored(`end run ${runId}`, () =>
      this.#db
        .prepare(
          `UPDATE runs SET state = @state, ended_ts = @ts, progress_ts = @ts, final_hash = @hash, summary = @summary,
             failure_class = @class, failure_detail = @detail, progress = CASE @state WHEN 'SUCCEEDED' THEN 1 ELSE progress END
           WHERE run_id = @runId AND state IN ('QUEUED', 'RUNNING')`,
        )
        .run({
          runId,
          state: end.state,
          ts: end.ts,
          hash: end.finalHash ?? null,
          summary: end.summary === undefined ? null : JSON.stringify(end.summary),
          class: end.failure?.class ?? null,
          detail: end.failure?.detail.slice(0, 2_000) ?? null,
        }),
    )
    if (changes === 0) throw this.#terminal(this.find(runId))
  }

  /** Asks a run to end. It does so by itself, within seconds. @throws RunsError `runs.terminal` when it has ended */
  requestCancel(reference: string, ts: TimeUs): RegisteredRun {
    const run = this.find(reference)
    const { changes } = stored(`cancel run ${run.runId}`, () =>
      this.#db
        .prepare(
          `UPDATE runs SET cancel_requested_ts = coalesce(cancel_requested_ts, ?) WHERE run_id = ? AND state IN ('QUEUED', 'RUNNING')`,
        )
        .run(ts, run.runId),
    )
    if (changes === 0) throw this.#terminal(run)
    return this.find(run.runId)
  }

  /** Runs that are RUNNING in the books of a process that is gone become FAILED, class INTERRUPTED. */
  interruptDead({ isAlive, ts }: { isAlive: (owner: Owner) => boolean; ts: TimeUs }): readonly string[] {
    const rows = this.#db
      .prepare(`SELECT run_id, owner_pid AS pid, owner_boot AS boot FROM runs WHERE state = 'RUNNING'`)
      .all() as ({ run_id: string } & Owner)[]
    // Another process may clear up at the same moment, or the run may have ended after all: whoever is first says so.
    const interrupt = this.#db.prepare(
      `UPDATE runs SET state = 'FAILED', ended_ts = @ts, progress_ts = @ts, failure_class = 'INTERRUPTED',
         failure_detail = 'its process ended without a word: killed, crashed, or the machine went down'
       WHERE run_id = @id AND state = 'RUNNING' AND owner_pid = @pid AND owner_boot = @boot`,
    )
    const dead = rows
      .filter(({ pid, boot }) => !isAlive({ pid, boot }))
      .filter(({ run_id: id, pid, boot }) => {
        const { changes } = stored(`end run ${id}`, () => interrupt.run({ id, pid, boot, ts }))
        return changes > 0
      })
      .map(({ run_id: id }) => id)
    return dead
  }

  /** Newest first. */
  list(filter: { state?: RunState | undefined; kind?: string | undefined; limit: number }): readonly RegisteredRun[] {
    const rows = this.#db
      .prepare(
        `SELECT * FROM runs WHERE (@state IS NULL OR state = @state) AND (@kind IS NULL OR kind = @kind)
         ORDER BY created_ts DESC, run_id DESC LIMIT @limit`,
      )
      .all({ state: filter.state ?? null, kind: filter.kind ?? null, limit: filter.limit }) as Row[]
    return rows.map((row) => this.#run(row))
  }

  /** A run by its id or by a beginning of it that no other run has. */
  find(reference: string): RegisteredRun {
    const isId = /^[0-9a-f-]{1,36}$/.test(reference)
    const rows = isId
      ? (this.#db
          .prepare('SELECT * FROM runs WHERE run_id GLOB ? ORDER BY created_ts DESC LIMIT 3')
          .all(`${reference}*`) as Row[])
      : []
    const [first, second] = rows
    if (first === undefined) {
      throw new RunsError(
        'runs.not-found',
        `there is no run '${reference}'`,
        'see `profinaut runs list`; a run of another profile needs --profile',
      )
    }
    if (second !== undefined && first.run_id !== reference) {
      const names = rows.map(({ run_id: id }) => id).join(', ')
      throw new RunsError('runs.ambiguous', `several runs begin with '${reference}': ${names}`, 'write more of the id')
    }
    return this.#run(first)
  }

  #terminal(run: RegisteredRun): RunsError {
    return new RunsError(
      'runs.terminal',
      `run ${run.runId} has ended: ${run.state}`,
      'ALREADY_TERMINAL: what has ended cannot end again',
    )
  }

  #run(row: Row): RegisteredRun {
    const refs = this.#db.prepare('SELECT name, value FROM run_refs WHERE run_id = ?').all(row.run_id) as {
      name: RefName
      value: string
    }[]
    return {
      runId: row.run_id,
      kind: row.kind,
      state: row.state,
      runKey: row.run_key,
      createdTs: row.created_ts as TimeUs,
      startedTs: (row.started_ts ?? undefined) as TimeUs | undefined,
      endedTs: (row.ended_ts ?? undefined) as TimeUs | undefined,
      folder: row.folder,
      progress: row.progress,
      progressTs: row.progress_ts as TimeUs,
      isCancelRequested: row.cancel_requested_ts !== null,
      failureClass: row.failure_class ?? undefined,
      failureDetail: row.failure_detail ?? undefined,
      finalHash: row.final_hash ?? undefined,
      summary: row.summary === null ? undefined : (JSON.parse(row.summary) as Record<string, unknown>),
      refs: Object.fromEntries(refs.map(({ name, value }) => [name, value])),
    }
  }
}
