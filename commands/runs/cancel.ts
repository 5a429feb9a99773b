import { wallTime } from '../../src/runtime/clock.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import { openRegister } from '../backtest/registered-run.ts'
import { EXIT } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { RunsOptions } from '../runs.ts'
import { runJson } from './list.ts'

export function cancelRun(reference: string, { profile }: RunsOptions): Outcome {
  const { db, register } = openRegister(profilePaths(profile).database)
  try {
    const run = register.requestCancel(reference, wallTime())
    const text = `${run.runId} was asked to end; it does so within seconds: profinaut runs show ${run.runId.slice(0, 13)}`
    return { code: EXIT.ok, message: text, text, runId: run.runId, data: runJson(run) }
  } finally {
    db.close()
  }
}
