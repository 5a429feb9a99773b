import { z } from 'zod'
import { CrossDetector } from '../indicators/cross-detector.ts'
import { Sma } from '../indicators/sma.ts'
import {
  type BarView,
  defineStrategy,
  type OrderView,
  type StrategyContext,
  type StrategyHandlers,
} from '../strategy.ts'
import { bars, direction, fraction } from './fields.ts'
import { type Direction, Pursuit, SavedPursuit } from './pursuit.ts'

const Params = z
  .strictObject({
    fast: bars(1, 20, 'bars of the fast average'),
    slow: bars(2, 100, 'bars of the slow average, more than fast'),
    direction,
    fraction,
    cross: z
      .enum(['strict', 'last-nonzero'])
      .default('strict')
      .describe('strict: a bar on which the averages are equal hides a cross; last-nonzero: it only delays it'),
  })
  .superRefine(({ fast, slow }, issues) => {
    if (fast >= slow) {
      issues.addIssue({ code: 'custom', path: ['fast'], message: `fast (${fast}) is less than slow (${slow})` })
    }
  })
type Params = z.output<typeof Params>

const indicator = z.array(z.number())
const Saved = z.strictObject({
  fast: indicator,
  slow: indicator,
  cross: indicator,
  side: z.literal([-1, 0, 1]),
  pursuit: SavedPursuit,
})

/** The benchmark of the whole engine: a bar that decides nothing costs two sums, two divisions and a comparison. */
class SmaCross implements StrategyHandlers {
  readonly #fast: Sma
  readonly #slow: Sma
  readonly #cross: CrossDetector
  readonly #pursuit: Pursuit
  readonly #below: -1 | 0
  /** Where the fast average was when the detector was last asked: it need not be asked again while that holds. */
  #side: Direction = 0

  constructor(params: Params, context: StrategyContext) {
    this.#fast = new Sma(params.fast)
    this.#slow = new Sma(params.slow)
    this.#cross = new CrossDetector(params.cross)
    this.#pursuit = new Pursuit(context, params.fraction)
    this.#below = params.direction === 'both' ? -1 : 0
  }

  onBar(bar: BarView, at: number): void {
    if (at !== 0) return
    const close = bar.close
    this.#fast.update(close)
    this.#slow.update(close)
    const gap = this.#fast.value - this.#slow.value
    // Nearly every bar ends here: the averages are as they were, and a gap of nothing or of no number is not above it.
    if (gap * this.#side > 0 && this.#pursuit.isSettled) return
    this.#look(gap, close)
  }

  onOrder(order: OrderView): void {
    this.#pursuit.onOrder(order)
  }

  onFill(): void {
    this.#pursuit.onFill()
  }

  save(): z.input<typeof Saved> {
    return {
      fast: this.#fast.save(),
      slow: this.#slow.save(),
      cross: this.#cross.save(),
      side: this.#side,
      pursuit: this.#pursuit.save(),
    }
  }

  restore(state: unknown): void {
    const { fast, slow, cross, side, pursuit } = Saved.parse(state)
    this.#fast.restore(fast)
    this.#slow.restore(slow)
    this.#cross.restore(cross)
    this.#side = side
    this.#pursuit.restore(pursuit)
  }

  #look(gap: number, close: number): void {
    this.#side = gap > 0 ? 1 : gap < 0 ? -1 : 0
    const cross = this.#cross.update(gap, 0)
    if (cross !== 0) this.#decide(cross, close)
    else if (!this.#pursuit.isSettled) this.#pursuit.resume()
  }

  #decide(cross: 1 | -1, close: number): void {
    this.#pursuit.pursue({
      direction: cross > 0 ? 1 : this.#below,
      exit: cross > 0 ? 'EXIT_CROSS_UP' : 'EXIT_CROSS_DOWN',
      entry: cross > 0 ? 'ENTRY_CROSS_UP' : 'ENTRY_CROSS_DOWN',
      evidence: { fast: this.#fast.value, slow: this.#slow.value, close },
    })
  }
}

/** Moving-average cross on closes: long while the fast average is above the slow one, flat or short below. */
export const smaCross = defineStrategy({
  id: 'sma-cross',
  version: '1.0.0',
  description: 'Holds while a fast moving average of the close is above a slow one.',
  params: Params,
  // A cross needs both averages on two bars.
  warmUp: ({ slow }) => slow + 1,
  create: (params, context) => new SmaCross(params, context),
})
