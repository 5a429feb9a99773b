import { hash } from 'node:crypto'
import type { RunMode } from '../domain/action.ts'
import { assert } from '../domain/brand.ts'
import { formatDecimal } from '../domain/decimal.ts'
import type { BotId } from '../domain/ids.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Effect } from '../domain/instruction.ts'
import { type Money, moneyToNumber } from '../domain/money.ts'
import type { FillReport, VenueReport } from '../domain/report.ts'
import { formatTime, type TimeUs } from '../domain/time.ts'
import type { Journal } from '../events/event.ts'
import type { BarColumns, BookColumns, MarketColumns, QuoteColumns, TradeColumns } from '../market/columns.ts'
import { isTerminal, type Order, OrderBookkeeper } from '../orders/order.ts'
import { Portfolio } from '../portfolio/portfolio.ts'
import type { EngineState } from '../projection/engine-state.ts'
import type { FeedState } from '../risk/gate-input.ts'
import { KillSwitch } from '../risk/kill.ts'
import type { Limits } from '../risk/limits.ts'
import { type ModeSettings, SafetyModeMachine } from '../risk/mode.ts'
import { RateWindow } from '../risk/rate.ts'
import type { BarView, BookView, QuoteView, TradeView } from '../strategy/strategy.ts'
import { Bot, type BotConfig } from './bot.ts'
import { BarFrames } from './frames.ts'
import type { Facts } from './judgement.ts'
import { MarketState } from './market-state.ts'
import { OrderDesk } from './order-desk.ts'
import { type Command, SafetyDesk } from './safety-desk.ts'
import { Scribe } from './scribe.ts'

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
}

/** Told of what a recorder wants to keep besides the journal; costs nothing when absent. */
export interface KernelObserver {
  fill(order: Order, fill: FillReport, realised: number): void
  /** An order reached its end. */
  ended(order: Order): void
}

