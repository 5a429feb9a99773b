import type { ActionClass, RunMode } from '../domain/action.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderType, Side } from '../domain/order.ts'
import { type Order, type OrderBookkeeper, openLots } from '../orders/order.ts'
import type { Portfolio } from '../portfolio/portfolio.ts'
import type { FeedState, GateInput, KeyStatus, RecoveryCap, Role } from '../risk/gate-input.ts'
import type { GuardName, Guards, GuardState } from '../risk/guards.ts'
import type { KillLevel, KillSwitch } from '../risk/kill.ts'
import type { Leases, LeaseState } from '../risk/leases.ts'
import type { Limits } from '../risk/limits.ts'
import type { LossBook } from '../risk/losses.ts'
import type { SafetyMode, SafetyModeMachine } from '../risk/mode.ts'
import type { RateWindow } from '../risk/rate.ts'
import type { MarketState } from './market-state.ts'

/** What is being judged, as the order desk puts it. */
export interface Question {
  readonly stage: 'accept' | 'send'
  readonly action: ActionClass
  readonly origin: GateInput['origin']
  /** Of an operator who asks. */
  readonly role?: Role | undefined
  readonly botAt: number
  readonly instrumentAt: number
  readonly side: Side
  readonly type: OrderType
  readonly qty: number
  readonly limit: number | undefined
  readonly stop: number | undefined
  readonly trail: number | undefined
  readonly reduceOnly: boolean
  readonly reasonCode: string
  readonly createdTs: number
  readonly key: KeyStatus
  /** The order itself once it exists: it is left out of what is already resting. */
  readonly self: Order | undefined
}

/** The rooms of the kernel that an answer is read from. */
export interface Facts {
  readonly runMode: RunMode
  readonly instruments: readonly Instrument[]
  readonly orders: OrderBookkeeper
  readonly portfolio: Portfolio
  readonly market: MarketState
  readonly mode: SafetyModeMachine
  readonly kill: KillSwitch
  readonly guards: Guards
  /** Whether a break-glass is open. None is when a session begins. */
  readonly glass: { isBroken: boolean }
  /** How little may be traded while a case of reconciliation comes to its end; told anew when a session begins. */
  readonly recovery: { cap: RecoveryCap | undefined }
  /** Undefined where new risk needs none. */
  readonly leases: Leases | undefined
  /** Undefined where no loss is limited. */
  readonly losses: LossBook | undefined
  readonly limits: Limits
  readonly botIds: readonly string[]
  /** What each bot runs. */
  readonly strategyIds: readonly string[]
  /** In base currency, by bot. */
  readonly allocations: readonly number[]
  readonly buckets: {
    readonly orders: RateWindow
    readonly cancels: RateWindow
    readonly amends: RateWindow
    readonly strategy: readonly RateWindow[]
  }
}

/**
 * The gate's input, answered from the books when a rule asks. Sums over positions and resting orders are taken only for
 * the rules that look at them, so that a limit that is not set costs nothing.
 */
export class Judgement implements GateInput {
  readonly #facts: Facts
  stage: 'accept' | 'send' = 'accept'
  action: ActionClass = 'OPEN'
  origin: GateInput['origin'] = 'strategy'
  role: Role | undefined = undefined
  runMode: RunMode
  instrument: Instrument
  side: Side = 'buy'
  type: OrderType = 'MARKET'
  qty = 0
  limit: number | undefined = undefined
  stop: number | undefined = undefined
  trail: number | undefined = undefined
  reduceOnly = false
  reasonCode = ''
  createdTs = 0
  now = 0
  key: KeyStatus = 'new'
  #botAt = 0
  #at = 0
  #self: Order | undefined = undefined

  constructor(facts: Facts) {
    this.#facts = facts
    this.runMode = facts.runMode
    this.instrument = facts.instruments[0] as Instrument
  }

  /** Puts the next question; everything else is read when asked. */
  put(question: Question, now: number): this {
    this.stage = question.stage
    this.action = question.action
    this.origin = question.origin
    this.role = question.role
    this.instrument = this.#facts.instruments[question.instrumentAt] as Instrument
    this.side = question.side
    this.type = question.type
    this.qty = question.qty
    this.limit = question.limit
    this.stop = question.stop
    this.trail = question.trail
    this.reduceOnly = question.reduceOnly
    this.reasonCode = question.reasonCode
    this.createdTs = question.createdTs
    this.now = now
    this.key = question.key
    this.#botAt = question.botAt
    this.#at = question.instrumentAt
    this.#self = question.self
    return this
  }

