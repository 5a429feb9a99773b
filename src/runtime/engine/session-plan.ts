import type { Instrument } from '../../domain/instrument.ts'
import { formatMoney } from '../../domain/money.ts'
import { US_PER_SECOND } from '../../domain/time.ts'
import { specOfInstrument } from '../../kernel/instrument-spec.ts'
import type { LossMarks } from '../../risk/losses.ts'
import { type BotSpec, limitsSpec, type SessionSpec } from '../../kernel/session-spec.ts'
import type { BotRecord, EngineState } from '../../projection/engine-state.ts'
import type { Limits } from '../../risk/limits.ts'
import { MODE_SETTINGS } from '../../risk/mode.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import type { EngineStore } from '../ports.ts'
import { MANUAL_BOT } from './manual-strategy.ts'

/** A bot as somebody asked for it: the configuration, or a command. */
export interface BotPlan {
  readonly id: string
  readonly strategyId: string
  readonly instrumentIds: readonly string[]
  /** Decimal, base currency. */
  readonly allocation: string
  readonly params: Readonly<Record<string, string | number | boolean>>
  /** Whether it begins to trade when it is first seen. A bot that was there before stays as it was. */
  readonly starts: boolean
}

export interface SessionPlanOptions {
  readonly instruments: readonly Instrument[]
  readonly bots: readonly BotPlan[]
  /** Bots that a command brought or changed: they stand above the configuration. */
  readonly changed: readonly BotPlan[]
  readonly deposits: SessionSpec['deposits']
  readonly runMode: SessionSpec['run_mode']
  readonly limitsFor: (botIds: readonly string[]) => Limits
  /** What losses are measured from; undefined before the account was first valued. */
  readonly lossMarks?: LossMarks | undefined
  readonly baseCurrency: string
  readonly seed: number
  readonly startTs: number
  /** Seconds that new risk waits after a start. */
  readonly warmUpSeconds: number
  readonly state: EngineState
  readonly strategyOf: (id: string) => StrategyDefinition | undefined
  /** What each configured bot looked like when its books were last begun on. */
  readonly notes: EngineStore['notes']
}

/** Thrown where a bot asks for what there is not; the engine does not start with half of its bots. */
export class PlanError extends Error {
  readonly code: 'bot.strategy-unknown' | 'bot.instrument-unknown' | 'bot.params'
  readonly hint: string
  constructor(code: PlanError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/**
 * The next session: bots of the configuration, bots that commands registered earlier, and the operator's own. Parameters
 * that a command changed stand until the configuration's bot is another.
 */
export function planSession(options: SessionPlanOptions): SessionSpec {
  const { instruments, state, baseCurrency } = options
  const known = new Map(state.bots.map((bot) => [bot.id as string, bot]))
  const changed = new Map(options.changed.map((plan) => [plan.id, plan]))
  const bots = options.bots.map((plan) => {
    const stands = standing(plan, known.get(plan.id), options.notes)
    return botSpec(changed.get(plan.id) ?? stands, options)
  })
  const isConfigured = (id: string) => options.bots.some((plan) => plan.id === id)
  for (const plan of options.changed) if (!isConfigured(plan.id)) bots.push(botSpec(plan, options))
  for (const [id, bot] of known) {
    // One that left the configuration is not brought back; the kernel keeps what it still holds.
    if (id === MANUAL_BOT || isConfigured(id) || changed.has(id) || options.notes.get(noteOf(id)) !== undefined)
      continue
    if (options.strategyOf(bot.strategyId) === undefined) continue
    const plan: BotPlan = {
      id,
      strategyId: bot.strategyId,
      instrumentIds: bot.instruments,
      allocation: formatMoney(bot.allocation),
      params: bot.params,
      starts: false,
    }
    bots.push(botSpec(plan, options))
  }
  bots.push({
    id: MANUAL_BOT,
    strategy: { id: MANUAL_BOT, version: '1.0.0', params: {} },
    instruments: instruments.map((_, at) => at),
    starts_as: 'RUNNING',
    allocation:
      known.get(MANUAL_BOT) === undefined ? '1000000' : formatMoney(known.get(MANUAL_BOT)?.allocation ?? ZERO),
  })
  const marks = options.lossMarks
  return {
    version: 1,
    run_mode: options.runMode,
    seed: options.seed,
    base_currency: baseCurrency,
    instruments: instruments.map(specOfInstrument),
    bots,
    deposits: options.deposits,
    limits: limitsSpec(options.limitsFor(bots.map(({ id }) => id))),
    mode: { ...MODE_SETTINGS, warmUpUs: options.warmUpSeconds * US_PER_SECOND },
    bot_restarts: { max: 3, windowUs: 600 * US_PER_SECOND, backoffUs: 5 * US_PER_SECOND },
    start_ts: options.startTs,
    ...(marks && { loss_marks: { peak: marks.peak, day_ts: marks.dayTs, day_start: marks.dayStart } }),
  }
}

/**
 * A configured bot as it stands: parameters and allocation that a command changed hold until its configuration is another
 * than it was.
 */
function standing(plan: BotPlan, record: BotRecord | undefined, notes: EngineStore['notes']): BotPlan {
  const note = noteOf(plan.id)
  const text = JSON.stringify([plan.strategyId, plan.instrumentIds, plan.allocation, plan.params])
  const isSame = notes.get(note) === text
  if (!isSame) notes.set(note, text)
  if (!isSame || record === undefined || record.strategyId !== plan.strategyId) return plan
  return { ...plan, params: record.params, allocation: formatMoney(record.allocation) }
}

function noteOf(id: string): string {
  return `bot.plan.${id}`
}

const ZERO = 0n as Parameters<typeof formatMoney>[0]

/** @throws PlanError */
export function botSpec(
  plan: BotPlan,
  { instruments, strategyOf }: Pick<SessionPlanOptions, 'instruments' | 'strategyOf'>,
): BotSpec {
  const strategy = strategyOf(plan.strategyId)
  if (strategy === undefined) {
    const hint = 'list what there is with `profinaut strategy list`'
    throw new PlanError('bot.strategy-unknown', `bot ${plan.id}: there is no strategy '${plan.strategyId}'`, hint)
  }
  const places = plan.instrumentIds.map((id) => {
    const at = instruments.findIndex((instrument) => instrument.id === id)
    if (at >= 0) return at
    const hint = `known are ${instruments.map((instrument) => instrument.id).join(', ')}`
    throw new PlanError('bot.instrument-unknown', `bot ${plan.id}: there is no instrument '${id}'`, hint)
  })
  const parsed = strategy.params.safeParse(plan.params)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const hint = `see \`profinaut strategy show ${plan.strategyId}\``
    throw new PlanError(
      'bot.params',
      `bot ${plan.id}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
      hint,
    )
  }
  return {
    id: plan.id,
    strategy: { id: strategy.id, version: strategy.version, params: { ...plan.params } },
    instruments: places,
    allocation: plan.allocation,
    starts_as: plan.starts ? 'RUNNING' : 'IDLE',
  }
}
