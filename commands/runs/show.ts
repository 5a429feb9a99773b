import { formatTime } from '../../src/domain/time.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { readManifest } from '../../storage/run-folder.ts'
import { openRegister } from '../backtest/registered-run.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { RunsOptions } from '../runs.ts'
import { runJson } from './list.ts'

export function showRun(reference: string, { profile }: RunsOptions): Outcome {
  const { db, register } = openRegister(profilePaths(profile).database)
  try {
    const run = register.find(reference)
    const manifest = readManifest(run.folder)
    const lines: (readonly [string, string])[] = [
      ['run', run.runId],
      ['kind', run.kind],
      ['state', run.isCancelRequested && run.state === 'RUNNING' ? 'RUNNING, asked to end' : run.state],
      ['started', formatTime(run.createdTs)],
      ['ended', run.endedTs === undefined ? 'not yet' : formatTime(run.endedTs)],
      ['folder', run.folder],
      ...(run.failureClass === undefined
        ? []
        : [['failure', `${run.failureClass}: ${run.failureDetail ?? ''}`] as const]),
      ['run key', run.runKey],
      ['final hash', run.finalHash ?? 'none'],
      ...Object.entries(run.refs).map(([name, value]) => [name, value ?? ''] as const),
      ...Object.entries(run.summary ?? {}).map(
        ([name, value]) => [name, Array.isArray(value) ? value.join(' ') : String(value)] as const,
      ),
      ...(manifest?.files ?? []).map(
        ({ name, bytes, sha256 }, at) =>
          [at === 0 ? 'files' : '', `${name}  ${bytes} bytes  ${sha256.slice(0, 16)}`] as const,
      ),
    ]
    const width = Math.max(...lines.map(([name]) => name.length)) + 2
    const text = lines.map(([name, value]) => `${name.padEnd(width)}${value}`).join('\n')
    return {
      code: EXIT.ok,
      message: run.state,
      text,
      runId: run.runId,
      data: { ...runJson(run), files: manifest?.files ?? [] },
    }
  } finally {
    db.close()
  }
}
