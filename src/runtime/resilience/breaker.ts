import { assert } from '../../domain/brand.ts'

export type BreakerState = 'CLOSED' | 'OPEN' | 'HALF_OPEN'

/** When a breaker opens, and how it closes again (UGF-0-008). Times in ms. */
export interface BreakerLimits {
  readonly failuresInARow: number
  /** Error rate and p95 are of the calls that ended within this time … */
  readonly windowMs: number
  /** … and say nothing of fewer calls than this. */
  readonly callsMin: number
  /** Share of calls that may fail, 0…1. */
  readonly errorRateMax: number
  readonly p95MsMax: number
  /** Open for this long, doubled each time that a trial fails. */
  readonly openMs: number
  readonly openMsMax: number
  readonly successesToClose: number
}

export const BREAKER_LIMITS: BreakerLimits = {
  failuresInARow: 3,
  windowMs: 60_000,
  callsMin: 20,
  errorRateMax: 0.05,
  p95MsMax: 1_500,
  openMs: 30_000,
  openMsMax: 300_000,
  successesToClose: 2,
}

/** One call that a breaker let through; it is ended once. */
export interface Call {
  readonly startedMs: number
  readonly isTrial: boolean
}

/** `ABANDONED` says nothing of who was called: the line was cut, or we asked something senseless. */
export type CallEnd = 'ANSWERED' | 'FAILED' | 'ABANDONED'

export interface BreakerStatus {
  readonly state: BreakerState
  readonly sinceMs: number
  /** Why it is not closed; empty while it is. */
  readonly reason: string
  /** In a row, up to now. */
  readonly failures: number
  /** Undefined until there are calls to measure. */
  readonly p95Ms: number | undefined
  /** When a trial is let through; undefined unless it is open. */
  readonly nextTryMs: number | undefined
}

/** Calls that are remembered: above this the window is shorter than its time, and the memory stays small. */
const CALLS_MAX = 8_192

/**
 * Stops calling who fails: closed it lets everything through, open nothing, half-open one trial at a time. Time is told to
 * it, in monotonic ms that never go back.
 */
export class Breaker {
  readonly #limits: BreakerLimits
  #state: BreakerState = 'CLOSED'
  #sinceMs: number
  #reason = ''
  #failures = 0
  #successes = 0
  #openMs: number
  #isTrying = false
  /** Calls of the window, oldest first. */
  #ended: { readonly endedMs: number; readonly tookMs: number; readonly isFailed: boolean }[] = []
  #oldest = 0
  #failed = 0
  #slow = 0

  constructor(nowMs: number, limits: BreakerLimits = BREAKER_LIMITS) {
    this.#limits = limits
    this.#sinceMs = nowMs
    this.#openMs = limits.openMs
  }

  /** Looks at the time: an open breaker is half-open once it has been open for long enough. */
  stateAt(nowMs: number): BreakerState {
    if (this.#state === 'OPEN' && nowMs >= this.#sinceMs + this.#openMs) {
      this.#isTrying = false
      this.#successes = 0
      this.#enter('HALF_OPEN', nowMs)
    }
    return this.#state
  }

  /** Why it is not closed; empty while it is. */
  get reason(): string {
    return this.#reason
  }