  get botId(): string {
    return this.#facts.botIds[this.#botAt] ?? ''
  }

  get strategyId(): string {
    return this.#facts.strategyIds[this.#botAt] ?? ''
  }

  get safetyMode(): SafetyMode {
    return this.#facts.mode.mode
  }

  hasReason(code: string): boolean {
    return this.#facts.mode.reasons.has(code)
  }

  get killLevel(): KillLevel {
    const { kill } = this.#facts
    if (kill.strictest === 'NONE') return 'NONE'
    const { venueId, id } = this.instrument
    return kill.effective({ venueId, instrumentId: id, botId: this.botId })
  }

  get isGlassBroken(): boolean {
    return this.#facts.glass.isBroken
  }

  get recoveryCap(): RecoveryCap | undefined {
    return this.#facts.recovery.cap
  }

  get guardsAreFine(): boolean {
    return this.#facts.guards.areFine(this.now)
  }

  guard(name: GuardName): GuardState {
    return this.#facts.guards.state(name, this.now)
  }

  get lease(): LeaseState {
    const { leases } = this.#facts
    return leases?.stateOf(this.botId, this.instrument.venueId, this.now) ?? 'MISSING'
  }

  get feed(): FeedState {
    return this.#facts.market.feed[this.#at] as FeedState
  }

  get reference(): number {
    return this.#facts.market.reference(this.#at)
  }

