import { stringify } from 'csv-stringify/sync'
import { formatTime, timeUs, US_PER_DAY } from '../../src/domain/time.ts'
import type { DailyEquity } from '../../src/research/equity.ts'
import type { Curve } from '../../src/research/equity-curve.ts'
import type { FillColumns } from '../../src/research/fill-columns.ts'
import type { ReportInstrument } from '../../src/research/result.ts'
import type { TripColumns } from '../../src/research/trip-columns.ts'

export type CsvRow = readonly string[]

/** Names that rows refer to by place. */
export interface CsvNames {
  readonly instruments: readonly ReportInstrument[]
  readonly bots: readonly string[]
  readonly moneyDecimals: number
}

/** One order as its end left it; quantities in lots, prices in ticks. */
export interface OrderRow {
  readonly orderNumber: number
  readonly instrument: number
  readonly bot: number
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly timeInForce: string
  readonly createdTs: number
  readonly endedTs: number | undefined
  readonly qty: number
  readonly filled: number
  readonly limit: number | undefined
  readonly stop: number | undefined
  readonly state: string
  /** Why it was blocked or rejected. */
  readonly reasonCode: string | undefined
}

/** Equity over time as the charts show it (thinned, extremes kept), with the drawdown fraction. */
export function* equityRows(equity: Curve, drawdown: Curve, moneyDecimals: number): Generator<CsvRow> {
  yield ['ts', 'equity', 'drawdown']
  for (let at = 0; at < equity.ts.length; at++) {
    yield [
      time(equity.ts[at] ?? 0),
      (equity.value[at] ?? 0).toFixed(moneyDecimals),
      (drawdown.value[at] ?? 0).toFixed(8),
    ]
  }
}

/** Last equity of each UTC day. */
export function* dailyRows({ day, equity }: DailyEquity, moneyDecimals: number): Generator<CsvRow> {
  yield ['day', 'equity']
  for (let at = 0; at < day.length; at++) {
    yield [time((day[at] ?? 0) * US_PER_DAY).slice(0, 10), (equity[at] ?? 0).toFixed(moneyDecimals)]
  }
}

export function* tradeRows(trips: TripColumns, names: CsvNames): Generator<CsvRow> {
  yield [
    'trade',
    'instrument',
    'bot',
    'direction',
    'entry_ts',
    'exit_ts',
    'qty',
    'entry_price',
    'exit_price',
    'pnl',
    'return',
    'entry_fee',
    'exit_fee',
  ]
  const money = (amount = 0): string => amount.toFixed(names.moneyDecimals)
  for (let at = 0; at < trips.length; at++) {
    const instrument = names.instruments[trips.instrument[at] ?? 0]
    // A mean of several fills may lie between ticks: two digits more than a price has.
    const price = (ticks = 0): string => priceText(ticks, instrument, 2)
    yield [
      String(at + 1),
      nameOf(instrument),
      text(names.bots[trips.bot[at] ?? 0] ?? ''),
      (trips.direction[at] ?? 0) > 0 ? 'long' : 'short',
      time(trips.entryTs[at] ?? 0),
      time(trips.exitTs[at] ?? 0),
      qtyText(trips.qty[at] ?? 0, instrument),
      price(trips.entryPrice[at]),
      price(trips.exitPrice[at]),
      money(trips.pnl[at]),
      (trips.returnFraction[at] ?? 0).toFixed(8),
      money(trips.entryFee[at]),
      money(trips.exitFee[at]),
    ]
  }
}

export function* fillRows(fills: FillColumns, names: CsvNames): Generator<CsvRow> {
  yield [
    'ts',
    'order',
    'instrument',
    'bot',
    'side',
    'price',
    'qty',
    'notional',
    'fee',
    'slippage',
    'realised',
    'liquidity',
  ]
  const money = (amount = 0): string => amount.toFixed(names.moneyDecimals)
  for (let at = 0; at < fills.length; at++) {
    const instrument = names.instruments[fills.instrument[at] ?? 0]
    yield [
      time(fills.ts[at] ?? 0),
      `o${fills.orderNumber[at] ?? 0}`,
      nameOf(instrument),
      text(names.bots[fills.bot[at] ?? 0] ?? ''),
      (fills.side[at] ?? 0) > 0 ? 'buy' : 'sell',
      priceText(fills.price[at] ?? 0, instrument),
      qtyText(fills.qty[at] ?? 0, instrument),
      money(fills.notional[at]),
      money(fills.fee[at]),
      money(fills.slippage[at]),
      money(fills.realised[at]),
      fills.maker[at] === 1 ? 'maker' : 'taker',
    ]
  }
}

export function* orderRows(orders: Iterable<OrderRow>, names: CsvNames): Generator<CsvRow> {
  yield [
    'order',
    'instrument',
    'bot',
    'side',
    'type',
    'time_in_force',
    'created_ts',
    'ended_ts',
    'qty',
    'filled',
    'limit',
    'stop',
    'state',
    'reason_code',
  ]
  for (const order of orders) {
    const instrument = names.instruments[order.instrument]
    const price = (ticks: number | undefined): string => (ticks === undefined ? '' : priceText(ticks, instrument))
    yield [
      `o${order.orderNumber}`,
      nameOf(instrument),
      text(names.bots[order.bot] ?? ''),
      order.side,
      text(order.type),
      text(order.timeInForce),
      time(order.createdTs),
      order.endedTs === undefined ? '' : time(order.endedTs),
      qtyText(order.qty, instrument),
      qtyText(order.filled, instrument),
      price(order.limit),
      price(order.stop),
      text(order.state),
      text(order.reasonCode ?? ''),
    ]
  }
}

const LINES_AT_ONCE = 4096

/** Rows as CSV text (RFC 4180, LF), in pieces of a few thousand lines, so that a long file is never one string. */
export function* csvText(rows: Iterable<CsvRow>): Generator<string> {
  let waiting: CsvRow[] = []
  for (const row of rows) {
    waiting.push(row)
    if (waiting.length < LINES_AT_ONCE) continue
    yield stringify(waiting)
    waiting = []
  }
  if (waiting.length > 0) yield stringify(waiting)
}

function time(ts: number): string {
  return formatTime(timeUs(ts))
}

function nameOf(instrument: ReportInstrument | undefined): string {
  return text(instrument?.name ?? '')
}

/** Text that a spreadsheet would run as a formula is written as text. */
function text(raw: string): string {
  return /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw
}

function priceText(ticks: number, instrument: ReportInstrument | undefined, moreDigits = 0): string {
  if (instrument === undefined) return String(ticks)
  const isWhole = Number.isInteger(ticks)
  return (ticks * instrument.tick).toFixed(instrument.priceDecimals + (isWhole ? 0 : moreDigits))
}

function qtyText(lots: number, instrument: ReportInstrument | undefined): string {
  return instrument === undefined ? String(lots) : (lots * instrument.lot).toFixed(instrument.qtyDecimals)
}
