import { type BotId, botId } from '../src/domain/ids.ts'
import { Random } from '../src/domain/random.ts'
import type { EventType, KernelEvent, Payload } from '../src/events/event.ts'

const START_TS = 1_700_000_000_000_000
const INSTRUMENT = 'sim:BTC-USD'
const PRICE = 40_000
/** Orders that a session has at work at once. */
const WORKING_MAX = 40
/** Quanta of one tick × lot. */
const TICK_LOT = 10n ** 14n

/** Numbers that go on from one session to the next. */
export interface Numbering {
  inputs: number
  orders: number
  trades: number
  position: number
}
export const FROM_NOTHING: Numbering = { inputs: 0, orders: 0, trades: 0, position: 0 }

type Told = readonly [type: EventType, payload: Payload<EventType>]

/**
 * A session as a kernel might have told it, from a seed: orders are wished for, judged, sent, opened, filled in parts, amended,
 * cancelled, rejected and lost sight of; books, safety, bots and reconciliation move along. One step is what one input led to.
 */
export class TellingSession {
  readonly numbers: Numbering
  readonly #random: Random
  readonly #bot: BotId = botId('trend-1')
  /** Orders that work: lots ordered and filled. */
  readonly #working: { id: string; side: 'buy' | 'sell'; qty: number; filled: number }[] = []
  #seq = 0

  constructor(seed: number, from: Numbering = FROM_NOTHING) {
    this.#random = Random.seeded(seed)
    this.numbers = { ...from }
  }

  /** What a session begins with. */
  open(): readonly KernelEvent[] {
    const started = told('run.started', {
      mode: 'paper',
      seed: 1,
      config_sha256: 'c'.repeat(64),
      policy_sha256: 'd'.repeat(64),
      base_currency: 'USD',
    })
    const registered = told('run.bot_registered', {
      strategy_id: 'sma-cross',
      strategy_version: '1.0.0',
      params: { fast: 5, slow: 20, name: 'ü"\\', on: true },
      allocation: 10n ** 22n,
      instruments: [INSTRUMENT],
    })
    const postings = [
      { account: 'asset:venue:sim', currency: 'USD', amount: 10n ** 22n },
      { account: 'equity:deposits', currency: 'USD', amount: -(10n ** 22n) },
    ]
    const deposited = told('portfolio.deposited', { venue_id: 'sim', currency: 'USD', amount: 10n ** 22n, postings })
    return this.#input([started, registered, deposited])
  }

  /** What the next input led to. */
  step(): readonly KernelEvent[] {
    const order = this.#working[this.#pick(this.#working.length)]
    const dice = this.#pick(12)
    if (order === undefined || (dice < 4 && this.#working.length < WORKING_MAX)) return this.place()
    if (dice < 8) return this.fill(order, Math.max(1, this.#pick(order.qty - order.filled + 1)))
    if (dice === 8) return this.#input(this.#end(order, 'order.canceled'))
    if (dice === 9) return this.#input(this.#amend(order))
    if (dice === 10) return this.#input(this.#unknown(order))
    return this.#input(this.#safety())
  }

  /**
   * A new order on its way: six events.
   *
   * @param others what the same input led to besides
   */
  place(others: readonly Told[] = []): readonly KernelEvent[] {
    const n = ++this.numbers.orders
    const id = `o${n}`
    const side = this.#pick(2) === 0 ? 'buy' : 'sell'
    const qty = 1 + this.#pick(5)
    const ref = { order_id: id, instrument_id: INSTRUMENT }
    const wish = { ...ref, intent_id: `i${n}`, side, qty, order_type: 'LIMIT', limit: PRICE } as const
    const judged = (decision: string, stage: 'accept' | 'send') =>
      told('policy.decided', {
        decision_id: decision,
        order_id: id,
        intent_id: `i${n}`,
        action: 'OPEN',
        decision: 'ALLOW',
        stage,
        reason_codes: ['OK'],
      })
    this.#working.push({ id, side, qty, filled: 0 })
    return this.#input([
      told('intent.created', {
        ...wish,
        kind: 'PLACE',
        origin: 'strategy',
        reason_code: 'ENTRY',
        ...(n % 3 === 0 ? { stop_loss: PRICE - 100 } : {}),
      }),
      judged(`d${2 * n - 1}`, 'accept'),
      told('order.enqueued', {
        ...wish,
        decision_id: `d${2 * n - 1}`,
        time_in_force: 'GTC',
        reduce_only: false,
        ...(n % 2 === 0 ? { arrival_price: PRICE + 1 } : {}),
      }),
      judged(`d${2 * n}`, 'send'),
      told('order.sent', { ...ref, decision_id: `d${2 * n}` }),
      told('order.open', { ...ref, venue_order_id: `v${n}`, venue_ts: START_TS }),
      ...others,
    ])
  }

  /** A part of an order that works is executed, and booked. */
  fill(order: { id: string; side: 'buy' | 'sell'; qty: number; filled: number }, qty: number): readonly KernelEvent[] {
    order.filled += qty
    const isDone = order.filled >= order.qty
    if (isDone) this.#working.splice(this.#working.indexOf(order), 1)
    const sign = order.side === 'buy' ? 1 : -1
    this.numbers.position += sign * qty
    const trade = `x${++this.numbers.trades}`
    const ref = { order_id: order.id, trade_id: trade, instrument_id: INSTRUMENT }
    const fee = BigInt(qty) * 10n ** 10n + 7n
    const realised = BigInt(this.#pick(100) - 50) * TICK_LOT
    return this.#input([
      told('fill.recorded', {
        ...ref,
        side: order.side,
        price: PRICE,
        qty,
        liquidity: this.#pick(2) === 0 ? 'maker' : 'taker',
        fee,
        fee_currency: 'USD',
        venue_ts: START_TS,
        order_state: isDone ? 'FILLED' : 'PARTIAL',
        filled_qty: order.filled,
        arrival_price: PRICE - 2,
      }),
      told('portfolio.updated', {
        cause: 'fill',
        instrument_id: INSTRUMENT,
        order_id: order.id,
        trade_id: trade,
        position: this.numbers.position,
        cost: BigInt(this.numbers.position) * BigInt(PRICE) * TICK_LOT,
        realised,
        postings: [
          { account: 'asset:venue:sim', currency: 'USD', amount: realised - fee },
          { account: 'expense:fees', currency: 'USD', amount: fee },
          { account: 'income:trading', currency: 'USD', amount: -realised },
        ],
      }),
    ])
  }

  /** What a session ends with. */
  end(): readonly KernelEvent[] {
    return this.#input([told('run.ended', { reason: 'completed', inputs: this.numbers.inputs, detail: '' })])
  }

  #end(order: { id: string }, type: 'order.canceled' | 'order.rejected'): Told[] {
    this.#working.splice(this.#working.indexOf(order as never), 1)
    const ref = { order_id: order.id, instrument_id: INSTRUMENT, venue_ts: START_TS }
    return [told(type, { ...ref, reason_code: 'OPERATOR', ...(type === 'order.rejected' ? { detail: '' } : {}) })]
  }

