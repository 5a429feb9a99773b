import { type VenueOrderId, venueId, venueOrderId } from '../../domain/ids.ts'
import { formatPrice, formatQty, type Instrument } from '../../domain/instrument.ts'
import { lots, parseMoney } from '../../domain/money.ts'
import type { Side } from '../../domain/order.ts'
import { US_PER_MS } from '../../domain/time.ts'
import type {
  AmendWish,
  Balance,
  Connector,
  ConnectorSink,
  KeyRights,
  ListedFill,
  ListedOrder,
  OrderMark,
  OrderWish,
  Outcome,
  VenueCapabilities,
  VenueClock,
  VenueKey,
} from '../connector.ts'
import { stepsIn } from '../net/exact.ts'
import type { VenuePosition } from '../venue.ts'
import { VenueError } from '../venue-error.ts'
import { type Told, toldByCcxt } from './ccxt-errors.ts'
import type { CcxtExchange, CcxtMarket, CcxtTrade } from './ccxt-exchange.ts'
import { ccxtInstrument, textOf } from './ccxt-instruments.ts'
import { readOrder, readTrade } from './ccxt-reading.ts'
import { CcxtStreams } from './ccxt-streams.ts'
import type { ExchangeTraits } from './exchange-traits.ts'

/** Rows of a list, and pages that are read at the most. */
const ROWS = 500
const PAGES_MAX = 100
/** How far back an order that was handed over is looked for in lists. */
const LOOK_BACK_MS = 3_600_000

export interface CcxtParts {
  readonly exchange: CcxtExchange
  readonly traits: ExchangeTraits
  readonly clock: VenueClock
  /** undefined: only what needs no key can be asked. */
  readonly key: (() => VenueKey) | undefined
  /** Whether ccxt has its WebSocket side. */
  readonly hasStreams: boolean
}

/** An exchange through ccxt, in our words. What ccxt unifies is taken as it comes; what it leaves open {@link ExchangeTraits} says. */
export class CcxtConnector implements Connector {
  readonly venueId
  readonly capabilities: VenueCapabilities
  readonly #exchange: CcxtExchange
  readonly #traits: ExchangeTraits
  readonly #clock: VenueClock
  readonly #key: (() => VenueKey) | undefined
  readonly #streams: CcxtStreams | undefined
  #isLoaded = false
  /** What a change of an order has to name again. */
  readonly #sides = new Map<VenueOrderId, { readonly side: Side; readonly type: string }>()

