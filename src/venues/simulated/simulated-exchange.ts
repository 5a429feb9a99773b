import { assert } from '../../domain/brand.ts'
import type { OrderId, VenueId } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder, Effect } from '../../domain/instruction.ts'
import { formatQty, type Instrument } from '../../domain/instrument.ts'
import { formatMoney, lots, money, QUANTA_PER_UNIT, rate, share } from '../../domain/money.ts'
import { Random, type RandomState } from '../../domain/random.ts'
import type { VenueReport } from '../../domain/report.ts'
import { US_PER_DAY, US_PER_MINUTE, US_PER_SECOND } from '../../domain/time.ts'
import type { BookColumns, TradeColumns } from '../../market/columns.ts'
import type { Venue, VenueAccountPort, VenueBooks, VenueFill, VenueOrder } from '../venue.ts'
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts'
import { VaultUnreadable, VenueFailed, VenueKeyRefused, VenueRateLimited, VenueUnreachable } from './exchange-error.ts'
import {
  DEMO_DEPOSITS,
  DEMO_LATENCY,
  type ExchangeLatency,
  type ExchangeListener,
  type ExchangeTerms,
} from './exchange-terms.ts'
import { FeedLine } from './feed-line.ts'
import { inventedFill, inventedOrder } from './invented.ts'
import { DEMO_PROFILES, type MarketProfile } from './market-profile.ts'
import { MinuteBars } from './minute-bars.ts'
import { OrderRegister, type RegisterState } from './order-register.ts'
import { type MarketSink, type MarketState, SimulatedMarket } from './simulated-market.ts'
import { SimulatedVenue, type SimulatedVenueState } from './simulated-venue.ts'
import type { VenueVault } from './vault.ts'
import { type FaultOptions, type FaultsState, UNTIL_TOLD, type VenueFault, VenueFaults } from './venue-faults.ts'
import { Wire } from './wire.ts'

/** Longer away than this, and the clock jumps: the time between never was. */
export const AWAY_US_MAX = US_PER_DAY
/** Time after which the market is saved even though nothing of ours happened, so that a restart has little to catch up. */
const CHECKPOINT_US = US_PER_MINUTE
const FOREIGN_SECONDS = 600
const DELAY_SECONDS = 30
const RETRY_AFTER_SECONDS = 2
const SLOW_SECONDS = 3
/** Funding per interval: the premium, within this distance of what borrowing costs. */
const FUNDING_BASE = 0.0001
const FUNDING_REACH = 0.0005

const STATE_VERSION = 1

interface ExchangeState {
  readonly version: number
  readonly ts: number
  readonly delays: RandomState
  readonly fundingTs: number
  readonly market: MarketState
  readonly venue: SimulatedVenueState
  readonly register: RegisterState
  readonly faults: FaultsState
}

const NOBODY: ExchangeListener = { onBook() {}, onTrade() {}, report() {} }

/**
 * An exchange that a running engine trades on: invented markets, a matching engine, the account's books, and the network
 * between it and us. It has no clock: time moves when it is advanced, and everything that happens up to then happens in
 * one order of time. It does not react to our orders, except that what we take is gone until the level is next quoted.
 *
 * It outlives the process: whatever it has accepted or matched is in the vault before a report of it or an answer leaves.
 * An order that was still travelling when the process died may be lost, and so are reports that were: ask for the fills
 * after the last known cursor. The time away is played when it is next advanced, with nobody listening.
 *
 * Spot holdings are balances; {@link VenueBooks.positions} lists what is held on margin. A sale of spot needs to have been
 * bought in the same instrument.
 */
export class SimulatedExchange implements Venue, VenueAccountPort {
  readonly venueId: VenueId
  readonly instruments: readonly Instrument[]
  readonly #profiles: readonly MarketProfile[]
  readonly #vault: VenueVault
  readonly #latency: ExchangeLatency
  readonly #market: SimulatedMarket
  readonly #venue: SimulatedVenue
  readonly #register: OrderRegister
  readonly #faults: VenueFaults
  readonly #delays: Random
  readonly #bars: MinuteBars | undefined
  readonly #feed: FeedLine
  readonly #inbound = new Wire<Effect>()
  readonly #outbound = new Wire<VenueReport>()
  /** Sees every message at the venue's time. */
  readonly #floor: MarketSink
  /** Answers that take their time. */
  #slow: { readonly ts: number; readonly answer: () => void; readonly fail: () => void }[] = []
  #now: number
  #fundingTs: number
  #timerTs = Number.POSITIVE_INFINITY
  #isConnected = false
  /** Something happened that the vault does not know. */
  #isDirty = false
  #savedTs: number

