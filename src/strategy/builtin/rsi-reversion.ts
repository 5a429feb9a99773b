import { z } from 'zod'
import { WilderRsi } from '../indicators/rsi.ts'
import {
  type BarView,
  defineStrategy,
  type OrderView,
  type StrategyContext,
  type StrategyHandlers,
} from '../strategy.ts'
import { bars, direction, fraction } from './fields.ts'
import { type Direction, Pursuit, SavedPursuit } from './pursuit.ts'
import type { Evidence, ReasonCode } from './reason-codes.ts'

const Params = z
  .strictObject({
    period: bars(2, 14, 'bars of the relative strength index (Wilder)'),
    lower: z.number().gt(0).lt(100).default(30).describe('below it the market is oversold: buy'),
    upper: z.number().gt(0).lt(100).default(70).describe('above it the market is overbought: the long ends'),
    direction,
    fraction,
    stopLossPct: z
      .number()
      .gt(0)
      .lt(100)
      .optional()
      .describe('protective stop this far from the close that decided, in percent'),
    takeProfitPct: z
      .number()
      .gt(0)
      .max(1_000)
      .optional()
      .describe('profit target this far from the close that decided, in percent'),
    maxHoldBars: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('closes what was held for this many bars after the bar of the entry'),
  })
  .superRefine(({ lower, upper }, issues) => {
    if (lower >= upper) {
      issues.addIssue({ code: 'custom', path: ['lower'], message: `lower (${lower}) is less than upper (${upper})` })
    }
  })
type Params = z.output<typeof Params>

const Saved = z.strictObject({
  rsi: z.array(z.number()),
  pursuit: SavedPursuit,
  held: z.literal([-1, 0, 1]),
  heldBars: z.int().min(0),
})

class RsiReversion implements StrategyHandlers {
  readonly #context: StrategyContext
  readonly #params: Params
  readonly #rsi: WilderRsi
  readonly #pursuit: Pursuit
  #held: Direction = 0
  /** Bars since the one that the position was opened in. */
  #heldBars = 0

  constructor(params: Params, context: StrategyContext) {
    this.#context = context
    this.#params = params
    this.#rsi = new WilderRsi(params.period)
    this.#pursuit = new Pursuit(context, params.fraction)
  }

  onBar(bar: BarView, at: number): void {
    if (at !== 0) return
    const close = bar.close
    this.#rsi.update(close)
    this.#count()
    if (!this.#pursuit.isSettled) this.#pursuit.resume()
    if (!this.#rsi.isReady || this.#pursuit.isBusy) return
    const { upper, lower, maxHoldBars, direction } = this.#params
    const rsi = this.#rsi.value
    if (this.#held !== 0) {
      const isOver = this.#held > 0 ? rsi > upper : rsi < lower
      if (isOver) this.#leave(this.#held > 0 ? 'EXIT_OVERBOUGHT' : 'EXIT_OVERSOLD', close)
      else if (maxHoldBars !== undefined && this.#heldBars >= maxHoldBars) this.#leave('EXIT_MAX_HOLD', close)
    } else if (rsi < lower) {
      this.#enter(1, close)
    } else if (rsi > upper && direction === 'both') {
      this.#enter(-1, close)
    }
  }

  onOrder(order: OrderView): void {
    this.#pursuit.onOrder(order)
  }

  onFill(): void {
    this.#pursuit.onFill()
  }

  save(): z.input<typeof Saved> {
    return { rsi: this.#rsi.save(), pursuit: this.#pursuit.save(), held: this.#held, heldBars: this.#heldBars }
  }

  restore(state: unknown): void {
    const { rsi, pursuit, held, heldBars } = Saved.parse(state)
    this.#rsi.restore(rsi)
    this.#pursuit.restore(pursuit)
    this.#held = held
    this.#heldBars = heldBars
  }

  #count(): void {
    const held = Math.sign(this.#context.position()) as Direction
    this.#heldBars = held !== 0 && held === this.#held ? this.#heldBars + 1 : 0
    this.#held = held
  }

  #leave(exit: ReasonCode, close: number): void {
    if (!this.#pursuit.isSettled) return
    this.#pursuit.pursue({ direction: 0, exit, entry: exit, evidence: this.#evidence(close) })
  }

  #enter(direction: 1 | -1, close: number): void {
    const { stopLossPct, takeProfitPct } = this.#params
    const entry = direction > 0 ? 'ENTRY_OVERSOLD' : 'ENTRY_OVERBOUGHT'
    this.#pursuit.pursue({
      direction,
      exit: entry,
      entry,
      evidence: this.#evidence(close),
      stopLoss: stopLossPct === undefined ? undefined : close * (1 - (direction * stopLossPct) / 100),
      takeProfit: takeProfitPct === undefined ? undefined : close * (1 + (direction * takeProfitPct) / 100),
    })
  }

  #evidence(close: number): Evidence {
    const { lower, upper } = this.#params
    return { rsi: this.#rsi.value, lower, upper, close, heldBars: this.#heldBars }
  }
}

/** Buys what fell too far and sells when it has recovered; stop, target and time limit on request. */
export const rsiReversion = defineStrategy({
  id: 'rsi-reversion',
  version: '1.0.0',
  description: 'Buys when the relative strength index is oversold, sells when it is overbought.',
  params: Params,
  warmUp: ({ period }) => period + 1,
  create: (params, context) => new RsiReversion(params, context),
})
