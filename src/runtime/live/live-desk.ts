import { US_PER_MS } from '../../domain/time.ts'
import type { CommandOutcome } from '../../kernel/command.ts'
import type { HostFact } from '../../kernel/host-fact.ts'
import type { GuardName } from '../../risk/guards.ts'
import { isLive } from '../../risk/quiet-hours.ts'
import type { RunMode } from '../authority/operations.ts'
import type { HostClock } from '../clock.ts'
import type { CommandPayload } from '../command-catalogue.ts'

/** How serious a profile's settings are meant: only `prod` may move real money. */
export type Environment = 'dev' | 'stg' | 'prod'

/** What a profile's venue is, as far as arming hangs on it. */
export interface LiveTerms {
  readonly runMode: RunMode
  readonly environment: Environment
  /** A server of our own that speaks a venue's language: no money is at stake. */
  readonly isPractice: boolean
  /** When the venue last showed that key and terms are as they should be, monotonic ms; undefined before. */
  readonly checkedMs: () => number | undefined
}

export interface LiveHands {
  readonly host: HostClock
  readonly terms: LiveTerms | undefined
  readonly isVenueUp: () => boolean
  /** Whether live trading is switched on, and the venue's orders may leave. */
  readonly isFlagOn: () => boolean
  /** Whether something is wrong that arming must wait for: a mode, books that differ, a watchdog that is silent. */
  readonly obstacles: () => readonly string[]
  /** µs since the lease was last renewed; undefined where nobody renews one. */
  readonly leaseAgeUs: () => number | undefined
  record(fact: HostFact): void
  alert(isOn: boolean, text: string): void
}

/** Armed for a day at the most. */
export const ARM_MINUTES_MAX = 1_440
/** An engine that renewed its lease longer ago may share the profile with another. */
const LEASE_AGE_US_MAX = 15_000_000

/** A guard as the desk sees it. */
export interface LiveGuard {
  readonly isOk: boolean
  /** When it was seen, µs before now. */
  readonly ageUs: number
  readonly detail: string
}

/**
 * Whether real money may be moved (UGF-D-007). It is armed by a person, for hours, on the monotonic clock; a start, a HALT, the
 * end of its time or a word disarm it. Disarmed, nothing is opened, and what is open can be closed by hand.
 */
export class LiveDesk {
  readonly #hands: LiveHands
  #untilMs: number | undefined

  constructor(hands: LiveHands) {
    this.#hands = hands
  }

  get isArmed(): boolean {
    return this.#untilMs !== undefined && this.#hands.host.monotonicMs() < this.#untilMs
  }

  /** What is left of it, ms; 0 when it is not armed. */
  get leftMs(): number {
    return Math.max(0, (this.#untilMs ?? 0) - this.#hands.host.monotonicMs())
  }

  /** Every reason why it cannot be armed now. */
  get obstacles(): readonly string[] {
    const { terms, obstacles, isFlagOn, isVenueUp } = this.#hands
    if (terms === undefined) return ['NOT_A_REAL_VENUE']
    if (!isLive(terms.runMode)) return ['STAGE_NOT_LIVE']
    return [
      ...(terms.isPractice || terms.environment === 'prod' ? [] : ['ENVIRONMENT_NOT_PROD']),
      ...(isFlagOn() ? [] : ['LIVE_DISABLED']),
      ...(isVenueUp() ? [] : ['VENUE_DOWN']),
      ...obstacles(),
    ]
  }

  against(): CommandOutcome | undefined {
    const { obstacles } = this
    if (obstacles.length === 0) return undefined
    return { ok: false, reasonCodes: obstacles, detail: obstacles.map((code) => WORDS[code] ?? code).join('; ') }
  }

  arm({ minutes }: CommandPayload<'LIVE_ARM'>, { actor, reason }: { actor: string; reason: string }): CommandOutcome {
    const refusal = this.against()
    if (refusal !== undefined) return refusal
    const { host, terms } = this.#hands
    this.#untilMs = host.monotonicMs() + minutes * 60_000
    const untilTs = host.wallTs() + minutes * 60_000 * US_PER_MS
    const stage = terms?.runMode === 'canary' ? 'canary' : 'live'
    this.#hands.record({ type: 'live.armed', payload: { actor, reason, until_ts: untilTs, stage } })
    this.#tell()
    return { ok: true, reasonCodes: [], detail: `armed for ${minutes} minutes: orders reach the venue` }
  }

  disarm({ actor, reason }: { actor: string; reason: string }): CommandOutcome {
    if (this.#untilMs === undefined) return { ok: true, reasonCodes: [], detail: 'it was not armed' }
    this.#untilMs = undefined
    this.#hands.record({ type: 'live.disarmed', payload: { actor, reason } })
    this.#tell()
    return { ok: true, reasonCodes: [], detail: 'disarmed: nothing is opened any more' }
  }

  /** Takes note of the time, and of what ends it at once. */
  look(isHalted: boolean): void {
    if (this.#untilMs === undefined) return
    if (isHalted) this.disarm({ actor: 'service:engine', reason: 'everything was halted' })
    else if (!this.isArmed) this.disarm({ actor: 'service:engine', reason: 'its time is over' })
  }

  /** What it knows of a guard; undefined for those of others, and where no venue is real. */
  guard(name: GuardName): LiveGuard | undefined {
    const { terms, host, isVenueUp, isFlagOn, leaseAgeUs } = this.#hands
    if (terms === undefined) return undefined
    const now = (isOk: boolean, detail: string): LiveGuard => ({ isOk, ageUs: 0, detail })
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- of the other guards it knows nothing
    switch (name) {
      case 'profile':
        return now(terms.isPractice || terms.environment === 'prod', terms.isPractice ? 'practice' : terms.environment)
      case 'live_flag':
        return now(isFlagOn(), 'live_enabled')
      case 'dry_run_off':
        return now(isLive(terms.runMode), terms.runMode)
      case 'armed':
        return now(this.isArmed, this.isArmed ? `for ${Math.ceil(this.leftMs / 60_000)} minutes` : 'not armed')
      case 'connector':
        return now(isVenueUp(), 'the venue')
      case 'lock': {
        const age = leaseAgeUs()
        return age === undefined ? undefined : { isOk: age < LEASE_AGE_US_MAX, ageUs: age, detail: 'the lease' }
      }
      case 'filters':
      case 'keys': {
        const checkedMs = terms.checkedMs()
        if (checkedMs === undefined) return undefined
        return { isOk: true, ageUs: (host.monotonicMs() - checkedMs) * US_PER_MS, detail: 'checked when it was opened' }
      }
      default:
        return undefined
    }
  }

  #tell(): void {
    this.#hands.alert(this.isArmed, `armed for ${Math.ceil(this.leftMs / 60_000)} minutes`)
  }
}

const WORDS: Readonly<Record<string, string>> = {
  NOT_A_REAL_VENUE: 'this profile trades on the simulated venue: there is nothing to arm',
  STAGE_NOT_LIVE: 'the profile is at stage shadow: nothing of it reaches a venue',
  ENVIRONMENT_NOT_PROD: 'real money moves only from a profile whose account.environment is prod',
  LIVE_DISABLED: 'the flag live_enabled is not on',
  STAGE_NOT_GRANTED: 'the profile has not earned this stage: see `profinaut live ladder`',
  VENUE_DOWN: 'the venue is not connected',
}
