import { moneyToNumber, roundMoney } from '../../domain/money.ts'
import type { Gains } from '../../portfolio/portfolio.ts'
import { averageTicks } from '../../portfolio/position.ts'
import type { Engine } from '../engine/engine.ts'
import type { HeldLimit } from '../engine/held-limits.ts'
import type { Standing } from '../engine/equity-book.ts'
import { thin } from '../engine/equity-book.ts'
import type { PortfolioView, PositionRow, RuleUse } from '../link/views.ts'
import { known } from './known.ts'

const DIGITS: Readonly<Record<string, number>> = { JPY: 0, USD: 2, USDT: 2 }
const POINTS = 360

/** Gross and net exposure of the account, base currency; NaN where a mark is missing. */
export function exposures(engine: Engine): { readonly gross: number; readonly net: number } {
  const { portfolio } = engine.kernel
  let [gross, net] = [0, 0]
  engine.parts.instruments.forEach((_, at) => {
    const value = portfolio.exposure(at)
    gross += Math.abs(value)
    net += value
  })
  return { gross, net }
}

export function portfolioView(engine: Engine): PortfolioView {
  const { kernel, equity, parts } = engine
  const { portfolio } = kernel
  const now = portfolio.equity
  const { gross, net } = exposures(engine)
  const positions = positionRows(engine)
  const rows = Object.values(positions)
  const unknown = rows.filter(({ mark }) => mark === undefined).map(({ instrumentId }) => instrumentId)
  const start = engine.startEquity
  const pct = (value: number) => known((100 * value) / now)
  return {
    currency: engine.spec.base_currency,
    equity: thin(equity.points, POINTS),
    equityNow: known(now),
    maxDrawdownPct: equity.maxDrawdownPct(),
    totalPnl: known(now - start),
    totalPct: known(100 * (now / start - 1)),
    confidence: rows.length === 0 || unknown.length === 0 ? 1 : 1 - unknown.length / rows.length,
    unknown,
    positions,
    notional: known(gross),
    unrealised: known(rows.reduce((sum, row) => sum + (row.unrealised ?? Number.NaN), 0)),
    exposures: [
      ...parts.instruments.map((instrument, at) => ({
        kind: 'asset' as const,
        name: instrument.id as string,
        pct: pct(portfolio.exposure(at)),
        limitPct: pct(parts.config.limits.instrument_exposure_max),
      })),
      {
        kind: 'venue' as const,
        name: parts.venue.venueId,
        pct: pct(gross),
        limitPct: pct(parts.config.limits.venue_exposure_max),
      },
      ...kernel.bots.map((bot) => ({
        kind: 'bot' as const,
        name: bot.config.id as string,
        pct: pct(botGross(engine, bot.at)),
      })),
    ],
    grossPct: pct(gross),
    netPct: pct(net),
    pnl: pnlRows(engine),
    cash: cashRows(engine),
    reconciled: {
      status: engine.reconcile.last?.status ?? 'UNKNOWN',
      ts: engine.chronicle.lastReconcile?.ts,
      differences: engine.reconcile.last?.differences.length ?? 0,
    },
    limits: limitUses(engine),
  }
}

function botGross(engine: Engine, botAt: number): number {
  const { portfolio } = engine.kernel
  return engine.parts.instruments.reduce(
    (sum, _, at) =>
      sum + Math.abs(portfolio.valueInBase(at, portfolio.botQty(botAt, at), portfolio.marks[at] as number)),
    0,
  )
}

function positionRows(engine: Engine): Record<string, PositionRow> {
  const { kernel, chronicle, parts } = engine
  const { portfolio, orders } = kernel
  const rows: Record<string, PositionRow> = {}
  for (const { botAt, instrumentAt, qty } of kernel.holdingsIn('global')) {
    const instrument = parts.instruments[instrumentAt]
    const bot = kernel.bots[botAt]
    if (instrument === undefined || bot === undefined) continue
    const position = portfolio.position(botAt, instrumentAt)
    const mark = known(portfolio.marks[instrumentAt])
    const rate = portfolio.rateOf(instrument.quote)
    const cost = moneyToNumber(position.cost)
    const profit = mark === undefined ? undefined : known((qty * mark * instrument.valuePerTickLot - cost) * rate)
    const stop = orders.working.find(
      (order) =>
        order.botAt === botAt && order.instrumentAt === instrumentAt && order.stop !== undefined && order.reduceOnly,
    )
    const id = `${bot.config.id}/${instrument.id}`
    rows[id] = {
      id,
      instrumentId: instrument.id,
      venueId: instrument.venueId,
      botId: bot.config.id,
      qty,
      average: averageTicks(position, instrument) ?? 0,
      mark,
      unrealised: profit,
      unrealisedPct: profit === undefined ? undefined : known((100 * profit) / Math.abs(cost * rate)),
      notional: mark === undefined ? undefined : known(Math.abs(portfolio.valueInBase(instrumentAt, qty, mark))),
      stop: stop?.stop,
      openedTs: chronicle.state.holdings.find(
        ({ botId, instrumentId }) => botId === bot.config.id && instrumentId === instrument.id,
      )?.openedTs,
    }
  }
  return rows
}

/**
 * Profit by part. What closing brought (after fees and funding), what open positions gained, and what money in other currencies
 * gained by its rate add up to the change of equity.
 */
