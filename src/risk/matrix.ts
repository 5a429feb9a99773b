import type { ActionClass, DecisionKind } from '../domain/action.ts'
import type { Instrument } from '../domain/instrument.ts'
import { Gate } from './gate.ts'
import type { GateInput } from './gate-input.ts'
import { KILL_LEVELS, type KillLevel } from './kill.ts'
import { LIVE_LIMITS, type Limits } from './limits.ts'
import { SAFETY_MODES, type SafetyMode } from './mode.ts'
import { ordinaryOrder } from './ordinary-order.ts'

/** What the gate says of one kind of action in one state. */
export interface MatrixCell {
  readonly mode: SafetyMode
  readonly kill: KillLevel
  readonly action: ActionClass
  readonly origin: GateInput['origin']
  readonly decision: DecisionKind
  readonly reasonCode: string
}

/** Who may ask for what. Only these differ by who asks. */
const ASKERS: readonly (readonly [action: ActionClass, origins: readonly GateInput['origin'][]])[] = [
  ['CANCEL', ['strategy', 'operator']],
  ['REDUCE', ['strategy', 'operator', 'flatten']],
  ['AMEND', ['strategy']],
  ['OPEN', ['strategy', 'operator']],
]

/** A live account's limits with nothing in the way of the instrument. */
const OPEN_LIMITS: Limits = {
  ...LIVE_LIMITS,
  venues: ['*'],
  instruments: ['*'],
  orderQtyMax: { '*': Infinity },
  marketOrders: true,
}

/**
 * Every cell of safety mode x kill level x action class x who asks, as the gate itself answers an order that nothing else
 * speaks against. It is asked, not written down: a rule that changes changes the matrix.
 */
export function gateMatrix(instrument: Instrument): readonly MatrixCell[] {
  const gate = new Gate(OPEN_LIMITS)
  const cells: MatrixCell[] = []
  for (const mode of SAFETY_MODES)
    for (const kill of KILL_LEVELS)
      for (const [action, origins] of ASKERS)
        for (const origin of origins) {
          const { decision, reasonCodes } = gate.judge({
            ...ordinaryOrder(instrument),
            ...(action === 'REDUCE' ? { side: 'sell', botPosition: 10_000, accountPosition: 10_000 } : {}),
            ...(action === 'CANCEL' ? { qty: 0 } : {}),
            safetyMode: mode,
            killLevel: kill,
            action,
            origin,
          })
          cells.push({ mode, kill, action, origin, decision, reasonCode: reasonCodes[0] ?? '' })
        }
  return cells
}
