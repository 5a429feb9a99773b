import { moneyToNumber } from '../../domain/money.ts'
import { averageTicks } from '../../portfolio/position.ts'
import { hasEnded } from '../engine/chronicle.ts'
import type { Engine } from '../engine/engine.ts'
import { thin } from '../engine/equity-book.ts'
import type { BotRow, BotState, BotsView, BotView } from '../link/views.ts'
import { known } from './known.ts'
import { orderRow } from './orders-view.ts'

const SPARK_POINTS = 48

export function botsView(engine: Engine): BotsView {
  const rows: Record<string, BotRow> = {}
  for (const bot of engine.kernel.bots) rows[bot.config.id] = botRow(engine, bot)
  return { rows }
}

type EngineBot = Engine['kernel']['bots'][number]

function botRow(engine: Engine, bot: EngineBot): BotRow {
  const { kernel, chronicle, equity, parts } = engine
  const { config, at } = bot
  const { portfolio } = kernel
  const firstAt = config.instruments[0] ?? 0
  const first = parts.instruments[firstAt]
  const position = portfolio.position(at, firstAt)
  const record = chronicle.state.bots.find(({ id }) => id === config.id)
  const value = portfolio.botEquity(at)
  const points = equity.bot(config.id)
  const allocation = engine.kernel.facts.allocations[at] ?? 0
  const fills = chronicle.fills.filter(({ botId }) => botId === config.id)
  const closed = fills.filter(({ realised }) => realised !== 0)
  const gained = closed.reduce((sum, { realised }) => sum + Math.max(0, realised), 0)
  const lost = closed.reduce((sum, { realised }) => sum + Math.max(0, -realised), 0)
  const dayStart = equity.botDayStart(config.id)
  const working = kernel.orders.working.filter(({ botAt }) => botAt === at)
  return {
    id: config.id,
    strategyId: config.strategy.id,
    strategyVersion: config.strategy.version,
    venueId: first?.venueId ?? '',
    instrumentIds: config.instruments.map((place) => parts.instruments[place]?.id ?? ''),
    runMode: engine.spec.run_mode,
    state: bot.state satisfies BotState,
    stateReason: record?.reasonCode ?? '',
    stateDetail: record?.detail ?? bot.lastError ?? '',
    stateSinceTs: record?.sinceTs ?? engine.startedTs,
    position: position.qty,
    average: first && averageTicks(position, first),
    allocation,
    equity: known(value),
    unrealised: known(unrealised(engine, bot)),
    dayPnl: known(value - dayStart),
    totalPnl: known(value - allocation),
    drawdownPct: known(
      fallPct(
        points.map((point) => point.value),
        value,
      ),
    ),
    fees: config.instruments.reduce((sum, place) => sum + feesInBase(engine, at, place), 0),
    wins: closed.filter(({ realised }) => realised > 0).length,
    losses: closed.filter(({ realised }) => realised < 0).length,
    profitFactor: lost > 0 ? gained / lost : undefined,
    orders: working.length,
    fills: fills.length,
    heartbeatMs: bot.lastInputTs > 0 ? Math.max(0, (engine.now - bot.lastInputTs) / 1_000) : undefined,
    why: whyOf(engine, bot),
    spark: thin(points, SPARK_POINTS).map((point) => point.value - allocation),
    params: paramsOf(config.params),
    use: [
      {
        name: 'allocation',
        share: allocation > 0 ? exposureOf(engine, bot) / allocation : 0,
        fact: `${Math.round(exposureOf(engine, bot))} of ${Math.round(allocation)} ${engine.spec.base_currency}`,
      },
    ],
  }
}

function feesInBase(engine: Engine, botAt: number, place: number): number {
  const { portfolio } = engine.kernel
  const rate = portfolio.rateOf(engine.parts.instruments[place]?.quote ?? '')
  return moneyToNumber(portfolio.fees(botAt, place)) * (Number.isNaN(rate) ? 0 : rate)
}