  constructor({ exchange, traits, clock, key, hasStreams }: CcxtParts) {
    this.venueId = venueId(exchange.id)
    this.#exchange = exchange
    this.#traits = traits
    this.#clock = clock
    this.#key = key
    this.#streams = hasStreams
      ? new CcxtStreams({ exchange, clock, traits, told: (thrown, question) => this.#told(thrown, question).error })
      : undefined
    const { clientId, orderTypes, timesInForce, amends, consistencyMs, fillsReachUs } = traits
    this.capabilities = {
      orderTypes,
      timesInForce,
      reduceOnly: true,
      amends,
      clientId,
      cancelsWhenSilent: false,
      hasSandbox: false,
      consistencyMs,
      fillsReachUs,
    }
  }

  // ---- what needs no key -------------------------------------------------------------------------------------------

  async instruments(): Promise<readonly Instrument[]> {
    await this.#ask('markets', () => this.#exchange.loadMarkets(true))
    this.#isLoaded = true
    const { markets = {}, id, precisionMode } = this.#exchange
    const found = Object.values(markets).flatMap((market: CcxtMarket) => {
      try {
        return ccxtInstrument(id, market, precisionMode) ?? []
      } catch {
        // One market that makes no sense cannot be traded; the others can.
        return []
      }
    })
    if (found.length > 0) return found
    const detail = `none of ${Object.keys(markets).length} markets can be read`
    throw new VenueError({ kind: 'PROTOCOL', code: 'UNREADABLE', question: 'markets', detail })
  }

  async serverTime(): Promise<number> {
    const ms = await this.#ask('time', () => this.#exchange.fetchTime())
    if (ms === undefined || !Number.isFinite(ms))
      throw new VenueError({ kind: 'PROTOCOL', code: 'UNREADABLE', question: 'time', detail: 'it told no time' })
    return Math.round(ms * US_PER_MS)
  }

  // ---- the account -------------------------------------------------------------------------------------------------

  /** ccxt has no word for what a key may do: where the venue has one it is asked, else reading is tried and the rest shows. */
  async keyRights(): Promise<KeyRights> {
    const { rights } = this.#traits
    if (rights === undefined) {
      await this.#read('balances', () => this.#exchange.fetchBalance())
      return { mayRead: true, mayTrade: undefined, mayWithdraw: undefined }
    }
    const told = await this.#read('key', () => this.#exchange[rights.method]())
    const isOn = (field: string): boolean | undefined => {
      const value = told[field]
      return value === undefined ? undefined : value === true || value === 'true'
    }
    return {
      mayRead: isOn(rights.read) !== false,
      mayTrade: isOn(rights.trade),
      mayWithdraw: isOn(rights.withdraw),
    }
  }

  async balances(): Promise<readonly Balance[]> {
    const { total = {}, info } = await this.#read('balances', () => this.#exchange.fetchBalance())
    const amounts = this.#traits.wallet === undefined ? Object.entries(total) : walletOf(info, this.#traits.wallet)
    return amounts.flatMap(([currency, value]) => {
      if (value === undefined || value === null) return []
      const amount = parseMoney(textOf(value) ?? '')
      if (amount === undefined) throw unreadable('balances', `${currency} has an amount that is none`)
      return [{ currency, amount }]
    })
  }

  async positions(instruments: readonly Instrument[]): Promise<readonly VenuePosition[]> {
    const margin = instruments.filter(({ settlement }) => settlement === 'margin')
    if (margin.length === 0) return []
    const rows = await this.#read('positions', () => this.#exchange.fetchPositions(margin.map(({ symbol }) => symbol)))
    return margin.flatMap((instrument) => {
      let qty = 0
      for (const { symbol, side, contracts } of rows) {
        const text = textOf(contracts)
        if (symbol !== instrument.symbol || text === undefined) continue
        const held = stepsIn(text, instrument.lotSize)
        if (held === undefined) throw unreadable('positions', `${symbol} holds no whole lots`)
        qty += side === 'short' ? -Math.abs(held) : held
      }
      return qty === 0 ? [] : [{ instrumentId: instrument.id, qty: lots(qty) }]
    })
  }

  async openOrders(instruments: readonly Instrument[]): Promise<readonly ListedOrder[]> {
    const found: ListedOrder[] = []
    for (const instrument of instruments) {
      const orders = await this.#read('open orders', () => this.#exchange.fetchOpenOrders(instrument.symbol))
      for (const order of orders) found.push(readOrder(instrument, order))
    }
    return found
  }

  async order({ clientId, venueOrderId: id, instrument }: OrderMark): Promise<ListedOrder | undefined> {
    const { symbol } = instrument
    if (id === undefined && this.#traits.clientId === undefined)
      throw new VenueError({
        kind: 'INVALIDREQUEST',
        code: 'NO_CLIENT_ID',
        question: 'order',
        detail: 'this venue keeps no ids of ours, and its own is not known',
        isUnsent: true,
      })
    if (id === undefined && !this.#traits.asksByClientId) return this.#searched(instrument, clientId)
    const params = id === undefined ? { clientOrderId: clientId } : {}
    const order = await this.#found('order', () => this.#exchange.fetchOrder(id, symbol, params))
    return order && readOrder(instrument, order)
  }

  /** One that only lists tell of: among those that are open, and those that ended lately. */
  async #searched(instrument: Instrument, clientId: string): Promise<ListedOrder | undefined> {
    const open = await this.openOrders([instrument])
    const found = open.find((order) => order.clientId === clientId)
    if (found !== undefined || this.#exchange.has['fetchClosedOrders'] !== true) return found
    const since = this.#clock.nowUs() / US_PER_MS - LOOK_BACK_MS
    const closed = await this.#read('closed orders', () => this.#exchange.fetchClosedOrders(instrument.symbol, since))
    const ended = closed.find(({ clientOrderId }) => clientOrderId === clientId)
    return ended && readOrder(instrument, ended)
  }

  async fills(instruments: readonly Instrument[], afterCursor: number): Promise<readonly ListedFill[]> {
    const earliest = Math.floor((this.#clock.nowUs() - this.#traits.fillsReachUs) / US_PER_MS) + 1_000
    const found = new Map<string, ListedFill>()
    for (const instrument of instruments) {
      let since = Math.max(afterCursor, earliest)
      for (let page = 0; page < PAGES_MAX; page++) {
        const from = since
        const rows = await this.#read('fills', () => this.#exchange.fetchMyTrades(instrument.symbol, from, ROWS))
        for (const row of rows) {
          const fill = readTrade(instrument, row)
          found.set(fill.tradeId, fill)
        }
        const last = Math.max(...rows.map(({ timestamp = 0 }: CcxtTrade) => timestamp), 0)
        if (rows.length < ROWS || last <= from) break
        since = last
      }
    }
    return [...found.values()].sort((a, b) => a.cursor - b.cursor)
  }

  async fillsOf({ venueOrderId: id, instrument }: OrderMark): Promise<readonly ListedFill[]> {
    if (id === undefined)
      throw new VenueError({
        kind: 'INVALIDREQUEST',
        code: 'NO_ID',
        question: 'fills of an order',
        detail: 'its id at the venue is not known',
        isUnsent: true,
      })
    const fills = await this.fills([instrument], 0)
    return fills.filter((fill) => fill.venueOrderId === id)
  }

  // ---- orders ------------------------------------------------------------------------------------------------------

  place(wish: OrderWish): Promise<Outcome<VenueOrderId>> {
    const { clientId, instrument, side, type, timeInForce, reduceOnly, qty, limit, stop } = wish
    const { orderTypes, timesInForce, clientId: ids } = this.#traits
    const isTimed = type === 'LIMIT' && !timesInForce.includes(timeInForce)
    if (!orderTypes.includes(type) || isTimed)
      return Promise.resolve(refused('order', `${isTimed ? timeInForce : type} is not offered there`))
    const kind = type === 'LIMIT' ? 'limit' : 'market'
    const price = limit === undefined ? undefined : formatPrice(instrument, limit)
    const params = {
      ...(ids === undefined ? {} : { clientOrderId: clientId }),
      ...(type === 'LIMIT' ? timeWords(timeInForce) : {}),
      ...(reduceOnly && instrument.settlement === 'margin' ? { reduceOnly: true } : {}),
      ...(stop === undefined ? {} : { triggerPrice: formatPrice(instrument, stop) }),
    }
    return this.#write('order', async () => {
      const amount = formatQty(instrument, qty)
      const { id } = await this.#exchange.createOrder(instrument.symbol, kind, side, amount, price, params)
      if (id === undefined) throw unreadable('order', 'the answer names no order')
      const named = venueOrderId(id)
      if (this.#traits.amends !== 'none') this.#sides.set(named, { side, type: kind })
      return named
    })
  }

  async amend({ venueOrderId: id, instrument }: OrderMark, { qty, limit }: AmendWish): Promise<Outcome> {
    if (id === undefined || limit === undefined || this.#traits.amends === 'none')
      return refused('amend', 'limit orders alone are changed, by the id that the venue gave them')
    const { symbol } = instrument
    return this.#write('amend', async () => {
      const { side, type } = this.#sides.get(id) ?? (await this.#sideOf(id, symbol))
      const [amount, price] = [formatQty(instrument, qty), formatPrice(instrument, limit)]
      await this.#exchange.editOrder(id, symbol, type, side, amount, price)
      return undefined
    })
  }

  async #sideOf(id: VenueOrderId, symbol: string): Promise<{ readonly side: Side; readonly type: string }> {
    const { side, type } = await this.#exchange.fetchOrder(id, symbol)
    return { side: side === 'sell' ? 'sell' : 'buy', type: type === 'market' ? 'market' : 'limit' }
  }

  cancel({ clientId, venueOrderId: id, instrument }: OrderMark): Promise<Outcome> {
    const isNamed = id !== undefined || this.#traits.asksByClientId
    if (!isNamed) return Promise.resolve(refused('cancel', 'its id at the venue is not known'))
    const params = id === undefined ? { clientOrderId: clientId } : {}
    return this.#write('cancel', async () => {
      await this.#exchange.cancelOrder(id, instrument.symbol, params)
      return undefined
    })
  }

  // ---- streams -----------------------------------------------------------------------------------------------------

  async open(instruments: readonly Instrument[], sink: ConnectorSink): Promise<void> {
    if (this.#streams === undefined)
      throw new VenueError({
        kind: 'INVALIDREQUEST',
        code: 'NO_STREAMS',
        question: 'streams',
        detail: `ccxt has no streams of ${this.venueId}`,
        hint: 'it can be reconciled with, and not traded on: nobody would hear of fills in time',
        isUnsent: true,
      })
    this.#unlock()
    await this.#load()
    await this.#streams.open(instruments, sink)
  }

  resync(instrument: Instrument): void {
    this.#streams?.resync(instrument)
  }

  async close(): Promise<void> {
    await this.#streams?.close()
  }

  // ---- asking ------------------------------------------------------------------------------------------------------

  /** The key is read at the moment of need. */
  #unlock(): void {
    if (this.#key === undefined)
      throw new VenueError({
        kind: 'AUTH',
        code: 'NO_KEY',
        question: this.venueId,
        detail: 'no key was given',
        isUnsent: true,
      })
    const { key, secret } = this.#key()
    Object.assign(this.#exchange, { apiKey: key, secret })
  }

  async #load(): Promise<void> {
    if (this.#isLoaded) return
    await this.#ask('markets', () => this.#exchange.loadMarkets())
    this.#isLoaded = true
  }

  /** A question about the account. */
  async #read<T>(question: string, act: () => Promise<T>): Promise<T> {
    this.#unlock()
    await this.#load()
    return this.#ask(question, act)
  }

  async #ask<T>(question: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (thrown) {
      throw this.#told(thrown, question).error
    }
  }

