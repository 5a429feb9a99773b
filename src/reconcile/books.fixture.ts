import { fc } from '@fast-check/vitest'
import { decimal } from '../domain/decimal.ts'
import type { InstrumentId, IntentId, OrderId } from '../domain/ids.ts'
import { botId, instrumentId, orderIdAt, tradeId, venueId, venueOrderIdAt } from '../domain/ids.ts'
import { defineInstrument, type Instrument } from '../domain/instrument.ts'
import { lots, money, moneyFromNumber, rate, ticks, ZERO } from '../domain/money.ts'
import type { Side } from '../domain/order.ts'
import type { EngineState, OrderRecord } from '../projection/engine-state.ts'
import type { VenueBooks, VenueFill, VenueOrder } from '../venues/venue.ts'
import type { ComparedBooks } from './ledgers.ts'

export const SIM = venueId('sim')
const BOT = botId('trend')
const SECOND = 1_000_000
/** All happened long before, so that nothing is on its way. */
export const NOW = 10_000 * SECOND

function instrument(id: string, settlement: 'cash' | 'margin', base: string): Instrument {
  return defineInstrument({
    id: instrumentId(id),
    venueId: SIM,
    symbol: id,
    settlement,
    base,
    quote: 'JPY',
    tickSize: decimal('1'),
    lotSize: decimal('0.0001'),
    multiplier: decimal('1'),
    fees: { maker: rate(0), taker: rate(0.0005), perFill: ZERO },
    filters: { minQty: lots(1), maxQty: lots(1_000_000), minNotional: ZERO },
    maxLeverage: settlement === 'cash' ? 1 : 2,
    maintenance: rate(settlement === 'cash' ? 0 : 0.5),
    shortable: settlement === 'margin',
  })
}

export const FX = instrument('FX_BTC_JPY', 'margin', 'BTC')
export const SPOT = instrument('ETH_JPY', 'cash', 'ETH')

/** An order of which both sides know the same, and its fills. */
export interface Known {
  readonly record: OrderRecord
  readonly fills: readonly VenueFill[]
}

export interface Story {
  readonly on: Instrument
  readonly side: Side
  readonly qty: number
  /** Lots of each fill; at most `qty` together. */
  readonly parts: readonly number[]
  readonly isOpen: boolean
  readonly price: number
}

/** The n-th order (from 1) as its story tells it. */
export function known(n: number, story: Story): Known {
  const { on, side, qty, parts, isOpen, price } = story
  const id = orderIdAt(n)
  const filled = parts.reduce((sum, part) => sum + part, 0)
  const state = filled === qty ? 'FILLED' : !isOpen ? 'CANCELED' : filled > 0 ? 'PARTIAL' : 'OPEN'
  const fills = parts.map((part, at) => ({
    cursor: n * 100 + at,
    tradeId: tradeId(`x${n}-${at}`),
    venueOrderId: venueOrderIdAt(n),
    orderId: id,
    instrumentId: on.id,
    side,
    price: ticks(price + at),
    qty: lots(part),
    liquidity: 'maker' as const,
    fee: money(BigInt(part)),
    ts: n * SECOND + at,
  }))
  const record = orderRecord(id, on.id, {
    side,
    qty: lots(qty),
    filled: lots(filled),
    limit: ticks(price),
    state,
    venueOrderId: venueOrderIdAt(n),
    createdTs: n * SECOND,
    sinceTs: n * SECOND + 10,
    filledTicks: fills.reduce((sum, fill) => sum + fill.price * fill.qty, 0),
    tradeIds: fills.map((fill) => fill.tradeId),
    fees: money(fills.reduce((sum, { fee }) => sum + fee, 0n)),
  })
  return { record, fills }
}

function orderRecord(id: OrderId, on: InstrumentId, parts: Partial<OrderRecord>): OrderRecord {
  return {
    id,
    intentId: 'i1' as IntentId,
    botId: BOT,
    instrumentId: on,
    side: 'buy',
    type: 'LIMIT',
    timeInForce: 'GTC',
    reduceOnly: false,
    origin: 'strategy',
    reasonCode: 'ENTRY_TEST',
    parentId: undefined,
    ocoGroup: undefined,
    stopLoss: undefined,
    takeProfit: undefined,
    idempotencyKey: undefined,
    trace: 1,
    createdTs: 0,
    arrivalPrice: undefined,
    state: 'OPEN',
    qty: lots(1),
    filled: lots(0),
    limit: undefined,
    stop: undefined,
    trail: undefined,
    venueOrderId: undefined,
    decisionId: undefined,
    lastSeq: 1,
    sinceTs: 0,
    pendingAmend: undefined,
    filledTicks: 0,
    tradeIds: [],
    sentTs: 0,
    answeredTs: 0,
    fees: ZERO,
    endCode: undefined,
    ...parts,
  }
}

