import type { Decimal } from '../../src/domain/decimal.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import { US_PER_MINUTE } from '../../src/domain/time.ts'
import {
  type BarColumns,
  type BookColumns,
  barColumns,
  bookColumns,
  type MarketColumns,
  type QuoteColumns,
  quoteColumns,
  type TradeColumns,
  tradeColumns,
} from '../../src/market/columns.ts'
import type { DatasetKind, Mapping } from './columns.ts'
import type { Faults } from './fault.ts'
import * as raw from './raw-rows.ts'

/** What the stamp of a bar means: the time it opens or the time it closes. */
export type Stamp = 'open' | 'close'

/** Half open: `fromTs <= row < toTs`, by the open of bars and by the receipt of everything else. In µs. */
export interface TimeRange {
  readonly fromTs?: number
  readonly toTs?: number
}

export interface BuildOptions {
  readonly kind: DatasetKind
  readonly mapping: Mapping
  readonly instrument: Instrument
  readonly faults: Faults
  readonly stepUs: number | undefined
  readonly stamp: Stamp
  readonly range: TimeRange
}

/** Turns checked rows into columns of ticks and lots, in chunks of 65 536 rows. */
export class ColumnBuilder {
  readonly #kind: DatasetKind
  readonly #faults: Faults
  readonly #tick: Grid
  readonly #lot: Grid
  readonly #stepUs: number
  readonly #stamp: Stamp
  readonly #from: number
  readonly #to: number
  readonly #message: number
  readonly #snapshots: boolean
  readonly #ready: MarketColumns[] = []
  #columns: MarketColumns
  /** The message that the last book row belongs to. */
  #open = Number.NaN
  /** The last bar, whose end the next one may move; it can be in a chunk before. */
  #lastBar: { readonly columns: BarColumns; readonly row: number } | undefined
  /** Whether a row at or behind the end of the range has come, so that reading on is in vain. */
  done = false

  constructor({ kind, mapping, instrument, faults, stepUs, stamp, range }: BuildOptions) {
    this.#kind = kind
    this.#faults = faults
    this.#tick = grid(instrument.tickSize)
    this.#lot = grid(instrument.lotSize)
    // A file of one bar shows no step; its length matters to nothing, but it has to have one.
    this.#stepUs = stepUs ?? US_PER_MINUTE
    this.#stamp = stamp
    this.#from = range.fromTs ?? Number.NEGATIVE_INFINITY
    this.#to = range.toTs ?? Number.POSITIVE_INFINITY
    this.#snapshots = mapping.snapshotId !== undefined && mapping.finalId === undefined
    this.#message = messageSlot(mapping)
    this.#columns = columnsOf(kind)
  }

  /** Adds a batch and gives back the chunks that are complete. */
  add(rows: raw.RawRows): readonly MarketColumns[] {
    this.#ready.length = 0
    switch (this.#kind) {
      case 'bars':
        this.#bars(rows)
        break
      case 'trades':
        this.#trades(rows)
        break
      case 'quotes':
        this.#quotes(rows)
        break
      case 'book':
        this.#book(rows, this.#snapshots)
        break
    }
    return this.#ready
  }

  /** Adds book rows that replace what is known: a clearing row goes before each message. */
  addSnapshot(rows: raw.RawRows): readonly MarketColumns[] {
    this.#ready.length = 0
    this.#book(rows, true)
    return this.#ready
  }

  /** The last chunk, if it has rows. */
  finish(): MarketColumns | undefined {
    const columns = this.#columns
    if (columns.length === 0) return undefined
    if (columns.kind === 'book') columns.last[columns.length - 1] = 1
    return columns
  }

  /** The chunk to write the next row to; a full one is handed out first. */
  #room<Columns extends MarketColumns>(columns: Columns): Columns {
    if (columns.length < raw.BATCH_ROWS) return columns
    this.#ready.push(columns)
    const next = columnsOf(this.#kind)
    this.#columns = next
    return next as Columns
  }

