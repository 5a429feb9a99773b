import { z } from 'zod'
import { venueOrderId, type VenueOrderId } from '../../domain/ids.ts'
import { formatPrice, formatQty, type Instrument } from '../../domain/instrument.ts'
import { lots, parseMoney } from '../../domain/money.ts'
import type { TimeInForce } from '../../domain/order.ts'
import { US_PER_DAY } from '../../domain/time.ts'
import type {
  AmendWish,
  Balance,
  Connector,
  ConnectorSink,
  ConnectorTerms,
  KeyRights,
  ListedFill,
  ListedOrder,
  OrderMark,
  OrderWish,
  Outcome,
  VenueCapabilities,
} from '../connector.ts'
import { stepsIn } from '../net/exact.ts'
import type { VenuePosition } from '../venue.ts'
import { VenueError } from '../venue-error.ts'
import { isCertainRefusal } from './gmo-errors.ts'
import { GMO, gmoInstrument } from './gmo-instruments.ts'
import { readExecution, readOrder, readTime } from './gmo-reading.ts'
import { GmoRest } from './gmo-rest.ts'
import { GmoStreams } from './gmo-streams.ts'
import { GmoAsset, GmoExecution, GmoOrder, GmoPositionSummary, GmoSymbol, listOf } from './gmo-wire.ts'

const CAPABILITIES: VenueCapabilities = {
  orderTypes: ['MARKET', 'LIMIT', 'STOP'],
  timesInForce: ['GTC', 'IOC', 'FOK', 'POST_ONLY'],
  reduceOnly: true,
  amends: 'price',
  clientId: undefined,
  cancelsWhenSilent: false,
  hasSandbox: false,
  consistencyMs: 2_000,
  fillsReachUs: US_PER_DAY,
}

const TIMES: Readonly<Record<TimeInForce, string>> = { GTC: 'FAS', IOC: 'FAK', FOK: 'FOK', POST_ONLY: 'SOK' }
const ROWS = 100
/** Pages of a list that are read at the most: what is beyond is days of trading. */
const PAGES_MAX = 100

/**
 * GMO Coin, spot and leverage (https://api.coin.z.com/docs/en/).
 *
 * It keeps no ids of ours: the answer to an order names it, and an answer that is lost leaves it unknown. On leverage an order
 * opens, whatever is held: an order that only reduces closes what there is, oldest first, and any other adds a position of its
 * own, which counts against what is held on the other side. It lists fills for a day; older ones by their order.
 */
export class GmoConnector implements Connector {
  readonly venueId = GMO
  readonly capabilities = CAPABILITIES
  readonly #rest: GmoRest
  readonly #streams: GmoStreams

  constructor(terms: ConnectorTerms) {
    this.#rest = new GmoRest(terms)
    this.#streams = new GmoStreams(this.#rest, terms.clock)
  }

  // ---- what needs no key -------------------------------------------------------------------------------------------

  async instruments(): Promise<readonly Instrument[]> {
    const { data } = await this.#rest.ask('/v1/symbols', z.array(z.unknown()))
    const found = data.flatMap((row) => {
      const rule = GmoSymbol.safeParse(row)
      return (rule.success ? gmoInstrument(rule.data) : undefined) ?? []
    })
    if (found.length === 0) throw unreadable('GET /v1/symbols', `none of ${data.length} rules can be read`)
    return found
  }

  async serverTime(): Promise<number> {
    const { responseTime } = await this.#rest.ask('/v1/status', z.unknown())
    return readTime(responseTime ?? '')
  }

  // ---- the account -------------------------------------------------------------------------------------------------

  /** The venue does not tell what a key may do: reading is tried, the rest shows with the first order. */
  async keyRights(): Promise<KeyRights> {
    await this.#rest.read('/v1/account/assets', z.array(GmoAsset))
    return { mayRead: true, mayTrade: undefined, mayWithdraw: undefined }
  }

  async balances(): Promise<readonly Balance[]> {
    const assets = await this.#rest.read('/v1/account/assets', z.array(GmoAsset))
    return assets.map(({ symbol, amount }) => {
      const money = parseMoney(amount)
      if (money === undefined) throw unreadable('GET /v1/account/assets', `${symbol} has an amount that is none`)
      return { currency: symbol, amount: money }
    })
  }

  async positions(instruments: readonly Instrument[]): Promise<readonly VenuePosition[]> {
    const margin = instruments.filter(({ settlement }) => settlement === 'margin')
    if (margin.length === 0) return []
    const rows = await this.#rest.read('/v1/positionSummary', listOf(GmoPositionSummary))
    return margin.flatMap((instrument) => {
      let qty = 0
      for (const { symbol, side, sumPositionQuantity } of rows) {
        if (symbol !== instrument.symbol) continue
        const held = stepsIn(sumPositionQuantity, instrument.lotSize)
        if (held === undefined) throw unreadable('GET /v1/positionSummary', `${symbol} holds no whole lots`)
        qty += side === 'BUY' ? held : -held
      }
      return qty === 0 ? [] : [{ instrumentId: instrument.id, qty: lots(qty) }]
    })
  }