function pnlRows({ equity, kernel }: Engine): PortfolioView['pnl'] {
  const { gains, equity: worth } = kernel.portfolio
  const since = {
    today: equity.start('day'),
    week: equity.start('week'),
    month: equity.start('month'),
    all: { equity: equity.first, gains: NOTHING_GAINED },
  }
  const row = (name: PortfolioView['pnl'][number]['name'], gained: (start: StandingPart) => number) => ({
    name,
    ...Object.fromEntries(
      Object.entries(since).flatMap(([span, start]) => {
        const value = start && known(gained(start))
        return value === undefined ? [] : [[span, value]]
      }),
    ),
  })
  const total = (start: StandingPart) => worth - start.equity
  const part = (name: keyof Gains) => row(name, (start) => gains[name] - start.gains[name])
  return [
    part('realised'),
    part('unrealised'),
    row('rates', (start) => {
      const traded = gains.realised + gains.unrealised - start.gains.realised - start.gains.unrealised
      return total(start) - traded
    }),
    part('fees'),
    part('funding'),
    row('total', total),
  ]
}

type StandingPart = Pick<Standing, 'equity' | 'gains'>
const NOTHING_GAINED: Gains = { realised: 0, unrealised: 0, fees: 0, funding: 0 }

function cashRows(engine: Engine): PortfolioView['cash'] {
  const { kernel, parts, chronicle } = engine
  const { portfolio } = kernel
  const asset = `asset:${parts.venue.venueId}`
  return chronicle.state.balances
    .filter(({ account }) => account === asset)
    .map(({ currency, amount }) => {
      const digits = DIGITS[currency] ?? 8
      const reserved = Math.max(0, reservedIn(engine, currency))
      const free = Math.max(0, moneyToNumber(amount) - reserved)
      const scale = 10 ** digits
      return {
        venueId: parts.venue.venueId,
        currency,
        total: roundMoney(amount, digits),
        free: (Math.floor(free * scale + 1e-9) / scale).toFixed(digits),
        rate: currency === engine.spec.base_currency ? undefined : known(portfolio.rateOf(currency)),
      }
    })
}

/** What resting orders and margin positions hold of a currency. */
function reservedIn(engine: Engine, currency: string): number {
  const { kernel, parts } = engine
  let sum = 0
  for (const order of kernel.orders.working) {
    const { instrument, side, qty, filled, limit, stop } = order
    const price = limit ?? stop ?? kernel.facts.market.reference(order.instrumentAt)
    const value = (qty - filled) * price * instrument.valuePerTickLot
    if (order.reduceOnly) continue
    if (instrument.settlement === 'margin' && instrument.quote === currency) sum += value / instrument.maxLeverage
    else if (instrument.settlement === 'cash' && side === 'buy' && instrument.quote === currency) sum += value
    else if (instrument.settlement === 'cash' && side === 'sell' && instrument.base === currency)
      sum += (qty - filled) * instrument.lot
  }
  parts.instruments.forEach((instrument, at) => {
    if (instrument.settlement !== 'margin' || instrument.quote !== currency) return
    const value = Math.abs(
      kernel.portfolio.accountQty(at) * (kernel.portfolio.marks[at] as number) * instrument.valuePerTickLot,
    )
    if (Number.isFinite(value)) sum += value / instrument.maxLeverage
  })
  return sum
}

/** Every limit of the account, and how near it is: told before it is hit, in money and percent. */
export function limitUses(engine: Engine): readonly RuleUse[] {
  const { kernel, parts } = engine
  const { open_orders_max: ordersMax } = parts.config.limits
  const working = kernel.orders.working.length
  return [
    ...engine.heldLimits().map(limitUse),
    {
      rule: 'OPEN_ORDERS',
      scope: 'global',
      value: String(working),
      limit: Number.isFinite(ordersMax) ? String(ordersMax) : 'none',
      left: Number.isFinite(ordersMax) ? String(ordersMax - working) : undefined,
      share: Number.isFinite(ordersMax) ? working / ordersMax : undefined,
      onBreach: 'BLOCK',
    },
  ]
}

function limitUse({ rule, scope, unit, value, limit, share, moneyLeft }: HeldLimit): RuleUse {
  const isLoss = rule === 'DRAWDOWN' || rule === 'DAY_LOSS'
  const said = (amount: number): string => {
    if (!Number.isFinite(amount)) return '--'
    if (unit === 'money') return whole(amount)
    if (unit === 'times') return `${amount.toFixed(2)}x`
    return `${isLoss && amount > 0 ? '-' : ''}${Math.abs(amount).toFixed(2)}%`
  }
  const hasLimit = Number.isFinite(limit)
  const inMoney = moneyLeft === undefined || !Number.isFinite(moneyLeft) ? undefined : whole(moneyLeft)
  const inPercent = isLoss && Number.isFinite(value) ? ` ${(limit - value).toFixed(2)}%` : ''
  return {
    rule,
    scope: scope.replace('instrument:', ''),
    value: said(isLoss ? Math.max(0, value) : value),
    limit: hasLimit ? said(limit) : 'none',
    left: inMoney === undefined ? undefined : `${inMoney}${inPercent}`,
    share: hasLimit ? known(share) : undefined,
    onBreach: rule === 'LIQUIDATION' ? 'FLATTEN' : 'CLOSE_ONLY',
  }
}

function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}
