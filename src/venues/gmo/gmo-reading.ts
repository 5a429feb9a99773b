import { tradeId, venueOrderId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, parseMoney, ticks } from '../../domain/money.ts'
import type { OrderType } from '../../domain/order.ts'
import { parseTime } from '../../domain/time.ts'
import type { ListedFill, ListedOrder } from '../connector.ts'
import { stepsIn } from '../net/exact.ts'
import { VenueError } from '../venue-error.ts'
import type { GmoExecution, GmoExecutionEvent, GmoOrder, GmoOrderEvent } from './gmo-wire.ts'

const STATES: Readonly<Record<string, ListedOrder['state']>> = {
  WAITING: 'OPEN',
  ORDERED: 'OPEN',
  MODIFYING: 'OPEN',
  CANCELLING: 'OPEN',
  CANCELED: 'CANCELED',
  EXECUTED: 'FILLED',
  EXPIRED: 'EXPIRED',
}
const TYPES: Readonly<Record<string, OrderType>> = { MARKET: 'MARKET', LIMIT: 'LIMIT', STOP: 'STOP' }

interface OrderWords {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly side: 'BUY' | 'SELL'
  readonly size: string
  readonly filled: string
  readonly price: string
  readonly settle: string | undefined
  readonly cancelType: string | undefined
  readonly at: string
}

/** @throws VenueError `PROTOCOL` for an order that says what no order of this instrument can */
export function readOrder(instrument: Instrument, order: GmoOrder): ListedOrder {
  const { orderId, executionType, status, side, size, executedSize, price, settleType, cancelType, timestamp } = order
  return listed(instrument, {
    id: orderId,
    type: executionType,
    state: status,
    side,
    size,
    filled: executedSize,
    price,
    settle: settleType,
    cancelType,
    at: timestamp,
  })
}

/** {@link readOrder} for an event; of an order that filled there is none. */
export function readOrderEvent(instrument: Instrument, event: GmoOrderEvent): ListedOrder {
  const { orderId, executionType, orderStatus, side, orderSize, orderExecutedSize, orderPrice } = event
  return listed(instrument, {
    id: orderId,
    type: executionType,
    state: orderStatus,
    side,
    size: orderSize,
    filled: orderExecutedSize,
    price: orderPrice,
    settle: event.settleType,
    cancelType: event.cancelType,
    at: event.orderTimestamp,
  })
}

function listed(instrument: Instrument, words: OrderWords): ListedOrder {
  // A word that nobody wrote down must not hide the whole list: such an order may still trade, so it counts as open.
  const state = STATES[words.state] ?? 'OPEN'
  const type = TYPES[words.type] ?? (Number(words.price) === 0 ? 'MARKET' : 'LIMIT')
  const price = type === 'MARKET' ? undefined : ticks(steps(words.price, instrument, 'tickSize'))
  const ts = readTime(words.at)
  return {
    venueOrderId: venueOrderId(words.id),
    clientId: undefined,
    instrumentId: instrument.id,
    side: words.side === 'BUY' ? 'buy' : 'sell',
    type,
    qty: lots(steps(words.size, instrument, 'lotSize')),
    filled: lots(steps(words.filled, instrument, 'lotSize')),
    limit: type === 'LIMIT' ? price : undefined,
    stop: type === 'STOP' ? price : undefined,
    reduceOnly: words.settle === 'CLOSE' || words.settle === 'LOSS_CUT',
    state,
    reasonCode: words.cancelType,
    createdTs: ts,
    updatedTs: ts,
  }
}

export function readExecution(instrument: Instrument, one: GmoExecution): ListedFill {
  return fill(instrument, { ...one, ts: one.timestamp, isTaker: undefined })
}

export function readExecutionEvent(instrument: Instrument, event: GmoExecutionEvent): ListedFill {
  const { executionId, orderId, side, executionPrice, executionSize, executionTimestamp, fee } = event
  const isTaker = event.executionType === 'MARKET' ? true : event.timeInForce === 'SOK' ? false : undefined
  return fill(instrument, {
    executionId,
    orderId,
    side,
    price: executionPrice,
    size: executionSize,
    fee,
    ts: executionTimestamp,
    isTaker,
  })
}

/**
 * The venue does not say whether a fill rested or took. Its fee does where there is one: a taker pays, a maker is paid. Where
 * there is none it is told as taken, unless the order could only rest.
 */
function fill(
  instrument: Instrument,
  words: Pick<GmoExecution, 'executionId' | 'orderId' | 'side' | 'price' | 'size' | 'fee'> & {
    readonly ts: string
    readonly isTaker: boolean | undefined
  },
): ListedFill {
  const fee = parseMoney(words.fee)
  if (fee === undefined) throw unreadable(`execution ${words.executionId} has a fee that is no amount`)
  const takes = fee > 0n || (fee === 0n && words.isTaker !== false)
  return {
    cursor: words.executionId,
    tradeId: tradeId(String(words.executionId)),
    venueOrderId: venueOrderId(words.orderId),
    clientId: undefined,
    instrumentId: instrument.id,
    side: words.side === 'BUY' ? 'buy' : 'sell',
    price: ticks(steps(words.price, instrument, 'tickSize')),
    qty: lots(steps(words.size, instrument, 'lotSize')),
    liquidity: takes ? 'taker' : 'maker',
    fee,
    ts: readTime(words.ts),
  }
}

/** @throws VenueError `PROTOCOL` */
export function readTime(text: string): number {
  const ts = parseTime(text)
  if (ts === undefined) throw unreadable('a time that cannot be read')
  return ts
}

function steps(text: string, instrument: Instrument, of: 'tickSize' | 'lotSize'): number {
  const count = stepsIn(text, instrument[of])
  if (count === undefined || count < 0) throw unreadable(`${instrument.id}: ${text} is no multiple of its ${of}`)
  return count
}

function unreadable(detail: string): VenueError {
  return new VenueError({ kind: 'PROTOCOL', code: 'UNREADABLE', question: 'gmo', detail })
}
