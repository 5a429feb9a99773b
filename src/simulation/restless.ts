import { z } from 'zod'
import { US_PER_MS } from '../domain/time.ts'
import { defineStrategy, type OrderView, type StrategyContext, type StrategyHandlers } from '../strategy/strategy.ts'

const Params = z.strictObject({
  everyMs: z.number().min(50).max(60_000).default(700).describe('time between two acts, in milliseconds'),
  lots: z.int().min(1).max(10_000).default(20).describe('largest order, in lots'),
})
type Params = z.output<typeof Params>

const TIMER = 'act'
const WORKING_MAX = 6

/** Does every kind of thing to orders, at random: what it earns is no matter, what becomes of its orders is. */
class Restless implements StrategyHandlers {
  readonly #context: StrategyContext
  readonly #params: Params

  constructor(params: Params, context: StrategyContext) {
    this.#context = context
    this.#params = params
  }

  onStart(): void {
    this.#wait()
  }

  onTimer(): void {
    this.#act()
    this.#wait()
  }

  #wait(): void {
    const { everyMs } = this.#params
    this.#context.setTimer(TIMER, this.#context.now + Math.round(everyMs * US_PER_MS * (0.2 + this.#context.random())))
  }

  #act(): void {
    const context = this.#context
    const book = context.book()
    if (book === undefined || !book.hasBid || !book.hasAsk) return
    const draw = context.random()
    const working = context.orders()
    const some = working[Math.floor(context.random() * working.length)]
    if (some !== undefined && (draw < 0.25 || working.length >= WORKING_MAX)) return this.#disturb(some)
    const side = context.random() < 0.5 ? 'buy' : 'sell'
    const qty = 1 + Math.floor(context.random() * this.#params.lots)
    const [touch, away] = side === 'buy' ? [book.bestAsk, -1] : [book.bestBid, 1]
    const far = 1 + Math.floor(context.random() * 0.001 * touch)
    if (draw < 0.4) context.place({ side, qty, type: 'MARKET', reasonCode: 'ENTRY_RESTLESS' })
    else if (draw < 0.5)
      context.place({ side, qty, type: 'STOP', stop: touch - away * far, reasonCode: 'ENTRY_RESTLESS' })
    else if (draw < 0.6)
      context.place({
        side,
        qty,
        type: 'LIMIT',
        limit: touch,
        timeInForce: 'IOC',
        stopLoss: touch + away * 10 * far,
        takeProfit: touch - away * 10 * far,
        reasonCode: 'ENTRY_RESTLESS',
      })
    else
      context.place({
        side,
        qty,
        type: 'LIMIT',
        limit: touch + away * far,
        timeInForce: draw < 0.8 ? 'POST_ONLY' : 'GTC',
        reasonCode: 'ENTRY_RESTLESS',
      })
  }

  #disturb({ id, limit, qty }: OrderView): void {
    const context = this.#context
    if (limit !== undefined && context.random() < 0.4)
      context.amend(id, {
        limit: limit + Math.round(limit * 0.0005 * (context.random() - 0.5)),
        ...(context.random() < 0.3 ? { qty: qty + 1 } : {}),
        reasonCode: 'AMEND_RESTLESS',
      })
    else context.cancel(id, 'CANCEL_RESTLESS')
  }
}

/** The bot of the simulator: market, limit, stop and bracket orders, amends and cancels, without any aim. */
export const restless = defineStrategy({
  id: 'restless',
  version: '1.0.0',
  description: 'places, changes and withdraws orders at random',
  params: Params,
  create: (params, context) => new Restless(params, context),
})
