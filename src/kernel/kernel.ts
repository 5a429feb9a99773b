import { hash } from 'node:crypto'
import type { RunMode } from '../domain/action.ts'
import { assert } from '../domain/brand.ts'
import { formatDecimal } from '../domain/decimal.ts'
import type { Effect } from '../domain/instruction.ts'
import type { Instrument } from '../domain/instrument.ts'
import { type Money, money, moneyToNumber } from '../domain/money.ts'
import type { FillReport, VenueReport } from '../domain/report.ts'
import { formatTime, type TimeUs, US_PER_SECOND } from '../domain/time.ts'
import type { Journal, Payload } from '../events/event.ts'
import type { BarColumns, BookColumns, MarketColumns, QuoteColumns, TradeColumns } from '../market/columns.ts'
import { isTerminal, type Order, OrderBookkeeper } from '../orders/order.ts'
import { Portfolio } from '../portfolio/portfolio.ts'
import type { Counters, EngineState } from '../projection/engine-state.ts'
import type { Decision } from '../risk/gate.ts'
import type { FeedState, GateInput } from '../risk/gate-input.ts'
import { type GuardNews, Guards } from '../risk/guards.ts'
import { type KillScope, KillSwitch } from '../risk/kill.ts'
import { Leases } from '../risk/leases.ts'
import type { RecoveryCap } from '../risk/gate-input.ts'
import type { Limits } from '../risk/limits.ts'
import { LossBook, type LossMarks } from '../risk/losses.ts'
import { type ModeSettings, type SafetyMode, SafetyModeMachine } from '../risk/mode.ts'
import { RateWindow } from '../risk/rate.ts'
import type { BookView } from '../strategy/strategy.ts'
import { Bot, type BotConfig } from './bot.ts'
import type { RestartSettings } from './bot-restarts.ts'
import type { Command, CommandOutcome } from './command.ts'
import { CommandDesk } from './command-desk.ts'
import { told } from './evidence.ts'
import type { FlattenSettings, Holding } from './flatten.ts'
import { BarFrames } from './frames.ts'
import type { HostFact } from './host-fact.ts'
import type { Condition, ReconcileNews } from './input-log.ts'
import type { Facts } from './judgement.ts'
import { LeaseDesk } from './lease-desk.ts'
import { MarketState } from './market-state.ts'
import { type Explanation, OrderDesk } from './order-desk.ts'
import { botsOf, killsOf, modeOf, recallBooks } from './recall.ts'
import { SafetyDesk } from './safety-desk.ts'
import { Scribe } from './scribe.ts'
import { type StormLimits, StormWatch } from './storms.ts'
import { BarWindow, QuoteWindow, TradeWindow } from './windows.ts'

/** How often the account is valued for its loss limits. */
const LOSSES_EVERY_US = US_PER_SECOND

/** Everything that a run's events depend on, besides its inputs. */
export interface KernelConfig {
  readonly runMode: RunMode
  readonly seed: number
  readonly baseCurrency: string
  readonly instruments: readonly Instrument[]
  readonly bots: readonly (BotConfig & { readonly allocation: Money })[]
  readonly deposits: readonly { readonly venueId: string; readonly currency: string; readonly amount: Money }[]
  readonly limits: Limits
  readonly mode: ModeSettings
  readonly flatten: FlattenSettings
  /** What is too much; undefined watches nothing: a backtest measures the strategy, not its manners. */
  readonly storms?: StormLimits | undefined
  /** How often a bot that failed is started again by itself; undefined is never. Nor is it where money is at stake. */
  readonly botRestarts?: RestartSettings | undefined
  /** When the kernel boots, µs: warm-up and dwell times run from here. */
  readonly startTs: number
  readonly datasets: readonly {
    readonly ref: string
    readonly sha256: string | undefined
    readonly instrumentAt: number
    readonly kind: 'bars' | 'trades' | 'quotes' | 'book'
  }[]
  readonly configSha256: string
  readonly policySha256: string
  /** The books that this kernel goes on from; undefined for a first start. */
  readonly restored?: EngineState | undefined
  /** What losses are measured from, as the last session knew it. */
  readonly lossMarks?: LossMarks | undefined
}

