import { MemoryVault } from '../../../fixtures/memory-vault.ts'
import { type OrderId, orderIdAt } from '../../domain/ids.ts'
import type { AllowedOrder, PlaceInstruction } from '../../domain/instruction.ts'
import { lots, ticks } from '../../domain/money.ts'
import type { Side } from '../../domain/order.ts'
import type { FillReport, VenueReport } from '../../domain/report.ts'
import { US_PER_MS } from '../../domain/time.ts'
import { OrderBook } from '../../market/book.ts'
import type { BookColumns, TradeColumns } from '../../market/columns.ts'
import { DEMO_INSTRUMENTS } from './demo-instruments.ts'
import type { ExchangeLatency, ExchangeListener, ExchangeTerms } from './exchange-terms.ts'
import { SimulatedExchange } from './simulated-exchange.ts'

/** A whole day, eight hours from funding. */
export const START = 1_800_057_600_000_000
export const [BTC_JPY, FX_BTC_JPY, BTC_USDT, ETH_USDT] = [0, 1, 2, 3] as const

/** Delays that no draw changes, so that one order more or less moves no other. */
export const FIXED: ExchangeLatency = { feedUs: 5_000, entryUs: [20_000, 20_000], responseUs: [20_000, 20_000] }

export function orderOf(
  n: number,
  terms: Partial<Omit<PlaceInstruction, 'qty' | 'limit' | 'stop'>> & {
    readonly side: Side
    readonly qty: number
    readonly limit?: number
    readonly stop?: number
  },
): AllowedOrder {
  const { qty, limit, stop, ...rest } = terms
  return {
    orderId: orderIdAt(n),
    decisionId: `d${n}`,
    instrumentAt: BTC_USDT,
    type: limit === undefined ? 'MARKET' : 'LIMIT',
    timeInForce: 'GTC',
    reduceOnly: false,
    trail: undefined,
    ...rest,
    qty: lots(qty),
    limit: limit === undefined ? undefined : ticks(limit),
    stop: stop === undefined ? undefined : ticks(stop),
  } as PlaceInstruction as AllowedOrder
}

/** Our end of the connection: books as they were told, and everything that was reported. */
export class Desk implements ExchangeListener {
  readonly books = DEMO_INSTRUMENTS.map(() => new OrderBook())
  readonly reports: VenueReport[] = []
  readonly reportTimes: number[] = []
  /** When each instrument was last heard of. */
  readonly heardTs = DEMO_INSTRUMENTS.map(() => Number.NaN)
  readonly trades = DEMO_INSTRUMENTS.map(() => 0)
  readonly problems: string[] = []
  #ts = 0

  onBook(at: number, columns: BookColumns, fromRow: number, toRow: number): void {
    this.#heard(at, columns.recvTs[fromRow] as number)
    const book = this.books[at] as OrderBook
    book.apply(columns, fromRow, toRow)
    if (!(book.bestBid < book.bestAsk)) this.problems.push(`${at} is crossed at ${this.#ts}`)
  }

  onTrade(at: number, columns: TradeColumns, row: number): void {
    this.#heard(at, columns.recvTs[row] as number)
    this.trades[at] = (this.trades[at] as number) + 1
  }

  report(report: VenueReport, ts: number): void {
    this.#time(ts)
    this.reports.push(report)
    this.reportTimes.push(ts)
  }

  /** Reports about one order, by kind. */
  about(id: OrderId): readonly VenueReport['kind'][] {
    return this.reports.filter((report) => 'orderId' in report && report.orderId === id).map(({ kind }) => kind)
  }

  get fills(): readonly FillReport[] {
    return this.reports.filter((report) => report.kind === 'fill')
  }

  bid(at: number): number {
    return (this.books[at] as OrderBook).bestBid
  }

  ask(at: number): number {
    return (this.books[at] as OrderBook).bestAsk
  }

  #heard(at: number, ts: number): void {
    this.#time(ts)
    this.heardTs[at] = ts
  }

  #time(ts: number): void {
    if (ts < this.#ts) this.problems.push(`${ts} after ${this.#ts}`)
    this.#ts = ts
  }
}

/** An exchange with somebody connected to it. */
export class Floor {
  readonly vault: MemoryVault
  exchange: SimulatedExchange
  desk = new Desk()
  now: number
  readonly #terms: Partial<ExchangeTerms>

  constructor(terms: Partial<ExchangeTerms> & { readonly vault?: MemoryVault } = {}) {
    this.vault = terms.vault ?? new MemoryVault()
    this.#terms = terms
    this.now = terms.nowTs ?? START
    this.exchange = this.#open()
    this.exchange.connect(this.now)
    this.run(2_000)
  }

  /** Lets time pass, ms, as a host does it: in small steps. */
  run(ms: number, stepMs = 50): void {
    const toTs = this.now + ms * US_PER_MS
    while (this.now < toTs) {
      this.now = Math.min(toTs, this.now + stepMs * US_PER_MS)
      this.exchange.advance(this.now, this.desk)
    }
  }

  place(order: AllowedOrder): OrderId {
    this.exchange.place(order, this.now)
    return order.orderId
  }

  /** The process dies; another one comes up `awayMs` later. */
  restart(awayMs = 0): void {
    this.now += awayMs * US_PER_MS
    this.desk = new Desk()
    this.exchange = this.#open()
    this.exchange.connect(this.now)
  }

  /** All of the exchange's books that can be asked for. */
  async truth() {
    const [books, fills] = await Promise.all([this.exchange.books(), this.exchange.fills(0)])
    return { books, fills }
  }

  #open(): SimulatedExchange {
    return new SimulatedExchange({ seed: 11, latency: FIXED, ...this.#terms, vault: this.vault, nowTs: this.now })
  }
}
