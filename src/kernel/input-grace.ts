import { US_PER_MINUTE } from '../domain/time.ts'
import type { SafetyMode } from '../risk/mode.ts'
import { isLive } from '../risk/quiet-hours.ts'
import type { Facts } from './judgement.ts'

/** How long an input that nothing is known of may stay so after an order met it. */
const GRACE_US = US_PER_MINUTE

/** A standing reason that a HALT decision asks for. */
export interface ModeRequest {
  readonly code: string
  readonly mode: SafetyMode
}

/** Inputs that nobody knows, and limits that are not those of the session. */
export const INPUT_UNKNOWN = 'INPUT_UNKNOWN'
export const CONFIG_DRIFT = 'CONFIG_DRIFT'

const UNKNOWN_CODES: readonly string[] = ['J_POLICY_DENY_MISSING_REQUIRED_INPUT', 'J_POLICY_DENY_UNKNOWN_INPUT']
/** The halt that stands already: that of one bot must not become everyone's. */
const STANDING_CODE = 'J_POLICY_HALT_SAFE_MODE'
/** Reasons by which the host knows what the gate met, so that one thing stands under one name. */
const REASON_OF: Readonly<Record<string, string>> = { J_POLICY_HALT_AUDIT_CHAIN_BROKEN: 'AUDIT_BROKEN' }

/**
 * What follows from a HALT decision (conventions C4): HALTED at once; where nothing but an unknown input stands behind it,
 * SAFE_MODE when a minute has not made it known. What live is armed for does not wait in SAFE_MODE.
 */
export class InputGrace {
  readonly #facts: Facts
  /** When an order first met an input that nothing was known of. */
  #sinceTs: number | undefined
  #asked: ModeRequest | undefined

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** The mode for what is not to be trusted. An arming that was not looked at lately is still there. */
  untrusted(now: number): 'SAFE_MODE' | 'HALTED' {
    const { runMode, guards } = this.#facts
    const armed = guards.state('armed', now)
    return isLive(runMode) && (armed === 'OK' || armed === 'STALE') ? 'HALTED' : 'SAFE_MODE'
  }

  /** An order was refused with HALT. */
  heed(reasonCode: string, now: number): void {
    if (reasonCode === STANDING_CODE) return
    if (UNKNOWN_CODES.includes(reasonCode)) this.#sinceTs ??= now
    else if (reasonCode === 'POLICY_BUNDLE_INVALID') this.#asked ??= { code: CONFIG_DRIFT, mode: this.untrusted(now) }
    else this.#asked = { code: REASON_OF[reasonCode] ?? reasonCode, mode: 'HALTED' }
  }

  /** What is asked for at once, if anything is. */
  take(): ModeRequest | undefined {
    const asked = this.#asked
    this.#asked = undefined
    return asked
  }

  /** What the passing of time asks for. */
  tick(now: number): ModeRequest | undefined {
    if (this.#sinceTs === undefined) return undefined
    if (this.#facts.guards.unknown(now).length === 0) {
      this.#sinceTs = undefined
      return undefined
    }
    return now - this.#sinceTs < GRACE_US ? undefined : { code: INPUT_UNKNOWN, mode: this.untrusted(now) }
  }
}
