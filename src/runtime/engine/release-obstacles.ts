import { LOOSENING, type SafetyMode, severity } from '../../risk/mode.ts'

/** What a release of the safety mode would find. */
export interface ReleaseFacts {
  readonly mode: SafetyMode
  readonly reasons: ReadonlyMap<string, { readonly mode: SafetyMode }>
  /** Checks of the host that are not green. */
  readonly failedChecks: readonly string[]
  /** How long the causes have been gone, and how long they must be, µs. */
  readonly clearUs: number
  readonly dwellUs: number
}

/** Reasons that a release may end by itself: they are not sure to stand against it. */
const MAY_BE_WITHDRAWN: ReadonlySet<string> = new Set(['OPERATOR', 'FLATTEN_INCOMPLETE', 'DEGRADED_TOO_LONG'])

/**
 * What is sure to stand against a release: nobody is asked to confirm what would be refused. The mode machine has the last
 * word and may find more.
 *
 * @returns reason codes; empty when it may succeed
 */
export function releaseObstacles({ mode, reasons, failedChecks, clearUs, dwellUs }: ReleaseFacts): readonly string[] {
  const step = LOOSENING[mode]
  if (step === undefined || step.by !== 'operator') return ['TRANSITION_FORBIDDEN']
  if (failedChecks.length > 0) return failedChecks
  const standing = [...reasons].filter(
    ([code, reason]) => severity(reason.mode) > severity(step.to) && !MAY_BE_WITHDRAWN.has(code),
  )
  return [...standing.map(([code]) => code), ...(clearUs < dwellUs ? ['DWELL_TIME'] : [])]
}