/** Told of what a recorder wants to keep besides the journal; costs nothing when absent. */
export interface KernelObserver {
  fill(order: Order, fill: FillReport, realised: number): void
  /** An order reached its end. */
  ended(order: Order): void
  /** The gate judged an intent. The input is answered from the books as they are at this moment, and at no other. */
  judged?(input: GateInput, decision: Decision): void
}

/**
 * The one deterministic loop. It takes inputs one at a time, in one total order; for each it appends events to the journal
 * and puts effects into {@link outbox}. The host commits the journal, then performs the outbox; a venue's answer comes back
 * as another input. There is no other way in or out, and nothing in here waits.
 */
export class Kernel {
  readonly #config: KernelConfig
  readonly #scribe: Scribe
  readonly #facts: Facts
  readonly #desk: OrderDesk
  readonly #safety: SafetyDesk
  readonly #commands: CommandDesk
  readonly #bots: Bot[]
  /** Bots by instrument, and whether any of them listens to a kind of input. */
  readonly #listeners: readonly (readonly Bot[])[]
  readonly #frames: readonly BarFrames[]
  readonly #market: MarketState
  readonly #portfolio: Portfolio
  readonly #orders = new OrderBookkeeper()
  readonly #mode: SafetyModeMachine
  readonly #bar = new BarWindow()
  readonly #quote = new QuoteWindow()
  readonly #trade = new TradeWindow()
  #nextTimerTs = Number.POSITIVE_INFINITY
  #hasOverdue = false
  // The market input at hand, for whoever asks what led to an event.
  #inputAt = -1
  #inputRow = 0
  #inputColumns: MarketColumns | undefined
  #inputOther: VenueReport | Command | undefined
  readonly #storms: StormWatch | undefined
  readonly #leases: LeaseDesk | undefined
  readonly #losses: LossBook | undefined
  #lossesTs = Number.NEGATIVE_INFINITY
  observer: KernelObserver | undefined

