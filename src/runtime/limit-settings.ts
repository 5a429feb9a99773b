import { z } from 'zod'
import { LIMIT_SCOPE, LIMIT_SCOPE_WORDS } from '../risk/limits.ts'
import { parseTomlValue } from './config-file.ts'
import { didYouMean, expected } from './config-problem.ts'
import { type Config, SCOPED_LIMIT, SECTIONS } from './config-schema.ts'

/**
 * Limits that can be set while an engine runs, and which way each becomes stricter: a smaller or a larger number, or the
 * switch in that position. What is not here is a matter of the settings and of a start.
 */
const STRICTER = {
  drawdown_pct_max: 'smaller',
  day_loss_pct_max: 'smaller',
  market_orders: false,
  order_notional_max: 'smaller',
  gross_exposure_max: 'smaller',
  net_exposure_max: 'smaller',
  instrument_exposure_max: 'smaller',
  venue_exposure_max: 'smaller',
  leverage_max: 'smaller',
  open_orders_max: 'smaller',
  allocation_multiple_max: 'smaller',
  price_deviation_bps_max: 'smaller',
  price_age_ms_max: 'smaller',
  depth_multiple_min: 'larger',
  intent_ttl_ms: 'smaller',
  orders_per_s_max: 'smaller',
  cancels_per_s_max: 'smaller',
  amends_per_s_max: 'smaller',
  strategy_intents_per_s_max: 'smaller',
  reserve: true,
  market_buffer_bps: 'larger',
  loss_day_max: 'smaller',
  loss_drawdown_max: 'smaller',
} as const satisfies Partial<Record<keyof Config['limits'], 'smaller' | 'larger' | boolean>>

/** In a scope: only what makes it stricter than the whole account. */
const STRICTER_SCOPED = {
  order_notional_max: 'smaller',
  exposure_max: 'smaller',
  price_deviation_bps_max: 'smaller',
  market_orders: false,
} as const satisfies Record<keyof (typeof SCOPED_LIMIT)['shape'], 'smaller' | boolean>

/** The limit of the whole account, not of a part of it. */
export const EVERYWHERE = 'global'
/** Instead of a value: as the settings have it again. */
export const AS_SET = 'default'

/** Which limit of what. */
export interface LimitName {
  readonly limit: string
  /** {@link EVERYWHERE}, or a part of the account. */
  readonly scope: string
}

export type LimitValue = number | boolean

/** A limit that somebody set while an engine ran: above the settings until it is set again or taken back. */
export const LimitChange = z.strictObject({
  limit: z.string(),
  scope: z.string(),
  /** As it was written: JSON has no infinity. */
  value: z.string(),
  actor: z.string(),
  reason: z.string(),
  ts: z.number(),
})
export type LimitChange = z.infer<typeof LimitChange>

/** Whether there is such a limit to be set, in words where there is not. */
export function limitProblem({ limit, scope }: LimitName): string | undefined {
  if (scope !== EVERYWHERE && !LIMIT_SCOPE.test(scope)) return `a scope is ${EVERYWHERE}, ${LIMIT_SCOPE_WORDS}`
  const known = strictnessIn(scope)
  if (Object.hasOwn(known, limit)) return undefined
  const where = scope === EVERYWHERE ? 'while an engine runs' : `for ${scope}`
  return `${limit} is no limit that can be set ${where}${didYouMean(limit, Object.keys(known))}`
}

/** Reads a limit as somebody wrote it; what is wrong with it in words otherwise. */
export function readLimit(name: LimitName, text: string): { value: LimitValue } | { problem: string } {
  const problem = limitProblem(name)
  if (problem !== undefined) return { problem }
  const { limit, scope } = name
  const shape: Readonly<Record<string, z.ZodType>> = scope === EVERYWHERE ? SECTIONS.limits.shape : SCOPED_LIMIT.shape
  const read = shape[limit]?.safeParse(parseTomlValue(text) ?? text)
  if (typeof read?.data === 'number' || typeof read?.data === 'boolean') return { value: read.data }
  const [issue] = read?.error?.issues ?? []
  return { problem: `${limit} is ${issue === undefined ? 'a value' : expected(issue)}, was ${text}` }
}

function strictnessIn(scope: string): Readonly<Record<string, 'smaller' | 'larger' | boolean>> {
  return scope === EVERYWHERE ? STRICTER : STRICTER_SCOPED
}

/** The settings with what was set above them. @throws Error for a change that these settings cannot have */
export function withLimitChanges(config: Config, changes: readonly LimitChange[]): Config {
  let { limits } = config
  for (const change of changes) {
    const read = readLimit(change, change.value)
    if ('problem' in read)
      throw new Error(
        `the limit that ${change.actor} set cannot be read: ${read.problem}; take it back with profinaut limits set ${change.limit} ${AS_SET}`,
      )
    limits = withLimit(limits, change, read.value)
  }
  return limits === config.limits ? config : { ...config, limits }
}

function withLimit(limits: Config['limits'], { limit, scope }: LimitName, value: LimitValue): Config['limits'] {
  if (scope === EVERYWHERE) return { ...limits, [limit]: value }
  return { ...limits, scoped: { ...limits.scoped, [scope]: { ...limits.scoped[scope], [limit]: value } } }
}

/** What a limit is; undefined where a part of the account has none of its own. */
export function limitAt({ limits }: Pick<Config, 'limits'>, { limit, scope }: LimitName): LimitValue | undefined {
  const from: Readonly<Record<string, unknown>> = (scope === EVERYWHERE ? limits : limits.scoped[scope]) ?? {}
  const value = from[limit]
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

/** Whether more may happen after a change than before it. */
export function relaxes(
  { limit, scope }: LimitName,
  from: LimitValue | undefined,
  to: LimitValue | undefined,
): boolean {
  // No limit of its own is the loosest that a part of the account can have.
  if (to === undefined) return from !== undefined
  if (from === undefined) return false
  const stricter = strictnessIn(scope)[limit]
  if (stricter === 'smaller') return to > from
  if (stricter === 'larger') return to < from
  return to !== from && to !== stricter
}

/** A limit as a person reads and writes it. */
export function limitText(value: LimitValue | undefined): string {
  if (value === undefined) return 'none'
  return value === Infinity ? 'inf' : String(value)
}
