import { formatDuration, US_PER_SECOND } from '../../src/domain/time.ts'
import { profilePaths } from '../../src/runtime/config.ts'
import type { CapabilitiesJson } from '../../src/runtime/health.ts'
import { isAlive, thisProcess } from '../../src/runtime/process.ts'
import { type LastStatus, readStatusFile } from '../../src/runtime/status-file.ts'
import type { CommandDeps } from '../command-line.ts'
import { EXIT } from '../exit-code.ts'
import { CommandError, type Outcome } from '../outcome.ts'
import { formatOf, type ReadOptions } from '../reading.ts'
import { facts, sheet, sheetOutcome, sheetsOutcome } from '../sheet.ts'

type Deps = Pick<CommandDeps, 'engine' | 'printer'>
type Capability = CapabilitiesJson['capabilities'][number]

/** An engine writes its status every two seconds: one that has not for this long is gone, or hangs. */
const FRESH_US = 10 * US_PER_SECOND

/** What the engine says of itself, from its status file: readable whatever else is busy. */
export function showCapabilities({ engine, printer }: Deps, options: ReadOptions): Outcome {
  const last = lastStatus(engine.now(), options)
  const { capabilities: told, ts } = last.status
  const main = facts([
    ['version', told.version],
    ['safe_mode', told.safe_mode],
    ['degraded_reason', told.degraded_reason],
    ['allowed_actions', told.allowed_actions.join(' ')],
    ['told_at', ts],
  ])
  const capabilities = sheet(
    [
      { name: 'name', align: 'left', exact: ({ name }: Capability) => name },
      { name: 'state', align: 'left', exact: ({ state }) => state },
      { name: 'reasons', align: 'left', exact: ({ reasons }) => reasons.map(({ code }) => code).join(' ') },
      { name: 'detail', align: 'left', exact: ({ reasons }) => reasons.map(({ message }) => message).join('; ') },
    ],
    told.capabilities,
  )
  const rest = ageOutcome(last, `${told.capabilities.length} capabilities`)
  // A program gets what was published, as it was.
  return sheetsOutcome(main, { capabilities }, formatOf(options, printer), { ...rest, data: told })
}

export function showReady({ engine, printer }: Deps, options: ReadOptions): Outcome {
  const last = lastStatus(engine.now(), options)
  const { ready, ts, pid } = last.status
  const all = facts([
    ['ready', ready],
    ['told_at', ts],
    ['pid', pid],
  ])
  const aged = ageOutcome(last, 'ready')
  const isWaiting = aged.code === EXIT.ok && !ready
  const rest = isWaiting ? { code: EXIT.checkFailed, message: 'not ready yet', reasonCodes: ['NOT_READY'] } : aged
  return sheetOutcome(all, formatOf(options, printer), rest)
}

function lastStatus(nowTs: number, { profile }: ReadOptions): LastStatus {
  const paths = profilePaths(profile)
  const last = readStatusFile(paths.status, nowTs)
  if (last !== undefined) return last
  throw new CommandError(
    EXIT.unreachable,
    'ENGINE_DOWN',
    `no engine of profile ${paths.profile} has left a status in ${paths.status}`,
    `start one with: profinaut engine --profile ${paths.profile}`,
  )
}

/** Old words and those of the dead are shown and are no success, and neither are those of a time that is still to come: the clock was moved. */
function ageOutcome(
  { ageUs, status }: LastStatus,
  message: string,
): Pick<Outcome, 'code' | 'message'> & Partial<Outcome> {
  const isGone = !isAlive({ ...thisProcess(), pid: status.pid })
  if (isGone)
    return {
      code: EXIT.unreachable,
      message: `the engine that told this (process ${status.pid}) is gone`,
      reasonCodes: ['ENGINE_SILENT'],
      quality: 'UNKNOWN',
    }
  if (Math.abs(ageUs) <= FRESH_US) return { code: EXIT.ok, message }
  return {
    code: EXIT.unreachable,
    message:
      ageUs > 0
        ? `the engine told this ${formatDuration(ageUs)} ago and nothing since: it is gone, or hangs`
        : `the engine told this ${formatDuration(-ageUs)} from now: the clock was moved, and nothing is known of the engine`,
    reasonCodes: ['ENGINE_SILENT'],
    quality: 'UNKNOWN',
  }
}
