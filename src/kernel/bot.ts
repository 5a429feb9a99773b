import { assert } from '../domain/brand.ts'
import type { BotId, OrderId } from '../domain/ids.ts'
import { formatQty, type Instrument } from '../domain/instrument.ts'
import type { Lots } from '../domain/money.ts'
import { Random } from '../domain/random.ts'
import type { FillReport } from '../domain/report.ts'
import { US_PER_SECOND } from '../domain/time.ts'
import { isTerminal, type Order, type OrderBookkeeper } from '../orders/order.ts'
import type { Portfolio } from '../portfolio/portfolio.ts'
import { averageTicks } from '../portfolio/position.ts'
import type { BotRecord } from '../projection/engine-state.ts'
import type {
  BookView,
  OrderView,
  PlaceRequest,
  StrategyContext,
  StrategyDefinition,
  StrategyHandlers,
} from '../strategy/strategy.ts'
import { BotRestarts, type RestartSettings } from './bot-restarts.ts'
import { type BotState, isFedIn } from './bot-state.ts'
import { recordable, told } from './evidence.ts'
import type { MarketState } from './market-state.ts'
import type { OrderDesk } from './order-desk.ts'
import type { Scribe } from './scribe.ts'
import { REASON_CODE } from './shaping.ts'

/** A strategy at work: which code, on what, with which numbers and how much. */
export interface BotConfig {
  readonly id: BotId
  readonly strategy: StrategyDefinition
  /** Parsed by the strategy's own schema. */
  readonly params: unknown
  /** Positions in the kernel's list of instruments. */
  readonly instruments: readonly number[]
  /** What the strategy saved when it last ran, and the version of that shape. */
  readonly restored?: { readonly stateVersion: number; readonly state: unknown }
  /** What a bot that is new begins as; RUNNING unless told. One that is known goes on as what it was. */
  readonly startsAs?: 'IDLE' | 'RUNNING'
  /** No strategy stands behind it any more: it owns what it held, and cannot start. */
  readonly isAbsent?: boolean
}

/** What a bot needs of the kernel around it. */
export interface BotRooms {
  readonly instruments: readonly Instrument[]
  readonly portfolio: Portfolio
  readonly market: MarketState
  readonly orders: OrderBookkeeper
  readonly scribe: Scribe
  readonly seed: number
  /** How often a bot that failed is started again by itself; undefined is never. */
  readonly restarts: RestartSettings | undefined
  desk(): OrderDesk
  /** A timer was set or withdrawn: the next one may be another. */
  timersChanged(): void
}

/** This many exceptions in a row quarantine a bot (UGF-E-001). */
const EXCEPTIONS_MAX = 3
/** A strategy that answers the end of an order with an order is heard this many times in one breath. */
const REACTIONS_DEEP = 4
/** So many wishes in one moment are a strategy that answers itself for ever, however little each waits for the last. */
const WISHES_MAX = 1_000
/** Longest text of an exception that the journal keeps. */
const STATE_MAX = 65_536
/** The end of one order of a bot that is stopping is asked for this many times. */
const CANCEL_TRIES = 3
/** A stop that takes longer is an ERROR (UGF-B-003). */
const STOP_US_MAX = 30 * US_PER_SECOND

/** What a strategy sees of an order: it reads what is, and nothing that it can reach writes. */
class OrderWindow implements OrderView {
  readonly #order: Order
  constructor(order: Order) {
    this.#order = order
    Object.freeze(this)
  }
  get id(): OrderId {
    return this.#order.id
  }
  get side(): Order['side'] {
    return this.#order.side
  }
  get type(): Order['type'] {
    return this.#order.type
  }
  get qty(): Order['qty'] {
    return this.#order.qty
  }
  get filled(): Order['filled'] {
    return this.#order.filled
  }
  get limit(): Order['limit'] {
    return this.#order.limit
  }
  get stop(): Order['stop'] {
    return this.#order.stop
  }
  get reduceOnly(): boolean {
    return this.#order.reduceOnly
  }
  get reasonCode(): string {
    return this.#order.reasonCode
  }
  get state(): string {
    return this.#order.state
  }
}