  #bars(rows: raw.RawRows): void {
    const [lines, times, received] = [raw.slot(rows, raw.LINE), raw.slot(rows, raw.TIME), raw.slot(rows, raw.RECV)]
    const [opens, highs, lows, closes] = [
      raw.slot(rows, raw.OPEN),
      raw.slot(rows, raw.HIGH),
      raw.slot(rows, raw.LOW),
      raw.slot(rows, raw.CLOSE),
    ]
    const volumes = raw.slot(rows, raw.VOLUME)
    const { units, power } = this.#tick
    const step = this.#stepUs
    let columns = this.#columns as BarColumns
    for (let i = 0; i < rows.length; i++) {
      const ts = sentAt(times, received, i)
      const last = this.#lastBar
      const lastClose = last?.columns.closeTs[last.row] ?? Number.NEGATIVE_INFINITY
      let openTs = ts
      let closeTs = ts + step
      if (this.#stamp === 'close') {
        closeTs = ts
        openTs = ts - step < lastClose ? lastClose : ts - step
      }
      if (openTs < this.#from) continue
      if (openTs >= this.#to) {
        this.done = true
        return
      }
      const [o, h, l, c] = [opens[i] ?? 0, highs[i] ?? 0, lows[i] ?? 0, closes[i] ?? 0]
      const open = Math.round((o * power) / units)
      const high = Math.round((h * power) / units)
      const low = Math.round((l * power) / units)
      const close = Math.round((c * power) / units)
      // A product of two whole numbers below 2^53 is exact, and so is its quotient by a power of ten, rounded once:
      // equal means that the ticks are this decimal and no other.
      const exact =
        (open * units) / power === o &&
        (high * units) / power === h &&
        (low * units) / power === l &&
        (close * units) / power === c
      if (!exact || high * units > Number.MAX_SAFE_INTEGER) {
        const line = lines[i] ?? 0
        const kept =
          this.#fits(o, line, 'open') &&
          this.#fits(h, line, 'high') &&
          this.#fits(l, line, 'low') &&
          this.#fits(c, line, 'close')
        if (!kept) continue
      }
      columns = this.#room(columns)
      // Months differ in length: a bar ends at the latest where the next begins.
      if (last !== undefined && lastClose > openTs) last.columns.closeTs[last.row] = openTs
      const row = columns.length++
      columns.openTs[row] = openTs
      columns.closeTs[row] = closeTs
      columns.open[row] = open
      columns.high[row] = high
      columns.low[row] = low
      columns.close[row] = close
      columns.volume[row] = this.#volume(volumes[i] ?? 0)
      this.#lastBar = { columns, row }
    }
  }

  #trades(rows: raw.RawRows): void {
    const [lines, times, received] = [raw.slot(rows, raw.LINE), raw.slot(rows, raw.TIME), raw.slot(rows, raw.RECV)]
    const [prices, qtys, sides] = [raw.slot(rows, raw.PRICE), raw.slot(rows, raw.QTY), raw.slot(rows, raw.SIDE)]
    let columns = this.#columns as TradeColumns
    for (let i = 0; i < rows.length; i++) {
      const recvTs = received[i] ?? 0
      if (recvTs < this.#from) continue
      if (recvTs >= this.#to) {
        this.done = true
        return
      }
      const line = lines[i] ?? 0
      const price = this.#ticks(prices[i] ?? 0, line, 'price')
      const qty = this.#lots(qtys[i] ?? 0, line, 'qty')
      if (price === undefined || qty === undefined) continue
      columns = this.#room(columns)
      const row = columns.length++
      columns.venueTs[row] = sentAt(times, received, i)
      columns.recvTs[row] = recvTs
      columns.price[row] = price
      columns.qty[row] = qty
      columns.taker[row] = sides[i] ?? 0
    }
  }

  #quotes(rows: raw.RawRows): void {
    const [lines, times, received] = [raw.slot(rows, raw.LINE), raw.slot(rows, raw.TIME), raw.slot(rows, raw.RECV)]
    const [bids, asks, bidQtys, askQtys] = [
      raw.slot(rows, raw.BID),
      raw.slot(rows, raw.ASK),
      raw.slot(rows, raw.BID_QTY),
      raw.slot(rows, raw.ASK_QTY),
    ]
    let columns = this.#columns as QuoteColumns
    for (let i = 0; i < rows.length; i++) {
      const recvTs = received[i] ?? 0
      if (recvTs < this.#from) continue
      if (recvTs >= this.#to) {
        this.done = true
        return
      }
      const line = lines[i] ?? 0
      const bid = this.#ticks(bids[i] ?? 0, line, 'bid')
      const ask = this.#ticks(asks[i] ?? 0, line, 'ask')
      // A file without sizes has NaN there.
      const bidQty = this.#lots(bidQtys[i] || 0, line, 'bidQty')
      const askQty = this.#lots(askQtys[i] || 0, line, 'askQty')
      if (bid === undefined || ask === undefined || bidQty === undefined || askQty === undefined) continue
      columns = this.#room(columns)
      const row = columns.length++
      columns.venueTs[row] = sentAt(times, received, i)
      columns.recvTs[row] = recvTs
      columns.bid[row] = bid
      columns.bidQty[row] = bidQty
      columns.ask[row] = ask
      columns.askQty[row] = askQty
    }
  }

