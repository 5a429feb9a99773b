import { instrumentId, tradeId, venueId, venueOrderId, type VenueOrderId } from '../../domain/ids.ts'
import type { AllowedOrder } from '../../domain/instruction.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, money, ticks } from '../../domain/money.ts'
import type { VenueReport } from '../../domain/report.ts'
import { DEMO_INSTRUMENTS } from '../simulated/demo-instruments.ts'
import type {
  AmendWish,
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
} from '../connector.ts'
import { VenueError } from '../venue-error.ts'
import type { KnownOrder } from './order-line.ts'
import { LiveVenue } from './live-venue.ts'

export const BTC = DEMO_INSTRUMENTS[0] as Instrument

/** Time that moves when it is told to; what waits is called in its order, and promises settle in between. */
export class SteppedClock implements VenueClock {
  us = 1_800_000_000_000_000
  #waiting: { readonly atUs: number; readonly act: () => void }[] = []

  nowUs(): number {
    return this.us
  }

  monotonicMs(): number {
    return this.us / 1_000
  }

  after(ms: number, act: () => void): () => void {
    const waiting = { atUs: this.us + ms * 1_000, act }
    this.#waiting.push(waiting)
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting)
    }
  }

  async pass(ms: number): Promise<void> {
    const end = this.us + ms * 1_000
    await settle()
    for (;;) {
      const next = this.#waiting.filter(({ atUs }) => atUs <= end).sort((a, b) => a.atUs - b.atUs)[0]
      if (next === undefined) break
      this.us = Math.max(this.us, next.atUs)
      this.#waiting = this.#waiting.filter((one) => one !== next)
      next.act()
      await settle()
    }
    this.us = end
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

export function failure(kind: VenueError['kind'], code = 'TEST'): VenueError {
  return new VenueError({ kind, code, question: 'POST /order', detail: 'as the test wants it' })
}

/** A venue that answers what it is told to; what it was asked is kept. */
export class ScriptedConnector implements Connector {
  readonly venueId = venueId('sim')
  capabilities: VenueCapabilities = {
    orderTypes: ['MARKET', 'LIMIT', 'STOP'],
    timesInForce: ['GTC', 'IOC', 'FOK', 'POST_ONLY'],
    reduceOnly: true,
    amends: 'price',
    clientId: { maxLength: 36, alphabet: /^[a-z0-9]+$/ },
    cancelsWhenSilent: false,
    hasSandbox: true,
    consistencyMs: 1_000,
    fillsReachUs: undefined,
  }
  rights: KeyRights = { mayRead: true, mayTrade: true, mayWithdraw: false }
  clockOffUs = 0
  listedInstruments: readonly Instrument[] = [BTC]
  readonly placed: OrderWish[] = []
  readonly canceled: OrderMark[] = []
  readonly asked: OrderMark[] = []
  /** How the next orders are answered, one each; then every order is confirmed. */
  answers: ((wish: OrderWish) => Promise<Outcome<VenueOrderId>>)[] = []
  cancelAnswer: () => Promise<Outcome> = () => Promise.resolve({ outcome: 'confirmed', value: undefined })
  /** What the venue has. */
  orders: ListedOrder[] = []
  executions: ListedFill[] = []
  sink: ConnectorSink | undefined
  openings = 0
  readonly #clock: SteppedClock
  #numbers = 0

  constructor(clock: SteppedClock) {
    this.#clock = clock
  }

  instruments() {
    return Promise.resolve(this.listedInstruments)
  }

  serverTime() {
    return Promise.resolve(this.#clock.us + this.clockOffUs)
  }

  keyRights() {
    return Promise.resolve(this.rights)
  }

  place(wish: OrderWish): Promise<Outcome<VenueOrderId>> {
    this.placed.push(wish)
    const answer = this.answers.shift()
    if (answer !== undefined) return answer(wish)
    return Promise.resolve({ outcome: 'confirmed', value: this.arrive(wish).venueOrderId })
  }

  /** The order reaches the venue's book. */
  arrive(wish: OrderWish, change: Partial<ListedOrder> = {}): ListedOrder {
    const order: ListedOrder = {
      venueOrderId: venueOrderId(`v${++this.#numbers}`),
      clientId: this.capabilities.clientId === undefined ? undefined : wish.clientId,
      instrumentId: wish.instrument.id,
      side: wish.side,
      type: wish.type,
      qty: wish.qty,
      filled: lots(0),
      limit: wish.limit,
      stop: wish.stop,
      reduceOnly: wish.reduceOnly,
      state: 'OPEN',
      reasonCode: undefined,
      createdTs: this.#clock.us,
      updatedTs: this.#clock.us,
      ...change,
    }
    this.orders.push(order)
    return order
  }

  change(order: ListedOrder, change: Partial<ListedOrder>): ListedOrder {
    const changed = { ...order, ...change, updatedTs: this.#clock.us }
    this.orders = this.orders.map((one) => (one.venueOrderId === order.venueOrderId ? changed : one))
    return changed
  }

  fill(order: ListedOrder, qty: number): ListedFill {
    const fill: ListedFill = {
      cursor: this.executions.length + 1,
      tradeId: tradeId(`x${this.executions.length + 1}`),
      venueOrderId: order.venueOrderId,
      clientId: order.clientId,
      instrumentId: order.instrumentId,
      side: order.side,
      price: order.limit ?? ticks(1_000),
      qty: lots(qty),
      liquidity: 'maker',
      fee: money(0n),
      ts: this.#clock.us,
    }
    this.executions.push(fill)
    return fill
  }

  amend(_order: OrderMark, _wish: AmendWish): Promise<Outcome> {
    return Promise.resolve({ outcome: 'confirmed', value: undefined })
  }

  cancel(order: OrderMark): Promise<Outcome> {
    this.canceled.push(order)
    return this.cancelAnswer()
  }

  openOrders() {
    return Promise.resolve(this.orders.filter(({ state }) => state === 'OPEN'))
  }

  order(mark: OrderMark) {
    this.asked.push(mark)
    return Promise.resolve(
      this.orders.find(
        ({ venueOrderId: id, clientId }) =>
          (mark.venueOrderId !== undefined && id === mark.venueOrderId) ||
          (clientId !== undefined && clientId === mark.clientId),
      ),
    )
  }

  fills(_instruments: readonly Instrument[], afterCursor: number) {
    return Promise.resolve(this.executions.filter(({ cursor }) => cursor > afterCursor))
  }

  fillsOf({ venueOrderId: id }: OrderMark) {
    return Promise.resolve(this.executions.filter((fill) => fill.venueOrderId === id))
  }

  balances() {
    return Promise.resolve([{ currency: 'JPY', amount: money(5n) }])
  }

  positions() {
    return Promise.resolve([])
  }

  open(_instruments: readonly Instrument[], sink: ConnectorSink) {
    this.openings++
    this.sink = sink
    return Promise.resolve()
  }

  resync() {}

  close() {
    this.sink = undefined
    return Promise.resolve()
  }
}

/** A live venue on a scripted connector, and what it told. */
export function liveRig(change: Partial<VenueCapabilities> = {}) {
  const clock = new SteppedClock()
  const connector = new ScriptedConnector(clock)
  connector.capabilities = { ...connector.capabilities, ...change }
  const known: KnownOrder[] = []
  const logged: string[] = []
  const venue = new LiveVenue({
    connector,
    instruments: [BTC],
    clock,
    instanceId: '0198c0de-1234-7abc-8def-0123456789ab',
    known: () => known,
    log: {
      info: (what, said) => logged.push(`${what} ${said}`),
      warn: (what, said) => logged.push(`${what} ${said}`),
    },
  })
  const reports: VenueReport[] = []
  const numbers: (number | undefined)[] = []
  const lost: string[] = []
  const hear = () =>
    venue.advance(clock.us, {
      onBook: (_at, _columns, _from, _to, number) => numbers.push(number),
      onTrade() {},
      onBookLost: (_at, why) => lost.push(why),
      report: (report) => reports.push(report),
    })
  return {
    clock,
    connector,
    venue,
    known,
    logged,
    numbers,
    lost,
    /** Lets time pass and hears what came of it. */
    pass: async (ms = 0) => {
      await clock.pass(ms)
      hear()
    },
    open: async () => {
      venue.connect(clock.us)
      await clock.pass(0)
    },
    reports,
    /** What was told, in words: `accepted o1`, `fill o1 3`. */
    told: () =>
      reports.map((report) =>
        report.kind === 'fill'
          ? `fill ${report.orderId} ${report.qty}`
          : 'orderId' in report
            ? `${report.kind} ${report.orderId}`
            : report.kind,
      ),
    wish: (number: number, terms: Partial<AllowedOrder> = {}): AllowedOrder =>
      ({
        orderId: `o${number}`,
        decisionId: 'd1',
        instrumentAt: 0,
        side: 'buy',
        type: 'LIMIT',
        timeInForce: 'GTC',
        reduceOnly: false,
        qty: lots(10),
        limit: ticks(9_000_000),
        stop: undefined,
        trail: undefined,
        ...terms,
      }) as AllowedOrder,
    instrument: instrumentId(BTC.id),
  }
}