/**
 * Runs one strategy inside its walls: it sees its own orders, positions and the market it was given; it is heard only while
 * it runs and after its warm-up; what it throws stops it alone.
 */
export class Bot {
  #config: BotConfig
  readonly at: number
  #handlers: StrategyHandlers
  #state: BotState
  #warmUpLeft = 0
  /** Whether rows still count towards the warm-up, or it has yet to be noticed that they were enough. */
  #isCold = true
  /** Whether every state of the bot is told; a backtest's journal is spared what follows from its configuration. */
  readonly #isTold: boolean
  /** What it was when the last session ended; undefined for a bot that is new. */
  readonly #recalled: BotRecord | undefined
  /** Whether it is shown the past: it learns, and nothing that it wishes is heard. */
  #isRecalling = false
  #recallTs = 0
  readonly #draws: Random
  /** How often the end of an order was asked for while the bot is stopping. */
  readonly #tries = new Map<OrderId, number>()
  /** Engine time of the last market input that reached it, µs; 0 before the first. */
  lastInputTs = 0
  #exceptions = 0
  /** When the stop at hand was asked for; NaN while there is none. */
  #stoppingTs = Number.NaN
  readonly #restarts: BotRestarts | undefined
  /** How many of its own handlers are waiting for the one that runs. */
  #depth = 0
  /** Whether the journal knows that the present state, which is out of work, ignores what the strategy wishes. */
  #isIgnored = false
  /** Wishes in the moment at hand. */
  #wishes = 0
  #wishesTs = Number.NaN
  readonly #views = new WeakMap<Order, OrderView>()
  readonly #rooms: BotRooms
  /** Timers, soonest first. */
  #timers: { readonly id: string; readonly ts: number }[] = []
  #overdue: string[] = []
  /** Position of a kernel instrument in the bot's own list, −1 where it is not the bot's. */
  readonly #localAt: Int32Array
  lastError: string | undefined

  /** @param recalled what the bot was when the last session ended */
  constructor(config: BotConfig, at: number, rooms: BotRooms, recalled?: BotRecord) {
    this.#config = config
    this.at = at
    this.#rooms = rooms
    this.#recalled = recalled
    this.#restarts = rooms.restarts && new BotRestarts(rooms.restarts)
    this.#isTold = recalled !== undefined || config.startsAs !== undefined
    this.#localAt = new Int32Array(rooms.instruments.length).fill(-1)
    config.instruments.forEach((instrumentAt, local) => {
      this.#localAt[instrumentAt] = local
    })
    this.#draws = Random.seeded(rooms.seed * 65_536 + at)
    this.#chill()
    this.#state = this.#firstState()
    this.#handlers = this.#create()
  }

  #firstState(): BotState {
    if (this.#config.isAbsent === true) return 'STOPPED'
    const { state = this.#config.startsAs ?? 'RUNNING' } = this.#recalled ?? {}
    if (state !== 'RUNNING' && state !== 'WARMING_UP') return state as BotState
    return this.#warmUpLeft > 0 ? 'WARMING_UP' : 'RUNNING'
  }

  #create(): StrategyHandlers {
    const { strategy, params } = this.#config
    return strategy.create(frozen(params), this.#context(this.#draws))
  }

  /** The warm-up begins, as the parameters ask for it. */
  #chill(): void {
    const { strategy, params } = this.#config
    this.#warmUpLeft = strategy.warmUp?.(params) ?? 0
    this.#isCold = this.#warmUpLeft > 0
  }

  get config(): BotConfig {
    return this.#config
  }

  get handlers(): StrategyHandlers {
    return this.#handlers
  }