  constructor(config: KernelConfig, journal: Journal) {
    const { instruments, limits, restored } = config
    assert(instruments.length > 0 && config.bots.length > 0, 'a kernel has instruments and bots')
    const bots = botsOf(config.bots, instruments, restored)
    this.#config = { ...config, bots }
    const storms = config.storms && new StormWatch(config.storms)
    this.#storms = storms
    const watched: Journal =
      storms === undefined
        ? journal
        : {
            append: (event) => {
              storms.see(event)
              journal.append(event)
            },
          }
    this.#scribe = new Scribe(watched, restored && { lastTs: restored.lastTs, inputs: restored.counters.inputs })
    this.#portfolio = new Portfolio({ instruments, botCount: bots.length, baseCurrency: config.baseCurrency })
    this.#market = new MarketState(instruments, this.#portfolio)
    this.#mode = new SafetyModeMachine(config.mode, config.startTs, restored && modeOf(restored.safety))
    const limitsLoss = limits.lossDayMax !== undefined || limits.lossDrawdownMax !== undefined
    this.#losses = limitsLoss ? new LossBook(limits.dayOffsetUs ?? 0, config.lossMarks) : undefined
    this.#facts = {
      runMode: config.runMode,
      instruments,
      orders: this.#orders,
      portfolio: this.#portfolio,
      market: this.#market,
      mode: this.#mode,
      kill: new KillSwitch(),
      guards: new Guards(limits.guards),
      glass: { isBroken: false },
      recovery: { cap: undefined },
      leases: limits.leases && new Leases(limits.leases),
      losses: this.#losses,
      limits,
      botIds: bots.map(({ id }) => id),
      strategyIds: bots.map(({ strategy }) => strategy.id),
      allocations: bots.map(({ allocation }) => moneyToNumber(allocation)),
      buckets: {
        orders: new RateWindow(limits.orders),
        cancels: new RateWindow(limits.cancels),
        amends: new RateWindow(limits.amends),
        strategy: bots.map(() => new RateWindow(limits.strategyIntents)),
      },
    }
    this.#desk = new OrderDesk(this.#facts, this.#scribe, {
      orderChanged: (order) => {
        if (this.observer !== undefined && isTerminal(order.state)) this.observer.ended(order)
        this.#bots[order.botAt]?.notifyOrder(order)
      },
      fillBooked: (order, fill, realised) => {
        this.observer?.fill(order, fill, realised)
        this.#bots[order.botAt]?.notifyFill(order, fill)
      },
      distrust: (reasonCode, detail) => this.#safety.raise(reasonCode, 'SAFE_MODE', detail),
      halted: (reasonCode) => this.#safety.halted(reasonCode),
      judged: (input, decision) => this.observer?.judged?.(input, decision),
    })
    this.#safety = new SafetyDesk(this.#facts, {
      scribe: this.#scribe,
      desk: this.#desk,
      flatten: config.flatten,
      bots: () => this.#bots,
    })
    const { leases } = this.#facts
    this.#leases =
      leases &&
      new LeaseDesk(leases, this.#facts, {
        scribe: this.#scribe,
        bots: () => this.#bots,
        isHalted: (bot) => this.#safety.keepsOut(bot) === 'HALT',
      })
    const rooms = {
      instruments,
      portfolio: this.#portfolio,
      market: this.#market,
      orders: this.#orders,
      scribe: this.#scribe,
      seed: config.seed,
      restarts: config.runMode === 'canary' || config.runMode === 'live' ? undefined : config.botRestarts,
      desk: () => this.#desk,
      timersChanged: () => this.#timersChanged(),
    }
    const known = new Map(restored?.bots.map((bot) => [bot.id, bot]))
    this.#bots = bots.map((bot, at) => new Bot(bot, at, rooms, known.get(bot.id)))
    this.#listeners = instruments.map((_, at) => this.#bots.filter((bot) => bot.localAt(at) >= 0))
    this.#frames = instruments.map((_, at) => new BarFrames(this.#listeners[at] as readonly Bot[], at))
    this.#commands = new CommandDesk({
      facts: this.#facts,
      scribe: this.#scribe,
      desk: this.#desk,
      safety: this.#safety,
      bots: this.#bots,
      paramsChanged: (bot) => {
        for (const at of bot.config.instruments) (this.#frames[at] as BarFrames).resubscribe(bot)
        this.#register(bot)
      },
    })
    if (restored === undefined) return
    recallBooks(restored, { ...this.#facts, orders: this.#orders, portfolio: this.#portfolio })
    this.#facts.kill.recall(killsOf(restored.safety))
    this.#desk.recall(restored)
  }

  // ---- inputs ------------------------------------------------------------------------------------------------------

  /** Opens the run: writes what it stands on, funds the accounts or goes on from the books there are, starts the strategies. */
  start(): void {
    this.#scribe.begin(this.#config.startTs)
    const { seed, runMode, configSha256, policySha256, baseCurrency, instruments, restored } = this.#config
    this.#scribe.write('run.started', {
      mode: runMode,
      seed,
      config_sha256: configSha256,
      policy_sha256: policySha256,
      base_currency: baseCurrency,
    })
    if (restored !== undefined)
      this.#scribe.write('run.resumed', { ...restored.counters, state_sha256: this.stateHash() })
    for (const instrument of instruments) this.#scribe.write('marketdata.instrument', describe(instrument))
    for (const { ref, sha256, instrumentAt, kind } of this.#config.datasets) {
      const { id } = instruments[instrumentAt] as Instrument
      this.#scribe.write('marketdata.dataset', { dataset_ref: ref, sha256, instrument_id: id, kind })
    }
    if (restored === undefined) this.#fund()
    for (const bot of this.#bots) {
      this.#allocate(bot)
      this.#register(bot)
    }
    this.#storms?.recall(this.#facts.mode.reasons.keys(), this.#scribe.now)
    this.#safety.boot((restored?.safety.mode ?? 'NORMAL') as SafetyMode)
    this.#leases?.tick()
    if (restored === undefined) for (const bot of this.#bots) bot.start()
    else this.#resume()
    this.#end()
  }

  #fund(): void {
    for (const { venueId, currency, amount } of this.#config.deposits) {
      const postings = [...this.#portfolio.deposit(venueId, currency, amount)]
      this.#scribe.write('portfolio.deposited', { venue_id: venueId, currency, amount, postings })
    }
  }

  /** Gives a bot its cash. One that is known has it, and gets or gives back what its allocation changed by. */
  #allocate({ at, config }: Bot): void {
    const { bots, baseCurrency, restored } = this.#config
    const { allocation } = bots[at] as KernelConfig['bots'][number]
    const before = restored?.bots.find(({ id }) => id === config.id)?.allocation ?? 0n
    this.#portfolio.allocate(at, baseCurrency, money(allocation - before))
  }

  #register({ at, config }: Bot): void {
    const { strategy, params, instruments, id } = config
    this.#scribe.write(
      'run.bot_registered',
      {
        strategy_id: strategy.id,
        strategy_version: strategy.version,
        params: flat(params),
        allocation: (this.#config.bots[at] as KernelConfig['bots'][number]).allocation,
        instruments: instruments.map((instrumentAt) => (this.#config.instruments[instrumentAt] as Instrument).id),
      },
      id,
    )
  }

  /** Goes on: orders first, so that strategies wake in a world that is settled; then they hear what became of theirs. */
  #resume(): void {
    const moved = this.#desk.resume()
    for (const bot of this.#bots) bot.start()
    for (const order of moved) {
      if (this.observer !== undefined && isTerminal(order.state)) this.observer.ended(order)
      this.#bots[order.botAt]?.notifyOrder(order)
    }
    this.#safety.resume()
    for (const bot of this.#bots) bot.resume()
  }

  /** A bar opened at a price; only strategies that ask for it are told. */
  onBarOpen(at: number, bars: BarColumns, row: number): void {
    const openTs = bars.openTs[row] as number
    this.#takeIn(at, bars, row)
    this.#begin(openTs)
    const open = bars.open[row] as number
    this.#portfolio.mark(at, open, openTs)
    for (const bot of this.#listeners[at] as readonly Bot[]) {
      if (bot.handlers.onOpen === undefined || !bot.isFed) continue
      try {
        bot.handlers.onOpen(openTs, open, bot.localAt(at))
        bot.calm()
      } catch (error) {
        bot.threw(error, 'onOpen')
      }
    }
    this.#end()
  }

  /** A bar is complete. */
  onBar(at: number, bars: BarColumns, row: number): void {
    const closeTs = bars.closeTs[row] as number
    this.#takeIn(at, bars, row)
    this.#begin(closeTs)
    this.#portfolio.mark(at, bars.close[row] as number, closeTs)
    const listeners = this.#listeners[at] as readonly Bot[]
    for (let i = 0; i < listeners.length; i++) {
      const bot = listeners[i] as Bot
      bot.warm(closeTs)
      if (bot.handlers.onBar === undefined || !bot.isFed) continue
      try {
        bot.handlers.onBar(this.#bar.at(bars, row), bot.localAt(at), 0)
        bot.calm()
      } catch (error) {
        bot.threw(error, 'onBar')
      }
    }
    const frames = this.#frames[at] as BarFrames
    if (frames.isUsed) frames.add(bars, row)
    this.#end()
  }

  /**
   * A bar of the past, oldest first, after {@link start}: bots that are still cold learn from it, as they would have then.
   * Nothing that they wish is heard, no mark moves and nothing is written, except of a strategy that throws.
   */
  onHistory(at: number, bars: BarColumns, row: number): void {
    const closeTs = bars.closeTs[row] as number
    this.#takeIn(at, bars, row)
    for (const bot of this.#listeners[at] as readonly Bot[])
      if (bot.isCold) bot.recall(closeTs, true, () => bot.handlers.onBar?.(this.#bar.at(bars, row), bot.localAt(at), 0))
    const frames = this.#frames[at] as BarFrames
    if (frames.isUsed) frames.recall(bars, row)
  }

  /** Best bid and ask changed. */
  onQuote(at: number, quotes: QuoteColumns, row: number): void {
    const ts = quotes.recvTs[row] as number
    this.#takeIn(at, quotes, row)
    this.#begin(ts)
    const bid = quotes.bid[row] as number
    const ask = quotes.ask[row] as number
    this.#market.bid[at] = bid
    this.#market.ask[at] = ask
    this.#portfolio.mark(at, (bid + ask) / 2, ts)
    for (const bot of this.#listeners[at] as readonly Bot[]) {
      bot.warm(ts)
      if (bot.handlers.onQuote === undefined || !bot.isFed) continue
      try {
        bot.handlers.onQuote(this.#quote.at(quotes, row), bot.localAt(at))
        bot.calm()
      } catch (error) {
        bot.threw(error, 'onQuote')
      }
    }
    this.#end()
  }

  /** Others traded. */
  onTrade(at: number, trades: TradeColumns, row: number): void {
    const ts = trades.recvTs[row] as number
    this.#takeIn(at, trades, row)
    this.#begin(ts)
    const price = trades.price[row] as number
    this.#portfolio.mark(at, price, ts)
    for (const bot of this.#listeners[at] as readonly Bot[]) {
      bot.warm(ts)
      if (bot.handlers.onTrade === undefined || !bot.isFed) continue
      try {
        bot.handlers.onTrade(this.#trade.at(trades, row), bot.localAt(at))
        bot.calm()
      } catch (error) {
        bot.threw(error, 'onTrade')
      }
    }
    this.#end()
  }

  /** One level of the book changed; with the last row of a message the book is consistent and strategies are told. */
  onBook(at: number, book: BookColumns, row: number): void {
    const levels = this.#market.bookFor(at)
    const side = book.side[row] as number
    if (side === 0) levels.clear()
    else levels.set(side as 1 | -1, book.price[row] as number, book.qty[row] as number)
    if (book.last[row] === 0) return
    const ts = book.recvTs[row] as number
    this.#takeIn(at, book, row)
    this.#begin(ts)
    this.#market.bid[at] = levels.hasBid ? levels.bestBid : Number.NaN
    this.#market.ask[at] = levels.hasAsk ? levels.bestAsk : Number.NaN
    if (levels.hasBid && levels.hasAsk) this.#portfolio.mark(at, (levels.bestBid + levels.bestAsk) / 2, ts)
    const view = this.#market.bookView(at) as BookView
    for (const bot of this.#listeners[at] as readonly Bot[]) {
      bot.warm(ts)
      if (bot.handlers.onBook === undefined || !bot.isFed) continue
      try {
        bot.handlers.onBook(view, ts, bot.localAt(at))
        bot.calm()
      } catch (error) {
        bot.threw(error, 'onBook')
      }
    }
    this.#end()
  }

  /** The feed of an instrument changed its state; anything but OK stops new risk in it. */
  onFeedStatus(at: number, status: FeedState, detail: string, ts: number): void {
    this.#open(ts)
    this.#market.feed[at] = status
    const { id } = this.#config.instruments[at] as Instrument
    this.#scribe.write('marketdata.status', { instrument_id: id, status, detail: told(detail) })
    this.#fireTimers()
    this.#end()
  }

  /** The venue says something happened. */
  onReport(report: VenueReport, ts: number): void {
    this.#inputOther = report
    this.#begin(ts)
    this.#desk.report(report)
    this.#end()
  }

  /** Time passed. Timers also fire from every other input. */
  onClock(ts: number): void {
    this.#begin(ts)
    this.#safety.clock()
    this.#leases?.tick()
    for (const code of this.#storms?.calm(this.#scribe.now) ?? []) this.#safety.clear(code)
    for (const bot of this.#bots) bot.tick(() => this.#mayWork(bot))
    this.#end()
  }

  #mayWork(bot: Bot): boolean {
    const { mode } = this.#mode
    return mode !== 'SAFE_MODE' && mode !== 'HALTED' && this.#safety.keepsOut(bot) === undefined
  }

  /** The host found, or no longer finds, a reason to stand back: of the clock, the disk, the loop, the venue. */
  onCondition({ code, mode, detail }: Condition, ts: number): void {
    this.#open(ts)
    if (mode === undefined) this.#safety.clear(code)
    else this.#safety.raise(code, mode, detail)
    this.#fireTimers()
    this.#end()
  }

  /** The host looked at an input that the gate cannot see itself. */
  onGuard(news: GuardNews, ts: number): void {
    this.#open(ts)
    this.#safety.guard(news)
    this.#fireTimers()
    this.#end()
  }

  /** Something happened at the host that the journal keeps and nothing here hangs on. Timers wait: it may precede a stop. */
  onFact(fact: HostFact, ts: number): void {
    const { type, payload } = fact
    this.#open(ts)
    // Words of people and of venues, masked as all text that enters.
    const said = Object.entries(payload).map(([name, value]) => [name, typeof value === 'string' ? told(value) : value])
    this.#scribe.write(type, Object.fromEntries(said) as HostFact['payload'])
    if (type === 'break_glass.opened') this.#facts.glass.isBroken = true
    else if (type === 'break_glass.closed' || type === 'break_glass.expired') this.#facts.glass.isBroken = false
    else if (fact.type === 'reconcile.case_changed') this.#facts.recovery.cap = recoveryCap(fact.payload)
    this.#end()
  }

  /** Our books were held against a venue's. */
  onReconciled(news: ReconcileNews, ts: number): void {
    this.#begin(ts)
    const { reconcileId, venueId, status, compared, differences } = news
    const cause = this.#scribe.write('reconcile.run', {
      reconcile_id: reconcileId,
      venue_id: venueId,
      status,
      compared,
      differences: differences.length,
    })
    for (const { category, subject, reasonCode, fact } of differences) {
      const payload = {
        reconcile_id: reconcileId,
        category,
        subject,
        reason_code: reasonCode,
        evidence: { fact: fact.slice(0, 200) },
      }
      this.#scribe.write('reconcile.mismatch', payload, undefined, this.#scribe.input, cause)
    }
    this.#safety.flatten.looked(status === 'OK')
    this.#end()
  }

  /** An operator asks. The answer is in the journal too. */
  onCommand(command: Command, ts: number): CommandOutcome {
    this.#inputOther = command
    // A stop comes before what a timer of the same moment would still open.
    this.#open(ts)
    const outcome = this.#commands.run(command)
    this.#fireTimers()
    this.#end()
    return outcome
  }

  /** Keeps what strategies want kept and a hash of the books, so that a crash loses little of what they learned. */
  checkpoint(ts: number): void {
    this.#begin(ts)
    for (const bot of this.#bots) this.#keep(bot)
    this.#end()
    this.#writeCheckpoint()
  }

  /** Closes the run: strategies are told, their state is kept, nothing is cancelled or sold. */
  stop(reason: 'completed' | 'cancelled' | 'failed', detail: string, ts: number): void {
    this.#begin(ts)
    for (const bot of this.#bots) {
      if (bot.isFed) bot.guard('onStop', () => bot.handlers.onStop?.(reason))
      this.#keep(bot)
    }
    this.#end()
    this.#writeCheckpoint()
    this.#scribe.write('run.ended', { reason, inputs: this.#scribe.input, detail: told(detail) })
  }

  #keep(bot: Bot): void {
    const state = bot.isFed ? bot.saved() : undefined
    if (state === undefined) return
    const { stateVersion = 1 } = bot.config.strategy
    this.#scribe.write('ops.strategy_state', { state_version: String(stateVersion), state }, bot.config.id)
  }

  #writeCheckpoint(): void {
    this.#scribe.write('run.checkpoint', { inputs: this.#scribe.input, state_sha256: this.stateHash() })
  }

  // ---- outputs ------------------------------------------------------------------------------------------------------

  /** Effects of the inputs so far, oldest first. The host takes them after the journal is durable. */
  get outbox(): readonly Effect[] {
    return this.#desk.outbox
  }

  /** Takes the effects out: each is performed once, whatever is asked while it is. */
  takeOutbox(): readonly Effect[] {
    return this.#desk.takeOutbox()
  }

  /** When the next timer is due; Infinity when none is. */
  get nextTimerTs(): number {
    return this.#nextTimerTs
  }

  get now(): number {
    return this.#scribe.now
  }

  get inputs(): number {
    return this.#scribe.input
  }

  get events(): number {
    return this.#scribe.seq
  }

  get portfolio(): Portfolio {
    return this.#portfolio
  }

  get orders(): OrderBookkeeper {
    return this.#orders
  }

  /** What the gate reads, for whoever shows it. */
  get facts(): Facts {
    return this.#facts
  }

  /** What the gate would say of an order of a bot now; nothing is asked for and nothing is written. */
  explain(...of: Parameters<OrderDesk['explain']>): Explanation {
    return this.#desk.explain(...of)
  }

  /** Positions that are open in a scope. */
  holdingsIn(scope: KillScope): readonly Holding[] {
    return this.#safety.flatten.holdings(scope)
  }

  /** Whether a flatten holds nothing any more by our books and waits for the venue to say so. */
  get asksVenue(): boolean {
    return this.#safety.flatten.asksVenue
  }

  /** Whether all that is to be flat is, as the venue says. */
  get isFlattened(): boolean {
    return this.#safety.flatten.isDone
  }

  get bots(): readonly Bot[] {
    return this.#bots
  }

  /** Numbers that ids were made of so far; those of the sessions before are counted in. */
  get counters(): Counters {
    return { inputs: this.#scribe.input, ...this.#desk.numbers }
  }

  get safetyMode(): string {
    return this.#mode.mode
  }

  /** Whether a strategy listens to the opening of bars, so that a host need not feed what nobody hears. */
  get hearsOpens(): boolean {
    return this.#bots.some(({ handlers }) => handlers.onOpen !== undefined)
  }

  /** SHA-256 of the books: balances, positions and working orders. Equal books, equal hash. */
  stateHash(): string {
    const positions = this.#bots.flatMap((bot) =>
      this.#config.instruments.map((_, at) => {
        const { qty, cost, realised } = this.#portfolio.position(bot.at, at)
        return `${qty} ${cost} ${realised}`
      }),
    )
    const balances = this.#portfolio.ledger
      .balances()
      .map(({ account, currency, amount }) => `${account} ${currency} ${amount}`)
    const working = this.#orders.working.map(({ id, state, qty, filled }) => `${id} ${state} ${qty} ${filled}`)
    return hash('sha256', [...positions, ...balances, ...working].join('\n'), 'hex')
  }

  /** The input at hand, or the last one, in words: its number, its time and what it said. */
  describeInput(): string {
    const head = `input ${this.#scribe.input} at ${formatTime(this.#scribe.now as TimeUs)}`
    if (this.#inputOther !== undefined)
      return `${head}: ${this.#inputOther.kind} ${JSON.stringify(this.#inputOther, textual)}`
    const columns = this.#inputColumns
    if (columns === undefined) return `${head}: the start of the run`
    const { id } = this.#config.instruments[this.#inputAt] as Instrument
    return `${head}: ${id} ${describeRow(columns, this.#inputRow)}`
  }

  // ---- steps --------------------------------------------------------------------------------------------------------

  #takeIn(at: number, columns: MarketColumns, row: number): void {
    this.#inputAt = at
    this.#inputColumns = columns
    this.#inputRow = row
    this.#inputOther = undefined
  }

  #begin(ts: number): void {
    this.#open(ts)
    this.#fireTimers()
  }

  #open(ts: number): void {
    this.#scribe.begin(ts)
    if (this.#losses !== undefined) this.#markLosses(this.#losses)
    if (this.#mode.mode !== 'NORMAL') this.#safety.tick()
  }

  #fireTimers(): void {
    if (this.#scribe.now >= this.#nextTimerTs || this.#hasOverdue) {
      for (const bot of this.#bots) bot.fireTimers(this.#scribe.now)
      this.#timersChanged()
    }
  }

  #end(): void {
    if (this.#desk.hasUnsent) this.#desk.flush()
    this.#safety.answerHalt()
    if (this.#storms?.hasStorms === true) this.#weather(this.#storms)
    if (this.#facts.kill.strictest === 'NONE') return
    this.#safety.enforce()
    if (this.#safety.flatten.isOn) {
      this.#safety.flatten.work()
      this.#desk.flush()
    }
  }

  /** Who stormed is put aside with its orders cancelled; where all did, the account stands back. */
  #weather(storms: StormWatch): void {
    for (const { code, botId, mode, detail } of storms.take()) {
      if (botId === undefined) {
        this.#safety.raise(code, mode, detail)
        continue
      }
      const bot = this.#bots.find(({ config }) => config.id === botId)
      if (bot?.isFed !== true) continue
      bot.setState('QUARANTINED', code, detail)
      this.#safety.cancelAll(`bot:${botId}`)
    }
  }

  /** Equity at marks once a second, at every input until it is known, before the input at hand changes anything. */
  #markLosses(losses: LossBook): void {
    const { now } = this.#scribe
    if (now - this.#lossesTs < LOSSES_EVERY_US) return
    const { equity } = this.#portfolio
    if (Number.isNaN(equity)) return
    this.#lossesTs = now
    losses.mark(now, equity)
  }

  #timersChanged(): void {
    let next = Number.POSITIVE_INFINITY
    let hasOverdue = false
    for (const bot of this.#bots) {
      next = Math.min(next, bot.nextTimerTs)
      hasOverdue ||= bot.hasOverdue
    }
    this.#nextTimerTs = next
    this.#hasOverdue = hasOverdue
  }
}

function textual(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** A row as its columns say it, in ticks and lots. */
function describeRow(columns: MarketColumns, row: number): string {
  const cells = Object.entries(columns).flatMap(([name, column]) =>
    ArrayBuffer.isView(column) ? [`${name}=${String((column as unknown as ArrayLike<number>)[row])}`] : [],
  )
  return `${columns.kind} row ${row} of its chunk: ${cells.join(' ')}`
}

/** Parameters as flat evidence: what is not a scalar is shown as JSON. */
function flat(params: unknown): Record<string, string | number | boolean> {
  const flattened: Record<string, string | number | boolean> = {}
  for (const [key, value] of Object.entries((params ?? {}) as Record<string, unknown>)) {
    const isScalar =
      typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
    flattened[key] = isScalar ? value : (JSON.stringify(value) ?? 'undefined')
  }
  return flattened
}

/** What a case of reconciliation leaves of the usual caps; undefined where it leaves all. */
function recoveryCap(payload: Payload<'reconcile.case_changed'>): RecoveryCap | undefined {
  const { cap_share: share, cap_bot_id: botId, cap_instrument_id: instrumentId } = payload
  return share < 1 ? { share, botId, instrumentId } : undefined
}

function describe(instrument: Instrument) {
  return {
    instrument_id: instrument.id,
    venue_id: instrument.venueId,
    symbol: instrument.symbol,
    settlement: instrument.settlement,
    base: instrument.base,
    quote: instrument.quote,
    tick_size: formatDecimal(instrument.tickSize),
    lot_size: formatDecimal(instrument.lotSize),
    multiplier: formatDecimal(instrument.multiplier),
    maker_ppb: instrument.fees.maker,
    taker_ppb: instrument.fees.taker,
    fee_per_fill: instrument.fees.perFill,
    min_qty: instrument.filters.minQty,
    max_qty: instrument.filters.maxQty,
    min_notional: instrument.filters.minNotional,
    max_leverage: instrument.maxLeverage,
    maintenance_ppb: instrument.maintenance,
    shortable: instrument.shortable,
  }
}
