import { US_PER_MINUTE, US_PER_SECOND } from '../domain/time.ts'

/** Operating state of the engine, mildest first (UGF-0-002). */
export const SAFETY_MODES = ['NORMAL', 'DEGRADED', 'SAFE_MODE', 'HALTED'] as const
export type SafetyMode = (typeof SAFETY_MODES)[number]

export function severity(mode: SafetyMode): number {
  return SAFETY_MODES.indexOf(mode)
}

/** Where each mode may loosen to, and what that takes. Tightening is always allowed, to any mode, at once. */
export const LOOSENING: Readonly<
  Record<SafetyMode, { readonly to: SafetyMode; readonly by: 'time' | 'operator' } | undefined>
> = {
  NORMAL: undefined,
  DEGRADED: { to: 'NORMAL', by: 'time' },
  SAFE_MODE: { to: 'NORMAL', by: 'operator' },
  HALTED: { to: 'SAFE_MODE', by: 'operator' }, // HALTED → NORMAL does not exist
}

export interface ModeSettings {
  /** A boot starts in SAFE_MODE for this long, reason WARMUP; 0 starts in NORMAL (simulated venues only). */
  readonly warmUpUs: number
  /** DEGRADED heals after its causes were gone this long. */
  readonly degradedDwellUs: number
  /** An operator's release needs causes gone this long. */
  readonly releaseDwellUs: number
  /** This many entries into DEGRADED within the window, or one that lasts longer, is SAFE_MODE. */
  readonly degradedEntriesMax: number
  readonly degradedWindowUs: number
  readonly degradedUsMax: number
}

export const MODE_SETTINGS: ModeSettings = {
  warmUpUs: 120 * US_PER_SECOND,
  degradedDwellUs: 60 * US_PER_SECOND,
  releaseDwellUs: 300 * US_PER_SECOND,
  degradedEntriesMax: 3,
  degradedWindowUs: 15 * US_PER_MINUTE,
  degradedUsMax: 300 * US_PER_SECOND,
}

export interface ModeChange {
  readonly from: SafetyMode
  readonly to: SafetyMode
  readonly reasonCode: string
}

/** What a machine goes on from after a restart. */
export interface RecalledMode {
  readonly mode: SafetyMode
  readonly reasons: readonly { readonly code: string; readonly mode: SafetyMode; readonly sinceTs: number }[]
  readonly modeSinceTs: number
  /** When DEGRADED was entered lately, oldest first. */
  readonly degradedEntries: readonly number[]
  /** Nothing but a warm-up ever held the SAFE_MODE that it was in. */
  readonly isOnlyWarming: boolean
}

interface Reason {
  readonly mode: SafetyMode
  readonly sinceTs: number
}

const SELF_RAISED = 'DEGRADED_TOO_LONG'
const WARMUP = 'WARMUP'
/** Reasons that the machine raises and withdraws by itself. */
export const OWN_REASONS: readonly string[] = [WARMUP, SELF_RAISED]

/**
 * The one safety-mode machine: the mode is at least the worst of all standing reasons. It worsens at once and by anyone;
 * it improves only one step of {@link LOOSENING} at a time, when the reasons are gone and a dwell time has passed, and from
 * SAFE_MODE and HALTED only when an operator releases it.
 */
export class SafetyModeMachine {
  readonly #settings: ModeSettings
  readonly #reasons = new Map<string, Reason>()
  #mode: SafetyMode
  /** When the last reason at or above the present mode went away; the dwell runs from here. */
  #clearSinceTs: number
  #degradedSinceTs = 0
  #degradedEntries: number[] = []
  readonly #warmUpUntilTs: number
  /** Nothing but the warm-up ever held us in SAFE_MODE: then its end is enough to leave, and no operator is needed. */
  #isOnlyWarming: boolean

  /**
   * @param from how the last run ended; a restart never loosens. Its mode and its reasons stand, time spent in DEGRADED goes
   * on, and what has to be waited for is waited for anew: nobody watched while nothing ran.
   */
  constructor(settings: ModeSettings, bootTs: number, from?: RecalledMode) {
    this.#settings = settings
    this.#clearSinceTs = bootTs
    for (const { code, mode, sinceTs } of from?.reasons ?? []) this.#reasons.set(code, { mode, sinceTs })
    this.#degradedEntries = [...(from?.degradedEntries ?? [])]
    const before = from?.mode ?? 'NORMAL'
    if (before === 'DEGRADED') this.#degradedSinceTs = from?.modeSinceTs ?? bootTs
    // A warm-up that stands in for DEGRADED lasts as long as that would have taken to heal.
    this.#warmUpUntilTs =
      bootTs + Math.max(settings.warmUpUs, before === 'DEGRADED' ? settings.degradedDwellUs : settings.warmUpUs)
    const isHeld = severity(before) >= severity('SAFE_MODE') && from?.isOnlyWarming !== true
    const warms = settings.warmUpUs > 0 || from?.isOnlyWarming === true
    const hasCause = from?.reasons.some(({ code, mode }) => code !== WARMUP && severity(mode) >= severity('SAFE_MODE'))
    this.#isOnlyWarming = warms && !isHeld && hasCause !== true
    this.#mode = warms && severity(before) < severity('SAFE_MODE') ? 'SAFE_MODE' : before
    if (warms) this.#reasons.set(WARMUP, { mode: 'SAFE_MODE', sinceTs: bootTs })
  }

