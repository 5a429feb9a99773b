import type { FillRecord } from '../../src/projection/engine-state.ts'
import type { Database } from '../database.ts'
import { amountOf, digits, insertInto, type Place } from './table.ts'

/** A fill as its row, which was written from a record: texts and numbers are of its types. */
export interface FillCells {
  readonly trade_id: FillRecord['tradeId']
  readonly order_id: FillRecord['orderId']
  readonly bot_id: FillRecord['botId']
  readonly instrument_id: FillRecord['instrumentId']
  readonly side: FillRecord['side']
  readonly price: FillRecord['price']
  readonly qty: FillRecord['qty']
  readonly liquidity: FillRecord['liquidity']
  readonly fee: string
  readonly fee_currency: string
  readonly venue_ts: number
  readonly ts: number
  readonly arrival_price: number | null
  readonly realised: string
  /** The event that it was told by. */
  readonly position: number
}

const COLUMNS = [
  'trade_id',
  'order_id',
  'bot_id',
  'instrument_id',
  'side',
  'price',
  'qty',
  'liquidity',
  'fee',
  'fee_currency',
  'venue_ts',
  'ts',
  'arrival_price',
  'realised',
  'position',
] as const satisfies readonly (keyof FillCells)[]

/** @returns what writes one fill */
export function fillWriter(db: Database, place: Place): (fill: FillRecord, position: number) => void {
  const insert = insertInto<FillCells>(db, `${place}fills`, COLUMNS)
  return (fill, position) =>
    void insert.run({
      trade_id: fill.tradeId,
      order_id: fill.orderId,
      bot_id: fill.botId,
      instrument_id: fill.instrumentId,
      side: fill.side,
      price: fill.price,
      qty: fill.qty,
      liquidity: fill.liquidity,
      fee: digits(fill.fee),
      fee_currency: fill.feeCurrency,
      venue_ts: fill.venueTs,
      ts: fill.ts,
      arrival_price: fill.arrivalPrice ?? null,
      realised: digits(fill.realised),
      position,
    })
}

/** A fill of its row. */
export function fillOf(cells: FillCells): FillRecord {
  return {
    tradeId: cells.trade_id,
    orderId: cells.order_id,
    botId: cells.bot_id,
    instrumentId: cells.instrument_id,
    side: cells.side,
    price: cells.price,
    qty: cells.qty,
    liquidity: cells.liquidity,
    fee: amountOf(cells.fee),
    feeCurrency: cells.fee_currency,
    venueTs: cells.venue_ts,
    ts: cells.ts,
    arrivalPrice: cells.arrival_price ?? undefined,
    realised: amountOf(cells.realised),
  }
}
