import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import type { SafetyMode } from '../../risk/mode.ts'
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
  /** Health checks that nobody can answer, or cannot for too long; undefined while enough is known. */
  readonly blindness?: string | undefined
  /** Lines that a secret got into behind the masking; they were dropped. */
  readonly leaks?: number | undefined
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
  /** Put aside by an operator until a monotonic time, ms. */
  readonly #suppressed = new Map<string, number>()

  constructor(limits: WatchLimits) {
    this.#limits = limits
  }

  get standing(): ReadonlyMap<string, Condition['mode']> {
    return this.#standing
  }

  /** Goes on with what stood when the last engine ended: what is not found again is withdrawn. */
  recall(reasons: Iterable<readonly [code: string, reason: { readonly mode: SafetyMode }]>): void {
    for (const [code, { mode }] of reasons)
      if (mode !== 'NORMAL' && !this.#standing.has(code)) this.#standing.set(code, mode)
  }

  /** Puts a condition aside until a monotonic time, ms: it is withdrawn, and raised again when the time is over. */
  suppress(code: string, untilMs: number): void {
    this.#suppressed.set(code, untilMs)
  }

  /** What is put aside now, and until when. */
  suppressed(nowMs: number): ReadonlyMap<string, number> {
    for (const [code, untilMs] of this.#suppressed) if (untilMs <= nowMs) this.#suppressed.delete(code)
    return this.#suppressed
  }

  /**
   * Conditions that changed since the last look.
   *
   * @param nowMs monotonic
   */
  look(found: Watched, nowMs: number): readonly Condition[] {
    const suppressed = this.suppressed(nowMs)
    const { skewWarnMs, skewCriticalMs } = this.#limits
    const skewMs = Math.abs(found.skewUs) / US_PER_MS
    const skewText = `wall clock is ${(found.skewUs / US_PER_SECOND).toFixed(3)} s from the monotonic one, or from others`
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
      {
        code: 'OBS_UNKNOWN',
        mode: found.blindness === undefined ? undefined : 'SAFE_MODE',
        detail: found.blindness ?? 'enough is known',
      },
      {
        code: 'SECRET_LEAK',
        mode: (found.leaks ?? 0) > 0 ? 'SAFE_MODE' : undefined,
        detail: `${found.leaks ?? 0} log lines with a secret were dropped: change the key, see docs/runbooks.md`,
      },
      { code: 'VENUE_DOWN', mode: found.isVenueUp ? undefined : 'DEGRADED', detail: 'the venue does not answer' },
      {
        code: 'VENUE_DEGRADED',
        mode: found.venueTrouble === undefined ? undefined : 'DEGRADED',
        detail: found.venueTrouble ?? 'the venue answers as it should',
      },
    ]
    const heeded = all.map((condition) =>
      suppressed.has(condition.code) ? { ...condition, mode: undefined } : condition,
    )
    return heeded.filter((condition) => {
      if (this.#standing.get(condition.code) === condition.mode) return false
      this.#standing.set(condition.code, condition.mode)
      return true
    })
  }
}
