import type { BotId, InstrumentId } from '../domain/ids.ts'
import { money } from '../domain/money.ts'
import type { KernelEvent, Payload } from '../events/event.ts'
import type { BotRecord, EngineState } from './engine-state.ts'

/** Bots: what they were registered with, the state that they are in, and the cash that is theirs. */
export class BotsFold {
  readonly #bots = new Map<BotId, BotRecord>()
  readonly #changed = new Set<BotId>()
  /** Currency of allocations, as the run that is being told says. */
  #baseCurrency: string | undefined

  constructor(from?: EngineState) {
    for (const bot of from?.bots ?? []) this.#bots.set(bot.id, bot)
    this.#baseCurrency = from?.baseCurrency
  }

  get bots(): readonly BotRecord[] {
    return [...this.#bots.values()]
  }

  get baseCurrency(): string | undefined {
    return this.#baseCurrency
  }

  takeChanges(): readonly BotRecord[] {
    const taken = [...this.#changed].map((id) => this.#bots.get(id) as BotRecord)
    this.#changed.clear()
    return taken
  }

  apply({ type, payload, botId, ts }: KernelEvent): void {
    if (type === 'run.started') this.#baseCurrency = (payload as Payload<'run.started'>).base_currency
    if (botId === undefined) return
    if (type === 'run.bot_registered') return this.#register(botId, payload as Payload<'run.bot_registered'>, ts)
    const bot = this.#bots.get(botId)
    if (bot === undefined) return
    if (type === 'ops.bot_state') {
      const { state, reason_code: reasonCode, detail } = payload as Payload<'ops.bot_state'>
      this.#put({ ...bot, state, reasonCode, detail, sinceTs: state === bot.state ? bot.sinceTs : ts })
    }
    if (type === 'ops.strategy_state') {
      const { state_version: version, state } = payload as Payload<'ops.strategy_state'>
      this.#put({ ...bot, saved: { stateVersion: Number(version), state } })
    }
    if (type === 'portfolio.updated') this.#pay(bot, payload as Payload<'portfolio.updated'>)
  }

  /**
   * A bot that is known keeps its state and its cash; only another allocation moves that, by the difference. What it had
   * saved was handed to it: an older self is not what it goes on from the next time.
   */
  #register(id: BotId, registered: Payload<'run.bot_registered'>, ts: number): void {
    const known = this.#bots.get(id)
    const allocation = money(registered.allocation)
    const currency = this.#baseCurrency ?? ''
    this.#put({
      ...(known ?? { state: 'RUNNING', reasonCode: 'REGISTERED', detail: '', sinceTs: ts }),
      id,
      strategyId: registered.strategy_id,
      strategyVersion: registered.strategy_version,
      params: registered.params,
      allocation,
      instruments: registered.instruments as InstrumentId[],
      cash: added(known?.cash ?? {}, currency, allocation - (known?.allocation ?? 0n)),
      saved: undefined,
    })
  }

  #pay(bot: BotRecord, { postings }: Payload<'portfolio.updated'>): void {
    let { cash } = bot
    for (const { account, currency, amount } of postings)
      if (account.startsWith('asset:')) cash = added(cash, currency, amount)
    this.#put({ ...bot, cash })
  }

  #put(bot: BotRecord): void {
    this.#bots.set(bot.id, bot)
    this.#changed.add(bot.id)
  }
}

function added(cash: BotRecord['cash'], currency: string, amount: bigint): BotRecord['cash'] {
  return amount === 0n ? cash : { ...cash, [currency]: money((cash[currency] ?? 0n) + amount) }
}
