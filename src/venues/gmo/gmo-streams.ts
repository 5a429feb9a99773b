import { z } from 'zod'
import type { Instrument } from '../../domain/instrument.ts'
import { bookColumns, tradeColumns } from '../../market/columns.ts'
import type { ConnectorSink, VenueClock } from '../connector.ts'
import { nearSteps } from '../net/exact.ts'
import { VenueSocket } from '../net/venue-socket.ts'
import { venueOrderId } from '../../domain/ids.ts'
import { VenueError } from '../venue-error.ts'
import { gmoFailureKind } from './gmo-errors.ts'
import { readExecutionEvent, readOrderEvent, readTime } from './gmo-reading.ts'
import type { GmoRest } from './gmo-rest.ts'
import { GmoBookFrame, GmoErrorFrame, GmoExecutionEvent, GmoOrderEvent, GmoTradeFrame } from './gmo-wire.ts'

/** The venue takes one subscription a second from an address; a server of our own has nobody to protect. */
const SUBSCRIBE_EVERY_MS = { venue: 1_100, practice: 100 } as const
/** A book is told anew every five seconds even when nothing changes: one that is silent for longer is subscribed again. */
const BOOK_SILENT_MS = 15_000
const BOOK_DOWN_MS = 30_000
const BOOK_BEGINS_MS = 20_000
const PING_MS = 20_000
/** A token lives for an hour. */
const TOKEN_EVERY_MS = 20 * 60_000
const LEVELS_MAX = 1_024
/** A price change that did not come to be is told with these, and the order stands. */
const AMEND_REFUSALS: ReadonlySet<string> = new Set(['SOK_TAKER', 'PRICE_LIMIT'])

interface Watched {
  readonly instrument: Instrument
  heardMs: number
  askedMs: number
  /** Of the last book that was told, µs. */
  bookTs: number
}

/**
 * The venue's streams: books and trades on one socket, the account's orders and executions on another. Subscriptions are not
 * acknowledged: data is the only proof. Whatever breaks takes both down; who opens them again asks for what was missed.
 */
export class GmoStreams {
  readonly #rest: GmoRest
  readonly #clock: VenueClock
  readonly #subscribeEveryMs: number
  readonly #book = bookColumns(2 * LEVELS_MAX + 1)
  readonly #trade = tradeColumns(1)
  #sockets: VenueSocket[] = []
  #watched = new Map<string, Watched>()
  #sink: ConnectorSink | undefined
  #token: string | undefined
  #timers: (() => void)[] = []
  /** Subscriptions that wait for their second. */
  #queue: { readonly socket: VenueSocket; readonly text: string }[] = []
  #isSubscribing = false
  #subscribedMs = Number.NEGATIVE_INFINITY
  #began: (() => void) | undefined
  /** Ends the opening that is under way. */
  #giveUp: ((error: VenueError) => void) | undefined
  /** What was asked for: the venue does not say which of them it refused. */
  #subscribed: { readonly socket: VenueSocket; readonly text: string }[] = []

  constructor(rest: GmoRest, clock: VenueClock) {
    this.#rest = rest
    this.#subscribeEveryMs = SUBSCRIBE_EVERY_MS[rest.isPractice ? 'practice' : 'venue']
    this.#clock = clock
    this.#trade.length = 1
  }

