import { assert } from '../domain/brand.ts'
import type { VenueReport } from '../domain/report.ts'
import { maskNamed } from '../events/mask.ts'
import {
  type BarColumns,
  type BookColumns,
  barColumns,
  bookColumns,
  type QuoteColumns,
  quoteColumns,
  type TradeColumns,
  tradeColumns,
} from '../market/columns.ts'
import type { FeedState } from '../risk/gate-input.ts'
import type { GuardNews } from '../risk/guards.ts'
import type { Command } from './command.ts'
import type { HostFact } from './host-fact.ts'
import type { Kernel } from './kernel.ts'

/**
 * Kinds of inputs as they are written. The number is the format: never used again for another. Books and prints are distances
 * in as few bytes as they need, because there are many; bars and quotes are doubles; the rest is JSON, because there is little.
 */
const KIND = {
  bar: 1,
  history: 2,
  quote: 3,
  trade: 4,
  book: 5,
  feed: 6,
  report: 7,
  clock: 8,
  command: 9,
  condition: 10,
  stop: 11,
  reconciled: 12,
  checkpoint: 13,
  guard: 14,
  fact: 15,
} as const

/** A standing reason that the host found, or that is gone: what the safety mode is made of. */
export interface Condition {
  readonly code: string
  /** Undefined withdraws the reason. */
  readonly mode: 'DEGRADED' | 'SAFE_MODE' | 'HALTED' | undefined
  readonly detail: string
}

/** What a comparison of our books with a venue's came to. */
export interface ReconcileNews {
  readonly reconcileId: string
  readonly venueId: string
  readonly status: 'OK' | 'MISMATCH' | 'UNKNOWN'
  readonly compared: number
  readonly differences: readonly {
    readonly category: 'MISSING_REMOTE' | 'MISSING_LOCAL' | 'DIVERGED' | 'STALE' | 'DANGEROUS'
    readonly subject: string
    readonly reasonCode: string
    readonly fact: string
  }[]
}

/** Bytes of the longest whole number. */
const VARINT_MAX = 8

/** What the distances of a recording are measured from; the same on both sides, from the first input of the session on. */
class Deltas {
  ts = 0
  readonly #prices = new Map<number, number>()

  price(at: number): number {
    return this.#prices.get(at) ?? 0
  }

  setPrice(at: number, price: number): void {
    this.#prices.set(at, price)
  }
}

/**
 * The door to a kernel: every input goes through it, is written down in the order it came, and then reaches the kernel. What
 * is written is enough to let another kernel live the same session again.
 */
export class InputLog {
  readonly #kernel: Kernel
  #bytes = new Uint8Array(65_536)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  readonly #deltas = new Deltas()

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Everything written since the last call; undefined when there is nothing. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  /** Bytes that wait to be taken. */
  get size(): number {
    return this.#length
  }

  bar(at: number, bars: BarColumns, row: number): void {
    this.#barRow(KIND.bar, at, bars, row)
    this.#kernel.onBar(at, bars, row)
  }

  /** A bar of the past, for indicators to be warm. */
  history(at: number, bars: BarColumns, row: number): void {
    this.#barRow(KIND.history, at, bars, row)
    this.#kernel.onHistory(at, bars, row)
  }

  quote(at: number, quotes: QuoteColumns, row: number): void {
    this.#head(KIND.quote, at, 48)
    const { venueTs, recvTs, bid, bidQty, ask, askQty } = quotes
    for (const column of [venueTs, recvTs, bid, bidQty, ask, askQty]) this.#double(column[row] as number)
    this.#kernel.onQuote(at, quotes, row)
  }

  trade(at: number, trades: TradeColumns, row: number): void {
    const { venueTs, recvTs, price, qty, taker } = trades
    this.#head(KIND.trade, at, 5 * VARINT_MAX)
    this.#times(venueTs[row] as number, recvTs[row] as number)
    this.#price(at, price[row] as number)
    this.#count(qty[row] as number)
    this.#byte(taker[row] as number)
    this.#kernel.onTrade(at, trades, row)
  }

  /** One whole message of a book, rows `[from, to)`. */
  book(at: number, book: BookColumns, from: number, to: number): void {
    this.#head(KIND.book, at, (3 + 3 * (to - from)) * VARINT_MAX)
    this.#times(book.venueTs[from] as number, book.recvTs[from] as number)
    this.#count(to - from)
    for (let row = from; row < to; row++) {
      this.#byte(book.side[row] as number)
      this.#price(at, book.price[row] as number)
      this.#count(book.qty[row] as number)
    }
    for (let row = from; row < to; row++) this.#kernel.onBook(at, book, row)
  }

  feedStatus(at: number, status: FeedState, detail: string, ts: number): void {
    this.#json(KIND.feed, at, { status, detail, ts })
    this.#kernel.onFeedStatus(at, status, detail, ts)
  }

  report(report: VenueReport, ts: number): void {
    this.#json(KIND.report, 0, { report, ts })
    this.#kernel.onReport(report, ts)
  }

