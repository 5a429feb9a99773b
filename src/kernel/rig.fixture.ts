import { z } from 'zod'
import { testInstrument } from '../../fixtures/world.ts'
import type { RunMode } from '../domain/action.ts'
import { assert } from '../domain/brand.ts'
import { botId, type CommandId, type OrderId, tradeId, venueOrderId } from '../domain/ids.ts'
import type { Effect } from '../domain/instruction.ts'
import type { Instrument } from '../domain/instrument.ts'
import { lots, money, moneyFromNumber, ticks } from '../domain/money.ts'
import type { FillReport, VenueReport } from '../domain/report.ts'
import type { KernelEvent } from '../events/event.ts'
import { quoteColumns } from '../market/columns.ts'
import type { Order } from '../orders/order.ts'
import { Projection } from '../projection/projection.ts'
import type { GuardName, GuardStatus } from '../risk/guards.ts'
import { type Limits, RESEARCH_LIMITS } from '../risk/limits.ts'
import { MODE_SETTINGS, type ModeSettings } from '../risk/mode.ts'
import {
  defineStrategy,
  type StrategyContext,
  type StrategyDefinition,
  type StrategyHandlers,
} from '../strategy/strategy.ts'
import type { BotConfig } from './bot.ts'
import type { RestartSettings } from './bot-restarts.ts'
import type { Command, CommandOutcome } from './command.ts'
import { type FlattenSettings, PLAIN_FLATTEN } from './flatten.ts'
import { Kernel, type KernelConfig } from './kernel.ts'
import type { StormLimits } from './storms.ts'

export interface RigOptions {
  readonly runMode?: RunMode
  readonly instruments?: readonly Instrument[]
  readonly bots?: number
  readonly cash?: number
  readonly limits?: Partial<Limits>
  readonly mode?: Partial<ModeSettings>
  readonly flatten?: FlattenSettings
  readonly storms?: StormLimits
  readonly botRestarts?: RestartSettings
  /** More of each bot. */
  readonly bot?: Partial<BotConfig>
  /** Parameters, warm-up and frames of the rig's strategy. */
  readonly strategy?: Partial<StrategyDefinition>
  /** Handlers of each bot besides those that the rig needs. */
  readonly handlers?: (context: StrategyContext, bot: number) => StrategyHandlers
}

type CommandBody = Command extends infer C ? (C extends Command ? Omit<C, 'id' | 'actor' | 'reason'> : never) : never

/** A kernel without a venue: the test plays the market, the venue and the operator, and speaks through its bots. */
export class Rig {
  kernel: Kernel
  /** Of all sessions, in order. */
  readonly events: KernelEvent[] = []
  /** What a database would keep of them. */
  readonly projection = new Projection()
  #config: KernelConfig
  readonly instruments: readonly Instrument[]
  /** Every effect so far; the outbox is emptied into it. */
  readonly effects: Effect[] = []
  now = 1_000_000
  readonly #acts: ((context: StrategyContext) => void)[][]
  #commands = 0
  #trades = 0

