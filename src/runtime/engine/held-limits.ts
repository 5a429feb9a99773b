import type { Portfolio } from '../../portfolio/portfolio.ts'
import type { KillScope } from '../../risk/kill.ts'
import type { Breach } from './escalation.ts'

/** What is held and what it is worth, base currency. */
export interface HeldRisk {
  readonly equity: number
  readonly peak: number
  readonly dayStart: number
  readonly instruments: readonly { readonly id: string; readonly maxLeverage: number; readonly settlement: string }[]
  readonly portfolio: Pick<Portfolio, 'exposure'>
}

export interface HeldLimits {
  readonly drawdown_pct_max: number
  readonly day_loss_pct_max: number
  readonly gross_exposure_max: number
  readonly net_exposure_max: number
  readonly instrument_exposure_max: number
  readonly leverage_max: number
}

/** A limit on what is held, and how far it is away. */
export interface HeldLimit {
  readonly rule: 'DRAWDOWN' | 'DAY_LOSS' | 'EXPOSURE' | 'GROSS_EXP' | 'NET_EXP' | 'LEVERAGE' | 'LIQUIDATION'
  /** The smallest scope that holds it. */
  readonly scope: KillScope
  readonly unit: 'percent' | 'money' | 'times'
  /** NaN while it cannot be told. */
  readonly value: number
  /** Infinity is none. */
  readonly limit: number
  /** How much of it is used: 1 is at the limit. NaN while it cannot be told. */
  readonly share: number
  /** Money until it is reached, where it is money that is lost or risked. */
  readonly moneyLeft: number | undefined
}

/** A margin account that a move of less than this against it would use up does not wait for improvement. Percent. */
const LIQUIDATION_DISTANCE_MIN = 10
/** Assumed share of the initial margin below which a venue liquidates; each venue states its own, and this is on the careful side. */
const MAINTENANCE_SHARE = 0.75

/**
 * Every limit on what is held (UGF-D-004): losses against the peak and the start of the day on unrealised equity, exposures at
 * marks, leverage, and how far the market would have to move against the margin positions to reach liquidation.
 */
export function heldLimits(
  { equity, peak, dayStart, instruments, portfolio }: HeldRisk,
  limits: HeldLimits,
): readonly HeldLimit[] {
  const loss = (rule: HeldLimit['rule'], from: number, limit: number): HeldLimit => {
    const value = 100 * (1 - equity / from)
    const moneyLeft = equity - from * (1 - limit / 100)
    return { rule, scope: 'global', unit: 'percent', value, limit, share: Math.max(0, value) / limit, moneyLeft }
  }
  const amount = (rule: HeldLimit['rule'], scope: KillScope, value: number, limit: number): HeldLimit => ({
    rule,
    scope,
    unit: 'money',
    value,
    limit,
    share: value / limit,
    moneyLeft: limit - value,
  })
  const exposures = instruments.map((_, at) => portfolio.exposure(at))
  const gross = exposures.reduce((sum, exposure) => sum + Math.abs(exposure), 0)
  const net = exposures.reduce((sum, exposure) => sum + exposure, 0)
  const leverage = gross / equity
  const distance = liquidationDistance(equity, exposures, instruments)
  return [
    loss('DRAWDOWN', peak, limits.drawdown_pct_max),
    loss('DAY_LOSS', dayStart, limits.day_loss_pct_max),
    amount('GROSS_EXP', 'global', gross, limits.gross_exposure_max),
    amount('NET_EXP', 'global', Math.abs(net), limits.net_exposure_max),
    ...instruments.map(({ id }, at) =>
      amount('EXPOSURE', `instrument:${id}`, Math.abs(exposures[at] as number), limits.instrument_exposure_max),
    ),
    {
      rule: 'LEVERAGE',
      scope: 'global',
      unit: 'times',
      value: leverage,
      limit: limits.leverage_max,
      share: leverage / limits.leverage_max,
      moneyLeft: limits.leverage_max * equity - gross,
    },
    {
      rule: 'LIQUIDATION',
      scope: 'global',
      unit: 'percent',
      value: distance,
      limit: LIQUIDATION_DISTANCE_MIN,
      share: LIQUIDATION_DISTANCE_MIN / Math.max(distance, Number.MIN_VALUE),
      moneyLeft: undefined,
    },
  ]
}

/** Percent that the market has to move against all margin positions until maintenance is all that is left; Infinity without any. */
function liquidationDistance(
  equity: number,
  exposures: readonly number[],
  instruments: HeldRisk['instruments'],
): number {
  let margined = 0
  let maintenance = 0
  instruments.forEach(({ settlement, maxLeverage }, at) => {
    if (settlement !== 'margin') return
    const size = Math.abs(exposures[at] as number)
    margined += size
    maintenance += (MAINTENANCE_SHARE * size) / maxLeverage
  })
  return margined === 0 ? Number.POSITIVE_INFINITY : (100 * Math.max(0, equity - maintenance)) / margined
}

/** The limits that are reached. */
export function breachesOf(limits: readonly HeldLimit[]): readonly Breach[] {
  return limits.flatMap(({ rule, scope, value, limit, unit, share }) => {
    if (!(share >= 1)) return []
    const said = (amount: number) =>
      unit === 'percent' ? `${amount.toFixed(2)} %` : unit === 'times' ? `${amount.toFixed(2)}x` : amount.toFixed(0)
    const isNear = rule === 'LIQUIDATION'
    const text = isNear
      ? `a move of ${said(value)} would reach liquidation, less than ${said(limit)}`
      : `${said(value)} >= ${said(limit)}`
    return [{ rule, scope, over: share - 1, text, first: isNear ? 'FLATTEN' : 'CLOSE_ONLY' } as const]
  })
}
