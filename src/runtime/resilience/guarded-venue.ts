import type { InstrumentId, OrderId, VenueId } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../../domain/instruction.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { Random } from '../../domain/random.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { VenueBooks, VenueFill, VenueOrder } from '../../venues/venue.ts'
import type { HostClock } from '../clock.ts'
import type { EngineVenue, VenueListener } from '../engine/engine-venue.ts'
import type { Log } from '../log/log.ts'
import { AccountLine } from './account-line.ts'
import { AwaitedAnswers, newsOfLookup } from './awaited-answers.ts'
import { Breaker, type BreakerState, type BreakerStatus } from './breaker.ts'
import { type Errand, errandKey, instrumentAtOf, orderIdOf, type Refusal, refusalReport, runErrand } from './errand.ts'
import { type Lane, Lanes, RateBudget, type RateTerms } from './lanes.ts'
import { Question } from './question.ts'
import { CALL_TIMEOUT_MS } from './retry.ts'
import type { EndpointGroup, VenueStatus } from './venue-status.ts'

export interface GuardTerms {
  readonly instruments: readonly Instrument[]
  readonly host: HostClock
  /** Calls back after so many ms, unless the returned function is called before. */
  readonly after: (ms: number, act: () => void) => () => void
  readonly seed: number
  readonly log: Log
  readonly rate?: RateTerms
}

/** What the simulated exchange takes; the share for cancels is UGF-0-011's. */
const RATE: RateTerms = { perSecond: 100, reserved: 0.3 }
/** How long a venue is left alone with new risk after it was slow or limited us. */
const BACK_OFF_MS = 30_000
/** A wish is worth this long; one that waited for longer is not sent any more. */
const WISH_LIFE_MS = 5_000

/**
 * A venue behind its guard (UGF-0-008, UGF-0-011). Everything goes by urgency and within the venue's rate; questions are put
 * within a time and again where that can help; a venue that fails is left alone for a while. What is done to orders is handed
 * over once: an answer that does not come makes the order UNKNOWN and is looked up, and what cannot be handed over is told
 * as refused. What cancels, flattens or reduces is tried whatever the breaker says.
 *
 * Without a connection it guards nothing: who reconnects asks for everything anew.
 */
export class GuardedVenue implements EngineVenue {
  readonly venueId: VenueId
  readonly fault?: NonNullable<EngineVenue['fault']>
  readonly cancelForeign?: NonNullable<EngineVenue['cancelForeign']>
  readonly #venue: EngineVenue
  readonly #terms: GuardTerms
  readonly #lanes = new Lanes<Errand | Question>()
  readonly #rate: RateBudget
  readonly #account: AccountLine
  readonly #orders: Breaker
  readonly #awaited = new AwaitedAnswers()
  /** What we say ourselves, in the venue's place; heard with the next turn. */
  #reports: VenueReport[] = []
  #backOffUntilMs = Number.NEGATIVE_INFINITY
  /** Latest engine time that was told, µs. */
  #ts = 0
  /** Changes with every connection: what was asked on an earlier one is no news. */
  #connections = 0
  #wake: (() => void) | undefined
  #listener: VenueListener | undefined
  readonly #ear: VenueListener
  readonly #told: Record<EndpointGroup, BreakerState> = { account: 'CLOSED', orders: 'CLOSED' }