export function venueOrder(record: OrderRecord, parts: Partial<VenueOrder> = {}): VenueOrder {
  return {
    venueOrderId: record.venueOrderId ?? venueOrderIdAt(999),
    orderId: record.id,
    instrumentId: record.instrumentId,
    side: record.side,
    type: record.type,
    qty: record.qty,
    filled: record.filled,
    limit: record.limit,
    stop: record.stop,
    reduceOnly: record.reduceOnly,
    state: 'OPEN',
    reasonCode: undefined,
    createdTs: record.createdTs,
    updatedTs: record.sinceTs,
    ...parts,
  }
}

/** What a test changes: both sides whole, ready for `compareBooks`. */
export interface Sides extends ComparedBooks {
  readonly venue: VenueBooks
  readonly fills: { readonly fromTs: number; readonly list: readonly VenueFill[] }
}

/** Books of both sides that agree in everything. */
export function agreeing(orders: readonly Known[], cash = 1_000_000, eth = 5): Sides {
  const records = orders.map(({ record }) => record)
  const working = records.filter(({ state }) => state === 'OPEN' || state === 'PARTIAL')
  const fills = orders.flatMap((order) => order.fills)
  const position = fills
    .filter((fill) => fill.instrumentId === FX.id)
    .reduce((sum, { side, qty }) => sum + (side === 'buy' ? qty : -qty), 0)
  const amounts = [
    { currency: 'JPY', amount: moneyFromNumber(cash) },
    { currency: 'ETH', amount: moneyFromNumber(eth) },
  ]
  // Two bots share the position: the venue knows one.
  const shared = [lots(position - 7), lots(7)]
  const ours: EngineState = {
    working,
    ended: records.filter((record) => !working.includes(record)),
    holdings: shared.map((qty, at) => ({
      botId: botId(`bot-${at}`),
      instrumentId: FX.id,
      qty,
      cost: ZERO,
      realised: ZERO,
      fees: ZERO,
      funding: ZERO,
      openedTs: undefined,
    })),
    balances: [
      ...amounts.map((one) => ({ account: 'asset:sim', ...one })),
      { account: 'asset:other', currency: 'JPY', amount: moneyFromNumber(77) },
      { account: 'equity:capital', currency: 'JPY', amount: moneyFromNumber(-cash) },
    ],
    bots: [],
    safety: {
      mode: 'NORMAL',
      reasons: [],
      clearSinceTs: 0,
      modeSinceTs: 0,
      degradedEntries: [],
      kills: [],
    },
    counters: { inputs: 1, intents: orders.length, decisions: orders.length, orders: orders.length },
    lastTs: NOW,
  }
  return {
    venueId: SIM,
    ours,
    venue: {
      venueId: SIM,
      ts: NOW,
      openOrders: working.map((record) => venueOrder(record)),
      balances: amounts,
      positions: position === 0 ? [] : [{ instrumentId: FX.id, qty: lots(position) }],
    },
    fills: { fromTs: 0, list: fills },
    instruments: [FX, SPOT],
    nowTs: NOW,
  }
}

const story: fc.Arbitrary<Story> = fc
  .record({
    on: fc.constantFrom(FX, SPOT),
    side: fc.constantFrom<Side>('buy', 'sell'),
    parts: fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 3 }),
    rest: fc.integer({ min: 0, max: 500 }),
    isOpen: fc.boolean(),
    price: fc.integer({ min: 1_000, max: 20_000_000 }),
  })
  .map(({ rest, ...told }) => {
    const filled = told.parts.reduce((sum, part) => sum + part, 0)
    return { ...told, qty: Math.max(1, filled + rest) }
  })

/** Any number of orders in any state, agreed upon. */
export const anyBooks: fc.Arbitrary<Sides> = fc
  .record({
    stories: fc.array(story, { maxLength: 8 }),
    cash: fc.integer({ min: 0, max: 100_000_000 }),
    eth: fc.integer({ min: 0, max: 1_000 }),
  })
  .map(({ stories, cash, eth }) =>
    agreeing(
      stories.map((one, at) => known(at + 1, one)),
      cash,
      eth,
    ),
  )
