import { tradeId, venueOrderId } from '../../domain/ids.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, money, type Money, parseMoney, type Ticks, ticks } from '../../domain/money.ts'
import { US_PER_MS } from '../../domain/time.ts'
import type { ListedFill, ListedOrder } from '../connector.ts'
import { stepsIn } from '../net/exact.ts'
import { VenueError } from '../venue-error.ts'
import type { CcxtOrder, CcxtTrade } from './ccxt-exchange.ts'
import { textOf } from './ccxt-instruments.ts'

const STATES: Readonly<Record<string, ListedOrder['state']>> = {
  open: 'OPEN',
  closed: 'FILLED',
  canceled: 'CANCELED',
  canceling: 'OPEN',
  expired: 'EXPIRED',
  expired_in_match: 'EXPIRED',
  rejected: 'REJECTED',
}

/**
 * An order as ccxt unifies it.
 *
 * @throws VenueError `PROTOCOL` for one that says what no order of this instrument can
 */
export function readOrder(instrument: Instrument, order: CcxtOrder): ListedOrder {
  const { id, clientOrderId, side, status, timestamp, lastUpdateTimestamp } = order
  if (id === undefined || (side !== 'buy' && side !== 'sell')) throw unreadable(`an order of ${instrument.id}`)
  const qty = steps(order.amount, instrument, 'lotSize')
  const filled = steps(order.filled ?? '0', instrument, 'lotSize')
  const stop = price(order.triggerPrice, instrument)
  const limit = order.type === 'market' ? undefined : price(order.price, instrument)
  // A word that nobody wrote down must not hide the whole list: such an order may still trade, so it counts as open.
  const told = STATES[status ?? ''] ?? 'OPEN'
  const createdTs = Math.round((timestamp ?? lastUpdateTimestamp ?? 0) * US_PER_MS)
  return {
    venueOrderId: venueOrderId(id),
    clientId: clientOrderId === '' ? undefined : clientOrderId,
    instrumentId: instrument.id,
    side,
    type: stop !== undefined ? 'STOP' : limit === undefined ? 'MARKET' : 'LIMIT',
    qty: lots(qty),
    filled: lots(filled),
    limit: stop === undefined ? limit : undefined,
    stop,
    reduceOnly: order.reduceOnly === true,
    // Over and not whole: what was left of it is gone.
    state: told === 'FILLED' && filled < qty ? 'CANCELED' : told,
    reasonCode: told === 'OPEN' || told === 'FILLED' ? undefined : status?.toUpperCase(),
    createdTs,
    updatedTs: lastUpdateTimestamp === undefined ? createdTs : Math.round(lastUpdateTimestamp * US_PER_MS),
  }
}

/**
 * One execution as ccxt unifies it. Its cursor is its time in milliseconds: executions of one moment share it.
 *
 * @throws VenueError `PROTOCOL`
 */
export function readTrade(instrument: Instrument, trade: CcxtTrade): ListedFill {
  const { id, order, side, takerOrMaker, timestamp } = trade
  if (id === undefined || timestamp === undefined || (side !== 'buy' && side !== 'sell'))
    throw unreadable(`an execution of ${instrument.id}`)
  const at = price(trade.price, instrument)
  if (at === undefined) throw unreadable(`execution ${id} of ${instrument.id} has no price`)
  const qty = steps(trade.amount, instrument, 'lotSize')
  return {
    cursor: Math.round(timestamp),
    // Numbers of executions are counted by market.
    tradeId: tradeId(`${instrument.symbol.replaceAll(/[^A-Za-z0-9]/g, '')}-${id}`),
    venueOrderId: order === undefined ? undefined : venueOrderId(order),
    clientId: undefined,
    instrumentId: instrument.id,
    side,
    price: at,
    qty: lots(qty),
    liquidity: takerOrMaker === 'maker' ? 'maker' : 'taker',
    fee: feeOf(instrument, trade, at),
    ts: Math.round(timestamp * US_PER_MS),
  }
}

/**
 * In the currency that the instrument settles in; one that was taken in the coin itself at the price of the fill. What a third
 * currency is worth is not known here: such a fee is no part of our books, and the account pays it from what we do not trade.
 */
function feeOf({ settle, base, tickSize }: Instrument, { fee }: CcxtTrade, at: Ticks): Money {
  const cost = parseMoney(textOf(fee?.cost) ?? '')
  if (cost === undefined) return money(0n)
  if (fee?.currency === settle || fee?.currency === undefined) return cost
  return fee.currency === base ? money((cost * BigInt(at) * tickSize.units) / 10n ** BigInt(tickSize.scale)) : money(0n)
}

/** @returns undefined for none: a market order has no price, and some venues write 0 for it */
function price(value: unknown, instrument: Instrument): Ticks | undefined {
  const text = textOf(value)
  if (text === undefined || Number(text) === 0) return undefined
  const count = stepsIn(text, instrument.tickSize)
  if (count === undefined) throw unreadable(`${instrument.id}: a price of ${text} is no multiple of its tick`)
  return ticks(count)
}

function steps(value: unknown, instrument: Instrument, of: 'lotSize'): number {
  const text = textOf(value)
  const count = text === undefined ? undefined : stepsIn(text, instrument[of])
  if (count === undefined || count < 0) throw unreadable(`${instrument.id}: ${text} is no multiple of its ${of}`)
  return count
}

function unreadable(detail: string): VenueError {
  return new VenueError({ kind: 'PROTOCOL', code: 'UNREADABLE', question: 'ccxt', detail })
}