  /** @returns undefined where the venue says that there is none such */
  async #found<T>(question: string, act: () => Promise<T>): Promise<T | undefined> {
    this.#unlock()
    await this.#load()
    try {
      return await act()
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'OrderNotFound') return undefined
      throw this.#told(thrown, question).error
    }
  }

  async #write<T>(question: string, act: () => Promise<T>): Promise<Outcome<T>> {
    try {
      this.#unlock()
      await this.#load()
    } catch (thrown) {
      return { outcome: 'refused', error: this.#told(thrown, question).error }
    }
    try {
      return { outcome: 'confirmed', value: await act() }
    } catch (thrown) {
      const { error, isRefusal } = this.#told(thrown, question)
      return { outcome: isRefusal ? 'refused' : 'unknown', error }
    }
  }

  #told(thrown: unknown, question: string): Told {
    const { key, secret } = this.#key?.() ?? { key: '', secret: '' }
    const headers = this.#exchange.last_response_headers
    return toldByCcxt(thrown, question, {
      secrets: [key, secret],
      retryAfter: headers?.['Retry-After'] ?? headers?.['retry-after'],
    })
  }
}

function timeWords(timeInForce: OrderWish['timeInForce']): Readonly<Record<string, unknown>> {
  if (timeInForce === 'POST_ONLY') return { postOnly: true }
  return timeInForce === 'GTC' ? {} : { timeInForce }
}

/** Amounts as the venue's own answer has them. */
function walletOf(
  info: unknown,
  [list, currency, amount]: readonly [string, string, string],
): readonly (readonly [string, unknown])[] {
  const rows = (info as Readonly<Record<string, unknown>> | undefined)?.[list]
  if (!Array.isArray(rows)) throw unreadable('balances', `the answer has no ${list}`)
  return rows.map((row: Readonly<Record<string, unknown>>) => [String(row[currency]), row[amount]])
}

/** Refused here: nothing has left. */
function refused(question: string, detail: string): { outcome: 'refused'; error: VenueError } {
  const error = new VenueError({ kind: 'INVALIDREQUEST', code: 'NOT_SUPPORTED', question, detail, isUnsent: true })
  return { outcome: 'refused', error }
}

function unreadable(question: string, detail: string): VenueError {
  return new VenueError({ kind: 'PROTOCOL', code: 'UNREADABLE', question, detail })
}
