import type { ActionClass, DecisionKind } from '../domain/action.ts'
import type { Instrument } from '../domain/instrument.ts'
import { Gate } from './gate.ts'
import type { GateInput } from './gate-input.ts'
import { GUARD_NAMES, type GuardName, type GuardState, guardAges } from './guards.ts'
import { KILL_LEVELS, type KillLevel } from './kill.ts'
import { LEASE_TERMS } from './leases.ts'
import { LIVE_LIMITS, type Limits } from './limits.ts'
import { SAFETY_MODES, type SafetyMode } from './mode.ts'
import { ordinaryOrder } from './ordinary-order.ts'

/** What the gate says of one kind of action in one state. */
export interface MatrixCell {
  /** What else is the matter, in a word or two; undefined when all is well. */
  readonly when?: string
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
  guards: guardAges(GUARD_NAMES),
  leases: LEASE_TERMS,
}

/**
 * Every cell of safety mode x kill level x action class x who asks, as the gate itself answers an order that nothing else
 * speaks against. It is asked, not written down: a rule that changes changes the matrix.
 */
export function gateMatrix(instrument: Instrument): readonly MatrixCell[] {
  const gate = new Gate(OPEN_LIMITS)
  return SAFETY_MODES.flatMap((mode) =>
    KILL_LEVELS.flatMap((kill) => cells(gate, instrument, { mode, kill }, { safetyMode: mode, killLevel: kill })),
  )
}

/** In the middle of the quiet hours of Tokyo. */
const NIGHT_US = 17 * 3_600_000_000
const STATES: readonly GuardState[] = ['BAD', 'STALE', 'UNKNOWN', 'MISSING']

/** A live session in which one guard is in another state than OK. */
function troubled(name: GuardName, state: GuardState): Partial<GateInput> {
  return { guardsAreFine: false, guard: (asked) => (asked === name ? state : 'OK') }
}

/** One thing at a time that is the matter with an armed live account, besides its mode and its kill level. */
const TROUBLES: readonly (readonly [when: string, parts: Partial<GateInput>])[] = [
  ...GUARD_NAMES.flatMap((name) => STATES.map((state) => [`${name} ${state}`, troubled(name, state)] as const)),
  ...(['MISSING', 'EXPIRED', 'CLOSE_ONLY'] as const).map((lease) => [`lease ${lease}`, { lease }] as const),
  ['role viewer', { role: 'viewer' }],
  ['role unknown', { role: undefined }],
  ['quiet hours', { now: NIGHT_US, createdTs: NIGHT_US }],
  ['day lost', { dayLoss: OPEN_LIMITS.lossDayMax ?? Infinity }],
  ['peak lost', { drawdown: OPEN_LIMITS.lossDrawdownMax ?? Infinity }],
]

/** The same actions in NORMAL without a kill, for each thing that can be the matter besides. */
export function troubleMatrix(instrument: Instrument): readonly MatrixCell[] {
  const gate = new Gate(OPEN_LIMITS)
  return TROUBLES.flatMap(([when, parts]) => cells(gate, instrument, { mode: 'NORMAL', kill: 'NONE', when }, parts))
}

function cells(
  gate: Gate,
  instrument: Instrument,
  state: Pick<MatrixCell, 'mode' | 'kill' | 'when'>,
  parts: Partial<GateInput>,
): readonly MatrixCell[] {
  return ASKERS.flatMap(([action, origins]) =>
    origins.map((origin) => {
      const { decision, reasonCodes } = gate.judge({
        ...ordinaryOrder(instrument),
        ...(action === 'REDUCE' ? { side: 'sell', botPosition: 10_000, accountPosition: 10_000 } : {}),
        ...(action === 'CANCEL' ? { qty: 0 } : {}),
        ...parts,
        action,
        origin,
      })
      return { ...state, action, origin, decision, reasonCode: reasonCodes[0] ?? '' }
    }),
  )
}
