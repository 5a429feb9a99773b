import { type OrderId, tradeId, type VenueId, type VenueOrderId } from '../../domain/ids.ts'
import type { AllowedAmend, AllowedOrder } from '../../domain/instruction.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { InstrumentId } from '../../domain/ids.ts'
import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts'
import type { VenueReport } from '../../domain/report.ts'
import type { Connector, ConnectorSink, ListedFill, ListedOrder, Outcome, VenueClock } from '../connector.ts'
import type { Venue, VenueAccountPort, VenueBooks, VenueFill, VenueOrder } from '../venue.ts'
import { VenueError } from '../venue-error.ts'
import { type ArrivalListener, Arrivals } from './arrivals.ts'
import { attribute } from './attribution.ts'
import { ClientIds } from './client-ids.ts'
import { type KnownOrder, OrderLine } from './order-line.ts'
import { Strays } from './strays.ts'

/** How long an order may take from what we asked of it to what the stream tells, before the venue is asked. */
const CHECK_AFTER_MS = 2_000
const CHECK_MS_MAX = 30_000
/** A venue whose clock is further from ours than this is not traded on: what is old could not be told from what is new. */
const CLOCK_OFF_US_MAX = 2 * US_PER_SECOND
/** Pauses between tries to open; a refused key is asked with less often, so that the account is not locked. */
const OPEN_AGAIN_MS = 1_000
const OPEN_AGAIN_MS_MAX = 30_000
const REFUSED_AGAIN_MS = 60_000
/** Ended orders that late news is still told of. */
const ENDED_KEPT = 4_096

export interface LiveVenueLog {
  info(what: string, said: string): void
  warn(what: string, said: string): void
}

export interface LiveVenueTerms {
  readonly connector: Connector
  /** What is traded, in the engine's order. */
  readonly instruments: readonly Instrument[]
  readonly clock: VenueClock
  /** Of the profile: tells its orders from those of others on the same account. */
  readonly instanceId: string
  /** Orders of ours as our books have them now, working and lately ended. */
  readonly known: () => Iterable<KnownOrder>
  readonly log: LiveVenueLog
  /** Something arrived: the engine may turn at once. */
  readonly wake?: () => void
}

/**
 * A real venue as an engine trades on it. The connector speaks; this keeps, for each order of ours, what was told of it, and
 * turns the venue's words into reports. Nothing is ever sent twice. An outcome that is not known is told as unknown, and
 * asked about until the venue shows the order or has said twice, after the time in which it may still be missing from its
 * lists, that there is none (UGF-D-002, UGF-0-009).
 */
export class LiveVenue implements Venue, VenueAccountPort {
  readonly venueId: VenueId
  readonly #connector: Connector
  readonly #instruments: readonly Instrument[]
  readonly #positions: ReadonlyMap<InstrumentId, number>
  readonly #clock: VenueClock
  readonly #terms: LiveVenueTerms
  readonly #ids: ClientIds
  readonly #arrivals: Arrivals
  readonly #lines = new Map<OrderId, OrderLine>()
  readonly #byVenueId = new Map<VenueOrderId, OrderLine>()
  readonly #strays = new Strays()
  /** Handed over and not answered: what is listed meanwhile may be theirs. */
  readonly #placing = new Map<OrderId, Promise<void>>()
  readonly #checks = new Map<OrderId, () => void>()
  #state: 'CLOSED' | 'OPENING' | 'OPEN' = 'CLOSED'
  /** Changes with every opening: what was asked on an earlier one is no news. */
  #opening = 0
  #ended: Promise<void> = Promise.resolve()
  #failures = 0
  #againMs = Number.NEGATIVE_INFINITY
  #downReason: string | undefined = 'not opened yet'
  #checkedMs: number | undefined
  readonly #currencies: ReadonlySet<string>