  #book(rows: raw.RawRows, snapshot: boolean): void {
    const [lines, times, received] = [raw.slot(rows, raw.LINE), raw.slot(rows, raw.TIME), raw.slot(rows, raw.RECV)]
    const [prices, qtys, sides] = [raw.slot(rows, raw.PRICE), raw.slot(rows, raw.QTY), raw.slot(rows, raw.SIDE)]
    const messages = raw.slot(rows, this.#message)
    let columns = this.#columns as BookColumns
    for (let i = 0; i < rows.length; i++) {
      const recvTs = received[i] ?? 0
      if (recvTs < this.#from) continue
      if (recvTs >= this.#to) {
        this.done = true
        return
      }
      const line = lines[i] ?? 0
      const price = this.#ticks(prices[i] ?? 0, line, 'price')
      const qty = this.#lots(qtys[i] ?? 0, line, 'qty')
      if (price === undefined || qty === undefined) continue
      const message = messages[i] ?? Number.NaN
      const begins = message !== this.#open
      if (begins && columns.length > 0) columns.last[columns.length - 1] = 1
      this.#open = message
      if (begins && snapshot) {
        columns = this.#room(columns)
        this.#level(columns, { venueTs: sentAt(times, received, i), recvTs, side: 0, price: 0, qty: 0 })
      }
      columns = this.#room(columns)
      this.#level(columns, { venueTs: sentAt(times, received, i), recvTs, side: sides[i] ?? 0, price, qty })
    }
  }

  #level(
    columns: BookColumns,
    {
      venueTs,
      recvTs,
      side,
      price,
      qty,
    }: { venueTs: number; recvTs: number; side: number; price: number; qty: number },
  ): void {
    const row = columns.length++
    columns.venueTs[row] = venueTs
    columns.recvTs[row] = recvTs
    columns.side[row] = side
    columns.price[row] = price
    columns.qty[row] = qty
    columns.last[row] = 0
  }

  #ticks(value: number, line: number, column: string): number | undefined {
    return this.#whole(value, this.#tick, line, column)
  }

  #lots(value: number, line: number, column: string): number | undefined {
    return this.#whole(value, this.#lot, line, column)
  }

  #fits(value: number, line: number, column: string): boolean {
    return this.#whole(value, this.#tick, line, column) !== undefined
  }

  #whole(value: number, { units, power, text }: Grid, line: number, column: string): number | undefined {
    const count = Math.round((value * power) / units)
    if (count * units > Number.MAX_SAFE_INTEGER) {
      this.#faults.found('TOO_LARGE', `at most 2^53 steps of ${text}`, { line, column, value: String(value) })
      return undefined
    }
    // Within a few units of the last place: a printed double with its noise, which means this decimal.
    if (Math.abs((count * units) / power - value) <= value * 1e-15) return count
    this.#faults.found('OFF_TICK', `a multiple of ${text}`, { line, column, value: String(value) })
    return undefined
  }

  /** Volumes of bars may be finer than a lot: some sources print them so. */
  #volume(value: number): number {
    const { units, power } = this.#lot
    if (!(value > 0)) return 0
    const count = Math.round((value * power) / units)
    return (count * units) / power === value ? count : (value * power) / units
  }
}

/** The venue's time; that of receipt where the venue sent none. */
function sentAt(times: Float64Array, received: Float64Array, at: number): number {
  const sent = times[at] ?? Number.NaN
  return Number.isNaN(sent) ? (received[at] ?? 0) : sent
}

/** A step of `units ÷ power`. */
interface Grid {
  readonly units: number
  readonly power: number
  readonly text: string
}

function grid(step: Decimal): Grid {
  return { units: Number(step.units), power: Number(`1e${step.scale}`), text: `${step.units}e-${step.scale}` }
}

const COLUMNS: Readonly<Record<DatasetKind, (capacity: number) => MarketColumns>> = {
  bars: barColumns,
  trades: tradeColumns,
  quotes: quoteColumns,
  book: bookColumns,
}

function columnsOf(kind: DatasetKind): MarketColumns {
  return COLUMNS[kind](raw.BATCH_ROWS)
}

/** What tells the messages of a book apart: their number, else the id they end with, else the time they came. */
export function messageSlot(mapping: Mapping): number {
  if (mapping.seq !== undefined) return raw.SEQ
  if (mapping.finalId !== undefined) return raw.FINAL_ID
  return mapping.snapshotId === undefined ? raw.RECV : raw.SNAPSHOT_ID
}
