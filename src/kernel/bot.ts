import { assert } from '../domain/brand.ts'
import type { BotId, OrderId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import { Random } from '../domain/random.ts'
import type { FillReport } from '../domain/report.ts'
import type { Order, OrderBookkeeper } from '../orders/order.ts'
import type { Portfolio } from '../portfolio/portfolio.ts'
import { averageTicks } from '../portfolio/position.ts'
import type {
  BookView,
  OrderView,
  PlaceRequest,
  StrategyContext,
  StrategyDefinition,
  StrategyHandlers,
} from '../strategy/strategy.ts'
import type { MarketState } from './market-state.ts'
import type { OrderDesk } from './order-desk.ts'
import { recordable } from './evidence.ts'
import { REASON_CODE } from './shaping.ts'
import type { Scribe } from './scribe.ts'

export type BotState = 'WARMING_UP' | 'RUNNING' | 'PAUSED' | 'QUARANTINED' | 'STOPPED'

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
}

/** What a bot needs of the kernel around it. */
export interface BotRooms {
  readonly instruments: readonly Instrument[]
  readonly portfolio: Portfolio
  readonly market: MarketState
  readonly orders: OrderBookkeeper
  readonly scribe: Scribe
  readonly seed: number
  desk(): OrderDesk
  /** A timer was set or withdrawn: the next one may be another. */
  timersChanged(): void
}

/** This many exceptions in a row quarantine a bot (UGF-E-001). */
const EXCEPTIONS_MAX = 3

/**
 * Runs one strategy inside its walls: it sees its own orders, positions and the market it was given; it is heard only while
 * it runs and after its warm-up; what it throws stops it alone.
 */
export class Bot {
  readonly config: BotConfig
  readonly at: number
  readonly handlers: StrategyHandlers
  #state: BotState
  #warmUpLeft: number
  #exceptions = 0
  readonly #rooms: BotRooms
  /** Timers, soonest first. */
  #timers: { readonly id: string; readonly ts: number }[] = []
  /** Position of a kernel instrument in the bot's own list, −1 where it is not the bot's. */
  readonly #localAt: Int32Array
  lastError: string | undefined

  constructor(config: BotConfig, at: number, rooms: BotRooms) {
    this.config = config
    this.at = at
    this.#rooms = rooms
    this.#localAt = new Int32Array(rooms.instruments.length).fill(-1)
    config.instruments.forEach((instrumentAt, local) => {
      this.#localAt[instrumentAt] = local
    })
    this.#warmUpLeft = config.strategy.warmUp?.(config.params) ?? 0
    this.#state = this.#warmUpLeft > 0 ? 'WARMING_UP' : 'RUNNING'
    this.handlers = config.strategy.create(config.params, this.#context(Random.seeded(rooms.seed * 65_536 + at)))
  }

  get state(): BotState {
    return this.#state
  }

  /** Whether the strategy is fed at all. A paused bot still sees the market, so that it is warm when it resumes. */
  get isFed(): boolean {
    return this.#state !== 'QUARANTINED' && this.#state !== 'STOPPED'
  }

  localAt(instrumentAt: number): number {
    return this.#localAt[instrumentAt] as number
  }

  /** Begins: the strategy gets back what it saved, unless that is from newer code, and is then told to start. */
  start(): void {
    const { restored, strategy } = this.config
    if (restored !== undefined) {
      const { stateVersion = 1 } = strategy
      if (restored.stateVersion > stateVersion) {
        const detail = `saved state has version ${restored.stateVersion}, the strategy knows ${stateVersion}`
        this.setState('QUARANTINED', 'STATE_FROM_NEWER_CODE', detail)
        this.lastError = detail
        return
      }
      try {
        this.handlers.restore?.(restored.state)
      } catch (error) {
        this.lastError = `restore: ${error instanceof Error ? error.message : String(error)}`
        this.setState('QUARANTINED', 'STATE_UNREADABLE', this.lastError)
        return
      }
    }
    this.guard('onStart', () => this.handlers.onStart?.())
  }

  /** Counts a row of the warm-up: a bar, or what comes in its place where the data has none. */
  warm(): void {
    if (this.#state === 'WARMING_UP' && --this.#warmUpLeft <= 0) this.#state = 'RUNNING'
  }

  /** The strategy returned as it should: exceptions count only in a row. */
  calm(): void {
    this.#exceptions = 0
  }

  /** The strategy threw. The third time in a row it is put out of the way. */
  threw(error: unknown, where: string): void {
    this.lastError = `${where}: ${error instanceof Error ? error.message : String(error)}`
    if (++this.#exceptions >= EXCEPTIONS_MAX) this.setState('QUARANTINED', 'STRATEGY_EXCEPTION', this.lastError)
    else this.#writeState('STRATEGY_EXCEPTION', this.lastError)
  }

  setState(state: BotState, reasonCode: string, detail: string): void {
    this.#state = state
    this.#writeState(reasonCode, detail)
  }

  get nextTimerTs(): number {
    return this.#timers[0]?.ts ?? Number.POSITIVE_INFINITY
  }

  /** Fires what is due, in order of time, then of setting. */
  fireTimers(now: number): void {
    while (this.nextTimerTs <= now) {
      const timer = this.#timers.shift()
      if (timer === undefined || !this.isFed) return
      this.guard('onTimer', () => this.handlers.onTimer?.(timer.id))
    }
  }

  guard(where: string, call: () => void): void {
    try {
      call()
      this.#exceptions = 0
    } catch (error) {
      this.threw(error, where)
    }
  }

  notifyOrder(order: Order): void {
    if (this.handlers.onOrder === undefined || !this.isFed) return
    this.guard('onOrder', () => this.handlers.onOrder?.(order, this.localAt(order.instrumentAt)))
  }

  notifyFill(order: Order, { price, qty, liquidity, fee, ts }: FillReport): void {
    if (this.handlers.onFill === undefined || !this.isFed) return
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
    this.guard('onFill', () => this.handlers.onFill?.(fill))
  }

  #writeState(reasonCode: string, detail: string): void {
    const payload = { state: this.#state, reason_code: reasonCode, detail: detail.slice(0, 500) }
    this.#rooms.scribe.write('ops.bot_state', payload, this.config.id)
  }

  #instrumentAt(local = 0): number {
    const at = this.config.instruments[local]
    assert(
      at !== undefined,
      `${this.config.id} has ${this.config.instruments.length} instruments, asked for number ${local}`,
    )
    return at
  }

  #setTimer(id: string, ts: number): void {
    assert(Number.isFinite(ts), `a timer is set for a time, was ${ts}`)
    this.#timers = this.#timers.filter((timer) => timer.id !== id)
    const after = this.#timers.findIndex((timer) => timer.ts > ts)
    this.#timers.splice(after < 0 ? this.#timers.length : after, 0, { id, ts })
    this.#rooms.timersChanged()
  }

  #discard(request: { at?: number }, reasonCode: string): undefined {
    const { scribe, instruments } = this.#rooms
    const instrument = instruments[this.#instrumentAt(request.at)] as Instrument
    scribe.write(
      'intent.discarded',
      { instrument_id: instrument.id, reason_code: reasonCode, detail: this.#state },
      this.config.id,
    )
    return undefined
  }

  #own(id: OrderId): Order | undefined {
    const order = this.#rooms.orders.get(id)
    return order?.botAt === this.at ? order : undefined
  }

  #orders(local = 0): readonly Order[] {
    const at = this.#instrumentAt(local)
    return this.#rooms.orders.working.filter((order) => order.botAt === this.at && order.instrumentAt === at)
  }