/** Windows on one row of columns. A strategy gets the window, never the columns: there is no next row to look at. */
class BarWindow implements BarView {
  #bars: BarColumns | undefined
  #row = 0
  at(bars: BarColumns, row: number): this {
    this.#bars = bars
    this.#row = row
    return this
  }
  get openTs(): number {
    return (this.#bars as BarColumns).openTs[this.#row] as number
  }
  get closeTs(): number {
    return (this.#bars as BarColumns).closeTs[this.#row] as number
  }
  get open(): number {
    return (this.#bars as BarColumns).open[this.#row] as number
  }
  get high(): number {
    return (this.#bars as BarColumns).high[this.#row] as number
  }
  get low(): number {
    return (this.#bars as BarColumns).low[this.#row] as number
  }
  get close(): number {
    return (this.#bars as BarColumns).close[this.#row] as number
  }
  get volume(): number {
    return (this.#bars as BarColumns).volume[this.#row] as number
  }
}

class QuoteWindow implements QuoteView {
  #quotes: QuoteColumns | undefined
  #row = 0
  at(quotes: QuoteColumns, row: number): this {
    this.#quotes = quotes
    this.#row = row
    return this
  }
  get ts(): number {
    return (this.#quotes as QuoteColumns).recvTs[this.#row] as number
  }
  get bid(): number {
    return (this.#quotes as QuoteColumns).bid[this.#row] as number
  }
  get bidQty(): number {
    return (this.#quotes as QuoteColumns).bidQty[this.#row] as number
  }
  get ask(): number {
    return (this.#quotes as QuoteColumns).ask[this.#row] as number
  }
  get askQty(): number {
    return (this.#quotes as QuoteColumns).askQty[this.#row] as number
  }
}

class TradeWindow implements TradeView {
  #trades: TradeColumns | undefined
  #row = 0
  at(trades: TradeColumns, row: number): this {
    this.#trades = trades
    this.#row = row
    return this
  }
  get ts(): number {
    return (this.#trades as TradeColumns).recvTs[this.#row] as number
  }
  get price(): number {
    return (this.#trades as TradeColumns).price[this.#row] as number
  }
  get qty(): number {
    return (this.#trades as TradeColumns).qty[this.#row] as number
  }
  get taker(): number {
    return (this.#trades as TradeColumns).taker[this.#row] as number
  }
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
  observer: KernelObserver | undefined

  constructor(config: KernelConfig, journal: Journal) {
    const { instruments, bots, limits } = config
    assert(instruments.length > 0 && bots.length > 0, 'a kernel has instruments and bots')
    this.#config = config
    this.#scribe = new Scribe(journal)
    this.#portfolio = new Portfolio({ instruments, botCount: bots.length, baseCurrency: config.baseCurrency })
    this.#market = new MarketState(instruments, this.#portfolio)
    this.#mode = new SafetyModeMachine(config.mode, config.startTs)
    this.#facts = {
      runMode: config.runMode,
      instruments,
      orders: this.#orders,
      portfolio: this.#portfolio,
      market: this.#market,
      mode: this.#mode,
      kill: new KillSwitch(),
      limits,
      botIds: bots.map(({ id }) => id),
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
    })
    this.#safety = new SafetyDesk(this.#facts, this.#scribe, this.#desk)
    const rooms = {
      instruments,
      portfolio: this.#portfolio,
      market: this.#market,
      orders: this.#orders,
      scribe: this.#scribe,
      seed: config.seed,
      desk: () => this.#desk,
      timersChanged: () => this.#timersChanged(),
    }
    this.#bots = bots.map((bot, at) => new Bot(bot, at, rooms))
    this.#listeners = instruments.map((_, at) => this.#bots.filter((bot) => bot.localAt(at) >= 0))
    this.#frames = instruments.map((_, at) => new BarFrames(this.#listeners[at] as readonly Bot[], at))
  }

  // ---- inputs ------------------------------------------------------------------------------------------------------

  /** Opens the run: writes what it stands on, funds the accounts, starts the strategies. */
  start(): void {
    this.#scribe.begin(this.#config.startTs)
    const { seed, runMode, configSha256, policySha256, baseCurrency, bots, instruments } = this.#config
    this.#scribe.write('run.started', {
      mode: runMode,
      seed,
      config_sha256: configSha256,
      policy_sha256: policySha256,
      base_currency: baseCurrency,
    })
    for (const instrument of instruments) this.#scribe.write('marketdata.instrument', describe(instrument))
    for (const { ref, sha256, instrumentAt, kind } of this.#config.datasets) {
      const { id } = instruments[instrumentAt] as Instrument
      this.#scribe.write('marketdata.dataset', { dataset_ref: ref, sha256, instrument_id: id, kind })
    }
    for (const { venueId, currency, amount } of this.#config.deposits) {
      const postings = [...this.#portfolio.deposit(venueId, currency, amount)]
      this.#scribe.write('portfolio.deposited', { venue_id: venueId, currency, amount, postings })
    }
    bots.forEach((bot, at) => {
      this.#portfolio.allocate(at, baseCurrency, bot.allocation)
      this.#scribe.write(
        'run.bot_registered',
        {
          strategy_id: bot.strategy.id,
          strategy_version: bot.strategy.version,
          params: flat(bot.params),
          allocation: bot.allocation,
          instruments: bot.instruments.map((instrumentAt) => (instruments[instrumentAt] as Instrument).id),
        },
        bot.id,
      )
    })
    for (const bot of this.#bots) bot.start()
    this.#end()
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
      bot.warm()
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
      bot.warm()
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
      bot.warm()
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
      bot.warm()
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
    this.#begin(ts)
    this.#market.feed[at] = status
    const { id } = this.#config.instruments[at] as Instrument
    this.#scribe.write('marketdata.status', { instrument_id: id, status, detail: detail.slice(0, 500) })
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
    this.#safety.tick()
    this.#end()
  }

  /** An operator asks; the answer is an event, and the refusal codes. */
  onCommand(command: Command, ts: number): readonly string[] {
    this.#inputOther = command
    this.#begin(ts)
    const { id, kind, actor, reason } = command
    const refused = this.#obey(command)
    if (refused.length === 0) {
      const cause = this.#scribe.write('command.accepted', {
        command_id: id,
        command: kind,
        actor,
        reason: reason.slice(0, 500),
      })
      this.#scribe.write('command.completed', { command_id: id, detail: kind }, undefined, this.#scribe.input, cause)
    } else {
      const payload = { command_id: id, command: kind, reason_code: refused[0] ?? 'REFUSED', detail: refused.join(' ') }
      this.#scribe.write('command.rejected', payload)
    }
    this.#end()
    return refused
  }

  /** Closes the run: strategies are told, their state is kept, nothing is cancelled or sold. */
  stop(reason: 'completed' | 'cancelled' | 'failed', detail: string, ts: number): void {
    this.#begin(ts)
    for (const bot of this.#bots) {
      if (bot.isFed) bot.guard('onStop', () => bot.handlers.onStop?.(reason))
      const state = bot.saved()
      if (state === undefined) continue
      const { stateVersion = 1 } = bot.config.strategy
      this.#scribe.write('ops.strategy_state', { state_version: String(stateVersion), state }, bot.config.id)
    }
    this.#end()
    this.#scribe.write('run.checkpoint', { inputs: this.#scribe.input, state_sha256: this.stateHash() })
    this.#scribe.write('run.ended', { reason, inputs: this.#scribe.input, detail: detail.slice(0, 500) })
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

  get bots(): readonly Bot[] {
    return this.#bots
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
    this.#scribe.begin(ts)
    if (this.#mode.mode !== 'NORMAL') this.#safety.tick()
    if (this.#scribe.now >= this.#nextTimerTs || this.#hasOverdue) {
      for (const bot of this.#bots) bot.fireTimers(this.#scribe.now)
      this.#timersChanged()
    }
  }

  #end(): void {
    if (this.#desk.hasUnsent) this.#desk.flush()
    if (this.#facts.kill.strictest === 'NONE') return
    this.#safety.enforce()
    if (this.#safety.isFlattening) {
      this.#safety.workDown()
      this.#desk.flush()
    }
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

  #obey(command: Command): readonly string[] {
    switch (command.kind) {
      case 'KILL_RAISE':
        return this.#safety.kill(command.scope, command.level, command) ? [] : ['ALREADY_AT_LEAST']
      case 'KILL_LOWER':
        return this.#safety.lower(command.scope, command.level, command) ? [] : ['TRANSITION_FORBIDDEN']
      case 'MODE_RAISE':
        this.#safety.raise('OPERATOR', command.mode, command.reason)
        return []
      case 'MODE_RELEASE':
        this.#safety.clear('OPERATOR')
        return this.#safety.release(command.failedChecks)
      case 'CANCEL_ALL':
        this.#safety.cancelAll()
        return []
      case 'BOT_PAUSE':
      case 'BOT_RESUME':
      case 'BOT_STOP':
        return this.#setBot(command.botId, command.kind, command.reason)
    }
  }

  #setBot(botId: string, kind: 'BOT_PAUSE' | 'BOT_RESUME' | 'BOT_STOP', reason: string): readonly string[] {
    const bot = this.#bots.find(({ config }) => config.id === (botId as BotId))
    if (bot === undefined) return ['BOT_UNKNOWN']
    if (bot.state === 'QUARANTINED' || bot.state === 'STOPPED') return ['BOT_NOT_RUNNING']
    const state = kind === 'BOT_PAUSE' ? 'PAUSED' : kind === 'BOT_RESUME' ? 'RUNNING' : 'STOPPED'
    bot.setState(state, 'OPERATOR', reason)
    return []
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