  constructor(terms: LiveVenueTerms) {
    const { connector, instruments } = terms
    this.venueId = connector.venueId
    this.#connector = connector
    this.#instruments = instruments
    this.#positions = new Map(instruments.map(({ id }, at) => [id, at]))
    this.#clock = terms.clock
    this.#terms = terms
    this.#ids = new ClientIds(terms.instanceId, connector.capabilities)
    this.#arrivals = new Arrivals(instruments)
    this.#currencies = new Set(
      instruments.flatMap(({ settlement, base, quote }) => (settlement === 'cash' ? [base, quote] : [quote])),
    )
  }

  // ---- the connection ----------------------------------------------------------------------------------------------

  get isConnected(): boolean {
    return this.#state === 'OPEN'
  }

  /** Why it is not connected; undefined while it is. */
  get downReason(): string | undefined {
    return this.#downReason
  }

  /** When key and terms were last found as they should be, monotonic ms. */
  get checkedMs(): number | undefined {
    return this.#checkedMs
  }

  get fillsReachUs(): number | undefined {
    return this.#connector.capabilities.fillsReachUs
  }

  /** Begins to open when it is time to; true once it is open. */
  connect(_nowTs: number): boolean {
    if (this.#state === 'OPEN') return true
    if (this.#state === 'CLOSED' && this.#clock.monotonicMs() >= this.#againMs) this.#ended = this.#open()
    return false
  }

  /** Resolves when the try that is under way has come to its end, either way. */
  opened(): Promise<void> {
    return this.#ended
  }

  disconnect(): void {
    if (this.#state === 'CLOSED') return
    this.#state = 'CLOSED'
    this.#opening++
    this.#downReason = 'closed by us'
    for (const forget of this.#checks.values()) forget()
    this.#checks.clear()
    this.#arrivals.clearMarket()
    this.#connector.close().catch((error: unknown) => this.#terms.log.warn('venue.close', said(error)))
  }

  advance(toTs: number, listener: ArrivalListener): void {
    if (this.#arrivals.isFlooded)
      return this.#down(this.#error('INTEGRITY', 'FLOODED', 'more arrives than can be read'))
    this.#arrivals.handOver(listener, toTs)
  }

  resync(at: number): void {
    const instrument = this.#instruments[at]
    if (instrument !== undefined && this.#state === 'OPEN') this.#connector.resync(instrument)
  }

  /** Clock, key, terms, streams, in this order; whatever is wrong ends the try before anything is traded on. */
  async #open(): Promise<void> {
    this.#state = 'OPENING'
    const opening = ++this.#opening
    try {
      await this.#checkClock()
      await this.#checkKey()
      await this.#checkTerms()
      this.#checkedMs = this.#clock.monotonicMs()
      this.#remember()
      await this.#connector.open(this.#instruments, this.#sink(opening))
      if (opening !== this.#opening) return
      this.#state = 'OPEN'
      this.#failures = 0
      this.#downReason = undefined
      this.#terms.log.info('venue.ready', `${this.venueId}: streams are open`)
      this.#terms.wake?.()
    } catch (error) {
      if (opening !== this.#opening) return
      this.#failed(error)
    }
  }

  async #checkClock(): Promise<void> {
    const before = this.#clock.nowUs()
    const theirs = await this.#connector.serverTime()
    const off = theirs - (before + this.#clock.nowUs()) / 2
    if (Math.abs(off) <= CLOCK_OFF_US_MAX) return
    throw this.#error(
      'SAFETY',
      'CLOCK_OFF',
      `its clock and ours are ${(off / US_PER_SECOND).toFixed(1)} s apart: if this machine's clock was set since the start, start again`,
    )
  }

  async #checkKey(): Promise<void> {
    const { mayRead, mayTrade, mayWithdraw } = await this.#connector.keyRights()
    const refuse = (code: string, detail: string) => {
      throw this.#error('AUTH', code, detail)
    }
    if (mayWithdraw === true)
      refuse('KEY_MAY_WITHDRAW', 'the key may withdraw: make one that may not, nothing here needs that right')
    if (!mayRead) refuse('KEY_CANNOT_READ', 'the key may not read the account')
    if (mayTrade === false) refuse('KEY_CANNOT_TRADE', 'the key may not trade')
  }

  /** The books count in ticks and lots: a venue whose steps are others than ours speaks of other things. */
  async #checkTerms(): Promise<void> {
    const listed = new Map((await this.#connector.instruments()).map((instrument) => [instrument.id, instrument]))
    for (const ours of this.#instruments) {
      const theirs = listed.get(ours.id)
      if (theirs === undefined) throw this.#error('INTEGRITY', 'NOT_LISTED', `${ours.id} is not listed any more`)
      const isSame =
        theirs.quantaPerTickLot === ours.quantaPerTickLot &&
        theirs.quantaPerBaseLot === ours.quantaPerBaseLot &&
        theirs.tick === ours.tick
      if (!isSame)
        throw this.#error('INTEGRITY', 'TERMS_CHANGED', `${ours.id} has other steps now; start the engine anew`)
    }
  }

  #failed(error: unknown): void {
    this.disconnect()
    const isRefused = error instanceof VenueError && (error.kind === 'AUTH' || error.kind === 'SAFETY')
    const wait = isRefused ? REFUSED_AGAIN_MS : Math.min(OPEN_AGAIN_MS_MAX, OPEN_AGAIN_MS * 2 ** this.#failures)
    this.#failures = Math.min(16, this.#failures + 1)
    this.#againMs = this.#clock.monotonicMs() + wait
    this.#downReason = said(error)
    this.#terms.log.warn('venue.open', `${this.venueId}: ${said(error)}; again in ${Math.ceil(wait / 1_000)} s`)
  }

  #down(error: VenueError): void {
    if (this.#state === 'CLOSED') return
    this.#terms.log.warn('venue.down', `${this.venueId}: ${error.message}`)
    this.disconnect()
    this.#againMs = this.#clock.monotonicMs() + (error.retryAfterMs ?? 0)
    this.#downReason = error.message
  }

  #remember(): void {
    for (const known of this.#terms.known()) {
      const line = this.#lines.get(known.orderId)
      // What our books have is what was told; a line of before the break may have been told more than was heard.
      if (line !== undefined && line.venueOrderId !== undefined && known.venueOrderId === undefined) continue
      this.#keep(new OrderLine(known, this.#ids.of(known.orderId)))
    }
  }

  #keep(line: OrderLine): void {
    this.#lines.set(line.orderId, line)
    if (line.venueOrderId !== undefined) this.#byVenueId.set(line.venueOrderId, line)
    if (this.#lines.size <= 2 * ENDED_KEPT) return
    for (const [id, old] of this.#lines) {
      if (this.#lines.size <= ENDED_KEPT) break
      if (!old.isEnded) continue
      this.#lines.delete(id)
      if (old.venueOrderId !== undefined) this.#byVenueId.delete(old.venueOrderId)
    }
  }

  // ---- what arrives ------------------------------------------------------------------------------------------------

  #sink(opening: number): ConnectorSink {
    const isNow = () => opening === this.#opening
    const whenNow =
      <Args extends readonly unknown[]>(act: (...args: Args) => void) =>
      (...args: Args) => {
        if (isNow()) act(...args)
      }
    return {
      onBook: whenNow((instrument, columns, from, to) => {
        const at = this.#positions.get(instrument.id)
        if (at !== undefined) this.#arrivals.book(at, columns, from, to)
        this.#terms.wake?.()
      }),
      onTrade: whenNow((instrument, columns, row) => {
        const at = this.#positions.get(instrument.id)
        if (at !== undefined) this.#arrivals.trade(at, columns, row)
        this.#terms.wake?.()
      }),
      onOrder: whenNow((order) => this.#listed(order)),
      onFill: whenNow((fill) => this.#executed(fill)),
      onAmendRefused: whenNow((venueOrderId, detail) => {
        const line = this.#byVenueId.get(venueOrderId)
        if (line !== undefined) this.#tell([{ kind: 'amend-refused', orderId: line.orderId, detail, ts: this.#now }])
      }),
      onBookLost: whenNow((instrument, why) => {
        const at = this.#positions.get(instrument.id)
        if (at !== undefined) this.#arrivals.lost(at, why)
        this.#terms.wake?.()
      }),
      onDown: whenNow((error) => this.#down(error)),
    }
  }

  #listed(order: ListedOrder): void {
    const line = this.#lineOf(order)
    // It may be the one whose answer is on its way. Whose it is shows with the answer, or when the books are compared.
    if (line === undefined) return this.#strays.order(order, this.#clock.monotonicMs())
    this.#bind(line, order.venueOrderId)
    this.#tell(line.listed(order))
    if (line.lacksFills) this.#check(line)
  }

  #executed(fill: ListedFill): void {
    const line = this.#lineOf(fill)
    if (line === undefined) return this.#strays.fill(fill, this.#clock.monotonicMs())
    if (fill.venueOrderId !== undefined) this.#bind(line, fill.venueOrderId)
    // Its new size is asked for first: told now, it would be more than the order was for.
    if (line.isBeyond(fill)) return this.#check(line, 1)
    this.#tell(line.executed(fill))
  }

  #lineOf({ venueOrderId, clientId }: Pick<ListedFill, 'venueOrderId' | 'clientId'>): OrderLine | undefined {
    const byVenueId = venueOrderId === undefined ? undefined : this.#byVenueId.get(venueOrderId)
    if (byVenueId !== undefined) return byVenueId
    const orderId = this.#ids.orderIdOf(clientId)
    return orderId === undefined ? undefined : this.#lines.get(orderId)
  }

  /** The order is the venue's by this id; what was heard of it before it was known to be ours is heard now. */
  #bind(line: OrderLine, venueOrderId: VenueOrderId): void {
    if (this.#byVenueId.get(venueOrderId) === line) return
    line.venueOrderId ??= venueOrderId
    this.#byVenueId.set(venueOrderId, line)
    const { fills, order } = this.#strays.take(venueOrderId)
    for (const fill of fills) this.#tell(line.executed(fill))
    if (order !== undefined) this.#tell(line.listed(order))
    if (line.lacksFills) this.#check(line)
    if (line.cancelWanted && !line.isEnded) this.#cancel(line)
  }

  #tell(reports: readonly VenueReport[]): void {
    for (const report of reports) this.#arrivals.report(report)
    if (reports.length > 0) this.#terms.wake?.()
  }

  // ---- orders ------------------------------------------------------------------------------------------------------

  place(order: AllowedOrder, ts: number): void {
    const { orderId, side, type, timeInForce, reduceOnly, qty, limit, stop } = order
    const instrument = this.#instruments[order.instrumentAt]
    if (instrument === undefined) return
    const refusal = this.#unsupported(order) ?? (this.isConnected ? undefined : 'the venue is not connected: not sent')
    if (refusal !== undefined) {
      const reasonCode = this.isConnected ? 'NOT_SUPPORTED' : 'VENUE_DOWN'
      return this.#tell([{ kind: 'rejected', orderId, reasonCode, detail: refusal, ts }])
    }
    const clientId = this.#ids.of(orderId)
    const line = new OrderLine(
      {
        orderId,
        instrument,
        side,
        type,
        qty,
        limit,
        stop,
        filled: 0 as KnownOrder['filled'],
        venueOrderId: undefined,
        tradeIds: [],
        sentTs: this.#now,
        isEnded: false,
      },
      clientId,
    )
    this.#keep(line)
    const wish = { clientId, instrument, side, type, timeInForce, reduceOnly, qty, limit, stop }
    const placing = this.#connector
      .place(wish)
      .then((outcome) => this.#placed(line, outcome))
      .catch((error: unknown) => this.#placed(line, { outcome: 'unknown', error: this.#asError(error) }))
      .finally(() => this.#placing.delete(orderId))
    this.#placing.set(orderId, placing)
  }

  /** What the venue cannot do is refused here: it is never sent in the hope that it will. */
  #unsupported({ type, timeInForce, reduceOnly, trail }: AllowedOrder): string | undefined {
    const { capabilities } = this.#connector
    if (!capabilities.orderTypes.includes(type)) return `${this.venueId} has no ${type} orders`
    if (!capabilities.timesInForce.includes(timeInForce)) return `${this.venueId} has no ${timeInForce}`
    if (trail !== undefined) return `${this.venueId} trails no orders`
    if (reduceOnly && !capabilities.reduceOnly) return `${this.venueId} has no orders that only reduce`
    return undefined
  }

  #placed(line: OrderLine, outcome: Outcome<VenueOrderId>): void {
    const { orderId } = line
    const ts = this.#now
    if (outcome.outcome === 'confirmed') {
      this.#tell(line.accepted(outcome.value, ts))
      this.#bind(line, outcome.value)
      return
    }
    const { venueCode, kind, message } = outcome.error
    if (outcome.outcome === 'refused') {
      if (line.isAccepted) return
      line.close()
      return this.#tell([{ kind: 'rejected', orderId, reasonCode: reasonOf(venueCode, kind), detail: message, ts }])
    }
    if (line.isEnded || line.isAccepted) return
    this.#tell([{ kind: 'unknown', orderId, reasonCode: reasonOf(venueCode, kind), detail: message, ts }])
    this.#check(line)
  }

  amend(amend: AllowedAmend, ts: number): void {
    const { orderId, qty, limit, stop, trail } = amend
    const line = this.#lines.get(orderId)
    const { amends } = this.#connector.capabilities
    const detail = !this.isConnected
      ? 'the venue is not connected: not sent'
      : line?.venueOrderId === undefined
        ? 'the venue has not named it yet'
        : amends === 'none' || trail !== undefined || (amends === 'price' && qty !== line.qty)
          ? `NOT_SUPPORTED: ${this.venueId} ${amends === 'price' ? 'changes prices alone' : 'changes no order'}; cancel it and place another`
          : undefined
    if (line === undefined || detail !== undefined)
      return this.#tell([{ kind: 'amend-refused', orderId, detail: detail ?? 'it is not known here', ts }])
    this.#connector
      .amend(line.mark, { qty, limit, stop })
      .catch((error: unknown): Outcome => ({ outcome: 'unknown', error: this.#asError(error) }))
      .then((outcome) => {
        if (outcome.outcome === 'refused')
          this.#tell([{ kind: 'amend-refused', orderId, detail: outcome.error.message, ts: this.#now }])
        if (outcome.outcome !== 'confirmed') return this.#check(line)
        return this.#check(line, CHECK_AFTER_MS)
      }, rethrowLater)
  }

  cancel(orderId: OrderId, _instrumentAt: number, ts: number): void {
    const line = this.#lines.get(orderId)
    if (line === undefined || !this.isConnected) {
      const detail = line === undefined ? 'it is not known here' : 'the venue is not connected: not sent'
      return this.#tell([{ kind: 'cancel-refused', orderId, detail, ts }])
    }
    const mustWait = line.venueOrderId === undefined && this.#connector.capabilities.clientId === undefined
    line.cancelWanted = true
    if (!mustWait) this.#cancel(line)
  }

  #cancel(line: OrderLine): void {
    line.cancelWanted = false
    this.#connector
      .cancel(line.mark)
      .catch((error: unknown): Outcome => ({ outcome: 'unknown', error: this.#asError(error) }))
      .then((outcome) => this.#canceled(line, outcome), rethrowLater)
  }

  #canceled(line: OrderLine, outcome: Outcome): void {
    if (line.isEnded) return
    if (outcome.outcome !== 'refused') return this.#check(line, CHECK_AFTER_MS)
    // An order that is gone cannot be cancelled either: the venue is asked which of the two it is.
    const opening = this.#opening
    const { message } = outcome.error
    this.#ask(line).then(
      () => {
        if (opening !== this.#opening || line.isEnded) return
        this.#tell([{ kind: 'cancel-refused', orderId: line.orderId, detail: message, ts: this.#now }])
      },
      () => this.#check(line, CHECK_AFTER_MS),
    )
  }

  // ---- what is not known -------------------------------------------------------------------------------------------

  /** Asks about an order, later and later, until what was not known of it is. */
  #check(line: OrderLine, afterMs = this.#connector.capabilities.consistencyMs, tries = 0): void {
    const { orderId } = line
    if (this.#checks.has(orderId) || this.#state !== 'OPEN') return
    const opening = this.#opening
    const cancelTimer = this.#clock.after(Math.max(1, afterMs), () => {
      this.#checks.delete(orderId)
      if (opening !== this.#opening || line.isEnded) return
      const again = () => {
        if (opening === this.#opening) this.#check(line, Math.min(CHECK_MS_MAX, 2 * Math.max(500, afterMs)), tries + 1)
      }
      this.#ask(line).then(
        (isSettled) => {
          if (!isSettled) again()
        },
        (error: unknown) => {
          this.#terms.log.warn('venue.lookup', `${orderId}: ${said(error)}`)
          again()
        },
      )
    })
    this.#checks.set(orderId, cancelTimer)
  }

  /** Asks once; tells what is new. @returns whether nothing more is open about it */
  async #ask(line: OrderLine): Promise<boolean> {
    const opening = this.#opening
    const found = await this.#find(line)
    if (opening !== this.#opening) return true
    if (found === undefined) {
      if (line.venueOrderId !== undefined) return true
      line.close()
      const detail = 'the venue showed no trace of it, twice'
      this.#tell([{ kind: 'rejected', orderId: line.orderId, reasonCode: 'NEVER_ARRIVED', detail, ts: this.#now }])
      return true
    }
    this.#bind(line, found.venueOrderId)
    // A larger size is told before what filled of it.
    this.#tell([...line.accepted(found.venueOrderId, found.createdTs), ...line.amended(found)])
    if (found.filled > line.filled)
      for (const fill of await this.#connector.fillsOf(line.mark)) this.#tell(line.executed(fill))
    if (opening !== this.#opening) return true
    this.#tell(line.listed(found))
    return !line.lacksFills
  }

  /**
   * The order at the venue. "None such" is believed when it was said twice, both times after the order would have shown.
   *
   * @throws VenueError while it cannot be told
   */
  async #find(line: OrderLine): Promise<ListedOrder | undefined> {
    await this.#placing.get(line.orderId)
    const { consistencyMs, clientId } = this.#connector.capabilities
    const look = () =>
      line.venueOrderId === undefined && clientId === undefined
        ? this.#attributed(line)
        : this.#connector.order(line.mark)
    const found = await look()
    if (found !== undefined) return found
    const youngMs = consistencyMs - (this.#now - line.sentTs) / US_PER_MS
    await this.#pause(Math.max(consistencyMs, youngMs))
    return look()
  }

  /** Looks for an order that carries no id of ours by what changed at the venue. */
  async #attributed(line: OrderLine): Promise<ListedOrder | undefined> {
    const open = await this.#connector.openOrders(this.#instruments)
    const listed = new Map(open.map((order) => [order.venueOrderId, order]))
    for (const order of this.#strays.orders())
      if (!listed.has(order.venueOrderId)) listed.set(order.venueOrderId, order)
    // Filled at once, it is in no list of open orders: its executions name it.
    for (const { venueOrderId, ts, instrumentId } of await this.#connector.fills(this.#instruments, 0)) {
      const isOld = ts < line.sentTs - 10 * US_PER_SECOND
      if (venueOrderId === undefined || isOld || listed.has(venueOrderId) || this.#byVenueId.has(venueOrderId)) continue
      const instrument = this.#instruments.find(({ id }) => id === instrumentId)
      if (instrument === undefined) continue
      const order = await this.#connector.order({ clientId: '', venueOrderId, instrument })
      if (order !== undefined) listed.set(venueOrderId, order)
    }
    const lost = this.#lost()
    const { found, unclear } = attribute(
      lost.includes(line) ? lost : [...lost, line],
      [...listed.values()],
      this.#byVenueId,
    )
    if (unclear.includes(line))
      throw this.#error('INTEGRITY', 'AMBIGUOUS', `${line.orderId} may be one of several orders at the venue`)
    return found.find((pair) => pair.line === line)?.order
  }

  // ---- the account's questions -------------------------------------------------------------------------------------

  async order(orderId: OrderId, instrumentId: InstrumentId): Promise<VenueOrder | undefined> {
    const line = this.#lines.get(orderId) ?? this.#recalled(orderId)
    const instrument = this.#instruments.find(({ id }) => id === instrumentId)
    if (line === undefined && instrument === undefined)
      throw this.#error('INVALIDREQUEST', 'NOT_TRADED', `${instrumentId} is not traded here`)
    if (line !== undefined) {
      const found = await this.#find(line)
      if (found === undefined) return undefined
      this.#bind(line, found.venueOrderId)
      return this.#ours(found)
    }
    if (instrument === undefined || this.#connector.capabilities.clientId === undefined)
      throw this.#error(
        'INVALIDREQUEST',
        'NOT_KNOWN',
        `${orderId} cannot be asked for: its id at the venue is not known`,
      )
    const found = await this.#connector.order({ clientId: this.#ids.of(orderId), venueOrderId: undefined, instrument })
    return found && this.#ours(found)
  }

  /** An order that our books have and that was not met here yet. */
  #recalled(orderId: OrderId): OrderLine | undefined {
    for (const known of this.#terms.known())
      if (known.orderId === orderId) {
        const line = new OrderLine(known, this.#ids.of(orderId))
        this.#keep(line)
        return line
      }
    return undefined
  }

  async fills(afterCursor: number): Promise<readonly VenueFill[]> {
    if (this.#state === 'CLOSED') this.#remember()
    await Promise.all(this.#placing.values())
    const fills = await this.#connector.fills(this.#instruments, afterCursor)
    return fills.map(({ clientId, ...fill }) => ({
      ...fill,
      tradeId: tradeId(fill.tradeId),
      orderId: this.#lineOf({ venueOrderId: fill.venueOrderId, clientId })?.orderId ?? this.#ids.orderIdOf(clientId),
    }))
  }

  async books(): Promise<VenueBooks> {
    if (this.#state === 'CLOSED') this.#remember()
    await Promise.all(this.#placing.values())
    const ts = await this.#connector.serverTime()
    const open = await this.#connector.openOrders(this.#instruments)
    this.#claim(open)
    const balances = await this.balances()
    const positions = await this.#connector.positions(this.#instruments)
    return { venueId: this.venueId, ts, openOrders: open.map((order) => this.#ours(order)), balances, positions }
  }

  /** What is held of the currencies that are traded in; what else lies in the account is nobody's business here. */
  async balances(): Promise<VenueBooks['balances']> {
    const held = await this.#connector.balances()
    return held.filter(({ currency }) => this.#currencies.has(currency))
  }

  /** Orders of ours whose answers were lost and that are plainly among these: nobody takes them for somebody else's. */
  #claim(listed: readonly ListedOrder[]): void {
    if (this.#connector.capabilities.clientId !== undefined) return
    const { found } = attribute(this.#lost(), listed, this.#byVenueId)
    for (const { line, order } of found) {
      this.#bind(line, order.venueOrderId)
      this.#tell(line.listed(order))
    }
  }

  /** Handed over, not ended, and without a name at the venue. */
  #lost(): readonly OrderLine[] {
    return [...this.#lines.values()].filter(
      (one) => !one.isEnded && one.venueOrderId === undefined && !this.#placing.has(one.orderId),
    )
  }

  #ours({ clientId, ...order }: ListedOrder): VenueOrder {
    const line = this.#lineOf({ venueOrderId: order.venueOrderId, clientId })
    return { ...order, orderId: line?.orderId ?? this.#ids.orderIdOf(clientId) }
  }

  // ---- words -------------------------------------------------------------------------------------------------------

  get #now(): number {
    return this.#clock.nowUs()
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(ms, resolve)
    })
  }

  #error(kind: VenueError['kind'], code: string, detail: string): VenueError {
    return new VenueError({ kind, code, question: this.venueId, detail })
  }

  #asError(error: unknown): VenueError {
    return error instanceof VenueError ? error : this.#error('UNKNOWN', 'UNEXPECTED', said(error))
  }
}

/** The venue's code as a reason code: words in capitals. */
function reasonOf(venueCode: string, kind: string): string {
  const word = venueCode
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
  return /^[A-Z]/.test(word) ? word.slice(0, 64) : `VENUE_${word === '' ? kind : word}`.slice(0, 64)
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A mistake of ours: it ends the process like any other, instead of vanishing in a promise. */
function rethrowLater(error: unknown): never {
  throw error
}