  get state(): BotState {
    return this.#state
  }

  /** Whether the strategy is fed at all. A paused bot still sees the market, so that it is warm when it resumes. */
  get isFed(): boolean {
    return isFedIn(this.#state)
  }

  /** Whether it is fed and has not seen enough to be heard: such a bot can be shown the past. */
  get isCold(): boolean {
    return this.#isCold && this.isFed
  }

  localAt(instrumentAt: number): number {
    return this.#localAt[instrumentAt] as number
  }

  /** Begins: the strategy gets back what it saved, unless that is from newer code, and is then told to start. */
  start(): void {
    if (this.isFed) {
      if (!this.#restore()) return
      this.guard('onStart', () => this.#handlers.onStart?.())
    }
    if (!this.#isTold || this.#state === this.#recalled?.state) return
    this.#writeState(this.#config.isAbsent === true ? 'BOT_NOT_CONFIGURED' : 'RUN_STARTED', '')
  }

  /** Hands back what was saved. False when that put the bot aside. */
  #restore(): boolean {
    const { restored, strategy } = this.#config
    const saved = restored ?? this.#recalled?.saved
    if (saved === undefined) return true
    const { stateVersion = 1 } = strategy
    if (saved.stateVersion > stateVersion) {
      const detail = `saved state has version ${saved.stateVersion}, the strategy knows ${stateVersion}`
      this.setState('QUARANTINED', 'STATE_FROM_NEWER_CODE', detail)
      this.lastError = detail
      return false
    }
    try {
      if (restored !== undefined) this.#handlers.restore?.(restored.state)
      else if (this.#handlers.restore !== undefined) {
        this.#handlers.restore(JSON.parse(saved.state as string))
        // It goes on from where it was: nothing has to be shown to it again.
        this.#warmUpLeft = 0
        this.#isCold = false
        if (this.#state === 'WARMING_UP') this.#state = 'RUNNING'
      }
      return true
    } catch (error) {
      this.lastError = `restore: ${textOf(error)}`
      this.setState('QUARANTINED', 'STATE_UNREADABLE', this.lastError)
      return false
    }
  }

  /** Counts a row of the warm-up: a bar, or what comes in its place where the data has none. */
  warm(ts: number): void {
    this.lastInputTs = ts
    if (this.#isCold) this.#warmer()
  }

  #warmer(): void {
    if (this.#warmUpLeft > 0) this.#warmUpLeft--
    if (this.#warmUpLeft > 0) return
    this.#isCold = false
    if (this.#state !== 'WARMING_UP') return
    this.#state = 'RUNNING'
    if (this.#isTold) this.#writeState('WARM', '')
  }

  /** Shows the strategy something of the past. `countsRow`: it is a row of the data's own frame. */
  recall(ts: number, countsRow: boolean, show: () => void): void {
    if (countsRow && this.#warmUpLeft > 0) this.#warmUpLeft--
    this.#isRecalling = true
    this.#recallTs = ts
    this.guard('onBar', show)
    this.#isRecalling = false
  }

  /** An operator starts it: from anywhere but a pause with a strategy that knows nothing yet. */
  begin(detail: string, reasonCode = 'OPERATOR'): void {
    const isNew = this.#state !== 'PAUSED'
    if (isNew && !this.#renew()) return
    this.setState('RUNNING', reasonCode, detail)
    if (isNew) this.guard('onStart', () => this.#handlers.onStart?.())
  }

  /** New parameters, parsed already, and a strategy made anew with them. */
  setParams(params: unknown): void {
    this.#config = { ...this.#config, params }
    if (this.isFed && this.#renew()) this.guard('onStart', () => this.#handlers.onStart?.())
  }

  #renew(): boolean {
    this.#timers = []
    this.#overdue = []
    this.#exceptions = 0
    this.#rooms.timersChanged()
    try {
      this.#chill()
      this.#handlers = this.#create()
      return true
    } catch (error) {
      this.lastError = `create: ${textOf(error)}`
      this.setState('QUARANTINED', 'STRATEGY_EXCEPTION', this.lastError)
      return false
    }
  }

  /** The strategy returned as it should: exceptions count only in a row. */
  calm(): void {
    this.#exceptions = 0
  }

  /** The strategy threw. The third time in a row it is put out of the way. */
  threw(error: unknown, where: string): void {
    this.lastError = `${where}: ${textOf(error)}`
    if (++this.#exceptions >= EXCEPTIONS_MAX) this.#fail('STRATEGY_EXCEPTION', this.lastError)
    else this.#writeState('STRATEGY_EXCEPTION', this.lastError)
  }

  /** Where restarts are allowed it is in ERROR until the next; without them, or after the last, it is put aside. */
  #fail(reasonCode: string, detail: string): void {
    const { now } = this.#rooms.scribe
    const dueTs = this.#restarts?.failed(now)
    if (dueTs === undefined) return this.setState('QUARANTINED', reasonCode, detail)
    this.setState('ERROR', reasonCode, `starts again in ${(dueTs - now) / 1_000_000} s: ${detail}`)
  }

  /**
   * Time passed: a stop that takes too long is an ERROR, and a failed bot is started again when its time has come.
   *
   * @param mayStart whether a bot may go to work now
   */
  tick(mayStart: () => boolean): void {
    const { now } = this.#rooms.scribe
    if (this.#state === 'STOPPING' && now - this.#stoppingTs >= STOP_US_MAX) {
      const left = this.#working().map(({ id }) => id)
      return this.setState('ERROR', 'STOP_INCOMPLETE', `after 30 s these still work: ${left.join(' ')}`)
    }
    if (this.#state !== 'ERROR' || this.#restarts?.isDue(now) !== true || !mayStart()) return
    const { lastError = '' } = this
    this.begin(`restart ${this.#restarts.begin(now)}: ${lastError}`, 'RESTARTED')
  }

  /**
   * Moves the bot. Out of work it loses its entries and keeps what protects its position; stopping it leaves nothing behind.
   * Back to work it first finishes its warm-up.
   */
  setState(state: BotState, reasonCode: string, detail: string): void {
    this.#state = state === 'RUNNING' && this.#warmUpLeft > 0 ? 'WARMING_UP' : state
    this.#isIgnored = false
    if (state !== 'ERROR') this.#restarts?.forget()
    if (state === 'STOPPING') this.#stoppingTs = this.#rooms.scribe.now
    else if (state !== 'ERROR') this.#stoppingTs = Number.NaN
    this.#writeState(reasonCode, detail)
    if (state === 'RUNNING' || state === 'WARMING_UP') return
    this.#tries.clear()
    const desk = this.#rooms.desk()
    for (const { id } of this.unwanted()) desk.cancelSurely(id, `BOT_${state}`, 'operator')
    this.#rest()
  }

  /** Orders that may not stay in the present state. */
  unwanted(): readonly Order[] {
    if (this.#state === 'RUNNING' || this.#state === 'WARMING_UP') return []
    const leavesNothing = this.#state === 'STOPPING' || this.#hasStopFailed
    return this.#rooms.orders.working.filter(
      ({ botAt, origin, reduceOnly }) =>
        botAt === this.at &&
        origin !== 'flatten' &&
        (origin === 'operator' ? leavesNothing : leavesNothing || !reduceOnly),
    )
  }

  /** Goes on after a restart: what may not stay in the state that it is in is asked to end. */
  resume(): void {
    if (this.#state === 'STOPPING') this.#stoppingTs = this.#rooms.scribe.now
    for (const { id } of this.unwanted()) this.#rooms.desk().cancelSurely(id, `BOT_${this.#state}`, 'operator')
    this.#rest()
  }

  /** A bot that is stopping has stopped when nothing of it works any more. */
  #rest(): void {
    if (this.#state !== 'STOPPING' || this.#working().length > 0) return
    this.#state = 'IDLE'
    this.#writeState('STOPPED', `no order of it works or waits to be sent; it holds ${this.#holdings()}`)
  }

  #working(): readonly Order[] {
    return this.#rooms.orders.working.filter(({ botAt }) => botAt === this.at)
  }

  /** What it owns, in words: a stop leaves it alone. */
  #holdings(): string {
    const { portfolio, instruments } = this.#rooms
    const held = this.#config.instruments.flatMap((at) => {
      const lots = portfolio.botQty(this.at, at)
      const instrument = instruments[at]
      return lots === 0 || instrument === undefined ? [] : [`${formatQty(instrument, lots as Lots)} ${instrument.id}`]
    })
    return held.join(', ') || 'nothing'
  }

  /** A stop that did not end goes on being tried. */
  get #hasStopFailed(): boolean {
    return this.#state === 'ERROR' && !Number.isNaN(this.#stoppingTs)
  }

  /** An order of a bot that is stopping ended, or rests although its end was asked for: that is asked for again. */
  #pursue({ id, state, origin }: Order): void {
    if (isTerminal(state)) return this.#rest()
    const tries = this.#tries.get(id) ?? 1
    if (origin === 'flatten' || !(state === 'OPEN' || state === 'PARTIAL') || tries >= CANCEL_TRIES) return
    this.#tries.set(id, tries + 1)
    this.#rooms.desk().cancelSurely(id, 'BOT_STOPPING', 'operator')
  }

  /** What the strategy wants kept, as JSON; undefined when that is nothing, or nothing that can be kept. */
  saved(): string | undefined {
    let text: string | undefined
    this.guard('save', () => {
      const state = this.#handlers.save?.()
      text = state === undefined ? undefined : JSON.stringify(state)
      const { length } = text ?? ''
      assert(length <= STATE_MAX, `state that is kept has at most ${STATE_MAX} characters, has ${length}`)
    })
    return text !== undefined && text.length <= STATE_MAX ? text : undefined
  }

  get nextTimerTs(): number {
    return this.#timers[0]?.ts ?? Number.POSITIVE_INFINITY
  }

  /** Timers that were set for a time that had come already: they fire with the next input and wake nobody. */
  get hasOverdue(): boolean {
    return this.#overdue.length > 0
  }

  /** Fires what is due, in order of time, then of setting; once each, also when one sets itself again. */
  fireTimers(now: number): void {
    const due = this.#overdue
    this.#overdue = []
    while (this.nextTimerTs <= now) due.push((this.#timers.shift() as { id: string }).id)
    for (const id of due) if (this.isFed) this.guard('onTimer', () => this.#handlers.onTimer?.(id))
  }

  guard(where: string, call: () => void): void {
    this.#depth++
    try {
      call()
      this.#exceptions = 0
    } catch (error) {
      this.threw(error, where)
    }
    this.#depth--
  }

  notifyOrder(order: Order): void {
    if (this.#state === 'STOPPING' || this.#hasStopFailed) this.#pursue(order)
    if (this.#handlers.onOrder === undefined || !this.isFed || this.localAt(order.instrumentAt) < 0) return
    this.guard('onOrder', () => this.#handlers.onOrder?.(this.#view(order), this.localAt(order.instrumentAt)))
  }

  notifyFill(order: Order, { price, qty, liquidity, fee, ts }: FillReport): void {
    if (this.#handlers.onFill === undefined || !this.isFed || this.localAt(order.instrumentAt) < 0) return
    const fill = {
      orderId: order.id,
      side: order.side,
      price,
      qty,
      liquidity,
      fee,
      ts,
      at: this.localAt(order.instrumentAt),
    }
    this.guard('onFill', () => this.#handlers.onFill?.(fill))
  }

  #writeState(reasonCode: string, detail: string): void {
    const payload = { state: this.#state, reason_code: reasonCode, detail: told(detail) }
    this.#rooms.scribe.write('ops.bot_state', payload, this.#config.id)
  }

  #instrumentAt(local = 0): number {
    const at = this.#config.instruments[local]
    assert(
      at !== undefined,
      `${this.#config.id} has ${this.#config.instruments.length} instruments, asked for number ${local}`,
    )
    return at
  }

  #setTimer(id: string, ts: number): void {
    assert(Number.isFinite(ts), `a timer is set for a time, was ${ts}`)
    this.#withdraw(id)
    // In the past its time has come and gone.
    if (this.#isRecalling && ts <= this.#rooms.scribe.now) return
    if (ts <= this.#rooms.scribe.now) this.#overdue.push(id)
    else {
      const after = this.#timers.findIndex((timer) => timer.ts > ts)
      this.#timers.splice(after < 0 ? this.#timers.length : after, 0, { id, ts: Math.ceil(ts) })
    }
    this.#rooms.timersChanged()
  }

  #withdraw(id: string): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id)
    this.#overdue = this.#overdue.filter((overdue) => overdue !== id)
  }

  #discard(request: { at?: number }, reasonCode: string): undefined {
    const { scribe, instruments } = this.#rooms
    const instrument = instruments[this.#instrumentAt(request.at)] as Instrument
    scribe.write(
      'intent.discarded',
      { instrument_id: instrument.id, reason_code: reasonCode, detail: this.#state },
      this.#config.id,
    )
    return undefined
  }

  /** Out of work a strategy may ask at every tick for hours: the journal is told of the first time. */
  #ignore(request: { at?: number }): undefined {
    if (this.#isIgnored) return undefined
    this.#isIgnored = true
    return this.#discard(request, 'BOT_NOT_RUNNING')
  }

  #own(id: OrderId): Order | undefined {
    const order = this.#rooms.orders.get(id)
    return order?.botAt === this.at ? order : undefined
  }

  #orders(local = 0): readonly OrderView[] {
    const at = this.#instrumentAt(local)
    const views: OrderView[] = []
    for (const order of this.#rooms.orders.working)
      if (order.botAt === this.at && order.instrumentAt === at) views.push(this.#view(order))
    return views
  }

  #view(order: Order): OrderView {
    let view = this.#views.get(order)
    if (view === undefined) {
      view = new OrderWindow(order)
      this.#views.set(order, view)
    }
    return view
  }

  #place(request: PlaceRequest): OrderId | undefined {
    if (this.#isRecalling) return undefined
    if (this.#state !== 'RUNNING')
      return this.#state === 'WARMING_UP' ? this.#discard(request, 'WARM_UP') : this.#ignore(request)
    if (this.#depth > REACTIONS_DEEP) return this.#discard(request, 'REACTIONS_TOO_DEEP')
    if (this.#isStorm()) return this.#discard(request, 'ORDER_STORM')
    const { explain, evidence } = request
    const wish = {
      ...request,
      // What a strategy cannot wish for, whatever object it hands over.
      origin: 'strategy',
      parent: undefined,
      idempotencyKey: undefined,
      explain: typeof explain === 'string' ? explain : undefined,
      // A copy: what the journal has of it is what it was.
      evidence: evidence === undefined ? undefined : { ...recordable(evidence) },
    } as const
    return this.#rooms.desk().place(this.at, this.#instrumentAt(request.at), wish)
  }

  /** Counts a wish; the one too many puts the bot aside. */
  #isStorm(): boolean {
    const { now } = this.#rooms.scribe
    if (now !== this.#wishesTs) {
      this.#wishesTs = now
      this.#wishes = 0
    }
    if (++this.#wishes <= WISHES_MAX) return false
    this.setState('QUARANTINED', 'ORDER_STORM', `more than ${WISHES_MAX} wishes in one moment`)
    return true
  }

  #amend(id: OrderId, change: { qty?: number; limit?: number; stop?: number; reasonCode: string }): boolean {
    if (
      this.#isRecalling ||
      this.#own(id) === undefined ||
      this.#state !== 'RUNNING' ||
      !REASON_CODE.test(change.reasonCode)
    )
      return false
    if (this.#depth > REACTIONS_DEEP || this.#isStorm()) return false
    return this.#rooms.desk().amend(id, change, 'strategy')
  }

  #cancel(id: OrderId, reasonCode: string): boolean {
    if (this.#isRecalling || this.#own(id) === undefined) return false
    // Cancelling always passes, also without a reason that can be kept.
    return this.#rooms.desk().cancel(id, REASON_CODE.test(reasonCode) ? reasonCode : 'CANCEL_UNEXPLAINED', 'strategy')
  }

  /** What the strategy holds of the world. Every member reads; the verbs go to the desk like everyone's. */
  #context(draws: Random): StrategyContext {
    // oxlint-disable-next-line typescript/no-this-alias -- the getters of the object below have a `this` of their own
    const bot = this
    const { portfolio, market, scribe } = this.#rooms
    const mine = this.#config.instruments.map((at) => this.#rooms.instruments[at] as Instrument)
    return Object.freeze({
      get now(): number {
        return bot.#isRecalling ? bot.#recallTs : scribe.now
      },
      instruments: Object.freeze(mine),
      random: () => draws.float(),
      position: (local?: number) => portfolio.botQty(bot.at, bot.#instrumentAt(local)),
      averagePrice: (local?: number) =>
        averageTicks(portfolio.position(bot.at, bot.#instrumentAt(local)), mine[local ?? 0] as Instrument),
      mark: (local?: number) => market.last[bot.#instrumentAt(local)] as number,
      get equity(): number {
        return portfolio.botEquity(bot.at)
      },
      cash: (local?: number) => portfolio.botCash(bot.at, (mine[local ?? 0] as Instrument).quote),
      orders: (local?: number): readonly OrderView[] => bot.#orders(local),
      order(id: OrderId): OrderView | undefined {
        const order = bot.#own(id)
        return order && bot.#view(order)
      },
      book: (local?: number): BookView | undefined => market.bookView(bot.#instrumentAt(local)),
      place: (request: PlaceRequest) => bot.#place(request),
      cancel: (id: OrderId, reasonCode: string) => bot.#cancel(id, reasonCode),
      cancelAll(reasonCode: string, local?: number): void {
        for (const { id } of bot.#orders(local)) bot.#cancel(id, reasonCode)
      },
      amend: (id: OrderId, change: { qty?: number; limit?: number; stop?: number; reasonCode: string }) =>
        bot.#amend(id, change),
      signal(
        name: string,
        strength: number,
        evidence: Readonly<Record<string, number | string | boolean>> = {},
        local?: number,
      ): void {
        assert(
          REASON_CODE.test(name) && Number.isFinite(strength),
          `a signal has a name in capitals and a finite strength, was ${name} ${strength}`,
        )
        if (bot.#isRecalling) return
        const { id } = mine[local ?? 0] as Instrument
        scribe.write(
          'signal.emitted',
          { instrument_id: id, name, strength, evidence: { ...recordable(evidence) } },
          bot.#config.id,
        )
      },
      setTimer: (id: string, ts: number) => bot.#setTimer(id, ts),
      cancelTimer(id: string): void {
        bot.#withdraw(id)
        bot.#rooms.timersChanged()
      },
    })
  }
}

/** An exception in words; anything can be thrown, also what has no words. */
function textOf(error: unknown): string {
  try {
    return told(String(error instanceof Error ? error.message : error))
  } catch {
    return 'what was thrown cannot be shown'
  }
}

/** Parameters that nobody can change any more, as they are written into the journal. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) frozen(part)
  return value
}
