import type { RunMode } from '../../domain/action.ts'
import { US_PER_DAY } from '../../domain/time.ts'
import { GUARD_NAMES, type GuardName, guardAges } from '../../risk/guards.ts'
import { LEASE_TERMS } from '../../risk/leases.ts'
import type { Limits } from '../../risk/limits.ts'
import { isLive, type QuietHours } from '../../risk/quiet-hours.ts'
import { type Config, limitsOf } from '../config-schema.ts'
import { timeOfDayUs, withinDay } from './time-of-day.ts'

/** What a running engine watches over in every mode. What reaches a real venue needs all there is. */
const WATCHED: readonly GuardName[] = ['clock', 'policy', 'dependencies', 'metrics', 'reconcile']

/** What the limits of a session hang on besides the settings. */
export interface SessionFacts {
  readonly runMode: RunMode
  readonly startTs: number
  /** Whether somebody checks the journal; live is not traded without. */
  readonly hasAudit: boolean
  /** When each bot first ran in this mode, µs. */
  readonly debuts?: Readonly<Record<string, number>>
}

/** The limits of a session of the engine: those of the configuration, and what guards an account that is running. */
export function sessionLimits(
  config: Pick<Config, 'limits' | 'account' | 'engine' | 'approvals'>,
  { runMode, startTs, hasAudit, debuts = {} }: SessionFacts,
): Limits {
  const { account, engine } = config
  // Ages are engine time, and the engine looks around in wall time.
  const factor = Math.max(1, engine.speed / 10)
  const names = isLive(runMode) ? GUARD_NAMES : hasAudit ? [...WATCHED, 'audit' as const] : WATCHED
  const quietHours = quietHoursOf(config, runMode, startTs)
  const limits = limitsOf(config)
  return {
    ...(runMode === 'canary' ? tenthOf(limits) : limits),
    dayOffsetUs: timeOfDayUs(account.day_starts, account.time_zone, startTs),
    guards: guardAges(names, factor),
    leases: { lifeUs: factor * LEASE_TERMS.lifeUs, marginUs: factor * LEASE_TERMS.marginUs },
    ...(quietHours === undefined ? {} : { quietHours }),
    ...approvalOf(config, runMode, debuts),
  }
}

/** Of what an account may do in live, a canary may do this share (UGF-D-007). */
const CANARY_SHARE = 0.1

function tenthOf(limits: Limits): Limits {
  const part = (amount: number) => CANARY_SHARE * amount
  const { lossDayMax, lossDrawdownMax } = limits
  return {
    ...limits,
    orderNotionalMax: part(limits.orderNotionalMax),
    orderQtyMax: Object.fromEntries(Object.entries(limits.orderQtyMax).map(([id, qty]) => [id, part(qty)])),
    grossExposureMax: part(limits.grossExposureMax),
    netExposureMax: part(limits.netExposureMax),
    instrumentExposureMax: part(limits.instrumentExposureMax),
    venueExposureMax: part(limits.venueExposureMax),
    ...(lossDayMax === undefined ? {} : { lossDayMax: part(lossDayMax) }),
    ...(lossDrawdownMax === undefined ? {} : { lossDrawdownMax: part(lossDrawdownMax) }),
  }
}

/** Which orders wait for a person. A mode in which none does is not spoken of. */
function approvalOf(
  { approvals, limits }: Pick<Config, 'approvals' | 'limits'>,
  runMode: RunMode,
  debuts: Readonly<Record<string, number>>,
): Pick<Limits, 'approval'> {
  const { modes, limit_share: share, first_days: days } = approvals
  if (!modes.some((mode) => mode === runMode)) return {}
  const newUntilTs = Object.fromEntries(
    days === 0 ? [] : Object.entries(debuts).map(([bot, ts]) => [bot, ts + days * US_PER_DAY]),
  )
  const notionalAbove = share < 1 ? share * limits.order_notional_max : Infinity
  return { approval: { modes: [...modes], notionalAbove, newUntilTs } }
}

/** Undefined where no hour is quiet; live says so, because its silence means the default. */
function quietHoursOf(
  { limits, account }: Pick<Config, 'limits' | 'account'>,
  runMode: RunMode,
  startTs: number,
): QuietHours | undefined {
  const { quiet_hours: when, quiet_from: from, quiet_to: to } = limits
  const isQuiet = when === 'always' || (when === 'live' && isLive(runMode))
  if (!isQuiet) return isLive(runMode) ? { fromUs: 0, toUs: 0 } : undefined
  const at = (time: string) => withinDay(timeOfDayUs(time, account.time_zone, startTs))
  return { fromUs: at(from), toUs: at(to) }
}
