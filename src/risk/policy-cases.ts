import type { ActionClass } from '../domain/action.ts'
import type { Instrument } from '../domain/instrument.ts'
import { Gate, isPermitted } from './gate.ts'
import type { GateInput } from './gate-input.ts'
import { KILL_LEVELS } from './kill.ts'
import type { Limits } from './limits.ts'
import { SAFETY_MODES } from './mode.ts'
import { ordinaryOrder } from './ordinary-order.ts'

/** Something that a policy must or must not let pass, and what it answers. */
export interface PolicyCase {
  readonly name: string
  readonly expected: string
  readonly found: string
  readonly isMet: boolean
}

interface Wanted {
  readonly name: string
  readonly input: Partial<GateInput>
  /** A reason code that refuses it, or that it passes. */
  readonly expected: string
}

const PASSES = 'passes'
const REFUSED = 'refused'

/**
 * Holds limits against what every policy must keep, and each number against an order just within and just beyond it. An order
 * of the first instrument that they allow stands for all.
 *
 * @param reference what that instrument is worth, ticks: any price does, limits are money
 */
export function policyCases(limits: Limits, instrument: Instrument, reference = 100_000): readonly PolicyCase[] {
  const gate = new Gate(limits)
  const ordinary = { ...ordinaryOrder(instrument), runMode: 'paper', limit: reference, reference } as const
  const small = {
    ...ordinary,
    qty: instrument.filters.minQty,
    takeableQty: Infinity,
    orderValue: 1,
    orderNotionalQuote: Infinity,
    reserveNeed: 0,
  }
  return [...always(), ...numbers(limits, instrument)].map(({ name, input, expected }) => {
    const { decision, reasonCodes } = gate.judge({ ...small, ...input })
    const isThrough = isPermitted(decision)
    const found = isThrough ? PASSES : (reasonCodes[0] ?? REFUSED)
    const isMet = expected === REFUSED ? !isThrough : expected === found
    return { name, expected, found, isMet }
  })
}

/** What no settings may change (UGF-0-004): cancels pass, closing passes but in HALTED, nothing opens where it must not. */
function always(): readonly Wanted[] {
  const closing: Partial<GateInput> = { action: 'REDUCE', side: 'sell', botPosition: 5, accountPosition: 5 }
  const opens = (mode: string, kill: string) => mode === 'NORMAL' && kill === 'NONE'
  return SAFETY_MODES.flatMap((safetyMode) =>
    KILL_LEVELS.flatMap((killLevel) => {
      const state = { safetyMode, killLevel }
      const name = (action: ActionClass) => `${action} in ${safetyMode} under ${killLevel}`
      const isHalted = safetyMode === 'HALTED' || killLevel === 'HALT'
      return [
        { name: name('CANCEL'), input: { ...state, action: 'CANCEL', qty: 0 }, expected: PASSES },
        ...(opens(safetyMode, killLevel) ? [] : [{ name: name('OPEN'), input: state, expected: REFUSED }]),
        ...(isHalted ? [{ name: name('REDUCE'), input: { ...closing, ...state }, expected: REFUSED }] : []),
      ] satisfies Wanted[]
    }),
  )
}

/** Just within each number, and just beyond it; a limit of infinity has no beyond. */
function numbers(limits: Limits, instrument: Instrument): readonly Wanted[] {
  const cap = limits.orderQtyMax[instrument.id] ?? limits.orderQtyMax['*'] ?? 0
  const lots = Math.floor(cap / instrument.lot + 1e-9)
  return [
    ...around(
      'order_notional_max',
      limits.orderNotionalMax,
      'ORDER_NOTIONAL_LIMIT',
      (value) => ({
        orderValue: value,
        allocation: 1e15,
        equity: 1e15,
      }),
      [limits.instrumentExposureMax, limits.venueExposureMax, limits.grossExposureMax, limits.netExposureMax],
    ),
    ...around('instrument_exposure_max', limits.instrumentExposureMax, 'LIMIT_SYMBOL', (value) => ({
      instrumentExposure: value - 1,
    })),
    ...around('venue_exposure_max', limits.venueExposureMax, 'LIMIT_VENUE', (value) => ({ venueExposure: value - 1 })),
    ...around('gross_exposure_max', limits.grossExposureMax, 'LIMIT_GROSS', (value) => ({
      grossExposure: value - 1,
      equity: 1e15,
    })),
    ...around('net_exposure_max', limits.netExposureMax, 'LIMIT_NET', (value) => ({ netExposure: value - 1 })),
    ...around(
      'leverage_max',
      limits.leverageMax,
      'LIMIT_LEVERAGE',
      (value) => ({
        grossExposure: value * 1_000 - 1,
        equity: 1_000,
      }),
      [limits.grossExposureMax / 1_000],
    ),
    ...around('loss_day_max', limits.lossDayMax, 'LOSS_DAILY', (value) => ({ dayLoss: value }), [], true),
    ...around('loss_drawdown_max', limits.lossDrawdownMax, 'LOSS_DRAWDOWN', (value) => ({ drawdown: value }), [], true),
    ...(lots > 0 && lots < instrument.filters.maxQty
      ? [{ name: `order_qty_max ${cap}: one lot more`, input: { qty: lots + 1 }, expected: 'QTY_CAP' }]
      : []),
  ]
}

/**
 * @param others limits that an order at this one meets as well: where one of them is smaller, nothing is asked
 * @param isReached whether the limit itself is too much already
 */
function around(
  name: string,
  limit: number | undefined,
  reasonCode: string,
  at: (value: number) => Partial<GateInput>,
  others: readonly number[] = [],
  isReached = false,
): readonly Wanted[] {
  if (limit === undefined || limit === Infinity) return []
  const beyond = isReached ? limit : limit * 1.01 + 1
  const within = isReached ? limit * 0.99 : limit
  return [
    {
      name: `${name} ${limit}: beyond`,
      input: at(beyond),
      expected: others.every((other) => other > beyond) ? reasonCode : REFUSED,
    },
    ...(others.every((other) => other >= within)
      ? [{ name: `${name} ${limit}: within`, input: at(within), expected: PASSES }]
      : []),
  ]
}