  async openOrders(instruments: readonly Instrument[]): Promise<readonly ListedOrder[]> {
    const found = new Map<string, ListedOrder>()
    for (const instrument of instruments)
      for await (const page of this.#pages('/v1/activeOrders', instrument, GmoOrder))
        for (const order of page) found.set(order.orderId, readOrder(instrument, order))
    return [...found.values()]
  }

  async order({ venueOrderId: id, instrument }: OrderMark): Promise<ListedOrder | undefined> {
    if (id === undefined) throw nameless('GET /v1/orders')
    const orders = await this.#rest.read('/v1/orders', listOf(GmoOrder), { orderId: id })
    const found = orders.find(({ orderId }) => orderId === id)
    return found && readOrder(instrument, found)
  }

  async fills(instruments: readonly Instrument[], afterCursor: number): Promise<readonly ListedFill[]> {
    // By their ids: what is executed between two pages pushes rows of the first one into the second.
    const found = new Map<number, ListedFill>()
    for (const instrument of instruments)
      for await (const page of this.#pages('/v1/latestExecutions', instrument, GmoExecution)) {
        for (const one of page)
          if (one.executionId > afterCursor) found.set(one.executionId, readExecution(instrument, one))
        // The order of the list is not documented: what is behind is older only where the page itself goes back.
        const ids = page.map(({ executionId }) => executionId)
        const goesBack = ids.every((id, at) => at === 0 || id < (ids[at - 1] ?? 0))
        if (goesBack && (ids.at(-1) ?? 0) <= afterCursor) break
      }
    return [...found.values()].sort((a, b) => a.cursor - b.cursor)
  }

  async fillsOf({ venueOrderId: id, instrument }: OrderMark): Promise<readonly ListedFill[]> {
    if (id === undefined) throw nameless('GET /v1/executions')
    const executions = await this.#rest.read('/v1/executions', listOf(GmoExecution), { orderId: id })
    return executions.map((one) => readExecution(instrument, one)).sort((a, b) => a.cursor - b.cursor)
  }

  /** A list page by page, until one is not full. */
  async *#pages<T extends z.ZodType>(
    path: string,
    { symbol }: Instrument,
    row: T,
  ): AsyncGenerator<readonly z.output<T>[]> {
    for (let page = 1; page <= PAGES_MAX; page++) {
      const rows = await this.#rest.read(path, listOf(row), { symbol, page: String(page), count: String(ROWS) })
      yield rows
      if (rows.length < ROWS) return
    }
    throw unreadable(`GET ${path}`, `more than ${PAGES_MAX} pages`)
  }

  // ---- orders ------------------------------------------------------------------------------------------------------

  place(wish: OrderWish): Promise<Outcome<VenueOrderId>> {
    const { instrument, side, type, timeInForce, reduceOnly, qty, limit, stop } = wish
    if (!CAPABILITIES.orderTypes.includes(type))
      return Promise.resolve(refused('POST /v1/order', 'NOT_SUPPORTED', `${type} orders are not offered`))
    const price = type === 'LIMIT' ? limit : type === 'STOP' ? stop : undefined
    const isClosing = reduceOnly && instrument.settlement === 'margin'
    const body = {
      symbol: instrument.symbol,
      side: side === 'buy' ? 'BUY' : 'SELL',
      executionType: type,
      ...(type === 'LIMIT' ? { timeInForce: TIMES[timeInForce] } : {}),
      ...(price === undefined ? {} : { price: formatPrice(instrument, price) }),
      size: formatQty(instrument, qty),
    }
    const path = isClosing ? '/v1/closeBulkOrder' : '/v1/order'
    const id = z.union([z.string().regex(/^\d+$/), z.number().int()])
    return outcomeOf(async () => venueOrderId(String(await this.#rest.write('POST', path, id, body, reduceOnly))))
  }

  amend({ venueOrderId: id, instrument }: OrderMark, { limit, stop }: AmendWish): Promise<Outcome> {
    const question = 'POST /v1/changeOrder'
    const price = limit ?? stop
    if (id === undefined) return Promise.resolve({ outcome: 'refused', error: nameless(question) })
    if (price === undefined) return Promise.resolve(refused(question, 'NO_PRICE', 'prices alone are changed'))
    const body = { orderId: Number(id), price: formatPrice(instrument, price) }
    return outcomeOf(async () => {
      await this.#rest.write('POST', '/v1/changeOrder', z.unknown(), body)
      return undefined
    })
  }

  cancel({ venueOrderId: id }: OrderMark): Promise<Outcome> {
    if (id === undefined) return Promise.resolve({ outcome: 'refused', error: nameless('POST /v1/cancelOrder') })
    return outcomeOf(async () => {
      await this.#rest.write('POST', '/v1/cancelOrder', z.unknown(), { orderId: Number(id) }, true)
      return undefined
    })
  }

  // ---- streams -----------------------------------------------------------------------------------------------------

  open(instruments: readonly Instrument[], sink: ConnectorSink): Promise<void> {
    return this.#streams.open(instruments, sink)
  }

  resync(instrument: Instrument): void {
    this.#streams.resync(instrument)
  }

  close(): Promise<void> {
    return this.#streams.close()
  }
}

/** What a venue's word on an order leaves certain. */
async function outcomeOf<T>(act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { outcome: 'confirmed', value: await act() }
  } catch (error) {
    if (!(error instanceof VenueError)) throw error
    const isRefused = error.isUnsent || isCertainRefusal(error.venueCode)
    return { outcome: isRefused ? 'refused' : 'unknown', error }
  }
}

/** Refused here: nothing has left. */
function refused(question: string, code: string, detail: string): { outcome: 'refused'; error: VenueError } {
  const error = new VenueError({ kind: 'INVALIDREQUEST', code, question, detail, isUnsent: true })
  return { outcome: 'refused', error }
}

function nameless(question: string): VenueError {
  return refused(question, 'NO_CLIENT_ID', 'this venue keeps no ids of ours, and its own is not known').error
}

function unreadable(question: string, detail: string): VenueError {
  return new VenueError({ kind: 'PROTOCOL', code: 'UNREADABLE', question, detail })
}