  /** What the strategy holds of the world. Every member reads; the verbs go to the desk like everyone's. */
  #context(draws: Random): StrategyContext {
    // oxlint-disable-next-line typescript/no-this-alias -- the getters of the object below have a `this` of their own
    const bot = this
    const { portfolio, market, scribe } = this.#rooms
    const mine = this.config.instruments.map((at) => this.#rooms.instruments[at] as Instrument)
    return Object.freeze({
      get now(): number {
        return scribe.now
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
      order: (id: OrderId): OrderView | undefined => bot.#own(id),
      book: (local?: number): BookView | undefined => market.bookView(bot.#instrumentAt(local)),
      place(request: PlaceRequest): OrderId | undefined {
        if (bot.#state !== 'RUNNING')
          return bot.#discard(request, bot.#state === 'WARMING_UP' ? 'WARM_UP' : 'BOT_NOT_RUNNING')
        return bot.#rooms.desk().place(bot.at, bot.#instrumentAt(request.at), { ...request, origin: 'strategy' })
      },
      cancel: (id: OrderId, reasonCode: string) =>
        bot.#own(id) !== undefined && bot.#rooms.desk().cancel(id, reasonCode, 'strategy'),
      cancelAll(reasonCode: string, local?: number): void {
        for (const order of bot.#orders(local)) bot.#rooms.desk().cancel(order.id, reasonCode, 'strategy')
      },
      amend: (id: OrderId, change: { qty?: number; limit?: number; stop?: number; reasonCode: string }) =>
        bot.#own(id) !== undefined && bot.#state === 'RUNNING' && bot.#rooms.desk().amend(id, change, 'strategy'),
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
        const { id } = mine[local ?? 0] as Instrument
        scribe.write(
          'signal.emitted',
          { instrument_id: id, name, strength, evidence: { ...recordable(evidence) } },
          bot.config.id,
        )
      },
      setTimer: (id: string, ts: number) => bot.#setTimer(id, ts),
      cancelTimer(id: string): void {
        bot.#timers = bot.#timers.filter((timer) => timer.id !== id)
        bot.#rooms.timersChanged()
      },
    })
  }
}