  constructor(venue: EngineVenue, terms: GuardTerms) {
    this.venueId = venue.venueId
    this.#venue = venue
    if (venue.fault !== undefined) this.fault = venue.fault.bind(venue)
    if (venue.cancelForeign !== undefined) this.cancelForeign = venue.cancelForeign.bind(venue)
    this.#terms = terms
    const nowMs = terms.host.monotonicMs()
    this.#rate = new RateBudget(nowMs, terms.rate ?? RATE)
    this.#orders = new Breaker(nowMs)
    this.#account = new AccountLine({
      nowMs: () => terms.host.monotonicMs(),
      after: terms.after,
      random: Random.seeded(terms.seed),
      isConnected: () => venue.isConnected,
      queue: (question) => this.#queueQuestion(question),
      log: terms.log,
      backOff: () => this.#backOff(terms.host.monotonicMs()),
    })
    this.#ear = {
      onBook: (at, columns, from, to, number) => this.#listener?.onBook(at, columns, from, to, number),
      onTrade: (at, columns, row) => this.#listener?.onTrade(at, columns, row),
      onBookLost: (at, why) => this.#listener?.onBookLost?.(at, why),
      report: (report, ts) => {
        this.#heard(report)
        this.#listener?.report(report, ts)
      },
    }
  }

  // ---- the connection ----------------------------------------------------------------------------------------------

  get isConnected(): boolean {
    return this.#venue.isConnected
  }

  get downReason(): string | undefined {
    return this.#venue.downReason
  }

  get fillsReachUs(): number | undefined {
    return this.#venue.fillsReachUs
  }

  connect(nowTs: number): boolean {
    if (!this.#venue.isConnected) this.#hangUp()
    return this.#venue.connect(nowTs)
  }

  opened(): Promise<void> {
    return this.#venue.opened?.() ?? Promise.resolve()
  }

  disconnect(): void {
    this.#hangUp()
    this.#venue.disconnect()
  }

  advance(toTs: number, listener: VenueListener): void {
    this.#ts = Math.max(this.#ts, toTs)
    this.#listener = listener
    this.#venue.advance(toTs, this.#ear)
    const nowMs = this.#nowMs
    if (this.#venue.isConnected) this.#giveUpWaiting(nowMs)
    this.#pump()
    // Those that answers to these lead to come with the next turn: who asks again and again is refused once a turn.
    const reports = this.#reports
    this.#reports = []
    for (const report of reports) listener.report(report, toTs)
    this.#tellChanges(nowMs)
  }

  /** What waits and what is awaited went with the connection: whoever connects again asks what became of every order. */
  #hangUp(): void {
    const nowMs = this.#nowMs
    this.#connections++
    this.#wake?.()
    this.#wake = undefined
    for (const { call } of this.#awaited.clear()) this.#orders.end(call, 'ABANDONED', nowMs)
    for (const lane of [0, 1, 2] as const) this.#lanes.drain(lane)
    this.#reports = []
    this.#account.hangUp(this.#lanes.drain(3).filter((waiting) => waiting instanceof Question))
  }

  resync(at: number): void {
    if (this.#venue.resync !== undefined) return this.#venue.resync(at)
    const { isConnected } = this.#venue
    if (!isConnected) return
    this.disconnect()
    this.connect(this.#ts)
  }

  // ---- orders ------------------------------------------------------------------------------------------------------

  place(order: AllowedOrder, ts: number, isUrgent = false): void {
    this.#send({ effect: { kind: 'place', order }, lane: isUrgent ? 0 : order.reduceOnly ? 1 : 2, ts })
  }

  amend(amend: AllowedAmend, ts: number): void {
    this.#send({ effect: { kind: 'amend', amend }, lane: 2, ts })
  }

  cancel(orderId: OrderId, instrumentAt: number, ts: number): void {
    // An amend that waits is overtaken.
    this.#lanes.withdraw(2, errandKey('amend', orderId))
    if (this.#takeBack(orderId)) {
      this.#reports.push({ kind: 'canceled', orderId, reasonCode: 'CANCELED_UNSENT', ts })
      return
    }
    // Refused, and not told yet: a venue that never saw it has nothing to cancel.
    if (this.#reports.some((report) => report.kind === 'rejected' && report.orderId === orderId)) return
    this.#send({ effect: { kind: 'cancel', orderId, instrumentAt }, lane: 0, ts })
  }

  /** Takes back what opens or amends and has not left yet, or all that is no cancel: a stop was raised. */
  holdBack(what: 'openings' | 'all', why: string): void {
    const refusal: Refusal = { code: 'HELD_BACK', detail: why }
    for (const lane of what === 'all' ? ([0, 1, 2] as const) : ([2] as const))
      for (const waiting of this.#lanes.drain(lane)) {
        if (waiting instanceof Question) continue
        if (waiting.effect.kind === 'cancel') this.#queueErrand(waiting)
        else this.#refuse(waiting, refusal)
      }
  }

  /** Takes an order out of its lane; false when it has left, or never waited. */
  #takeBack(orderId: OrderId): boolean {
    return ([0, 1, 2] as const).some((lane) => this.#lanes.withdraw(lane, errandKey('place', orderId)) !== undefined)
  }

  #send(errand: Errand): void {
    this.#ts = Math.max(this.#ts, errand.ts)
    if (!this.#venue.isConnected) return runErrand(this.#venue, errand.effect, errand.ts)
    const refusal = this.#refusalOf(errand.lane, this.#nowMs)
    if (refusal !== undefined) return this.#refuse(errand, refusal)
    this.#queueErrand(errand)
    this.#pump()
  }

  #queueErrand(errand: Errand): void {
    const { lane, effect } = errand
    const queued = this.#lanes.offer(lane, errandKey(effect.kind, orderIdOf(effect)), errand, this.#nowMs)
    if (queued === 'QUEUE_FULL') this.#refuse(errand, { code: queued, detail: `lane ${lane} is full` })
  }

  /**
   * Why nothing of a lane may be handed over now. What cancels or reduces always may: a try that fails costs a lookup, and a
   * stop that was not tried leaves a position bare.
   */
  #refusalOf(lane: Lane, nowMs: number): Refusal | undefined {
    if (lane < 2) return undefined
    if (!this.#orders.admits(nowMs)) return { code: 'BREAKER_OPEN', detail: `orders: ${this.#orders.reason}` }
    // New risk needs a venue that can also say what became of it.
    if (this.#account.breaker.stateAt(nowMs) === 'OPEN')
      return { code: 'BREAKER_OPEN', detail: `account: ${this.#account.breaker.reason}` }
    const silenceMs = this.#account.silenceMs(nowMs)
    if (silenceMs === 0) return undefined
    return { code: 'RATE_LIMITED', detail: `the venue wants to be left alone for ${Math.ceil(silenceMs)} ms` }
  }

  #refuse({ effect, lane }: Errand, refusal: Refusal): void {
    // A lane that is full has counted it itself.
    if (refusal.code !== 'QUEUE_FULL') this.#lanes.refuse(lane)
    this.#reports.push(refusalReport(effect, refusal, this.#ts))
  }

  #handOver(errand: Errand, waitedMs: number, nowMs: number): void {
    const { effect, lane } = errand
    const refusal =
      lane > 0 && waitedMs > WISH_LIFE_MS
        ? ({ code: 'QUEUE_TIMEOUT', detail: `waited for ${Math.round(waitedMs)} ms` } as const)
        : this.#refusalOf(lane, nowMs)
    if (refusal !== undefined) return this.#refuse(errand, refusal)
    const trial = lane === 0 ? undefined : this.#orders.begin(nowMs)
    const call = trial ?? this.#orders.force(nowMs)
    const awaited = { doing: effect.kind, orderId: orderIdOf(effect), instrumentAt: instrumentAtOf(effect), call }
    if (!this.#awaited.add(awaited)) this.#orders.end(call, 'ABANDONED', nowMs)
    runErrand(this.#venue, effect, Math.max(errand.ts, this.#ts))
  }

  // ---- answers about orders ----------------------------------------------------------------------------------------

  #heard(report: VenueReport): void {
    for (const { call } of this.#awaited.answeredBy(report)) this.#orders.end(call, 'ANSWERED', this.#nowMs)
  }

  /** What is late is not known from here on. Nothing is sent again; the venue is asked once what became of it. */
  #giveUpWaiting(nowMs: number): void {
    for (const { doing, orderId, instrumentAt, call } of this.#awaited.giveUpBefore(nowMs - CALL_TIMEOUT_MS)) {
      this.#orders.end(call, 'FAILED', nowMs)
      this.#backOff(nowMs)
      const detail = `${doing}: no answer within ${CALL_TIMEOUT_MS} ms`
      this.#reports.push({ kind: 'unknown', orderId, reasonCode: 'ANSWER_TIMEOUT', detail, ts: this.#ts })
      void this.#lookUp(orderId, instrumentAt)
    }
  }

  async #lookUp(orderId: OrderId, instrumentAt: number): Promise<void> {
    const instrument = this.#terms.instruments[instrumentAt]
    if (instrument === undefined) return
    const connection = this.#connections
    try {
      const found = await this.order(orderId, instrument.id)
      if (connection === this.#connections) this.#reports.push(...newsOfLookup(orderId, found))
    } catch (error) {
      this.#terms.log.warn('venue.lookup', `${orderId} stays UNKNOWN until the books are compared`, { error })
    }
  }

  // ---- questions ---------------------------------------------------------------------------------------------------

  books(): Promise<VenueBooks> {
    return this.#ask('books', () => this.#venue.books())
  }

  fills(afterCursor: number): Promise<readonly VenueFill[]> {
    return this.#ask(`fills ${afterCursor}`, () => this.#venue.fills(afterCursor))
  }

  /** An order that waits in a lane is taken back first: who is told that it is not known must not see it arrive later. */
  order(orderId: OrderId, instrumentId: InstrumentId): Promise<VenueOrder | undefined> {
    if (this.#takeBack(orderId))
      this.#reports.push({
        kind: 'rejected',
        orderId,
        reasonCode: 'HELD_BACK',
        detail: 'it was asked for while it waited, and is not sent',
        ts: this.#ts,
      })
    return this.#ask(`order ${orderId}`, () => this.#venue.order(orderId, instrumentId))
  }

  #ask<T>(key: string, put: () => Promise<T>): Promise<T> {
    return this.#venue.isConnected ? this.#account.ask(key, put) : put()
  }

  #queueQuestion(question: Question): boolean | Question {
    const queued = this.#lanes.offer(3, question.key, question, this.#nowMs)
    if (queued === 'QUEUE_FULL') return false
    if (queued !== 'QUEUED') return queued.sameAs instanceof Question ? queued.sameAs : false
    this.#pump()
    return true
  }

  // ---- what may leave ----------------------------------------------------------------------------------------------

  /** Lets everything leave that may, the most urgent first; what has to wait is looked at again when its time comes. */
  #pump(): void {
    if (!this.#venue.isConnected) return this.#hangUp()
    const nowMs = this.#nowMs
    const mayLeave = (lane: Lane) =>
      (lane !== 3 || this.#account.silenceMs(nowMs) === 0) && this.#rate.take(lane, nowMs)
    for (let next = this.#lanes.take(mayLeave); next !== undefined; next = this.#lanes.take(mayLeave)) {
      const { item, sinceMs } = next
      if (item instanceof Question) this.#account.put(item, nowMs)
      else this.#handOver(item, nowMs - sinceMs, nowMs)
    }
    if (this.#lanes.isEmpty || this.#wake !== undefined) return
    const lane = ([0, 1, 2, 3] as const).find((one) => this.#lanes.depth(one) > 0) ?? 3
    const waitMs = Math.max(this.#rate.waitMs(lane, nowMs), lane === 3 ? this.#account.silenceMs(nowMs) : 0)
    this.#wake = this.#terms.after(Math.max(1, Math.ceil(waitMs)), () => {
      this.#wake = undefined
      this.#pump()
    })
  }

  // ---- how it is doing ---------------------------------------------------------------------------------------------

  status(): VenueStatus {
    const nowMs = this.#nowMs
    const breakers = [
      { group: 'account' as const, ...this.#account.breaker.status(nowMs) },
      { group: 'orders' as const, ...this.#orders.status(nowMs) },
    ]
    const backOffUntilMs = Math.max(this.#backOffUntilMs, nowMs + this.#account.silenceMs(nowMs))
    const isBackingOff = backOffUntilMs > nowMs
    const { budget } = this.#account
    return {
      breakers,
      lanes: this.#lanes.status(),
      backOffUntilMs: isBackingOff ? backOffUntilMs : undefined,
      givenUp: budget.spent(nowMs),
      isSpent: budget.isSpent(nowMs),
      keyRefusals: this.#account.keyRefusals.counts(nowMs),
      trouble: troubleOf(breakers) ?? (isBackingOff ? 'slow to answer, or asked too often: left alone' : undefined),
    }
  }

  #backOff(nowMs: number): void {
    this.#backOffUntilMs = nowMs + BACK_OFF_MS
  }

  #tellChanges(nowMs: number): void {
    this.#tellChange('account', this.#account.breaker, nowMs)
    this.#tellChange('orders', this.#orders, nowMs)
  }

  #tellChange(group: EndpointGroup, breaker: Breaker, nowMs: number): void {
    const state = breaker.stateAt(nowMs)
    if (state === this.#told[group]) return
    this.#told[group] = state
    const { reason } = breaker
    const name = state === 'OPEN' ? 'breaker.opened' : state === 'CLOSED' ? 'breaker.closed' : 'breaker.half_open'
    this.#terms.log.warn(name, `${this.venueId} ${group}${reason === '' ? '' : `: ${reason}`}`)
  }

  get #nowMs(): number {
    return this.#terms.host.monotonicMs()
  }
}

function troubleOf(breakers: readonly (BreakerStatus & { readonly group: EndpointGroup })[]): string | undefined {
  const ill = breakers.filter(({ state }) => state !== 'CLOSED')
  if (ill.length === 0) return undefined
  return ill.map(({ group, state, reason }) => `${group} ${state}: ${reason}`).join('; ')
}
