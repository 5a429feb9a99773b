import { formatDuration, formatTime } from '../../src/domain/time.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import type { RegisteredRun } from '../../storage/runs.ts'
import { table } from '../../tui/chart/table.ts'
import { openRegister } from '../backtest/registered-run.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { ListOptions } from '../runs.ts'

export function listRuns({ profile, state, limit }: ListOptions): Outcome {
  const { db, register } = openRegister(profilePaths(profile).database)
  try {
    const runs = register.list({ state, limit })
    const rows = runs.map((run) => [
      run.runId,
      run.kind,
      run.state,
      formatTime(run.createdTs),
      took(run),
      words(run.summary?.['strategy']),
      percent(run.summary?.['return_pct']),
      words(run.summary?.['total_trades']),
    ])
    const left = (title: string) => ({ title, align: 'left' }) as const
    const right = (title: string) => ({ title, align: 'right' }) as const
    const columns = [
      left('run'),
      left('kind'),
      left('state'),
      left('started'),
      right('took'),
      left('strategy'),
      right('return'),
      right('trades'),
    ]
    const text = runs.length === 0 ? 'no runs yet: profinaut backtest sma-cross' : table(columns, rows).join('\n')
    return { code: EXIT.ok, message: `${runs.length} runs`, text, data: runs.map(runJson) }
  } finally {
    db.close()
  }
}

/** A figure of a summary as text; nothing where there is none. */
export function words(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

function took({ startedTs, endedTs, state, progress }: RegisteredRun): string {
  if (state === 'RUNNING') return `${Math.floor(progress * 100)} %`
  return startedTs === undefined || endedTs === undefined ? '' : formatDuration(endedTs - startedTs)
}

function percent(value: unknown): string {
  return typeof value === 'string' ? `${Number(value).toFixed(2)} %` : ''
}

/** A run as JSON shows it: times as text, what is not there as null. */
export function runJson(run: RegisteredRun): Record<string, unknown> {
  const time = (ts: RegisteredRun['endedTs']) => (ts === undefined ? null : formatTime(ts))
  return {
    run_id: run.runId,
    kind: run.kind,
    state: run.state,
    run_key: run.runKey,
    created_at: time(run.createdTs),
    started_at: time(run.startedTs),
    ended_at: time(run.endedTs),
    progress: run.progress,
    cancel_requested: run.isCancelRequested,
    folder: run.folder,
    failure: run.failureClass === undefined ? null : { class: run.failureClass, detail: run.failureDetail ?? '' },
    final_hash: run.finalHash ?? null,
    summary: run.summary ?? null,
    refs: run.refs,
  }
}