  /** Whether {@link begin} would let a call through. */
  admits(nowMs: number): boolean {
    const state = this.stateAt(nowMs)
    return state === 'CLOSED' || (state === 'HALF_OPEN' && !this.#isTrying)
  }

  /** Lets a call through; undefined when it may not be made. */
  begin(nowMs: number): Call | undefined {
    if (!this.admits(nowMs)) return undefined
    this.#isTrying = this.#state === 'HALF_OPEN'
    return { startedMs: nowMs, isTrial: this.#isTrying }
  }

  /** A call that is made whatever the state, because it cancels or reduces. How it ends is heeded like that of any other. */
  force(nowMs: number): Call {
    this.stateAt(nowMs)
    return { startedMs: nowMs, isTrial: false }
  }

  end(call: Call, how: CallEnd, nowMs: number): void {
    assert(nowMs >= call.startedMs, `a call ends after it began at ${call.startedMs} ms, was ${nowMs}`)
    if (call.isTrial) this.#isTrying = false
    if (how === 'ABANDONED') return
    const isFailed = how === 'FAILED'
    this.#remember(nowMs, nowMs - call.startedMs, isFailed)
    this.#failures = isFailed ? this.#failures + 1 : 0
    // What began before it opened and ends while it is open proves nothing of what comes.
    if (this.#state === 'OPEN') return
    if (this.#state === 'HALF_OPEN') return isFailed ? this.#reopen(nowMs) : this.#heal(nowMs)
    const reason = this.#whyOpen()
    if (reason !== undefined) this.#open(nowMs, reason)
  }

  status(nowMs: number): BreakerStatus {
    const state = this.stateAt(nowMs)
    this.#forget(nowMs)
    return {
      state,
      sinceMs: this.#sinceMs,
      reason: this.#reason,
      failures: this.#failures,
      p95Ms: this.#p95(),
      nextTryMs: state === 'OPEN' ? this.#sinceMs + this.#openMs : undefined,
    }
  }

  #whyOpen(): string | undefined {
    const { failuresInARow, callsMin, errorRateMax, p95MsMax, windowMs } = this.#limits
    if (this.#failures >= failuresInARow) return `${this.#failures} failures in a row`
    const calls = this.#calls
    if (calls < callsMin) return undefined
    const seconds = windowMs / 1_000
    if (this.#failed > errorRateMax * calls) return `${this.#failed} of ${calls} calls failed in ${seconds} s`
    // The nearest-rank p95 is above the limit exactly when more than the slowest twentieth of the calls is.
    if (this.#slow > calls - Math.ceil(0.95 * calls)) return `p95 above ${p95MsMax} ms over ${seconds} s`
    return undefined
  }

  #open(nowMs: number, reason: string): void {
    this.#openMs = this.#limits.openMs
    this.#reason = reason
    this.#enter('OPEN', nowMs)
  }

  #reopen(nowMs: number): void {
    this.#openMs = Math.min(2 * this.#openMs, this.#limits.openMsMax)
    this.#reason = 'the trial failed'
    this.#enter('OPEN', nowMs)
  }

  #heal(nowMs: number): void {
    this.#successes++
    if (this.#successes < this.#limits.successesToClose) return
    // What opened it is in the window still, and would open it again at once.
    this.#ended = []
    this.#oldest = 0
    this.#failed = 0
    this.#slow = 0
    this.#reason = ''
    this.#enter('CLOSED', nowMs)
  }

  #enter(state: BreakerState, nowMs: number): void {
    this.#state = state
    this.#sinceMs = nowMs
  }

  // ---- the window --------------------------------------------------------------------------------------------------

  get #calls(): number {
    return this.#ended.length - this.#oldest
  }

  #remember(endedMs: number, tookMs: number, isFailed: boolean): void {
    this.#ended.push({ endedMs, tookMs, isFailed })
    if (isFailed) this.#failed++
    if (tookMs > this.#limits.p95MsMax) this.#slow++
    this.#forget(endedMs)
  }

  #forget(nowMs: number): void {
    for (;;) {
      const first = this.#ended[this.#oldest]
      if (first === undefined) break
      if (this.#calls <= CALLS_MAX && nowMs - first.endedMs <= this.#limits.windowMs) break
      this.#oldest++
      if (first.isFailed) this.#failed--
      if (first.tookMs > this.#limits.p95MsMax) this.#slow--
    }
    if (this.#oldest < CALLS_MAX && this.#calls > 0) return
    this.#ended = this.#ended.slice(this.#oldest)
    this.#oldest = 0
  }

  /** Nearest rank. */
  #p95(): number | undefined {
    const took = new Float64Array(this.#calls)
    for (let at = 0; at < took.length; at++) took[at] = this.#ended[this.#oldest + at]?.tookMs ?? Number.NaN
    return took.sort()[Math.ceil(0.95 * took.length) - 1]
  }
}
