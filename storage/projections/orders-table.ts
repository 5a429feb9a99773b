import type { DecisionId, OrderId, TradeId, VenueOrderId } from '../../src/domain/ids.ts'
import type { Lots, Ticks } from '../../src/domain/money.ts'
import type { OrderRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { amountOf, digits, type Place, upsertInto } from './table.ts'

/** An order as its row. */
export interface OrderCells {
  readonly id: OrderRecord['id']
  readonly intent_id: OrderRecord['intentId']
  readonly bot_id: OrderRecord['botId']
  readonly instrument_id: OrderRecord['instrumentId']
  readonly side: OrderRecord['side']
  readonly type: OrderRecord['type']
  readonly time_in_force: OrderRecord['timeInForce']
  readonly reduce_only: number
  readonly origin: string
  readonly reason_code: string
  readonly parent_id: OrderId | null
  readonly oco_group: string | null
  readonly stop_loss: Ticks | null
  readonly take_profit: Ticks | null
  readonly idempotency_key: string | null
  readonly trace: number
  readonly created_ts: number
  readonly arrival_price: number | null
  readonly state: string
  readonly qty: OrderRecord['qty']
  readonly filled: OrderRecord['filled']
  readonly limit_price: Ticks | null
  readonly stop_price: Ticks | null
  readonly trail: Ticks | null
  readonly venue_order_id: VenueOrderId | null
  readonly decision_id: DecisionId | null
  readonly last_seq: number
  readonly since_ts: number
  readonly pending_amend: string | null
  readonly filled_ticks: number
  readonly trade_ids: string
  readonly sent_ts: number | null
  readonly answered_ts: number | null
  readonly fees: string
  readonly end_code: string | null
  readonly closed: Lots | null
  /** The session that it is of. */
  readonly run_no: number
  /** The event that it ended with. */
  readonly ended_position: number | null
  /** Whether late news of it would still be understood. */
  readonly is_remembered: number
}

const COLUMNS = [
  'id',
  'intent_id',
  'bot_id',
  'instrument_id',
  'side',
  'type',
  'time_in_force',
  'reduce_only',
  'origin',
  'reason_code',
  'parent_id',
  'oco_group',
  'stop_loss',
  'take_profit',
  'idempotency_key',
  'trace',
  'created_ts',
  'arrival_price',
  'state',
  'qty',
  'filled',
  'limit_price',
  'stop_price',
  'trail',
  'venue_order_id',
  'decision_id',
  'last_seq',
  'since_ts',
  'pending_amend',
  'filled_ticks',
  'trade_ids',
  'sent_ts',
  'answered_ts',
  'fees',
  'end_code',
  'closed',
  'run_no',
  'ended_position',
  'is_remembered',
] as const satisfies readonly (keyof OrderCells)[]

const ENDED: ReadonlySet<string> = new Set(['FILLED', 'CANCELED', 'EXPIRED', 'REJECTED', 'BLOCKED'])

export function isEnded(state: string): boolean {
  return ENDED.has(state)
}

/** What is kept of an order besides its record: its session, the event that it ended with, whether late news may come. */
export interface OrderPlace {
  readonly runNo: number
  readonly endedPosition: number | undefined
  readonly isRemembered: boolean
}

/** @returns what writes one order */
export function orderWriter(db: Database, place: Place): (order: OrderRecord, at: OrderPlace) => void {
  const upsert = upsertInto<OrderCells>(db, `${place}orders`, COLUMNS, {
    key: ['id'],
    keep: ['run_no', 'ended_position'],
  })
  return (order, at) => void upsert.run(cellsOf(order, at))
}

function cellsOf(order: OrderRecord, { runNo, endedPosition, isRemembered }: OrderPlace): OrderCells {
  return {
    id: order.id,
    intent_id: order.intentId,
    bot_id: order.botId,
    instrument_id: order.instrumentId,
    side: order.side,
    type: order.type,
    time_in_force: order.timeInForce,
    reduce_only: order.reduceOnly ? 1 : 0,
    origin: order.origin,
    reason_code: order.reasonCode,
    parent_id: order.parentId ?? null,
    oco_group: order.ocoGroup ?? null,
    stop_loss: order.stopLoss ?? null,
    take_profit: order.takeProfit ?? null,
    idempotency_key: order.idempotencyKey ?? null,
    trace: order.trace,
    created_ts: order.createdTs,
    arrival_price: order.arrivalPrice ?? null,
    state: order.state,
    qty: order.qty,
    filled: order.filled,
    limit_price: order.limit ?? null,
    stop_price: order.stop ?? null,
    trail: order.trail ?? null,
    venue_order_id: order.venueOrderId ?? null,
    decision_id: order.decisionId ?? null,
    last_seq: order.lastSeq,
    since_ts: order.sinceTs,
    pending_amend: order.pendingAmend === undefined ? null : JSON.stringify(order.pendingAmend),
    filled_ticks: order.filledTicks,
    trade_ids: JSON.stringify(order.tradeIds),
    sent_ts: order.sentTs ?? null,
    answered_ts: order.answeredTs ?? null,
    fees: digits(order.fees),
    end_code: order.endCode ?? null,
    closed: order.closed ?? null,
    run_no: runNo,
    ended_position: endedPosition ?? null,
    is_remembered: isRemembered ? 1 : 0,
  }
}

/** An order of its row. */
export function orderOf(cells: OrderCells): OrderRecord {
  const amend =
    cells.pending_amend === null ? undefined : (JSON.parse(cells.pending_amend) as OrderRecord['pendingAmend'])
  return {
    id: cells.id,
    intentId: cells.intent_id,
    botId: cells.bot_id,
    instrumentId: cells.instrument_id,
    side: cells.side,
    type: cells.type,
    timeInForce: cells.time_in_force,
    reduceOnly: cells.reduce_only === 1,
    origin: cells.origin,
    reasonCode: cells.reason_code,
    parentId: cells.parent_id ?? undefined,
    ocoGroup: cells.oco_group ?? undefined,
    stopLoss: cells.stop_loss ?? undefined,
    takeProfit: cells.take_profit ?? undefined,
    idempotencyKey: cells.idempotency_key ?? undefined,
    trace: cells.trace,
    createdTs: cells.created_ts,
    arrivalPrice: cells.arrival_price ?? undefined,
    state: cells.state,
    qty: cells.qty,
    filled: cells.filled,
    limit: cells.limit_price ?? undefined,
    stop: cells.stop_price ?? undefined,
    trail: cells.trail ?? undefined,
    venueOrderId: cells.venue_order_id ?? undefined,
    decisionId: cells.decision_id ?? undefined,
    lastSeq: cells.last_seq,
    sinceTs: cells.since_ts,
    pendingAmend: amend && { qty: amend.qty, limit: amend.limit, stop: amend.stop, trail: amend.trail },
    filledTicks: cells.filled_ticks,
    tradeIds: JSON.parse(cells.trade_ids) as TradeId[],
    sentTs: cells.sent_ts ?? undefined,
    answeredTs: cells.answered_ts ?? undefined,
    fees: amountOf(cells.fees),
    endCode: cells.end_code ?? undefined,
    closed: cells.closed ?? undefined,
  }
}

/** Orders that have not ended, oldest first. */
export function workingOrders(db: Database): readonly OrderRecord[] {
  const rows = db.prepare('SELECT * FROM main.orders WHERE ended_position IS NULL ORDER BY no').all() as OrderCells[]
  return rows.map(orderOf)
}

/** Ended orders of which late news may still come, oldest first. */
export function rememberedOrders(db: Database): readonly OrderRecord[] {
  const sql = `SELECT * FROM main.orders WHERE ended_position IS NOT NULL AND is_remembered = 1 ORDER BY ended_position`
  return (db.prepare(sql).all() as OrderCells[]).map(orderOf)
}

/** @returns what marks an order as too old for late news */
export function orderForgetter(db: Database, place: Place): (id: OrderId) => void {
  const forget = db.prepare(`UPDATE ${place}orders SET is_remembered = 0 WHERE id = ?`)
  return (id) => void forget.run(id)
}