  constructor(options: RigOptions = {}) {
    const { bots = 1, cash = 1_000_000 } = options
    this.instruments = options.instruments ?? [testInstrument()]
    this.#acts = Array.from({ length: bots }, () => [])
    const puppet = (bot: number) =>
      defineStrategy({
        id: 'puppet',
        version: '1.0.0',
        description: 'does what the test says',
        params: z.object({}),
        ...options.strategy,
        create: (_, context) => ({
          ...options.handlers?.(context, bot),
          onQuote: () => {
            for (const act of (this.#acts[bot] ?? []).splice(0)) act(context)
          },
        }),
      })
    const amount = moneyFromNumber(cash)
    const currency = this.instruments[0]?.quote ?? 'USDT'
    this.#config = {
      runMode: options.runMode ?? 'paper',
      botRestarts: options.botRestarts,
      seed: 1,
      baseCurrency: currency,
      instruments: this.instruments,
      bots: Array.from({ length: bots }, (_, bot) => ({
        id: botId(`bot-${bot + 1}`),
        strategy: puppet(bot) as never,
        params: {},
        instruments: this.instruments.map((_unused, at) => at),
        allocation: money(amount / BigInt(bots)),
        ...options.bot,
      })),
      deposits: [{ venueId: this.instruments[0]?.venueId ?? 'sim', currency, amount }],
      limits: { ...RESEARCH_LIMITS, ...options.limits },
      mode: { ...MODE_SETTINGS, warmUpUs: 0, ...options.mode },
      flatten: options.flatten ?? PLAIN_FLATTEN,
      storms: options.storms,
      startTs: this.now,
      datasets: [],
      configSha256: '0'.repeat(64),
      policySha256: '0'.repeat(64),
    }
    this.kernel = this.#boot()
    this.kernel.start()
  }

  #boot(): Kernel {
    return new Kernel(this.#config, {
      append: (event) => {
        this.events.push(event)
        this.projection.apply(event)
      },
    })
  }

  /**
   * The process dies and another goes on: what the journal had is there, what waited in the outbox is lost.
   *
   * @param looks is called when the books are back and nothing was written yet
   */
  restart(
    { afterUs = 1_000, config = {} }: { afterUs?: number; config?: Partial<KernelConfig> } = {},
    looks?: (before: Kernel, after: Kernel) => void,
  ): void {
    this.now += afterUs
    const before = this.kernel
    this.#config = { ...this.#config, ...config, startTs: this.now, restored: this.projection.state }
    for (const acts of this.#acts) acts.length = 0
    this.kernel = this.#boot()
    looks?.(before, this.kernel)
    this.kernel.start()
    this.#collect()
  }

  /** A quote, one millisecond later unless told otherwise; `act` is what the bot does when it sees it. */
  quote(
    price: number,
    { at = 0, bot = 0, afterUs = 1_000, spread = 2 } = {},
    act?: (context: StrategyContext) => void,
  ): void {
    this.now += afterUs
    const quotes = quoteColumns(1)
    quotes.recvTs[0] = this.now
    quotes.venueTs[0] = this.now
    quotes.bid[0] = price - spread / 2
    quotes.ask[0] = price + spread / 2
    quotes.length = 1
    if (act !== undefined) this.#acts[bot]?.push(act)
    this.kernel.onQuote(at, quotes, 0)
    this.#collect()
  }

  /**
   * Lets a bot act on an unchanged market and returns what it returned. What it throws is thrown here: a bot would swallow
   * it, expectations and all.
   */
  act<T>(what: (context: StrategyContext) => T, { bot = 0, at = 0, afterUs = 1_000 } = {}): T {
    const done: (() => T)[] = []
    const price = this.kernel.portfolio.marks[at] as number
    this.quote(Number.isNaN(price) ? 100_000 : price, { bot, at, afterUs }, (context) => {
      try {
        const result = what(context)
        done.push(() => result)
      } catch (error) {
        done.push(() => {
          throw error
        })
      }
    })
    const [outcome] = done
    assert(outcome !== undefined, `bot ${bot} was heard`)
    return outcome()
  }

  report(report: VenueReport): void {
    this.now += 1_000
    this.kernel.onReport(report, this.now)
    this.#collect()
  }

  accept(orderId: OrderId): void {
    this.report({ kind: 'accepted', orderId, venueOrderId: venueOrderId(`v-${orderId}`), ts: this.now })
  }

  fill(orderId: OrderId, qty: number, price = 100_000, trade = `x${++this.#trades}`): void {
    this.report(fillOf(orderId, { qty, price, trade, ts: this.now }))
  }

  /** The host looked at guarded inputs. */
  guard(status: GuardStatus, ...guards: readonly GuardName[]): void {
    for (const guard of guards) {
      this.now += 1
      this.kernel.onGuard({ guard, status, seenTs: this.now, detail: 'a test' }, this.now)
    }
    this.#collect()
  }

  clock(afterUs: number): void {
    this.now += afterUs
    this.kernel.onClock(this.now)
    this.#collect()
  }

  /** @returns what stands against it */
  command(command: CommandBody): readonly string[] {
    return this.ask(command).reasonCodes
  }

  ask(command: CommandBody): CommandOutcome {
    this.now += 1_000
    const outcome = this.kernel.onCommand(
      { ...command, id: `c${++this.#commands}` as CommandId, actor: 'operator', reason: 'test' },
      this.now,
    )
    this.#collect()
    return outcome
  }

  order(id: OrderId): Order {
    const order = this.kernel.orders.get(id)
    assert(order !== undefined, `${id} exists`)
    return order
  }

  /** Places one order and returns its id, which the test relies on. */
  place(request: Parameters<StrategyContext['place']>[0], where: { bot?: number; at?: number } = {}): OrderId {
    const id = this.act((context) => context.place({ ...request, at: where.at ?? 0 }), where)
    assert(id !== undefined, `an order is accepted, was refused by ${this.refusal()}`)
    return id
  }

  /** Codes of the last decision or discard. */
  refusal(): string {
    const last = this.events.findLast(({ type }) => type === 'policy.decided' || type === 'intent.discarded')
    const { reason_codes: codes, reason_code: code } = (last?.payload ?? {}) as Record<string, unknown>
    return String(codes ?? code)
  }

  of<T extends KernelEvent['type']>(type: T): readonly KernelEvent<T>[] {
    return this.events.filter((event) => event.type === type) as unknown as readonly KernelEvent<T>[]
  }

  /** What was handed to the venue, in a word each. */
  sent(): readonly string[] {
    return this.effects.map((effect) => {
      if (effect.kind === 'place') return `place ${effect.order.orderId} ${effect.order.side} ${effect.order.qty}`
      return effect.kind === 'amend' ? `amend ${effect.amend.orderId} ${effect.amend.qty}` : `cancel ${effect.orderId}`
    })
  }

  #collect(): void {
    this.effects.push(...this.kernel.takeOutbox())
  }
}

export function fillOf(
  orderId: OrderId,
  { qty, price, trade, ts }: { qty: number; price: number; trade: string; ts: number },
): FillReport {
  return {
    kind: 'fill',
    orderId,
    tradeId: tradeId(trade),
    price: ticks(price),
    qty: lots(qty),
    liquidity: 'taker',
    fee: money(1_000_000_000_000_000n),
    ts,
  }
}