/** Unrealised profit of a bot in base currency; NaN without a mark. */
function unrealised(engine: Engine, bot: EngineBot): number {
  const { portfolio } = engine.kernel
  let sum = 0
  for (const place of bot.config.instruments) {
    const { qty, cost } = portfolio.position(bot.at, place)
    const instrument = engine.parts.instruments[place]
    if (qty === 0 || instrument === undefined) continue
    const value = qty * (portfolio.marks[place] as number) * instrument.valuePerTickLot - moneyToNumber(cost)
    sum += value * portfolio.rateOf(instrument.quote)
  }
  return sum
}

function exposureOf(engine: Engine, bot: EngineBot): number {
  const { portfolio } = engine.kernel
  let sum = 0
  for (const place of bot.config.instruments) {
    const value = portfolio.valueInBase(place, portfolio.botQty(bot.at, place), portfolio.marks[place] as number)
    if (Number.isFinite(value)) sum += Math.abs(value)
  }
  return sum
}

/** Fall from the highest of a curve to now, percent, ≤ 0. */
function fallPct(values: readonly number[], now: number): number {
  const peak = values.reduce((most, value) => Math.max(most, value), now)
  return peak > 0 ? 100 * (now / peak - 1) : Number.NaN
}

/** Why it does, or does not, trade now. */
function whyOf(engine: Engine, bot: EngineBot): string {
  if (bot.state === 'QUARANTINED') return bot.lastError ?? 'quarantined'
  if (bot.state === 'ERROR') return bot.lastError ?? 'failed'
  if (bot.state === 'IDLE') return 'not started: press S'
  if (bot.state === 'PAUSED') return 'paused'
  if (bot.state === 'WARMING_UP') return 'warming up'
  const last = engine.chronicle.lines.findLast(({ botId }) => botId === bot.config.id)
  if (last === undefined) return 'watching'
  if (last.gate !== undefined && last.gate !== 'ALLOW') return `${last.gate} ${last.gateText ?? ''}`.trim()
  return `${last.kind.toLowerCase()} ${last.text}`
}

function paramsOf(params: unknown): Record<string, string | number | boolean> {
  const shown: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries((params ?? {}) as Record<string, unknown>))
    shown[name] =
      typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
        ? value
        : JSON.stringify(value)
  return shown
}

/** One bot in depth; undefined when there is none of that name. */
export function botView(engine: Engine, id: string): BotView | undefined {
  const bot = engine.kernel.bots.find(({ config }) => config.id === id)
  if (bot === undefined) return undefined
  const { chronicle, equity } = engine
  const allocation = engine.kernel.facts.allocations[bot.at] ?? 0
  const orders = [...chronicle.orders].filter(({ botId }) => botId === id)
  const newest = <T>(list: readonly T[], count: number): readonly T[] => list.slice(-count).reverse()
  const rejected = orders.filter(({ state }) => state === 'REJECTED' || state === 'BLOCKED').length
  return {
    id,
    decisions: newest(
      chronicle.lines.filter(({ botId }) => botId === id),
      60,
    ),
    orders: newest(
      orders.filter(({ state }) => !hasEnded(state)),
      50,
    ).map((order) => orderRow(engine, order)),
    fills: newest(
      chronicle.fills.filter(({ botId }): boolean => botId === id),
      50,
    ),
    pnl: thin(equity.bot(id), 240).map(({ ts, value }) => ({ ts, value: value - allocation })),
    health: [
      {
        name: 'heartbeat',
        health: bot.lastInputTs > 0 && engine.now - bot.lastInputTs < 90_000_000 ? 'OK' : 'UNKNOWN',
        fact: bot.lastInputTs > 0 ? `${((engine.now - bot.lastInputTs) / 1_000_000).toFixed(1)}s` : 'never ran',
      },
      {
        name: 'rejects',
        health: rejected === 0 ? 'OK' : 'DEGRADED',
        fact: `${rejected}/${orders.length}`,
      },
      {
        name: 'exceptions',
        health: bot.lastError === undefined ? 'OK' : 'DEGRADED',
        fact: bot.lastError ?? 'none',
      },
    ],
    next: Number.isFinite(bot.nextTimerTs) ? [{ ts: bot.nextTimerTs, text: 'timer of the strategy' }] : [],
  }
}