  get mode(): SafetyMode {
    return this.#mode
  }

  get reasons(): ReadonlyMap<string, { readonly mode: SafetyMode; readonly sinceTs: number }> {
    return this.#reasons
  }

  /** Records a standing reason; the mode worsens at once where the reason demands it. */
  raise(reasonCode: string, mode: SafetyMode, ts: number): ModeChange | undefined {
    const standing = this.#reasons.get(reasonCode)
    if (!standing || severity(standing.mode) < severity(mode)) this.#reasons.set(reasonCode, { mode, sinceTs: ts })
    if (severity(mode) >= severity('SAFE_MODE')) this.#isOnlyWarming = false
    return severity(mode) > severity(this.#mode) ? this.#tighten(mode, reasonCode, ts) : undefined
  }

  /** Withdraws a reason. Never loosens by itself: time ({@link tick}) or an operator ({@link release}) does. */
  clear(reasonCode: string, ts: number): boolean {
    const gone = this.#reasons.delete(reasonCode)
    if (gone) this.#clearSinceTs = ts
    return gone
  }

  /** Lets time pass: warm-up ends, DEGRADED heals, or lasts too long. */
  tick(ts: number, hasExposure: boolean): ModeChange | undefined {
    if (this.#mode === 'NORMAL') return undefined
    if (this.#reasons.has(WARMUP) && ts >= this.#warmUpUntilTs) {
      this.#reasons.delete(WARMUP)
      if (this.#isOnlyWarming && this.#worst() === 'NORMAL') return this.#set('NORMAL', 'WARMUP_ENDED')
    }
    if (this.#mode !== 'DEGRADED') return undefined
    if (hasExposure && ts - this.#degradedSinceTs > this.#settings.degradedUsMax)
      return this.raise(SELF_RAISED, 'SAFE_MODE', ts)
    const healed = this.#worst() === 'NORMAL' && ts - this.#clearSinceTs >= this.#settings.degradedDwellUs
    return healed ? this.#set('NORMAL', 'HEALED') : undefined
  }

  /**
   * An operator asks to loosen.
   *
   * @param failedChecks release checks that are not green: reconcile, audit chain, clock, health, …
   * @param withdrawn reasons that end with the release, when everything else allows it: nobody else withdraws them
   * @returns the change, or the reason codes that stand against it
   */
  release(
    ts: number,
    failedChecks: readonly string[],
    withdrawn: readonly string[] = [],
  ): ModeChange | { readonly refused: readonly string[] } {
    const step = LOOSENING[this.#mode]
    if (!step || step.by !== 'operator') return { refused: ['TRANSITION_FORBIDDEN'] }
    this.#reasons.delete(SELF_RAISED)
    const standing = [...this.#reasons]
      .filter(([code, { mode }]) => severity(mode) > severity(step.to) && !withdrawn.includes(code))
      .map(([code]) => code)
    const refused = [...standing, ...failedChecks]
    const sinceTs = Math.max(this.#clearSinceTs, ...withdrawn.map((code) => this.#reasons.get(code)?.sinceTs ?? 0))
    if (ts - sinceTs < this.#settings.releaseDwellUs) refused.push('DWELL_TIME')
    if (refused.length > 0) return { refused }
    for (const code of withdrawn) this.#reasons.delete(code)
    return this.#set(step.to, 'OPERATOR_RELEASE')
  }

  /** A halt was taken back by hand: HALTED becomes SAFE_MODE, unless another reason halts. */
  endHalt(ts: number): ModeChange | undefined {
    if (this.#mode !== 'HALTED' || this.#worst() === 'HALTED') return undefined
    this.#clearSinceTs = ts
    return this.#set('SAFE_MODE', 'KILL_LOWERED')
  }

  #worst(): SafetyMode {
    let worst: SafetyMode = 'NORMAL'
    for (const { mode } of this.#reasons.values()) if (severity(mode) > severity(worst)) worst = mode
    return worst
  }

  #tighten(mode: SafetyMode, reasonCode: string, ts: number): ModeChange {
    this.#clearSinceTs = ts
    if (mode !== 'DEGRADED') return this.#set(mode, reasonCode)
    const { degradedWindowUs, degradedEntriesMax } = this.#settings
    this.#degradedSinceTs = ts
    this.#degradedEntries = [...this.#degradedEntries.filter((entry) => ts - entry < degradedWindowUs), ts]
    if (this.#degradedEntries.length < degradedEntriesMax) return this.#set(mode, reasonCode)
    this.#reasons.set(SELF_RAISED, { mode: 'SAFE_MODE', sinceTs: ts })
    return this.#set('SAFE_MODE', SELF_RAISED)
  }

  #set(to: SafetyMode, reasonCode: string): ModeChange {
    const from = this.#mode
    this.#mode = to
    return { from, to, reasonCode }
  }
}