  get referenceAgeUs(): number {
    return this.now - (this.#facts.market.lastTs[this.#at] as number)
  }

  get bid(): number {
    return this.#facts.market.bid[this.#at] as number
  }

  get ask(): number {
    return this.#facts.market.ask[this.#at] as number
  }

  get takeableQty(): number {
    const book = this.#facts.market.book(this.#at)
    return book === undefined ? Number.POSITIVE_INFINITY : book.depth(this.side === 'buy' ? -1 : 1, 5)
  }

  get botPosition(): number {
    return this.#facts.portfolio.botQty(this.#botAt, this.#at)
  }

  get accountPosition(): number {
    return this.#facts.portfolio.accountQty(this.#at)
  }

  get botReducingQty(): number {
    let sum = 0
    for (const order of this.#facts.orders.working) {
      if (order === this.#self || order.botAt !== this.#botAt || order.instrumentAt !== this.#at) continue
      if (order.side === this.side && !order.reduceOnly) sum += openLots(order)
    }
    return sum
  }

  get ownOpposite(): number {
    let best = Number.NaN
    for (const order of this.#facts.orders.working) {
      if (order === this.#self || order.instrumentAt !== this.#at || order.side === this.side) continue
      if (order.type !== 'LIMIT' || order.limit === undefined) continue
      const nearer = this.side === 'buy' ? order.limit < best : order.limit > best
      if (Number.isNaN(best) || nearer) best = order.limit
    }
    return best
  }

  /** The price that the worst case is reckoned at: the limit, or the market made worse by the buffer. */
  get #worstPrice(): number {
    const { market, limits } = this.#facts
    const touch = market.touch(this.#at, this.side)
    if (this.limit !== undefined) return this.side === 'buy' ? this.limit : Math.max(this.limit, touch)
    const buffer = (limits.marketBufferBps / 10_000) * (this.side === 'buy' ? 1 : -1)
    return Math.max(this.stop ?? touch, this.side === 'buy' ? touch : 0) * (1 + buffer)
  }

  get orderValue(): number {
    return Math.abs(this.#facts.portfolio.valueInBase(this.#at, this.qty, this.#worstPrice))
  }

  get orderNotionalQuote(): number {
    return this.qty * this.#worstPrice * this.instrument.valuePerTickLot
  }

  get openOrders(): number {
    return this.#facts.orders.working.length - (this.#self === undefined ? 0 : 1)
  }

  get grossExposure(): number {
    const { instruments } = this.#facts
    let sum = 0
    for (let at = 0; at < instruments.length; at++) sum += this.#exposureOf(at)
    return sum
  }

  get netExposure(): number {
    const { instruments, portfolio } = this.#facts
    let sum = 0
    for (let at = 0; at < instruments.length; at++) sum += portfolio.exposure(at)
    return sum
  }

  get instrumentExposure(): number {
    return this.#exposureOf(this.#at)
  }

  get venueExposure(): number {
    const { instruments } = this.#facts
    let sum = 0
    for (let at = 0; at < instruments.length; at++) {
      if ((instruments[at] as Instrument).venueId === this.instrument.venueId) sum += this.#exposureOf(at)
    }
    return sum
  }

  get equity(): number {
    return this.#facts.portfolio.equity
  }

  get dayLoss(): number {
    return this.#facts.losses?.dayLoss(this.equity) ?? Number.NaN
  }

  get drawdown(): number {
    return this.#facts.losses?.drawdown(this.equity) ?? Number.NaN
  }

  get allocation(): number {
    return this.#facts.allocations[this.#botAt] ?? 0
  }

  get botExposure(): number {
    const { instruments, portfolio, market } = this.#facts
    let sum = 0
    for (let at = 0; at < instruments.length; at++) {
      const qty = portfolio.botQty(this.#botAt, at)
      if (qty !== 0) sum += Math.abs(portfolio.valueInBase(at, qty, market.reference(at)))
    }
    return sum + this.#resting((order) => order.botAt === this.#botAt)
  }

  /** Position and opening resting orders of one instrument, in base currency. */
  #exposureOf(at: number): number {
    return Math.abs(this.#facts.portfolio.exposure(at)) + this.#resting((order) => order.instrumentAt === at)
  }

  #resting(counts: (order: Order) => boolean): number {
    const { orders, portfolio, market } = this.#facts
    let sum = 0
    for (const order of orders.working) {
      if (order === this.#self || order.reduceOnly || !counts(order)) continue
      const price = order.limit ?? order.stop ?? market.reference(order.instrumentAt)
      sum += Math.abs(portfolio.valueInBase(order.instrumentAt, openLots(order), price))
    }
    return sum
  }

  get reserveNeed(): number {
    const { settlement, shortable } = this.instrument
    if (settlement === 'margin') return this.#marginNeed
    if (this.side === 'buy') return cost(this.instrument, this.qty, this.#worstPrice)
    return shortable ? 0 : this.qty
  }

  get reserveFree(): number {
    const { settlement, venueId, quote } = this.instrument
    const { portfolio, instruments, orders, market } = this.#facts
    if (settlement === 'cash' && this.side === 'sell') return this.botPosition - this.botReducingQty
    let free = portfolio.balance(venueId, quote)
    for (const order of orders.working) {
      const other = order.instrument
      if (order === this.#self || other.venueId !== venueId || other.quote !== quote || order.reduceOnly) continue
      const price = order.limit ?? order.stop ?? market.touch(order.instrumentAt, order.side)
      if (other.settlement === 'margin') free -= margin(other, openLots(order), price)
      else if (order.side === 'buy') free -= cost(other, openLots(order), price)
    }
    for (let at = 0; at < instruments.length; at++) {
      const other = instruments[at] as Instrument
      if (other.settlement !== 'margin' || other.venueId !== venueId || other.quote !== quote) continue
      const qty = portfolio.accountQty(at)
      if (qty !== 0) free += portfolio.unrealised(at) - margin(other, Math.abs(qty), market.reference(at))
    }
    return free
  }

  /** Only what opens needs margin: an order against the position frees what it closes. */
  get #marginNeed(): number {
    const position = this.accountPosition
    const closes = position !== 0 && position > 0 !== (this.side === 'buy') ? Math.min(Math.abs(position), this.qty) : 0
    const opens = this.qty - closes
    if (opens === 0) return 0
    const fee =
      cost(this.instrument, this.qty, this.#worstPrice) - this.qty * this.#worstPrice * this.instrument.valuePerTickLot
    const freed = margin(this.instrument, closes, this.#facts.market.reference(this.#at))
    return margin(this.instrument, opens, this.#worstPrice) - freed + fee
  }

  get waitOrdersUs(): number {
    return this.#facts.buckets.orders.waitUs(this.now)
  }

  get waitCancelsUs(): number {
    return this.#facts.buckets.cancels.waitUs(this.now)
  }

  get waitAmendsUs(): number {
    return this.#facts.buckets.amends.waitUs(this.now)
  }

  get waitStrategyUs(): number {
    return this.#facts.buckets.strategy[this.#botAt]?.waitUs(this.now) ?? 0
  }
}

function margin(instrument: Instrument, qty: number, price: number): number {
  return (qty * price * instrument.valuePerTickLot) / instrument.maxLeverage
}

/** What a purchase takes from the quote balance: notional and the dearer of the fees. */
function cost({ valuePerTickLot, fees }: Instrument, qty: number, price: number): number {
  const rate = Math.max(0, fees.taker, fees.maker) / 1e9
  return qty * price * valuePerTickLot * (1 + rate) + Number(fees.perFill) / 1e18
}
