import type { GuardName } from '../guards.ts'
import { EVERY_ACTION, type GateInput, type Rule, type Verdict } from '../gate-input.ts'
import { isLive } from '../quiet-hours.ts'

type Check = readonly [guard: GuardName, reasonCode: string]

/** Without these not even a cancel would reach the right venue from the right engine. */
const WIRES: readonly Check[] = [
  ['connector', 'LIVE_NOT_CONFIGURED'],
  ['lock', 'LEASE_CONFLICT'],
]
const PERMISSIONS: readonly Check[] = [
  ['profile', 'LIVE_DISABLED'],
  ['live_flag', 'LIVE_DISABLED'],
  ['dry_run_off', 'DRY_RUN_ONLY'],
]

/**
 * Real money moves only from the right profile, switched on, not rehearsing, armed, wired up, and by the one engine that owns
 * the profile. Whatever of it is not known is not so. A cancel takes risk away: it waits only for what is known to be wrong
 * with the wires. When live was disarmed with positions open, an operator may close them and nobody else.
 */
export const modeGuard: Rule = {
  number: 9,
  reasonCodes: ['LIVE_DISABLED', 'DRY_RUN_ONLY', 'LIVE_NOT_ARMED', 'LIVE_NOT_CONFIGURED', 'LEASE_CONFLICT'],
  judges: EVERY_ACTION,
  atSend: true,
  judge(input) {
    if (!isLive(input.runMode)) return undefined
    if (input.action === 'CANCEL') return failing(input, WIRES, ['BAD'])
    const byHand = input.origin === 'operator' || input.origin === 'flatten'
    const isArmed = input.guard('armed') === 'OK' || (input.action === 'REDUCE' && byHand)
    return (
      failing(input, PERMISSIONS) ??
      (isArmed ? undefined : refusal('armed', 'LIVE_NOT_ARMED', input.guard('armed'))) ??
      failing(input, WIRES)
    )
  },
}

/** The first check whose guard is not OK; with `only`, whose guard is one of those. */
function failing(input: GateInput, checks: readonly Check[], only?: readonly string[]): Verdict | undefined {
  for (const [guard, reasonCode] of checks) {
    const state = input.guard(guard)
    if (only === undefined ? state !== 'OK' : only.includes(state)) return refusal(guard, reasonCode, state)
  }
  return undefined
}

function refusal(input: GuardName, reasonCode: string, state: string): Verdict {
  return { decision: 'BLOCK', reasonCode, inputs: { input, state } }
}