  #amend(order: { id: string; qty: number; filled: number }): Told[] {
    const qty = order.qty + 1
    const ref = { order_id: order.id, instrument_id: INSTRUMENT }
    const asked = told('order.amend_requested', { ...ref, intent_id: 'i1', qty, limit: PRICE - 5 })
    if (this.#pick(2) === 0) return [asked]
    order.qty = qty
    return [asked, told('order.amended', { ...ref, venue_ts: START_TS, qty, limit: PRICE - 5 })]
  }

  #unknown(order: { id: string }): Told[] {
    const ref = { order_id: order.id, instrument_id: INSTRUMENT }
    const reconcile = `r${this.numbers.inputs}`
    return [
      told('order.unknown', { ...ref, reason_code: 'TIMEOUT', detail: 'no answer in 5 s' }),
      told('reconcile.mismatch', {
        reconcile_id: reconcile,
        category: 'DIVERGED',
        subject: order.id,
        reason_code: 'ORDER_STATE',
        evidence: { ours: 'UNKNOWN', theirs: 'OPEN' },
      }),
      told('reconcile.run', {
        reconcile_id: reconcile,
        venue_id: 'sim',
        status: 'MISMATCH',
        compared: 3,
        differences: 1,
      }),
    ]
  }

  #safety(): Told[] {
    const isRaised = this.#pick(2) === 0
    const level = this.#pick(2) === 0 ? 'CLOSE_ONLY' : 'NONE'
    return [
      isRaised
        ? told('safety.reason_raised', { reason_code: 'FEED_STALE', mode: 'DEGRADED', detail: '3 s without a quote' })
        : told('safety.reason_cleared', { reason_code: 'FEED_STALE' }),
      told('safety.kill_changed', {
        scope: 'bot:trend-1',
        from: 'NONE',
        to: level,
        reason: 'a drill',
        actor: 'human:trader',
      }),
      told('ops.bot_state', { state: 'PAUSED', reason_code: 'OPERATOR', detail: '' }),
      told('ops.strategy_state', { state_version: '2', state: `{"n":${this.numbers.inputs}}` }),
    ]
  }

  #pick(below: number): number {
    return below <= 0 ? 0 : this.#random.int(below)
  }

  #input(facts: readonly Told[]): readonly KernelEvent[] {
    const trace = ++this.numbers.inputs
    const ts = START_TS + trace * 1_000_000
    const isAbout = (type: string) =>
      !type.startsWith('reconcile.') && !type.startsWith('safety.') && type !== 'run.started'
    return facts.map(([type, payload], at) => {
      const seq = ++this.#seq
      const bot = isAbout(type) && type !== 'portfolio.deposited' ? this.#bot : undefined
      return { seq, ts, type, botId: bot, trace, causeSeq: at === 0 ? 0 : seq - 1, payload }
    })
  }
}

function told<T extends EventType>(type: T, payload: Payload<T>): Told {
  return [type, payload]
}