  constructor(terms: ExchangeTerms) {
    const { vault, nowTs, seed, profiles = DEMO_PROFILES, latency = DEMO_LATENCY, historyUs = 0, onBar } = terms
    assert(Number.isSafeInteger(nowTs), `now is whole microseconds, was ${nowTs}`)
    this.#profiles = profiles
    this.instruments = profiles.map(({ instrument }) => instrument)
    const [first] = this.instruments
    assert(first !== undefined, 'an exchange lists at least one instrument')
    this.venueId = first.venueId
    this.#vault = vault
    this.#latency = latency
    this.#feed = new FeedLine(latency.feedUs)
    this.#register = new OrderRegister(this.instruments)
    this.#faults = new VenueFaults(profiles.length)
    this.#venue = new SimulatedVenue({
      instruments: this.instruments,
      matchedOn: profiles.map(() => 'book'),
      assumptions: DEFAULT_ASSUMPTIONS,
      sink: { report: (report) => this.#happened(report), settle() {} },
    })
    this.#floor = {
      onBook: (at, columns, fromRow, toRow) => this.#onBook(at, columns, fromRow, toRow),
      onTrade: (at, columns, row) => this.#onTrade(at, columns, row),
    }
    const state = readState(vault.load())
    if (state === undefined) {
      this.#now = nowTs - historyUs
      this.#market = SimulatedMarket.open(profiles, { seed, startTs: this.#now })
      this.#delays = Random.seeded(seed ^ 0xde1a)
      this.#fundingTs = this.#nextFundingTs()
      for (const { currency, amount } of terms.deposits ?? DEMO_DEPOSITS) this.#venue.deposit(currency, amount)
    } else {
      this.#now = state.ts
      this.#market = SimulatedMarket.restore(profiles, state.market)
      this.#delays = Random.restore(state.delays)
      this.#fundingTs = state.fundingTs
      this.#venue.restore(state.venue)
      this.#register.restore(state.register)
      this.#faults.restore(state.faults)
      if (nowTs - state.ts > AWAY_US_MAX) {
        this.#market.jump(nowTs)
        this.#now = nowTs
        this.#fundingTs = this.#nextFundingTs()
      }
    }
    this.#bars = onBar && new MinuteBars({ count: profiles.length, sinceTs: this.#now, sink: onBar })
    this.#savedTs = this.#now
    this.#schedule()
    if (state !== undefined) return
    this.#play(nowTs, NOBODY)
    this.#save()
  }

  /** Up to when everything has happened, µs. */
  get now(): number {
    return this.#now
  }

  // ---- the connection --------------------------------------------------------------------------------------------------

  /** Whether data and reports flow and orders arrive. Breaks when the exchange goes offline. */
  get isConnected(): boolean {
    return this.#isConnected
  }

  /** Whether {@link connect} would succeed and questions are answered. */
  get isReachable(): boolean {
    return this.#faults.offlineUntilTs === undefined
  }

  /**
   * Opens the session: plays what happened until `nowTs` with nobody listening, then data begins with a snapshot of every
   * book. Reports are those of what happens from here on.
   *
   * @returns false when the exchange is offline
   */
  connect(nowTs: number): boolean {
    if (!this.#isConnected) this.#play(nowTs, NOBODY)
    if (!this.isReachable) return false
    if (this.#isConnected) return true
    this.#isConnected = true
    for (let at = 0; at < this.instruments.length; at++) this.#sendSnapshot(at)
    return true
  }

  /** Ends the session: what is on its way is lost. Saves. */
  disconnect(): void {
    this.#drop()
    this.#save()
  }

  /** Lets everything up to and including `toTs` happen. A time that has passed changes nothing. */
  advance(toTs: number, listener: ExchangeListener): void {
    this.#play(toTs, listener)
    if (this.#now - this.#savedTs >= CHECKPOINT_US) this.#save()
  }

  // ---- orders ----------------------------------------------------------------------------------------------------------

  /** Handed over without a connection, an order goes nowhere and nobody answers: its fate is unknown to who sent it. */
  place(order: AllowedOrder, ts: number): void {
    const arrivalTs = this.#arrivalTs(ts)
    if (this.#isConnected && this.#faults.take('lose-order', order.instrumentAt) === undefined)
      this.#inbound.send({ kind: 'place', order }, arrivalTs)
  }

  amend(amend: AllowedAmend, ts: number): void {
    const arrivalTs = this.#arrivalTs(ts)
    if (this.#isConnected) this.#inbound.send({ kind: 'amend', amend }, arrivalTs)
  }

  cancel(orderId: OrderId, instrumentAt: number, ts: number): void {
    const arrivalTs = this.#arrivalTs(ts)
    if (this.#isConnected && this.#faults.take('lose-cancel', instrumentAt) === undefined)
      this.#inbound.send({ kind: 'cancel', orderId, instrumentAt }, arrivalTs)
  }

  // ---- questions about the account -------------------------------------------------------------------------------------

  async books(): Promise<VenueBooks> {
    await this.#beforeAnswer('books')
    return this.#faults.oldBooks?.books ?? this.#books()
  }

  #books(): VenueBooks {
    const { account } = this.#venue
    const held = this.instruments.flatMap((instrument, at) =>
      instrument.settlement === 'margin' && account.position(at) !== 0
        ? [{ instrumentId: instrument.id, qty: lots(account.position(at)) }]
        : [],
    )
    return {
      venueId: this.venueId,
      ts: this.#now,
      openOrders: [...this.#register.open(), ...this.#faults.foreign.map(({ order }) => order)],
      balances: Array.from(account.balances(), ([currency, amount]) => ({ currency, amount })),
      positions: held,
    }
  }

  async fills(afterCursor: number): Promise<readonly VenueFill[]> {
    await this.#beforeAnswer('fills')
    return this.#vault.fills(afterCursor)
  }

  async order(orderId: OrderId): Promise<VenueOrder | undefined> {
    await this.#beforeAnswer('order')
    return this.#find(orderId)
  }

  /** What is told is true when it is told. Nothing of it may be forgotten: the vault knows it first. */
  async #beforeAnswer(question: string): Promise<void> {
    if (!this.isReachable) throw new VenueUnreachable(question)
    const { answers } = this.#faults
    if (answers?.kind === 'fail') throw new VenueFailed(question)
    if (answers?.kind === 'refuse') throw new VenueKeyRefused(question)
    if (answers?.kind === 'limit') throw new VenueRateLimited(question, answers.retryAfterMs)
    if (answers?.kind === 'slow') await this.#slowly(question, this.#now + answers.delayUs)
    if (this.#isDirty) this.#save()
  }

  #slowly(question: string, ts: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#slow.push({ ts, answer: resolve, fail: () => reject(new VenueUnreachable(question)) })
      this.#schedule()
    })
  }

  #find(orderId: OrderId): VenueOrder | undefined {
    return this.#register.find(orderId) ?? this.#vault.order(orderId)
  }

  // ---- what happens ----------------------------------------------------------------------------------------------------

  #play(toTs: number, listener: ExchangeListener): void {
    const market = this.#market
    for (;;) {
      const feedTs = this.#feed.nextTs
      const outTs = this.#outbound.nextTs
      const inTs = this.#inbound.nextTs
      const ts = Math.min(market.nextTs, feedTs, outTs, inTs, this.#timerTs)
      if (ts > toTs) break
      // Whoever asks while something is told finds the exchange at that moment.
      if (ts > this.#now) this.#now = ts
      if (ts === feedTs) this.#feed.deliver(listener)
      else if (ts === outTs) this.#deliver(listener)
      else if (ts === inTs) this.#arrive(this.#inbound.take())
      else if (ts === this.#timerTs) this.#onTimer()
      else market.step(this.#floor)
    }
    if (toTs > this.#now) this.#now = toTs
  }

  #onBook(at: number, columns: BookColumns, fromRow: number, toRow: number): void {
    const venue = this.#venue
    for (let row = fromRow; row < toRow; row++) venue.onBook(at, columns, row)
    if (venue.account.position(at) !== 0) venue.liquidateOnBook(at, this.#now)
    if (!this.#hears(at)) return
    if (this.#faults.take('lose-message', at) === undefined) this.#feed.onBook(at, columns, fromRow, toRow)
    else this.#feed.lose(at)
  }

  /** Sends a book anew to whoever missed a message of it. */
  resync(at: number): void {
    this.#sendSnapshot(at)
  }

  #onTrade(at: number, columns: TradeColumns, row: number): void {
    this.#venue.onTrade(at, columns, row)
    this.#bars?.add(at, columns, row)
    if (this.#hears(at)) this.#feed.onTrade(at, columns, row)
  }

  #hears(at: number): boolean {
    return this.#isConnected && this.#faults.pausedUntilTs[at] === undefined
  }

  #sendSnapshot(at: number): void {
    if (this.#hears(at)) this.#market.snapshot(at, this.#now, this.#feed)
  }

  #arrive(effect: Effect | undefined): void {
    if (effect === undefined) return
    const ts = this.#now
    this.#isDirty = true
    if (effect.kind === 'amend') return this.#venue.amend(effect.amend, ts)
    if (effect.kind === 'cancel') return this.#venue.cancel(effect.orderId, effect.instrumentAt, ts)
    const { order } = effect
    const { orderId } = order
    const known = this.#find(orderId)
    // The client's id is the idempotency key: an order that works is acknowledged again, one that ended is not begun anew.
    if (known?.state === 'OPEN')
      return this.#answer({ kind: 'accepted', orderId, venueOrderId: known.venueOrderId, ts }, order.instrumentAt)
    if (known !== undefined) {
      const detail = `${orderId} was ${known.state} before`
      return this.#answer(
        { kind: 'rejected', orderId, reasonCode: 'DUPLICATE_ORDER_ID', detail, ts },
        order.instrumentAt,
      )
    }
    this.#register.arrive(order, this.#venue.nextVenueOrderId, ts)
    this.#venue.place(order, ts)
  }

  /** The venue did something: it is written down, and the report of it sent. */
  #happened(report: VenueReport): void {
    this.#isDirty = true
    const instrumentId =
      'instrumentId' in report ? report.instrumentId : this.#register.find(report.orderId)?.instrumentId
    this.#register.fold(report)
    this.#answer(report, this.#position(instrumentId))
  }

  /** Sends a report, unless a fault wants it otherwise. Delays are drawn in any case: a fault moves nothing else. */
  #answer(report: VenueReport, at: number): void {
    const ts = this.#now + this.#draw(this.#latency.responseUs)
    if (!this.#isConnected) return
    const faults = this.#faults
    if (report.kind === 'fill') {
      if (faults.take('lose-fill', at) !== undefined) return
      const delayed = faults.take('delay-fill', at)
      if (delayed !== undefined) return this.#outbound.sendLate(report, ts + delayed.delayUs)
      if (faults.take('repeat-fill', at) !== undefined) this.#outbound.send(report, ts)
    }
    if (report.kind === 'accepted' && faults.take('lose-answer', at) !== undefined) return
    this.#outbound.send(report, ts)
    if (report.kind === 'accepted' && faults.take('invent-fill', at) !== undefined) this.#inventFill(report.orderId)
  }

  #deliver(listener: ExchangeListener): void {
    const report = this.#outbound.take()
    if (report === undefined) return
    if (this.#isDirty) this.#save()
    listener.report(report, this.#now)
  }

  #arrivalTs(ts: number): number {
    return Math.max(ts, this.#now) + this.#draw(this.#latency.entryUs)
  }

  #draw([min, max]: readonly [min: number, max: number]): number {
    return min + this.#delays.int(max - min + 1)
  }

  #position(id: string | undefined): number {
    return this.instruments.findIndex((instrument) => instrument.id === id)
  }

  /** The connection breaks: what is on its way is lost. */
  #drop(): void {
    this.#isConnected = false
    this.#inbound.clear()
    this.#outbound.clear()
    this.#feed.clear()
    for (const { fail } of this.#slow) fail()
    this.#slow = []
  }

  // ---- time ------------------------------------------------------------------------------------------------------------

  #schedule(): void {
    const bars = this.#bars?.nextTs ?? Number.POSITIVE_INFINITY
    this.#timerTs = Math.min(this.#fundingTs, this.#faults.nextTs, bars, ...this.#slow.map(({ ts }) => ts))
  }

  #onTimer(): void {
    const ts = this.#now
    if (this.#bars !== undefined && this.#bars.nextTs <= ts) this.#bars.close(ts)
    if (this.#fundingTs <= ts) this.#fund(ts)
    for (const slow of this.#slow) if (slow.ts <= ts) slow.answer()
    this.#slow = this.#slow.filter((slow) => slow.ts > ts)
    const faults = this.#faults
    if (faults.nextTs <= ts) {
      this.#isDirty = true
      if ((faults.oldBooks?.untilTs ?? UNTIL_TOLD) <= ts) faults.oldBooks = undefined
      if (faults.answers?.kind === 'fail' && faults.answers.untilTs <= ts) faults.answers = undefined
      if ((faults.offlineUntilTs ?? UNTIL_TOLD) <= ts) faults.offlineUntilTs = undefined
      faults.pausedUntilTs.forEach((untilTs, at) => {
        if ((untilTs ?? UNTIL_TOLD) <= ts) this.#resume(at)
      })
      faults.foreign = faults.foreign.filter(({ untilTs }) => untilTs > ts)
    }
    this.#schedule()
  }

  /** Longs pay shorts the premium of the moment, kept near what borrowing costs. */
  #fund(ts: number): void {
    this.#profiles.forEach(({ fundingIntervalUs }, at) => {
      if (fundingIntervalUs === 0 || ts % fundingIntervalUs !== 0) return
      const premium = this.#market.premium(at)
      const kept = Math.min(FUNDING_BASE + FUNDING_REACH, Math.max(FUNDING_BASE - FUNDING_REACH, premium))
      this.#venue.fund(at, rate(kept), ts)
    })
    this.#fundingTs = this.#nextFundingTs()
  }

  #nextFundingTs(): number {
    let next = UNTIL_TOLD
    for (const { fundingIntervalUs } of this.#profiles)
      if (fundingIntervalUs > 0)
        next = Math.min(next, (Math.floor(this.#now / fundingIntervalUs) + 1) * fundingIntervalUs)
    return next
  }

  // ---- the vault -------------------------------------------------------------------------------------------------------

  #save(): void {
    const state: ExchangeState = {
      version: STATE_VERSION,
      ts: this.#now,
      delays: this.#delays.save(),
      fundingTs: this.#fundingTs,
      market: this.#market.save(),
      venue: this.#venue.save(),
      register: this.#register.save(),
      faults: this.#faults.save(),
    }
    this.#vault.save(JSON.stringify(state), this.#register.news())
    this.#register.forgetNews()
    this.#isDirty = false
    this.#savedTs = this.#now
  }

  /** Whoever owns the account may cancel what rests in it, by the exchange's own id. */
  cancelForeign(venueOrderId: string): void {
    if (!this.#isConnected) return
    this.#faults.foreign = this.#faults.foreign.filter(({ order }) => order.venueOrderId !== venueOrderId)
    this.#isDirty = true
    this.#schedule()
  }

  // ---- faults ----------------------------------------------------------------------------------------------------------

  /**
   * Misbehaves once, or until told otherwise. Kinds that spoil something wait for the next occasion.
   *
   * @returns what was done or will be, one sentence for whoever asked
   */
  fault(kind: VenueFault, { instrumentId, seconds }: FaultOptions = {}): string {
    const at = instrumentId === undefined ? undefined : this.#position(instrumentId)
    assert(at !== -1, `the simulated exchange lists ${instrumentId}`)
    this.#isDirty = true
    const where = instrumentId ?? 'any instrument'
    const untilTs = seconds === undefined ? UNTIL_TOLD : this.#now + Math.round(seconds * US_PER_SECOND)
    const span = seconds === undefined ? 'until told otherwise' : `for ${seconds} s`
    switch (kind) {
      case 'lose-fill':
      case 'repeat-fill':
      case 'lose-order':
      case 'lose-answer':
      case 'lose-cancel':
      case 'lose-message':
        this.#faults.arm({ kind, at, delayUs: 0 })
        return `${kind}: waits for the next occasion in ${where}`
      case 'delay-fill':
        this.#faults.arm({ kind, at, delayUs: Math.round((seconds ?? DELAY_SECONDS) * US_PER_SECOND) })
        return `${kind}: the report of the next fill in ${where} comes ${seconds ?? DELAY_SECONDS} s late`
      case 'invent-fill': {
        const order = this.#register
          .open()
          .find((open) => instrumentId === undefined || open.instrumentId === instrumentId)
        if (order?.orderId !== undefined) return this.#inventFill(order.orderId)
        this.#faults.arm({ kind, at, delayUs: 0 })
        return `${kind}: waits for the next order that is accepted in ${where}`
      }
      case 'invent-order':
        return this.#inventOrder(at ?? 0, seconds ?? FOREIGN_SECONDS)
      case 'shift-balance':
        return this.#shiftBalance(at ?? 0)
      case 'old-books':
        this.#faults.oldBooks = { books: this.#books(), untilTs }
        this.#schedule()
        return `old-books ${span}: whoever asks for the account sees it as it is now`
      case 'fail-answers':
        this.#faults.answers = { kind: 'fail', untilTs }
        this.#schedule()
        return `fail-answers ${span}: every question about the account ends in an error`
      case 'rate-limit': {
        const retryAfterMs = 1_000 * (seconds ?? RETRY_AFTER_SECONDS)
        this.#faults.answers = { kind: 'limit', retryAfterMs }
        return `rate-limit until told otherwise: every question is refused, with ${retryAfterMs} ms to wait`
      }
      case 'slow-answers':
        this.#faults.answers = { kind: 'slow', delayUs: Math.round((seconds ?? SLOW_SECONDS) * US_PER_SECOND) }
        return `slow-answers until told otherwise: every answer takes ${seconds ?? SLOW_SECONDS} s`
      case 'refuse-key':
        this.#faults.answers = { kind: 'refuse' }
        return 'refuse-key until told otherwise: every question is refused, as one with a wrong key is'
      case 'offline':
        this.#faults.offlineUntilTs = untilTs
        this.#drop()
        this.#schedule()
        return `offline ${span}: no data, no reports, no answers, orders do not arrive`
      case 'online':
        this.#faults.offlineUntilTs = undefined
        this.#faults.oldBooks = undefined
        this.#faults.answers = undefined
        this.#schedule()
        return 'online: it can be connected to again and answers with its present books'
      case 'pause-feed':
        for (const each of this.#some(at)) this.#faults.pausedUntilTs[each] = untilTs
        this.#schedule()
        return `the data of ${where === instrumentId ? where : 'every instrument'} stops ${span}; orders work`
      case 'resume-feed':
        for (const each of this.#some(at)) this.#resume(each)
        this.#schedule()
        return `the data of ${where === instrumentId ? where : 'every instrument'} flows`
    }
  }

  #some(at: number | undefined): readonly number[] {
    return at === undefined ? this.instruments.map((_, each) => each) : [at]
  }

  #resume(at: number): void {
    if (this.#faults.pausedUntilTs[at] === undefined) return
    this.#faults.pausedUntilTs[at] = undefined
    this.#sendSnapshot(at)
  }

  /** The exchange's own books know nothing of it. */
  #inventFill(orderId: OrderId): string {
    const order = this.#register.find(orderId)
    const at = this.#position(order?.instrumentId)
    const instrument = this.instruments[at]
    assert(order !== undefined && instrument !== undefined, `${orderId} is open`)
    const mark = this.#venue.account.marks[at] as number
    const fill = inventedFill(
      { ...order, orderId },
      { instrument, mark, n: this.#faults.nextInvented(), ts: this.#now },
    )
    if (this.#isConnected) this.#outbound.send(fill, this.#now + this.#latency.responseUs[1])
    const size = `${formatQty(instrument, fill.qty)} ${instrument.base}`
    return `invent-fill: reports ${size} of ${orderId} that never traded, as ${fill.tradeId}`
  }

  #inventOrder(at: number, seconds: number): string {
    const instrument = this.instruments[at] as Instrument
    const mark = this.#venue.account.marks[at] as number
    assert(mark > 0, `${instrument.symbol} has a price`)
    const order = inventedOrder({ instrument, mark, n: this.#faults.nextInvented(), ts: this.#now })
    this.#faults.foreign.push({ order, untilTs: this.#now + Math.round(seconds * US_PER_SECOND) })
    this.#schedule()
    return `invent-order: ${order.venueOrderId} rests in the account for ${seconds} s, far below the market`
  }

  /** A hundredth of a balance is gone, or one unit where there is none. */
  #shiftBalance(at: number): string {
    const { quote } = this.instruments[at] as Instrument
    const hundredth = share(this.#venue.account.balance(quote), rate(0.01))
    const shift = money(-(hundredth === 0n ? QUANTA_PER_UNIT : hundredth))
    this.#venue.deposit(quote, shift)
    return `shift-balance: ${formatMoney(shift)} ${quote} without a reason`
  }
}

function readState(text: string | undefined): ExchangeState | undefined {
  if (text === undefined) return undefined
  const state = JSON.parse(text) as Partial<ExchangeState>
  if (state.version !== STATE_VERSION)
    throw new VaultUnreadable(`a vault of version ${STATE_VERSION}, found version ${String(state.version)}`)
  return state as ExchangeState
}
