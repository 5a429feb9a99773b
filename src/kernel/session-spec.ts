import { hash } from 'node:crypto'
import { z } from 'zod'
import { botId } from '../domain/ids.ts'
import { type Money, parseMoney } from '../domain/money.ts'
import type { EngineState } from '../projection/engine-state.ts'
import { Limits } from '../risk/limits.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { SAFE_FLATTEN } from './flatten.ts'
import { InstrumentSpec, instrumentOf } from './instrument-spec.ts'
import type { KernelConfig } from './kernel.ts'
import { STORM_LIMITS } from './storms.ts'

const us = z.int().nonnegative()
const money = z.string().refine((text) => parseMoney(text) !== undefined, 'a decimal amount')

/** A limit that is stated as unlimited travels as null: JSON has no infinity. */
const LimitsSpec = z.record(z.string(), z.unknown())

const BotSpec = z.strictObject({
  id: z.string().min(1).max(128),
  strategy: z.strictObject({ id: z.string(), version: z.string(), params: z.record(z.string(), z.unknown()) }),
  /** Positions in the session's list of instruments. */
  instruments: z.array(z.int().nonnegative()).min(1),
  allocation: money,
  /** What the bot begins as when it is new; RUNNING unless told. */
  starts_as: z.enum(['IDLE', 'RUNNING']).optional(),
})
export type BotSpec = z.infer<typeof BotSpec>

/**
 * A session of the engine as data: everything that its events depend on besides its inputs and the books that it went on
 * from. It is what the database keeps of a session and what a replay is made from.
 */
export const SessionSpec = z.strictObject({
  version: z.literal(1),
  run_mode: z.enum(['paper', 'forward', 'shadow', 'canary', 'live']),
  seed: z.int().nonnegative(),
  base_currency: z.string().min(1).max(32),
  instruments: z.array(InstrumentSpec).min(1),
  bots: z.array(BotSpec).min(1),
  /** Cash that the accounts began with; posted in the first session alone. */
  deposits: z.array(z.strictObject({ venue: z.string(), currency: z.string(), amount: money })),
  limits: LimitsSpec,
  mode: z.strictObject({
    warmUpUs: us,
    degradedDwellUs: us,
    releaseDwellUs: us,
    degradedEntriesMax: z.int().positive(),
    degradedWindowUs: us,
    degradedUsMax: us,
  }),
  /** How often a bot that failed is started again by itself; absent in sessions that never did. */
  bot_restarts: z.strictObject({ max: z.int().nonnegative(), windowUs: us, backoffUs: us }).optional(),
  start_ts: us,
  /** Equity that losses are measured from, as the session before knew it; absent before the account was first valued. */
  loss_marks: z.strictObject({ peak: z.number(), day_ts: z.number(), day_start: z.number() }).optional(),
})
export type SessionSpec = z.infer<typeof SessionSpec>

/** Limits as JSON can carry them, and back. */
export function limitsSpec(limits: Limits): Record<string, unknown> {
  return JSON.parse(JSON.stringify(limits, (_, value: unknown) => (value === Infinity ? null : value))) as Record<
    string,
    unknown
  >
}

function unlimited(value: unknown): unknown {
  if (value === null) return Infinity
  if (Array.isArray(value) || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, unlimited(field)]))
}

export function limitsOfSpec(spec: SessionSpec): Limits {
  return Limits.parse(unlimited(spec.limits))
}

/** SHA-256 over JSON with keys in order: the same session, the same hash. */
function hashOf(value: unknown): string {
  return hash('sha256', JSON.stringify(inOrder(value)), 'hex')
}

/** What a policy is known by: the hash of its limits as a session states them. */
export function policyHash(limits: SessionSpec['limits']): string {
  return hashOf(limits)
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, inOrder(field)]),
  )
}

/**
 * What a kernel is made of.
 *
 * @param restored the books that the session goes on from; undefined for a profile's first
 * @throws Error where a bot names a strategy that `strategyOf` does not have
 */
export function sessionConfig(
  spec: SessionSpec,
  strategyOf: (id: string) => StrategyDefinition | undefined,
  restored?: EngineState,
): KernelConfig {
  const { loss_marks: marks } = spec
  return {
    runMode: spec.run_mode,
    seed: spec.seed,
    baseCurrency: spec.base_currency,
    instruments: spec.instruments.map(instrumentOf),
    bots: spec.bots.map((bot) => {
      const strategy = strategyOf(bot.strategy.id)
      if (strategy === undefined)
        throw new Error(`bot ${bot.id} asks for strategy '${bot.strategy.id}', which is not here`)
      return {
        id: botId(bot.id),
        strategy,
        params: strategy.params.parse(bot.strategy.params),
        instruments: bot.instruments,
        allocation: parseMoney(bot.allocation) as Money,
        startsAs: bot.starts_as ?? 'RUNNING',
      }
    }),
    deposits: spec.deposits.map(({ venue, currency, amount }) => ({
      venueId: venue,
      currency,
      amount: parseMoney(amount) as Money,
    })),
    limits: limitsOfSpec(spec),
    mode: spec.mode,
    flatten: SAFE_FLATTEN,
    storms: STORM_LIMITS,
    botRestarts: spec.bot_restarts,
    startTs: spec.start_ts,
    datasets: [],
    configSha256: hashOf({ ...spec, limits: undefined }),
    policySha256: policyHash(spec.limits),
    restored,
    lossMarks: marks && { peak: marks.peak, dayTs: marks.day_ts, dayStart: marks.day_start },
  }
}