  async open(instruments: readonly Instrument[], sink: ConnectorSink): Promise<void> {
    await this.close()
    this.#sink = sink
    const nowMs = this.#clock.monotonicMs()
    this.#watched = new Map(
      instruments.map((instrument) => [
        instrument.symbol,
        { instrument, heardMs: Number.NaN, askedMs: nowMs, bookTs: Number.NEGATIVE_INFINITY },
      ]),
    )
    const ended = new Promise<never>((_resolve, reject) => {
      this.#giveUp = reject
    })
    try {
      const market = await Promise.race([this.#begin(instruments, sink), ended])
      this.#giveUp = undefined
      this.#keepToken()
      this.#watch(market)
    } catch (error) {
      if (this.#sink === sink) await this.close()
      throw error
    }
  }

  async #begin(instruments: readonly Instrument[], sink: ConnectorSink): Promise<VenueSocket> {
    const origin = this.#rest.origin.replace(/^http/, 'ws')
    const token = await this.#rest.write('POST', '/v1/ws-auth', z.string().min(1).max(512), {})
    if (this.#sink !== sink) {
      await this.#giveBack(token)
      throw closedWhileOpening()
    }
    this.#token = token
    const account = await this.#socket(`${origin}/ws/private/v1/${token}`, 'account stream', (text) =>
      this.#accountFrame(text),
    )
    const market = await this.#socket(`${origin}/ws/public/v1`, 'market stream', (text) => this.#marketFrame(text))
    for (const channel of ['executionEvents', 'orderEvents'])
      this.#subscribe(account, { command: 'subscribe', channel })
    for (const { symbol } of instruments) this.#subscribe(market, bookOf(symbol))
    for (const { symbol } of instruments)
      this.#subscribe(market, { command: 'subscribe', channel: 'trades', symbol, option: 'TAKER_ONLY' })
    await this.#allBegun(this.#subscribeEveryMs * (2 + 2 * instruments.length) + BOOK_BEGINS_MS)
    return market
  }

  /** Each frame is a whole book: a new one comes with a new subscription. */
  resync(instrument: Instrument): void {
    const market = this.#sockets[1]
    if (market !== undefined) this.#subscribe(market, bookOf(instrument.symbol))
  }

  async close(): Promise<void> {
    this.#sink = undefined
    this.#giveUp?.(closedWhileOpening())
    this.#giveUp = undefined
    this.#subscribed = []
    for (const forget of this.#timers) forget()
    this.#timers = []
    this.#queue = []
    this.#began = undefined
    for (const socket of this.#sockets) socket.close()
    this.#sockets = []
    const token = this.#token
    this.#token = undefined
    if (token !== undefined) await this.#giveBack(token)
  }

  /** At most five tokens live at once; one that is not taken back ends within the hour. */
  async #giveBack(token: string): Promise<void> {
    await this.#rest.write('DELETE', '/v1/ws-auth', z.unknown(), { token }).catch(() => undefined)
  }

  async #socket(url: string, name: string, onText: (text: string) => void): Promise<VenueSocket> {
    const sink = this.#sink
    const socket = await VenueSocket.open({
      url,
      name: `gmo ${name}`,
      clock: this.#clock,
      pingMs: PING_MS,
      onText,
      onDown: (error) => this.#down(error),
    })
    if (this.#sink !== sink || sink === undefined) {
      socket.close()
      throw closedWhileOpening()
    }
    this.#sockets.push(socket)
    return socket
  }

