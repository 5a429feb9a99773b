import type { Statement } from 'better-sqlite3'
import type { OrderId } from '../src/domain/ids.ts'
import type { TimeUs } from '../src/domain/time.ts'
import type { VaultNews, VenueVault } from '../src/venues/simulated/vault.ts'
import type { VenueFill, VenueOrder } from '../src/venues/venue.ts'
import { type Database, openDatabase } from './database.ts'
import { stored } from './fault.ts'
import { simVenueBooksMigration } from './migrations/sim-venue-001-books.ts'
import { amountOf, digits, insertInto, upsertInto } from './projections/table.ts'

interface FillCells {
  readonly cursor: number
  readonly trade_id: VenueFill['tradeId']
  readonly venue_order_id: NonNullable<VenueFill['venueOrderId']> | null
  readonly order_id: OrderId | null
  readonly instrument_id: VenueFill['instrumentId']
  readonly side: VenueFill['side']
  readonly price: VenueFill['price']
  readonly qty: VenueFill['qty']
  readonly liquidity: VenueFill['liquidity']
  readonly fee: string
  readonly ts: number
}
const FILL_COLUMNS = [
  'cursor',
  'trade_id',
  'venue_order_id',
  'order_id',
  'instrument_id',
  'side',
  'price',
  'qty',
  'liquidity',
  'fee',
  'ts',
] as const satisfies readonly (keyof FillCells)[]

interface OrderCells {
  readonly venue_order_id: VenueOrder['venueOrderId']
  readonly order_id: OrderId | null
  readonly instrument_id: VenueOrder['instrumentId']
  readonly side: VenueOrder['side']
  readonly type: VenueOrder['type']
  readonly qty: VenueOrder['qty']
  readonly filled: VenueOrder['filled']
  readonly limit_price: NonNullable<VenueOrder['limit']> | null
  readonly stop_price: NonNullable<VenueOrder['stop']> | null
  readonly reduce_only: number
  readonly state: VenueOrder['state']
  readonly reason_code: string | null
  readonly created_ts: number
  readonly updated_ts: number
}
const ORDER_COLUMNS = [
  'venue_order_id',
  'order_id',
  'instrument_id',
  'side',
  'type',
  'qty',
  'filled',
  'limit_price',
  'stop_price',
  'reduce_only',
  'state',
  'reason_code',
  'created_ts',
  'updated_ts',
] as const satisfies readonly (keyof OrderCells)[]

/**
 * The simulated exchange's own books, in a file of their own. A save survives the death of the process from the moment that
 * it returns; a loss of power may take the last ones, as an exchange that lost its own disk would.
 *
 * @throws StorageError as {@link openDatabase} does
 */
export function openSimVenueVault(path: string, { nowTs }: { readonly nowTs: TimeUs }): SimVenueVault {
  const migrations = [simVenueBooksMigration]
  return new SimVenueVault(openDatabase(path, { nowTs, durability: 'normal', migrations }))
}

export class SimVenueVault implements VenueVault {
  readonly #db: Database
  readonly #load: Statement
  readonly #fills: Statement
  readonly #order: Statement
  readonly #save: (state: string, news: VaultNews) => void

  constructor(db: Database) {
    this.#db = db
    this.#load = db.prepare('SELECT state FROM venue_state').pluck()
    this.#fills = db.prepare('SELECT * FROM venue_fills WHERE cursor > ? ORDER BY cursor')
    this.#order = db.prepare('SELECT * FROM venue_orders WHERE order_id = ? ORDER BY updated_ts DESC LIMIT 1')
    const put = db.prepare(
      'INSERT INTO venue_state (one, state) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET state = excluded.state',
    )
    const addFill = insertInto<FillCells>(db, 'venue_fills', FILL_COLUMNS)
    const addOrder = upsertInto<OrderCells>(db, 'venue_orders', ORDER_COLUMNS, { key: ['venue_order_id'] })
    const save = db.transaction((state: string, { fills, orders }: VaultNews) => {
      for (const fill of fills) addFill.run(fillCells(fill))
      for (const order of orders) addOrder.run(orderCells(order))
      put.run(state)
    })
    this.#save = (state, news) => save.immediate(state, news)
  }

  load(): string | undefined {
    return stored("read the venue's state", () => this.#load.get()) as string | undefined
  }

  save(state: string, news: VaultNews): void {
    stored("keep the venue's books", () => this.#save(state, news))
  }

  fills(after: number): readonly VenueFill[] {
    return (stored("read the venue's fills", () => this.#fills.all(after)) as FillCells[]).map(fillOf)
  }

  order(id: OrderId): VenueOrder | undefined {
    const cells = stored("read the venue's orders", () => this.#order.get(id)) as OrderCells | undefined
    return cells && orderOf(cells)
  }

  close(): void {
    this.#db.close()
  }
}

function fillCells(fill: VenueFill): FillCells {
  return {
    cursor: fill.cursor,
    trade_id: fill.tradeId,
    venue_order_id: fill.venueOrderId ?? null,
    order_id: fill.orderId ?? null,
    instrument_id: fill.instrumentId,
    side: fill.side,
    price: fill.price,
    qty: fill.qty,
    liquidity: fill.liquidity,
    fee: digits(fill.fee),
    ts: fill.ts,
  }
}

function fillOf(cells: FillCells): VenueFill {
  return {
    cursor: cells.cursor,
    tradeId: cells.trade_id,
    venueOrderId: cells.venue_order_id ?? undefined,
    orderId: cells.order_id ?? undefined,
    instrumentId: cells.instrument_id,
    side: cells.side,
    price: cells.price,
    qty: cells.qty,
    liquidity: cells.liquidity,
    fee: amountOf(cells.fee),
    ts: cells.ts,
  }
}

function orderCells(order: VenueOrder): OrderCells {
  return {
    venue_order_id: order.venueOrderId,
    order_id: order.orderId ?? null,
    instrument_id: order.instrumentId,
    side: order.side,
    type: order.type,
    qty: order.qty,
    filled: order.filled,
    limit_price: order.limit ?? null,
    stop_price: order.stop ?? null,
    reduce_only: order.reduceOnly ? 1 : 0,
    state: order.state,
    reason_code: order.reasonCode ?? null,
    created_ts: order.createdTs,
    updated_ts: order.updatedTs,
  }
}

function orderOf(cells: OrderCells): VenueOrder {
  return {
    venueOrderId: cells.venue_order_id,
    orderId: cells.order_id ?? undefined,
    instrumentId: cells.instrument_id,
    side: cells.side,
    type: cells.type,
    qty: cells.qty,
    filled: cells.filled,
    limit: cells.limit_price ?? undefined,
    stop: cells.stop_price ?? undefined,
    reduceOnly: cells.reduce_only === 1,
    state: cells.state,
    reasonCode: cells.reason_code ?? undefined,
    createdTs: cells.created_ts,
    updatedTs: cells.updated_ts,
  }
}
