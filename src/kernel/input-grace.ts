import { US_PER_MINUTE } from '../domain/time.ts'
import type { SafetyMode } from '../risk/mode.ts'
import { isLive } from '../risk/quiet-hours.ts'
import type { Facts } from './judgement.ts'

/** How long an input that nothing is known of may stay so after it was missed. */
const GRACE_US = US_PER_MINUTE

/** What a HALT decision asks of the safety mode. */
export interface ModeRequest {
  readonly code: string
  readonly mode: SafetyMode
}

/** The request of inputs that nobody knows, as a standing reason. */
export const INPUT_UNKNOWN = 'INPUT_UNKNOWN'
/** The request of limits that are not those of the session. */
export const CONFIG_DRIFT = 'CONFIG_DRIFT'

const UNKNOWN_CODES: readonly string[] = [
  'J_POLICY_DENY_MISSING_REQUIRED_INPUT',
  'J_POLICY_DENY_UNKNOWN_INPUT',
]

/**
 * What follows from a HALT decision (conventions C4): HALTED at once; where nothing but an unknown input stands behind it,
 * SAFE_MODE once a minute has not made it known, and HALTED where live is armed. A halt that stands already asks for nothing:
 * that of one bot must not become everyone's.
 */
export class InputGrace {
  readonly #facts: Facts
  /** When an order first met an input that nothing was known of. */
  #sinceTs: number | undefined
  #asked: ModeRequest | undefined

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** Mode that limits or inputs which are not to be trusted lead to. */
  get untrusted(): 'SAFE_MODE' | 'HALTED' {
    const { runMode, guards } = this.#facts
    // Armed counts until it is known that it is not: an arming that nobody has looked at lately is still there.
    const isArmed = guards.lastStatus('armed') === 'OK'
    return isLive(runMode) && isArmed ? 'HALTED' : 'SAFE_MODE'
  }

  /** An order was refused with HALT. */
  heed(reasonCode: string, now: number): void {
    if (UNKNOWN_CODES.includes(reasonCode)) this.#sinceTs ??= now
    else if (reasonCode === 'POLICY_BUNDLE_INVALID') this.#asked ??= { code: CONFIG_DRIFT, mode: this.untrusted }
    else if (reasonCode !== 'J_POLICY_HALT_SAFE_MODE') this.#asked = { code: reasonCode, mode: 'HALTED' }
  }

  /** What is asked for at once, if anything is. */
  take(): ModeRequest | undefined {
    const asked = this.#asked
    this.#asked = undefined
    return asked
  }

  /** What the passing of time asks for: after the grace the inputs are known, or new risk ends for good. */
  tick(now: number): ModeRequest | undefined {
    if (this.#sinceTs === undefined) return undefined
    if (this.#facts.guards.unknown(now).length === 0) {
      this.#sinceTs = undefined
      return undefined
    }
    return now - this.#sinceTs < GRACE_US ? undefined : { code: INPUT_UNKNOWN, mode: this.untrusted }
  }
}