  #down(error: VenueError): void {
    const sink = this.#sink
    if (sink === undefined) return
    // While it is being opened, the opening fails with it: there was nothing yet that could be down.
    const giveUp = this.#giveUp
    giveUp?.(error)
    void this.close()
    if (giveUp === undefined) sink.onDown(error)
  }

  /** Resolves when every book has been told once. */
  #allBegun(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = this.#clock.after(withinMs, () => {
        const silent = [...this.#watched.values()].filter(({ heardMs }) => Number.isNaN(heardMs))
        const names = silent.map(({ instrument }) => instrument.id).join(', ')
        reject(failure('TRANSIENT', 'NO_BOOK', `no book of ${names} within ${withinMs / 1_000} s`))
      })
      this.#timers.push(forget)
      this.#began = () => {
        if ([...this.#watched.values()].some(({ heardMs }) => Number.isNaN(heardMs))) return
        forget()
        this.#began = undefined
        resolve()
      }
    })
  }

  #subscribe(socket: VenueSocket, command: object): void {
    const text = JSON.stringify(command)
    const isSame = (other: { readonly socket: VenueSocket; readonly text: string }) =>
      other.socket === socket && other.text === text
    if (!this.#subscribed.some(isSame)) this.#subscribed.push({ socket, text })
    if (!this.#queue.some(isSame)) this.#queue.push({ socket, text })
    this.#pump()
  }

  /**
   * One subscription came too fast and is lost, and it is not said which: all of the stream are asked for again. Those that
   * stand stay as they are; a lost one of the account would never be missed, because its silence is usual.
   */
  #subscribeAgain(isAccount: boolean): void {
    const socket = this.#sockets[isAccount ? 0 : 1]
    for (const lost of this.#subscribed)
      if (lost.socket === socket && !this.#queue.some(({ text }) => text === lost.text)) this.#queue.push(lost)
    this.#pump()
  }

  #pump(): void {
    const next = this.#queue[0]
    if (next === undefined || this.#isSubscribing) return
    const waitMs = Math.max(0, this.#subscribedMs + this.#subscribeEveryMs - this.#clock.monotonicMs())
    const send = () => {
      this.#isSubscribing = false
      const first = this.#queue.shift()
      if (first === undefined) return
      this.#subscribedMs = this.#clock.monotonicMs()
      first.socket.send(first.text)
      this.#pump()
    }
    if (waitMs === 0) return send()
    this.#isSubscribing = true
    const forget = this.#clock.after(waitMs, send)
    this.#timers.push(() => {
      this.#isSubscribing = false
      forget()
    })
  }

  #keepToken(): void {
    const token = this.#token
    const forget = this.#clock.after(TOKEN_EVERY_MS, () => {
      if (token === undefined || token !== this.#token) return
      this.#rest.write('PUT', '/v1/ws-auth', z.unknown(), { token }).then(
        () => this.#keepToken(),
        (error: unknown) =>
          this.#down(error instanceof VenueError ? error : failure('UNKNOWN', 'TOKEN', String(error))),
      )
    })
    this.#timers.push(forget)
  }

  /** Books are judged by their data: a socket that answers pings may still have nothing to say. */
  #watch(market: VenueSocket): void {
    const forget = this.#clock.after(5_000, () => {
      const nowMs = this.#clock.monotonicMs()
      for (const watched of this.#watched.values()) {
        const { instrument, heardMs } = watched
        const silentMs = nowMs - heardMs
        if (silentMs > BOOK_DOWN_MS)
          return this.#down(failure('TRANSIENT', 'BOOK_SILENT', `${instrument.id}: no book for ${seconds(silentMs)}`))
        if (silentMs <= BOOK_SILENT_MS || nowMs - watched.askedMs < BOOK_SILENT_MS) continue
        watched.askedMs = nowMs
        this.#subscribe(market, bookOf(instrument.symbol))
      }
      this.#watch(market)
    })
    this.#timers.push(forget)
    if (this.#timers.length > 64) this.#timers = this.#timers.slice(-16)
  }

  // ---- frames ------------------------------------------------------------------------------------------------------

  #marketFrame(text: string): void {
    const frame = this.#read(text, false)
    if (frame === undefined) return
    const { channel } = frame as { channel?: unknown }
    if (channel === 'orderbooks') return this.#bookFrame(GmoBookFrame.safeParse(frame).data)
    if (channel === 'trades') this.#tradeFrame(GmoTradeFrame.safeParse(frame).data)
  }

  #accountFrame(text: string): void {
    const frame = this.#read(text, true)
    if (frame === undefined) return
    const { channel } = frame as { channel?: unknown }
    try {
      if (channel === 'executionEvents') this.#execution(GmoExecutionEvent.parse(frame))
      else if (channel === 'orderEvents') this.#order(GmoOrderEvent.parse(frame))
    } catch (error) {
      // What was said of an order cannot be read: nothing that follows can be relied on before the account is asked.
      const detail = error instanceof VenueError ? error.message : `${String(channel)} has another shape`
      this.#down(failure('PROTOCOL', 'FRAME', detail))
    }
  }

  #read(text: string, isAccount: boolean): unknown {
    let frame: unknown
    try {
      frame = JSON.parse(text)
    } catch {
      this.#down(failure('PROTOCOL', 'FRAME', 'a frame that is no JSON'))
      return undefined
    }
    const said = GmoErrorFrame.safeParse(frame)
    if (!said.success) return frame
    const code = /^ERR-\d+/.exec(said.data.error)?.[0] ?? 'ERROR'
    if (code === 'ERR-5003') this.#subscribeAgain(isAccount)
    else this.#down(failure(gmoFailureKind(code), code, said.data.error.slice(0, 120)))
    return undefined
  }

  #execution(event: GmoExecutionEvent): void {
    const instrument = this.#watched.get(event.symbol)?.instrument
    if (instrument !== undefined) this.#sink?.onFill(readExecutionEvent(instrument, event))
  }

  #order(event: GmoOrderEvent): void {
    const instrument = this.#watched.get(event.symbol)?.instrument
    if (instrument === undefined) return
    if (event.orderStatus === 'ORDERED' && AMEND_REFUSALS.has(event.cancelType ?? ''))
      this.#sink?.onAmendRefused(venueOrderId(event.orderId), `${event.cancelType}: the price stands as it was`)
    this.#sink?.onOrder(readOrderEvent(instrument, event))
  }

  #bookFrame(frame: GmoBookFrame | undefined): void {
    const watched = frame && this.#watched.get(frame.symbol)
    if (frame === undefined || watched === undefined) return
    const { instrument } = watched
    const ts = readTime(frame.timestamp)
    if (ts < watched.bookTs) return
    watched.heardMs = this.#clock.monotonicMs()
    watched.bookTs = ts
    const columns = this.#book
    const recvTs = this.#clock.nowUs()
    let row = 0
    const put = (side: number, price: number, qty: number) => {
      columns.venueTs[row] = ts
      columns.recvTs[row] = recvTs
      columns.side[row] = side
      columns.price[row] = price
      columns.qty[row] = qty
      columns.last[row] = 0
      row++
    }
    put(0, 0, 0)
    let [bid, ask] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const [side, levels] of [
      [1, frame.bids],
      [-1, frame.asks],
    ] as const)
      for (const { price, size } of levels.slice(0, LEVELS_MAX)) {
        const at = nearSteps(price, instrument.tick)
        const qty = nearSteps(size, instrument.lot)
        if (!(at > 0) || !(qty >= 0)) return this.#lost(instrument, `a level of ${price} × ${size}`)
        if (side === 1) bid = Math.max(bid, at)
        else ask = Math.min(ask, at)
        put(side, at, qty)
      }
    if (bid >= ask) return this.#lost(instrument, `bid ${bid} meets ask ${ask}`)
    columns.last[row - 1] = 1
    columns.length = row
    this.#sink?.onBook(instrument, columns, 0, row)
    this.#began?.()
  }

  #lost(instrument: Instrument, why: string): void {
    this.#sink?.onBookLost(instrument, why)
  }

  #tradeFrame(frame: GmoTradeFrame | undefined): void {
    const watched = frame && this.#watched.get(frame.symbol)
    if (frame === undefined || watched === undefined) return
    const { instrument } = watched
    const price = nearSteps(frame.price, instrument.tick)
    const qty = nearSteps(frame.size, instrument.lot)
    if (!(price > 0) || !(qty > 0)) return
    const columns = this.#trade
    columns.venueTs[0] = readTime(frame.timestamp)
    columns.recvTs[0] = this.#clock.nowUs()
    columns.price[0] = price
    columns.qty[0] = qty
    columns.taker[0] = frame.side === 'BUY' ? 1 : -1
    this.#sink?.onTrade(instrument, columns, 0)
  }
}

function closedWhileOpening(): VenueError {
  return failure('TRANSIENT', 'CLOSED', 'closed while it was being opened')
}

function bookOf(symbol: string): object {
  return { command: 'subscribe', channel: 'orderbooks', symbol }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(0)} s`
}

function failure(kind: VenueError['kind'], code: string, detail: string): VenueError {
  return new VenueError({ kind, code, question: 'gmo streams', detail })
}
