import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import type { Condition } from '../../kernel/input-log.ts'

/** What the watch looks at, and what it says. */
export interface Watched {
  /** How far the wall clock has moved against the monotonic one, µs. */
  readonly skewUs: number
  /** Longest pause between two turns since the last look, µs of wall time. */
  readonly stallUs: number
  /** Share of the disk that is free, 0…1; undefined when it could not be asked. */
  readonly diskFree: number | undefined
  readonly isReconciled: boolean
  readonly reconcile: 'OK' | 'MISMATCH' | 'UNKNOWN'
  readonly isVenueUp: boolean
  /** What is wrong with the journal; undefined while nothing is known to be. */
  readonly auditFault?: string | undefined
  /** Why new risk should wait for a venue that is connected; undefined while all is well. */
  readonly venueTrouble?: string | undefined
}

export interface WatchLimits {
  readonly skewWarnMs: number
  readonly skewCriticalMs: number
}

/**
 * Interlocks of the host (UGF-0-002): what the kernel cannot see and must stand still for. Each condition is raised once and
 * withdrawn once; how the mode answers is the mode machine's.
 */
export class Watch {
  readonly #limits: WatchLimits
  readonly #standing = new Map<string, Condition['mode']>()

  constructor(limits: WatchLimits) {
    this.#limits = limits
  }

  get standing(): ReadonlyMap<string, Condition['mode']> {
    return this.#standing
  }

  /** Conditions that changed since the last look. */
  look(found: Watched): readonly Condition[] {
    const { skewWarnMs, skewCriticalMs } = this.#limits
    const skewMs = Math.abs(found.skewUs) / US_PER_MS
    const skewText = `wall clock moved by ${(found.skewUs / US_PER_SECOND).toFixed(3)} s against the monotonic one`
    const { diskFree } = found
    const free = diskFree === undefined ? '' : `${(100 * diskFree).toFixed(1)} % of the disk is free`
    const all: readonly Condition[] = [
      { code: 'CLOCK_CRITICAL', mode: skewMs >= skewCriticalMs ? 'SAFE_MODE' : undefined, detail: skewText },
      {
        code: 'CLOCK_WARN',
        mode: skewMs >= skewWarnMs && skewMs < skewCriticalMs ? 'DEGRADED' : undefined,
        detail: skewText,
      },
      {
        code: 'LOOP_STALL',
        mode: found.stallUs >= 5 * US_PER_SECOND ? 'SAFE_MODE' : undefined,
        detail: `the engine stood still for ${(found.stallUs / US_PER_SECOND).toFixed(1)} s`,
      },
      {
        code: 'DISK_WAL_DANGER',
        mode: diskFree === undefined || diskFree > 0.1 ? undefined : diskFree <= 0.05 ? 'HALTED' : 'SAFE_MODE',
        detail: free,
      },
      {
        code: 'RECONCILE_MISMATCH',
        mode: found.reconcile === 'MISMATCH' ? 'SAFE_MODE' : undefined,
        detail: 'our books differ from the venue’s',
      },
      {
        code: 'RECONCILE_UNKNOWN',
        mode: found.reconcile === 'UNKNOWN' ? 'DEGRADED' : undefined,
        detail: 'the venue could not be asked',
      },
      // Proof that was tampered with is no ground to trade on, and nothing here makes it whole again.
      {
        code: 'AUDIT_BROKEN',
        mode: found.auditFault === undefined ? undefined : 'HALTED',
        detail: found.auditFault === undefined ? '' : `the journal was changed: ${found.auditFault}`.slice(0, 400),
      },
      { code: 'VENUE_DOWN', mode: found.isVenueUp ? undefined : 'DEGRADED', detail: 'the venue does not answer' },
      {
        code: 'VENUE_DEGRADED',
        mode: found.venueTrouble === undefined ? undefined : 'DEGRADED',
        detail: found.venueTrouble ?? 'the venue answers as it should',
      },
    ]
    return all.filter((condition) => {
      if (this.#standing.get(condition.code) === condition.mode) return false
      this.#standing.set(condition.code, condition.mode)
      return true
    })
  }
}
