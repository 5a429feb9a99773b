import { hash } from 'node:crypto'
import { z } from 'zod'
import { parseDecimal } from '../domain/decimal.ts'
import { botId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Money, parseMoney } from '../domain/money.ts'
import { InstrumentSpec, instrumentOf } from '../kernel/instrument-spec.ts'
import type { MarketColumns } from '../market/columns.ts'
import { Limits, RESEARCH_LIMITS } from '../risk/limits.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../venues/simulated/assumptions.ts'
import { scheduleFees } from '../venues/simulated/fees.ts'
import { constantLatency, NO_LATENCY, variableLatency } from '../venues/simulated/latency.ts'
import { parseSlippage, scaled } from '../venues/simulated/slippage.ts'
import type { BacktestPlan, FeedSource } from './backtest.ts'

const decimalText = z.string().refine((text) => parseDecimal(text) !== undefined, 'a decimal number')
const us = z.int().nonnegative()

const FileSource = z.strictObject({
  type: z.literal('file'),
  path: z.string().min(1),
  name: z.string().min(1),
  sha256: z.string().length(64),
  rows: z.int().nonnegative(),
  stamp: z.enum(['open', 'close']),
  repair: z.boolean(),
  recv_shift_us: z.int(),
  /** The snapshot that a file of book changes begins with. */
  snapshot: z.strictObject({ path: z.string().min(1), sha256: z.string().length(64) }).optional(),
})
const SyntheticSource = z.strictObject({ type: z.literal('synthetic'), ref: z.string().min(1) })

const FeedSpec = z.strictObject({
  instrument: z.int().nonnegative(),
  kind: z.enum(['bars', 'trades', 'quotes', 'book']),
  source: z.discriminatedUnion('type', [FileSource, SyntheticSource]),
})
export type FeedSpec = z.infer<typeof FeedSpec>

const AssumptionSpec = z.strictObject({
  market_fill: z.enum(['next-open', 'same-close']),
  limit_fill: z.enum(['through', 'touch']),
  limit_gap: z.enum(['limit', 'open']),
  in_bar: z.enum(['worst-case', 'next-bar']),
  slippage: z.string(),
  latency: z.strictObject({ feed_us: us, entry_us: us, response_us: us, spread: z.number().min(0).max(3) }),
  /** Share of volume; null is uncapped. */
  participation: z.number().positive().nullable(),
  queue: z.enum(['conservative', 'proportional', 'probability']),
  funding: z.strictObject({ interval_us: us, rate: z.number() }),
})

/**
 * A backtest as data: everything that its result follows from, and nothing else. It is what a run's folder keeps, what its
 * configuration hash is taken of, and what a replay is made from.
 */
export const PlanSpec = z.strictObject({
  version: z.literal(1),
  strategy: z.strictObject({ id: z.string(), version: z.string(), params: z.record(z.string(), z.unknown()) }),
  bot_id: z.string(),
  instruments: z.array(InstrumentSpec).min(1),
  feeds: z.array(FeedSpec).min(1),
  /** When the run begins: the first row of its data, or `from_ts`. */
  start_ts: us,
  from_ts: us.optional(),
  to_ts: us.optional(),
  assumptions: AssumptionSpec,
  /** Limits that differ from those of research; null is unlimited. */
  limits: z.record(z.string(), z.union([z.number(), z.boolean(), z.null()])),
  cash: decimalText,
  base_currency: z.string().min(1).max(32),
  seed: z.int().nonnegative(),
  periods_per_year: z.int().positive(),
})
export type PlanSpec = z.infer<typeof PlanSpec>

/** Where and how a feed's rows are read; given by the host, because reading is not for the core. */
export type OpenFeed = (
  feed: FeedSpec,
  instrument: Instrument,
  range: { fromTs: number | undefined; toTs: number | undefined },
) => AsyncIterable<MarketColumns>

/** How a feed is referred to: by content, never by place. */
export function datasetRef({ source }: FeedSpec): string {
  return source.type === 'synthetic' ? source.ref : `ds:${source.name}@${source.sha256}`
}

/** SHA-256 of the configuration: the plan with files replaced by their content's reference. Key order does not matter. */
export function configHash(spec: PlanSpec): string {
  const feeds = spec.feeds.map((feed) => ({
    instrument: feed.instrument,
    kind: feed.kind,
    ref: datasetRef(feed),
    snapshot: snapshotOf(feed),
    repair: feed.source.type === 'file' && feed.source.repair,
  }))
  return sha256({ ...spec, feeds })
}

function snapshotOf({ source }: FeedSpec): string | undefined {
  return source.type === 'file' ? source.snapshot?.sha256 : undefined
}

/** SHA-256 over JSON with keys in order. */
export function sha256(value: unknown): string {
  return hash('sha256', JSON.stringify(sorted(value)), 'hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === Number.POSITIVE_INFINITY) return 'unlimited'
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  )
}

export function limitsOf(spec: PlanSpec): Limits {
  const given = Object.fromEntries(
    Object.entries(spec.limits).map(([name, value]) => [name, value ?? Number.POSITIVE_INFINITY]),
  )
  return Limits.parse({ ...RESEARCH_LIMITS, ...given })
}

export function assumptionsOf(spec: PlanSpec, costTimes: number): Assumptions {
  const { assumptions: given, seed } = spec
  const { feed_us: feedUs, entry_us: entryUs, response_us: responseUs, spread } = given.latency
  const times = { feedUs, entryUs, responseUs }
  const isNone = feedUs === 0 && entryUs === 0 && responseUs === 0
  return {
    ...DEFAULT_ASSUMPTIONS,
    marketFill: given.market_fill,
    limitFill: given.limit_fill,
    limitGap: given.limit_gap,
    inBar: given.in_bar,
    slippage: scaled(parseSlippage(given.slippage) ?? DEFAULT_ASSUMPTIONS.slippage, costTimes),
    fees: scheduleFees(costTimes),
    latency: isNone ? NO_LATENCY : spread === 0 ? constantLatency(times) : variableLatency(times, { spread, seed }),
    participation: given.participation ?? Number.POSITIVE_INFINITY,
    queue: given.queue,
    funding: { intervalUs: given.funding.interval_us, rate: given.funding.rate },
  }
}

/** Makes a plan of its description. The parameters are parsed by the strategy's own schema again. */
export function planOf(spec: PlanSpec, strategy: StrategyDefinition, { open }: { open: OpenFeed }): BacktestPlan {
  const instruments = spec.instruments.map(instrumentOf)
  const limits = limitsOf(spec)
  const range = { fromTs: spec.from_ts, toTs: spec.to_ts }
  const feeds = spec.feeds.map(
    (feed): FeedSource => ({
      instrumentAt: feed.instrument,
      kind: feed.kind,
      ref: datasetRef(feed),
      sha256: feed.source.type === 'file' ? feed.source.sha256 : undefined,
      open: () => open(feed, instruments[feed.instrument] as Instrument, range),
    }),
  )
  return {
    strategy,
    params: strategy.params.parse(spec.strategy.params),
    botId: botId(spec.bot_id),
    instruments,
    feeds,
    assumptions: (costTimes) => assumptionsOf(spec, costTimes),
    limits,
    cash: parseMoney(spec.cash) as Money,
    baseCurrency: spec.base_currency,
    seed: spec.seed,
    startTs: spec.start_ts,
    configSha256: configHash(spec),
    policySha256: sha256(limits),
  }
}