  clock(ts: number): void {
    this.#head(KIND.clock, 0, 8)
    this.#double(ts)
    this.#kernel.onClock(ts)
  }

  command(command: Command, ts: number): ReturnType<Kernel['onCommand']> {
    this.#json(KIND.command, 0, { command, ts })
    return this.#kernel.onCommand(command, ts)
  }

  condition(condition: Condition, ts: number): void {
    this.#json(KIND.condition, 0, { condition, ts })
    this.#kernel.onCondition(condition, ts)
  }

  reconciled(news: ReconcileNews, ts: number): void {
    this.#json(KIND.reconciled, 0, { news, ts })
    this.#kernel.onReconciled(news, ts)
  }

  guard(news: GuardNews, ts: number): void {
    this.#json(KIND.guard, 0, { news, ts })
    this.#kernel.onGuard(news, ts)
  }

  /** What the host alone knows and the journal keeps. */
  fact(fact: HostFact, ts: number): void {
    this.#json(KIND.fact, 0, { fact, ts })
    this.#kernel.onFact(fact, ts)
  }

  checkpoint(ts: number): void {
    this.#head(KIND.checkpoint, 0, 8)
    this.#double(ts)
    this.#kernel.checkpoint(ts)
  }

  stop(reason: 'completed' | 'cancelled' | 'failed', detail: string, ts: number): void {
    this.#json(KIND.stop, 0, { reason, detail, ts })
    this.#kernel.stop(reason, detail, ts)
  }

