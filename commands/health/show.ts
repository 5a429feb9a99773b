import { existsSync } from 'node:fs'
import { formatDuration } from '../../src/domain/time.ts'
import { type ProfilePaths, profilePaths } from '../../src/runtime/config.ts'
import { type HealthCheckState, healthJson } from '../../src/runtime/health.ts'
import type { Health, HealthCheck } from '../../src/runtime/link/views.ts'
import { readStatusFile } from '../../src/runtime/status-file.ts'
import type { CommandDeps } from '../command-line.ts'
import { unreachable } from '../engine-access.ts'
import { isoTime } from '../exact-text.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { Format } from '../format.ts'
import type { HealthOptions } from '../health.ts'
import type { Outcome } from '../outcome.ts'
import { formatOf, read, readView } from '../reading.ts'
import { facts, type Sheet, sheet, sheetsOutcome } from '../sheet.ts'

/** Asks the engine; of one that is gone or hangs, shows the last words and their age. */
export async function showHealth(deps: CommandDeps, options: HealthOptions): Promise<Outcome> {
  const paths = profilePaths(options.profile)
  const format = formatOf(options, deps.printer)
  // The status file is there for when the database is not.
  if (!existsSync(paths.database)) return lastWords(paths, deps, format, 'no engine has run for this profile')
  return read(deps, options, {
    topics: ['system'],
    show: async (access) => {
      if (access.client === undefined) return lastWords(paths, deps, format, unreachable(access).message)
      const { health, checks } = await readView(access.client, 'system')
      return healthOutcome(health, checks, format, { ...options, nowTs: deps.engine.now() })
    },
  })
}

function healthOutcome(
  health: Health,
  checks: readonly HealthCheck[],
  format: Format,
  { allowDegraded, nowTs }: Pick<HealthOptions, 'allowDegraded'> & { readonly nowTs: number },
): Outcome {
  const notOk = checks.filter(({ health }) => health !== 'OK')
  const codes = notOk.map(({ name, reasonCode }) => reasonCode ?? name.toUpperCase())
  const message =
    notOk.length === 0 ? health : `${health}: ${notOk.map(({ name, fact }) => `${name} ${fact}`).join('; ')}`
  return sheetsOutcome(facts([['overall', health]]), { checks: checkSheet(checks) }, format, {
    code: exitOfHealth(health, allowDegraded),
    message,
    reasonCodes: codes,
    quality: health === 'FAILED' ? 'DEGRADED' : health,
    data: healthJson({ overall: health, ts: nowTs, checks: checks.map(stateOf) }),
  })
}

function stateOf({ name, health, reasonCode = health, fact, observedTs }: HealthCheck): HealthCheckState {
  return { name, status: health, reasonCode, summary: fact, observedTs }
}

function exitOfHealth(health: Health, allowDegraded: boolean): ExitCode {
  switch (health) {
    case 'OK':
      return EXIT.ok
    case 'DEGRADED':
      return allowDegraded ? EXIT.ok : EXIT.checkFailed
    case 'FAILED':
      return EXIT.checkFailed
    case 'UNKNOWN':
      return EXIT.inconclusive
  }
}

function checkSheet(checks: readonly HealthCheck[]): Sheet {
  return sheet(
    [
      { name: 'name', align: 'left', exact: ({ name }: HealthCheck) => name },
      { name: 'status', align: 'left', exact: ({ health }) => health },
      { name: 'reason_code', align: 'left', exact: ({ reasonCode }) => reasonCode },
      { name: 'summary', align: 'left', exact: ({ fact }) => fact },
      { name: 'observed_at', align: 'left', exact: ({ observedTs }) => isoTime(observedTs) },
    ],
    checks,
    { empty: 'no checks' },
  )
}

function lastWords({ status: path }: ProfilePaths, { engine }: CommandDeps, format: Format, why: string): Outcome {
  const last = readStatusFile(path, engine.now())
  if (last === undefined) {
    return {
      code: EXIT.unreachable,
      message: `${why}, and none has left a status behind`,
      reasonCodes: ['ENGINE_DOWN'],
      quality: 'UNKNOWN',
    }
  }
  const { health, pid, ts } = last.status
  const ageS = Math.max(0, Math.floor(last.ageUs / 1_000_000))
  const age = formatDuration(last.ageUs)
  const main = facts([
    ['overall', 'UNKNOWN', `UNKNOWN (was ${health.overall} ${age} ago)`],
    ['last_overall', health.overall],
    ['last_at', ts],
    ['age_s', ageS, age],
    ['pid', pid],
  ])
  const checks = health.checks.map((check) => ({
    name: check.name,
    health: check.status,
    reasonCode: check.reason_code,
    fact: check.summary,
    observedTs: check.observed_at === undefined ? Number.NaN : Date.parse(check.observed_at) * 1_000,
  }))
  return sheetsOutcome(main, { checks: checkSheet(checks) }, format, {
    code: EXIT.unreachable,
    message: `${why}; it was ${health.overall} ${age} ago`,
    reasonCodes: ['ENGINE_DOWN'],
    quality: 'UNKNOWN',
  })
}
