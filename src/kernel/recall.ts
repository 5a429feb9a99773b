import { z } from 'zod'
import type { BotId, VenueId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Money, ZERO } from '../domain/money.ts'
import type { Order, OrderBookkeeper, OrderOrigin, OrderState } from '../orders/order.ts'
import type { Portfolio } from '../portfolio/portfolio.ts'
import type { BotRecord, EngineState, OrderRecord, SafetyRecord } from '../projection/engine-state.ts'
import type { KillLevel, KillScope } from '../risk/kill.ts'
import type { RecalledMode, SafetyMode } from '../risk/mode.ts'
import { defineStrategy } from '../strategy/strategy.ts'
import type { BotConfig } from './bot.ts'

/** The books of the last session cannot be gone on from with this configuration. */
export class RecallError extends Error {
  override readonly name = 'RecallError'
  readonly code: 'recall.instrument-missing' | 'recall.currency-missing'
  /** What the operator can do now. */
  readonly hint: string

  constructor(code: RecallError['code'], message: string, hint: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

type AllocatedBot = BotConfig & { readonly allocation: Money }

/**
 * The bots of a run: those that are configured, and behind them those that are not any more but hold a position or an order.
 * Positions keep their owner; the owner trades nothing.
 *
 * @throws RecallError when something is held or works in an instrument that is not configured
 */
export function botsOf(
  configured: readonly AllocatedBot[],
  instruments: readonly Instrument[],
  state: EngineState | undefined,
): readonly AllocatedBot[] {
  if (state === undefined) return configured
  const places = placesOf(state)
  const atOf = new Map<string, number>(instruments.map(({ id }, at) => [id, at]))
  const missing = places.filter(({ instrumentId }) => !atOf.has(instrumentId))
  if (missing.length > 0) {
    const named = [...new Set(missing.map(({ botId, instrumentId }) => `${instrumentId} (${botId})`))].join(', ')
    throw new RecallError(
      'recall.instrument-missing',
      `positions or orders stand in instruments that are not configured: ${named}`,
      'configure them again, or close what stands there with the configuration that had them',
    )
  }
  const absent = state.bots.filter(
    ({ id }) => !configured.some((bot) => bot.id === id) && places.some(({ botId }) => botId === id),
  )
  return [...configured, ...absent.map((bot) => absentBot(bot, places, atOf))]
}

interface Place {
  readonly botId: BotId
  readonly instrumentId: string
}

/** Where anything is held or works. */
function placesOf({ holdings, working }: EngineState): readonly Place[] {
  return [...holdings.filter(({ qty }) => qty !== 0), ...working]
}

function absentBot(
  { id, strategyId, strategyVersion, allocation, instruments }: BotRecord,
  places: readonly Place[],
  atOf: ReadonlyMap<string, number>,
): AllocatedBot {
  const own = places.filter(({ botId }) => botId === id).map(({ instrumentId }) => instrumentId)
  const strategy = defineStrategy({
    id: strategyId,
    version: strategyVersion,
    description: 'not configured any more',
    params: z.unknown(),
    create: () => ({}),
  })
  return {
    id,
    strategy,
    params: {},
    instruments: [...new Set([...instruments, ...own])].flatMap((name) => atOf.get(name) ?? []),
    allocation,
    isAbsent: true,
  }
}

/**
 * Hands the books of the last session to the rooms of a new one.
 *
 * @throws RecallError when an account holds a currency that the run cannot value
 */
export function recallBooks(
  state: EngineState,
  rooms: {
    readonly instruments: readonly Instrument[]
    readonly botIds: readonly string[]
    readonly orders: OrderBookkeeper
    readonly portfolio: Portfolio
  },
): void {
  const { instruments, botIds, orders, portfolio } = rooms
  const atOf = new Map<string, number>(instruments.map(({ id }, at) => [id, at]))
  const botAtOf = new Map<string, number>(botIds.map((id, at) => [id, at]))
  const unknown = state.balances.filter(
    ({ account, currency, amount }) =>
      account.startsWith('asset:') &&
      amount !== 0n &&
      !portfolio.knows(account.slice('asset:'.length) as VenueId, currency),
  )
  if (unknown.length > 0) {
    const named = unknown.map(({ account, currency }) => `${currency} at ${account.slice('asset:'.length)}`).join(', ')
    throw new RecallError(
      'recall.currency-missing',
      `the account holds what no configured instrument trades in: ${named}`,
      'configure an instrument of that venue in that currency',
    )
  }
  portfolio.recall({
    balances: state.balances,
    holdings: state.holdings.flatMap((holding) => {
      const botAt = botAtOf.get(holding.botId)
      const instrumentAt = atOf.get(holding.instrumentId)
      return botAt === undefined || instrumentAt === undefined ? [] : [{ ...holding, botAt, instrumentAt }]
    }),
    cash: state.bots.flatMap((bot) => {
      const botAt = botAtOf.get(bot.id)
      if (botAt === undefined) return []
      const held = Object.entries(bot.cash).filter(([, amount]) => amount !== ZERO)
      return held.map(([currency, amount]) => ({ botAt, currency, amount }))
    }),
  })
  for (const record of [...state.ended, ...state.working]) {
    const botAt = botAtOf.get(record.botId)
    const instrumentAt = atOf.get(record.instrumentId)
    const instrument = instruments[instrumentAt ?? -1]
    if (botAt === undefined || instrumentAt === undefined || instrument === undefined) continue
    orders.recall(orderOf(record, { botAt, instrumentAt, instrument }))
  }
}

/** An order as it was. Events of another session caused it, so that none of this one did. */
function orderOf(
  record: OrderRecord,
  where: { readonly botAt: number; readonly instrumentAt: number; readonly instrument: Instrument },
): Order {
  return {
    id: record.id,
    intentId: record.intentId,
    botId: record.botId,
    ...where,
    side: record.side,
    type: record.type,
    timeInForce: record.timeInForce,
    reduceOnly: record.reduceOnly,
    origin: record.origin as OrderOrigin,
    reasonCode: record.reasonCode,
    parentId: record.parentId,
    ocoGroup: record.ocoGroup,
    stopLoss: record.stopLoss,
    takeProfit: record.takeProfit,
    trace: record.trace,
    createdTs: record.createdTs,
    arrivalPrice: record.arrivalPrice,
    state: record.state as OrderState,
    qty: record.qty,
    filled: record.filled,
    limit: record.limit,
    stop: record.stop,
    trail: record.trail,
    venueOrderId: record.venueOrderId,
    decisionId: record.decisionId,
    lastSeq: 0,
    sinceTs: record.sinceTs,
    pendingAmend: record.pendingAmend,
    filledTicks: record.filledTicks,
    tradeIds: record.tradeIds,
  }
}

/** Mode as the machine takes it over. */
export function modeOf(safety: SafetyRecord): RecalledMode {
  return {
    mode: safety.mode as SafetyMode,
    reasons: safety.reasons.map(({ code, mode, sinceTs }) => ({ code, mode: mode as SafetyMode, sinceTs })),
    modeSinceTs: safety.modeSinceTs,
    degradedEntries: safety.degradedEntries,
    isOnlyWarming: safety.isOnlyWarming ?? false,
  }
}

export function killsOf(safety: SafetyRecord): readonly { readonly scope: KillScope; readonly level: KillLevel }[] {
  return safety.kills.map(({ scope, level }) => ({ scope: scope as KillScope, level: level as KillLevel }))
}