  #barRow(kind: number, at: number, bars: BarColumns, row: number): void {
    this.#head(kind, at, 56)
    const { openTs, closeTs, open, high, low, close, volume } = bars
    for (const column of [openTs, closeTs, open, high, low, close, volume]) this.#double(column[row] as number)
  }

  #head(kind: number, at: number, size: number): void {
    this.#room(2 + size)
    this.#byte(kind)
    this.#byte(at)
  }

  #json(kind: number, at: number, value: unknown): void {
    const text = new TextEncoder().encode(JSON.stringify(value, textual))
    this.#head(kind, at, 4 + text.length)
    this.#whole(text.length)
    this.#bytes.set(text, this.#length)
    this.#length += text.length
  }

  /** Two times as distances: from the last input's, and from each other. */
  #times(venueTs: number, recvTs: number): void {
    this.#signed(recvTs - this.#deltas.ts)
    this.#deltas.ts = recvTs
    this.#signed(recvTs - venueTs)
  }

  /** A price as its distance from the last one of the instrument. */
  #price(at: number, price: number): void {
    this.#signed(price - this.#deltas.price(at))
    this.#deltas.setPrice(at, price)
  }

  #signed(value: number): void {
    this.#count(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** A whole number from 0, seven bits a byte, the low ones first. */
  #count(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0)
      assert(false, `what is recorded is whole and not negative, was ${value}`)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  #byte(value: number): void {
    this.#view.setInt8(this.#length, value)
    this.#length += 1
  }

  #whole(value: number): void {
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  #double(value: number): void {
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const bytes = new Uint8Array(2 * (this.#length + size))
    bytes.set(this.#bytes)
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** Money in JSON: a bigint is `{"$q":"123"}`, so that it comes back as one. What looks like a secret is not recorded. */
function textual(key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $q: String(value) } : maskNamed(key, value)
}

function exact(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$q' in value)) return value
  return BigInt(String(value.$q))
}

/** Inputs cannot be read: cut off, or of a format that is newer than this program. */
export class InputLogError extends Error {
  readonly code = 'replay.inputs-unreadable'
  readonly hint = 'the session can be verified and shown, and not lived again'
}

/** What takes recorded inputs: a kernel, or who stands before one. */
export type InputTaker = Pick<
  Kernel,
  | 'onBar'
  | 'onHistory'
  | 'onQuote'
  | 'onTrade'
  | 'onBook'
  | 'onFeedStatus'
  | 'onReport'
  | 'onClock'
  | 'onCommand'
  | 'onCondition'
  | 'onReconciled'
  | 'onGuard'
  | 'checkpoint'
  | 'stop'
  | 'onFact'
>

/** Lets a kernel live what an {@link InputLog} wrote. Columns of one row are filled again and again: nothing is allocated per tick. */
export class InputPlayer {
  readonly #kernel: InputTaker
  readonly #bars = barColumns(1)
  readonly #quotes = quoteColumns(1)
  readonly #trades = tradeColumns(1)
  #book = bookColumns(256)
  #inputs = 0
  readonly #deltas = new Deltas()

  constructor(kernel: InputTaker) {
    this.#kernel = kernel
    for (const columns of [this.#bars, this.#quotes, this.#trades]) columns.length = 1
  }

  /** Inputs played. */
  get inputs(): number {
    return this.#inputs
  }

  /**
   * @param isDone asked after every input: whoever compares may have seen enough
   * @throws InputLogError
   */
  play(bytes: Uint8Array, isDone: () => boolean = () => false): void {
    const reader = new Reader(bytes)
    while (!reader.isAtEnd && !isDone()) {
      this.#one(reader)
      this.#inputs++
    }
  }

  #one(reader: Reader): void {
    const kind = reader.byte()
    const at = reader.byte()
    switch (kind) {
      case KIND.bar:
      case KIND.history: {
        const { openTs, closeTs, open, high, low, close, volume } = this.#bars
        for (const column of [openTs, closeTs, open, high, low, close, volume]) column[0] = reader.double()
        if (kind === KIND.bar) this.#kernel.onBar(at, this.#bars, 0)
        else this.#kernel.onHistory(at, this.#bars, 0)
        return
      }
      case KIND.quote: {
        const { venueTs, recvTs, bid, bidQty, ask, askQty } = this.#quotes
        for (const column of [venueTs, recvTs, bid, bidQty, ask, askQty]) column[0] = reader.double()
        return this.#kernel.onQuote(at, this.#quotes, 0)
      }
      case KIND.trade: {
        const { venueTs, recvTs, price, qty, taker } = this.#trades
        const deltas = this.#deltas
        deltas.ts += reader.signed()
        recvTs[0] = deltas.ts
        venueTs[0] = deltas.ts - reader.signed()
        price[0] = deltas.price(at) + reader.signed()
        deltas.setPrice(at, price[0])
        qty[0] = reader.count()
        taker[0] = reader.byte()
        return this.#kernel.onTrade(at, this.#trades, 0)
      }
      case KIND.book:
        return this.#message(at, reader)
      case KIND.feed: {
        const { status, detail, ts } = reader.json() as { status: FeedState; detail: string; ts: number }
        return this.#kernel.onFeedStatus(at, status, detail, ts)
      }
      case KIND.report: {
        const { report, ts } = reader.json() as { report: VenueReport; ts: number }
        return this.#kernel.onReport(report, ts)
      }
      case KIND.clock:
        return this.#kernel.onClock(reader.double())
      case KIND.command: {
        const { command, ts } = reader.json() as { command: Command; ts: number }
        this.#kernel.onCommand(command, ts)
        return
      }
      case KIND.condition: {
        const { condition, ts } = reader.json() as { condition: Condition; ts: number }
        return this.#kernel.onCondition(condition, ts)
      }
      case KIND.reconciled: {
        const { news, ts } = reader.json() as { news: ReconcileNews; ts: number }
        return this.#kernel.onReconciled(news, ts)
      }
      case KIND.guard: {
        const { news, ts } = reader.json() as { news: GuardNews; ts: number }
        return this.#kernel.onGuard(news, ts)
      }
      case KIND.checkpoint:
        return this.#kernel.checkpoint(reader.double())
      case KIND.stop: {
        const { reason, detail, ts } = reader.json() as { reason: 'completed'; detail: string; ts: number }
        return this.#kernel.stop(reason, detail, ts)
      }
      case KIND.fact: {
        const { fact, ts } = reader.json() as { fact: HostFact; ts: number }
        return this.#kernel.onFact(fact, ts)
      }
      default:
        throw new InputLogError(`an input of a known kind, 1 to ${Math.max(...Object.values(KIND))}, found ${kind}`)
    }
  }

  #message(at: number, reader: Reader): void {
    const deltas = this.#deltas
    deltas.ts += reader.signed()
    const recvTs = deltas.ts
    const venueTs = recvTs - reader.signed()
    const rows = reader.count()
    if (rows > this.#book.price.length) this.#book = bookColumns(2 * rows)
    const book = this.#book
    book.length = rows
    for (let row = 0; row < rows; row++) {
      book.venueTs[row] = venueTs
      book.recvTs[row] = recvTs
      book.side[row] = reader.byte()
      const price = deltas.price(at) + reader.signed()
      deltas.setPrice(at, price)
      book.price[row] = price
      book.qty[row] = reader.count()
      book.last[row] = row === rows - 1 ? 1 : 0
    }
    for (let row = 0; row < rows; row++) this.#kernel.onBook(at, book, row)
  }
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    return this.#view.getInt8(this.#take(1))
  }

  whole(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  count(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.#take(1)] as number
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  signed(): number {
    const value = this.count()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  json(): unknown {
    const length = this.whole()
    const from = this.#take(length)
    return JSON.parse(new TextDecoder().decode(this.#bytes.subarray(from, from + length)), exact)
  }

  #take(size: number): number {
    const from = this.#at
    this.#at += size
    if (this.#at > this.#bytes.length)
      throw new InputLogError(`${size} bytes at ${from}, found ${this.#bytes.length - from}: the inputs are cut off`)
    return from
  }
}

/** An instrument's position is one byte. */
export function assertRecordable(instruments: number): void {
  assert(instruments <= 128, `a session records at most 128 instruments, was ${instruments}`)
}
