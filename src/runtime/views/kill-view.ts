import { hash } from 'node:crypto'
import { formatQty, type Instrument } from '../../domain/instrument.ts'
import { type Lots, moneyToNumber, type Ticks } from '../../domain/money.ts'
import type { Order } from '../../orders/order.ts'
import type { KillScope } from '../../risk/kill.ts'
import type { Engine } from '../engine/engine.ts'
import type { KillLeg, KillView } from '../link/views.ts'
import { known } from './known.ts'

/** A safe flatten accepts no worse than this from the middle; what it costs at worst follows from it. */
const WORST_BPS = 50

/** What each kill level would do now in a scope, from live books, orders and positions (UGF-0-005). */
export function killView(engine: Engine, scope: string): KillView | undefined {
  const { kernel, parts, chronicle } = engine
  if (!isScope(engine, scope)) return undefined
  const killScope = scope as KillScope
  const orders = kernel.orders.working.filter((order) => isIn(killScope, order))
  const reducing = orders.filter(({ reduceOnly }) => reduceOnly)
  const stops = reducing.filter(({ stop }) => stop !== undefined)
  const held = kernel.holdingsIn(killScope)
  const legs: KillLeg[] = []
  for (const [instrumentId, group] of Map.groupBy(orders, ({ instrument }) => instrument.id)) {
    const ids = group.map(({ id }) => id)
    legs.push({
      venueId: group[0]?.instrument.venueId ?? '',
      instrumentId,
      kind: 'cancel',
      item: `${group.length} ${group.length === 1 ? 'order' : 'orders'}`,
      action: `cancel ${ids.length > 2 ? `${ids[0]}..${ids.at(-1)}` : ids.join(' ')}`,
      cost: 0,
      seconds: 0.3,
      isAtWork: group.every(({ state }) => state === 'CANCEL_REQUESTED'),
    })
  }
  for (const { botAt, instrumentAt, qty } of held) {
    const instrument = parts.instruments[instrumentAt]
    if (instrument === undefined) continue
    legs.push(closing(engine, instrument, instrumentAt, qty, kernel.bots[botAt]?.config.id ?? ''))
  }
  const closes = legs.filter(({ kind }) => kind === 'close')
  const cost = closes.reduce((sum, leg) => sum + (leg.cost ?? Number.NaN), 0)
  const notional = held.reduce((sum, { instrumentAt, qty }) => {
    const { portfolio } = kernel
    return sum + Math.abs(portfolio.valueInBase(instrumentAt, qty, portfolio.marks[instrumentAt] as number))
  }, 0)
  const intent = JSON.stringify([scope, orders.map(({ id }) => id), held])
  return {
    scope,
    scopes: scopesOf(engine),
    level:
      (chronicle.state.safety.kills.find((kill) => kill.scope === scope)?.level as KillView['level'] | undefined) ??
      'NONE',
    ts: engine.now,
    positions: held.length,
    notional: known(notional),
    orders: orders.length,
    reducing: reducing.length,
    stops: stops.length,
    bots: kernel.bots.filter(({ state }) => state === 'RUNNING' || state === 'WARMING_UP').length,
    unprotected: held.flatMap(({ botAt, instrumentAt }) =>
      stops.some((stop) => stop.botAt === botAt && stop.instrumentAt === instrumentAt)
        ? []
        : [parts.instruments[instrumentAt]?.id ?? ''],
    ),
    legs,
    cost: known(cost),
    seconds: legs.length === 0 ? 0 : Math.max(...legs.map(({ seconds = 0 }) => seconds)),
    worstCase: known((notional * WORST_BPS) / 10_000),
    intentHash: hash('sha256', intent, 'hex').slice(0, 8),
    flatten: chronicle.flatten.get(scope),
    lastUse: chronicle.lastKill,
  }
}

/** What closing a position would cost, from the book as it stands: half the spread, the fee, and what walking it adds. */
function closing(engine: Engine, instrument: Instrument, at: number, qty: number, botId: string): KillLeg {
  const { market } = engine.kernel.facts
  const { portfolio } = engine.kernel
  const size = Math.abs(qty)
  const side = qty > 0 ? 'sell' : 'buy'
  const rate = portfolio.rateOf(instrument.quote)
  const book = market.book(at)
  const base = {
    venueId: instrument.venueId,
    instrumentId: instrument.id,
    kind: 'close',
    side,
    isAtWork: engine.kernel.orders.working.some(
      (order) => order.origin === 'flatten' && order.instrumentAt === at && order.botId === botId,
    ),
    item: `${qty > 0 ? '+' : ''}${formatQty(instrument, qty as Lots)}${botId === '' ? '' : ` ${botId}`}`,
    action: `${side} in limit slices, reduce-only`,
  } as const
  const found = book?.sweep(side === 'sell' ? 1 : -1, size) ?? 0
  if (book === undefined || found < size) return base
  const mid = (book.bestBid + book.bestAsk) / 2
  const touch = side === 'sell' ? book.bestBid : book.bestAsk
  const value = instrument.valuePerTickLot * size * rate
  const fee =
    (moneyToNumber(instrument.fees.perFill) +
      (size * (touch as Ticks) * instrument.valuePerTickLot * instrument.fees.taker) / 1e9) *
    rate
  const spread = Math.abs(mid - touch) * value
  const impact = Math.abs(book.sweptAverage - touch) * value
  const depth = size / Math.max(size, book.depth(side === 'sell' ? 1 : -1, 40))
  return {
    ...base,
    spread: known(spread),
    fee: known(fee),
    impact: known(impact),
    cost: known(spread + fee + impact),
    depth: known(depth),
    seconds: 1,
  }
}

function scopesOf(engine: Engine): readonly string[] {
  return [
    'global',
    `venue:${engine.parts.venue.venueId}`,
    ...engine.kernel.bots.map(({ config }) => `bot:${config.id}`),
    ...engine.parts.instruments.map(({ id }) => `instrument:${id}`),
  ]
}

function isScope(engine: Engine, scope: string): boolean {
  return scopesOf(engine).includes(scope)
}

function isIn(scope: KillScope, { botId, instrument }: Order): boolean {
  return (
    scope === 'global' ||
    scope === `bot:${botId}` ||
    scope === `venue:${instrument.venueId}` ||
    scope === `instrument:${instrument.id}`
  )
}
