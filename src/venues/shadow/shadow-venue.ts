import type { OrderId, VenueId } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder, Effect } from '../../domain/instruction.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { lots, type Money } from '../../domain/money.ts'
import type { VenueReport } from '../../domain/report.ts'
import { US_PER_MS } from '../../domain/time.ts'
import type { ArrivalListener } from '../live/arrivals.ts'
import { DEFAULT_ASSUMPTIONS } from '../simulated/assumptions.ts'
import { OrderRegister, type RegisterState } from '../simulated/order-register.ts'
import { SimulatedVenue, type SimulatedVenueState } from '../simulated/simulated-venue.ts'
import type { VenueVault } from '../simulated/vault.ts'
import { Wire } from '../simulated/wire.ts'
import type { Venue, VenueAccountPort, VenueBooks, VenueFill, VenueOrder } from '../venue.ts'

/** How long an order would have travelled, µs: what a venue far away takes. */
const ENTRY_US = 50 * US_PER_MS

/** What a shadow looks at: a venue's market, and nothing that could send. */
export interface ShadowedMarket {
  readonly venueId: VenueId
  readonly isConnected: boolean
  readonly downReason?: string | undefined
  connect(nowTs: number): boolean
  opened?(): Promise<void>
  disconnect(): void
  advance(toTs: number, listener: ArrivalListener): void
  resync?(at: number): void
}

export interface ShadowTerms {
  readonly market: ShadowedMarket
  readonly instruments: readonly Instrument[]
  readonly vault: VenueVault
  /** What the real account held when the shadow began. */
  readonly deposits: readonly { readonly currency: string; readonly amount: Money }[]
}

interface ShadowState {
  readonly venue: SimulatedVenueState
  readonly register: RegisterState
}

/**
 * A real venue's market with orders that never reach it (UGF-D-007, shadow): they are matched against its book as it is told,
 * after the time that they would have travelled, in an account of our own that began with what the real one held. There is
 * nobody here who could send one.
 */
export class ShadowVenue implements Venue, VenueAccountPort {
  readonly venueId: VenueId
  readonly #market: ShadowedMarket
  readonly #instruments: readonly Instrument[]
  readonly #vault: VenueVault
  readonly #venue: SimulatedVenue
  readonly #register: OrderRegister
  readonly #inbound = new Wire<Effect>()
  #reports: VenueReport[] = []
  #isDirty = false
  #now = 0
  /** Orders that a live session would have sent. */
  wouldSend = 0

  constructor({ market, instruments, vault, deposits }: ShadowTerms) {
    this.venueId = market.venueId
    this.#market = market
    this.#instruments = instruments
    this.#vault = vault
    this.#register = new OrderRegister(instruments)
    this.#venue = new SimulatedVenue({
      instruments,
      matchedOn: instruments.map(() => 'book'),
      assumptions: DEFAULT_ASSUMPTIONS,
      sink: { report: (report) => this.#happened(report), settle() {} },
    })
    const saved = vault.load()
    if (saved === undefined) for (const { currency, amount } of deposits) this.#venue.deposit(currency, amount)
    else {
      const state = JSON.parse(saved) as ShadowState
      this.#venue.restore(state.venue)
      this.#register.restore(state.register)
    }
  }

  // ---- the market --------------------------------------------------------------------------------------------------

  get isConnected(): boolean {
    return this.#market.isConnected
  }

  get downReason(): string | undefined {
    return this.#market.downReason
  }

  connect(nowTs: number): boolean {
    this.#now = Math.max(this.#now, nowTs)
    return this.#market.connect(nowTs)
  }

  opened(): Promise<void> {
    return this.#market.opened?.() ?? Promise.resolve()
  }

  disconnect(): void {
    this.#inbound.clear()
    this.#save()
    this.#market.disconnect()
  }

  resync(at: number): void {
    this.#market.resync?.(at)
  }

  advance(toTs: number, listener: ArrivalListener): void {
    this.#now = Math.max(this.#now, toTs)
    this.#market.advance(toTs, {
      onBook: (at, columns, from, to, number) => {
        for (let row = from; row < to; row++) this.#venue.onBook(at, columns, row)
        if (this.#venue.account.position(at) !== 0) this.#venue.liquidateOnBook(at, this.#now)
        listener.onBook(at, columns, from, to, number)
      },
      onTrade: (at, columns, row) => {
        this.#venue.onTrade(at, columns, row)
        listener.onTrade(at, columns, row)
      },
      onBookLost: (at, why) => listener.onBookLost?.(at, why),
      report: () => undefined,
    })
    while (this.#inbound.nextTs <= this.#now) this.#arrive(this.#inbound.take())
    // What is told is kept first: a process that dies forgets nothing that anybody heard.
    this.#save()
    const reports = this.#reports
    this.#reports = []
    for (const report of reports) listener.report(report, toTs)
  }

  // ---- orders ------------------------------------------------------------------------------------------------------

  place(order: AllowedOrder, ts: number): void {
    this.wouldSend++
    this.#inbound.send({ kind: 'place', order }, ts + ENTRY_US)
  }

  amend(amend: AllowedAmend, ts: number): void {
    this.#inbound.send({ kind: 'amend', amend }, ts + ENTRY_US)
  }

  cancel(orderId: OrderId, instrumentAt: number, ts: number): void {
    this.#inbound.send({ kind: 'cancel', orderId, instrumentAt }, ts + ENTRY_US)
  }

  #arrive(effect: Effect | undefined): void {
    if (effect === undefined) return
    this.#isDirty = true
    if (effect.kind === 'amend') return this.#venue.amend(effect.amend, this.#now)
    if (effect.kind === 'cancel') return this.#venue.cancel(effect.orderId, effect.instrumentAt, this.#now)
    this.#register.arrive(effect.order, this.#venue.nextVenueOrderId, this.#now)
    this.#venue.place(effect.order, this.#now)
  }

  #happened(report: VenueReport): void {
    this.#isDirty = true
    this.#register.fold(report)
    this.#reports.push(report)
  }

  // ---- the account -------------------------------------------------------------------------------------------------

  books(): Promise<VenueBooks> {
    const { account } = this.#venue
    return Promise.resolve({
      venueId: this.venueId,
      ts: this.#now,
      openOrders: this.#register.open(),
      balances: Array.from(account.balances(), ([currency, amount]) => ({ currency, amount })),
      positions: this.#instruments.flatMap(({ settlement, id }, at) =>
        settlement === 'margin' && account.position(at) !== 0
          ? [{ instrumentId: id, qty: lots(account.position(at)) }]
          : [],
      ),
    })
  }

  fills(afterCursor: number): Promise<readonly VenueFill[]> {
    this.#save()
    return Promise.resolve(this.#vault.fills(afterCursor))
  }

  order(orderId: OrderId): Promise<VenueOrder | undefined> {
    return Promise.resolve(this.#register.find(orderId) ?? this.#vault.order(orderId))
  }

  #save(): void {
    if (!this.#isDirty) return
    this.#isDirty = false
    const state: ShadowState = { venue: this.#venue.save(), register: this.#register.save() }
    this.#vault.save(JSON.stringify(state), this.#register.news())
    this.#register.forgetNews()
  }
}
